"""Questions that were voted on → a page on which an operator says which passages are right.

It has one script, which the page's own policy knows by its hash: it writes what was chosen into a
gold file that the browser saves. Nothing is fetched or sent, and all text goes through `_show`.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape

from bot.terminal.misses_style import STYLE
from bot.wording import count, show_text
from index.gold import Unreviewed

CHOICES = {
    "right": "Right passage",
    "off": "No document answers it",
    "out": "Leave out",
}
"""What can be said of a question, by its value in the form."""

REVIEW_STYLE = """
fieldset { margin: .8rem 0 0; padding: 0; border: 0 }
fieldset label { padding: .4rem .8rem }
fieldset input { margin: 0 .4rem 0 0 }
article:has(input:checked) { border-color: var(--right) }
.save {
  position: sticky; bottom: 0; margin: 1rem 0 0; padding: .8rem 0; background: var(--ground);
  border-top: 1px solid var(--line);
}
button {
  margin-right: .6rem; padding: .5rem 1rem; border: 0; border-radius: .4rem; font: inherit;
  background: var(--right); color: var(--card); cursor: pointer;
}
button:disabled { background: var(--line); color: var(--soft); cursor: default }
"""

SCRIPT = """
const asked = JSON.parse(document.getElementById("asked").textContent);
const form = document.querySelector("form");
const save = document.getElementById("save");
const choose = (n) => form.elements["q" + n].value;
const pick = (choice) => asked.filter((_, n) => choose(n) === choice);
function tell() {
  const open = pick("").length;
  save.disabled = open === asked.length;
  document.getElementById("said").textContent =
    `${asked.length - open} of ${asked.length} reviewed; those that are not stay out.`;
}
function write() {
  const data = pick("right").map(({title, context, question}) => ({
    title,
    paragraphs: [{context, qas: [{question, answers: [{text: context, answer_start: 0}]}]}],
  }));
  return {reviewed: true, data, off_topic: pick("off").map((one) => one.question)};
}
form.addEventListener("change", tell);
save.addEventListener("click", () => {
  const link = document.createElement("a");
  const gold = JSON.stringify(write(), null, 1);
  link.href = URL.createObjectURL(new Blob([gold], {type: "application/json"}));
  link.download = "gold.json";
  link.click();
});
tell();
"""


def write_review_page(name: str, asked: Sequence[Unreviewed]) -> str:
    """The page; `name` is that of the file which the questions come from."""
    return "\n".join(_write_lines(name, asked)) + "\n"


def _write_lines(name: str, asked: Sequence[Unreviewed]) -> Iterator[str]:
    digest = b64encode(sha256(SCRIPT.encode()).digest()).decode()
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    # Even if something slipped through, no browser would run it or fetch anything.
    yield (
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'unsafe-inline'; script-src 'sha256-{digest}'; form-action 'none'\">"
    )
    yield f"<title>Review of {_show(name)}</title>\n<style>{STYLE}{REVIEW_STYLE}</style>"
    yield f"</head>\n<body>\n<header>\n<h1>Review of <bdi>{_show(name)}</bdi></h1>"
    yield f"<p>{count(len(asked), 'question')} that people voted on, with the passage that they "
    yield "were shown. Votes are no proof: say of each whether its passage answers it.</p>"
    yield "<noscript><p><strong>Let the page run its script: it writes the file.</strong></p>"
    yield "</noscript>\n</header>\n<form>\n<main>"
    for number, one in enumerate(asked):
        yield from _write_question(number, one)
    yield '</main>\n<p class="save"><button type="button" id="save" disabled>Save gold.json'
    yield '</button> <span id="said"></span></p>\n</form>'
    yield f'<script type="application/json" id="asked">{_embed(asked)}</script>'
    yield f"<script>{SCRIPT}</script>\n</body>\n</html>"


def _write_question(number: int, one: Unreviewed) -> Iterator[str]:
    yield f'<article>\n<p class="kinds">{one.helpful:,} 👍 {one.unhelpful:,} 👎</p>'
    yield f'<h2 dir="auto"><span class="number">{number + 1}</span> {_show(one.question)}</h2>'
    yield f'<p class="cite"><bdi>{_show(one.title)}</bdi></p>'
    yield f'<p class="text" dir="auto">{_show(one.context)}</p>\n<fieldset>'
    for value, label in CHOICES.items():
        yield f'<label><input type="radio" name="q{number}" value="{value}">{label}</label>'
    yield "</fieldset>\n</article>"


def _embed(asked: Sequence[Unreviewed]) -> str:
    """What the script reads, in which no tag can end or begin."""
    told = [{"title": one.title, "context": one.context, "question": one.question} for one in asked]
    return json.dumps(told).replace("<", "\\u003c")


def _show(text: str) -> str:
    """Text that is nothing but text in a page, in an attribute, too."""
    return escape(show_text(text), quote=True)
