"""The page of review: what is on it, and that its one script is the only thing that may run."""

import json
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.terminal.review_page import SCRIPT, write_review_page
from index.evaluate import load_gold
from index.gold import Unreviewed
from tests.bot.terminal.test_misses_page import HOSTILE, Elements

PLAIN = Unreviewed("When?", "Town guide", "The museum opens at nine.", 3, 1)

BROWSER = """
const [told, script, chosen] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const heard = {}, saved = [];
const hear = (id) => ({addEventListener: (name, work) => { heard[id + name] = work; }});
const elements = Object.fromEntries(chosen.map((value, n) => ["q" + n, {value}]));
const parts = {asked: {textContent: told}, save: hear("save"), said: {}};
globalThis.document = {
  getElementById: (id) => parts[id],
  querySelector: () => ({...hear("form"), elements}),
  createElement: () => ({click() { saved.push(this.download); }}),
};
globalThis.Blob = class { constructor([text]) { saved.push(text); } };
globalThis.URL = {createObjectURL: () => "blob:"};
new Function(script)();
heard.formchange();
heard.saveclick();
console.log(JSON.stringify([...saved, parts.said.textContent, parts.save.disabled]));
"""
"""As much of a browser as the script asks of one."""


def scripts(page: str) -> list[str]:
    """What stands between script tags, as a browser reads it: to the first end tag."""
    return [part.split(">", 1)[1].split("</script", 1)[0] for part in page.split("<script")[1:]]


def test_each_question_shows_its_passage_its_votes_and_the_three_choices() -> None:
    page = Elements(write_review_page("c.json", [PLAIN, PLAIN]))
    for said in ("Review of c.json", "2 questions", "When?", "Town guide", "opens at nine", "3 👍"):
        assert said in page.text
    radios = [value for tag, name, value in page.attributes if (tag, name) == ("input", "name")]
    assert radios == ["q0"] * 3 + ["q1"] * 3
    values = {value for tag, name, value in page.attributes if (tag, name) == ("input", "value")}
    assert values == {"right", "off", "out"}
    assert not [name for _, name, _ in page.attributes if name == "checked"]


def test_the_policy_lets_that_script_run_and_nothing_else_and_nothing_is_fetched() -> None:
    written = write_review_page("c.json", [PLAIN])
    page = Elements(written)
    [policy] = [v for tag, name, v in page.attributes if (tag, name) == ("meta", "content")][1:]
    [_, script] = scripts(written)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert script == SCRIPT
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; form-action 'none'"
    )
    assert not {"src", "href", "action"} & {name for _, name, _ in page.attributes}


@given(
    st.lists(st.builds(Unreviewed, *(st.text() | st.just(HOSTILE),) * 3, *(st.integers(0),) * 2))
)
def test_what_comes_from_others_is_text_and_is_handed_to_the_script_as_it_is(
    asked: list[Unreviewed],
) -> None:
    written = write_review_page(HOSTILE, asked)
    page = Elements(written)
    assert page.tags.count("script") == 2 and page.tags.count("article") == len(asked)
    assert not {"img", "a"} & set(page.tags)
    told, _ = scripts(written)
    assert json.loads(told) == [
        {"title": one.title, "context": one.context, "question": one.question} for one in asked
    ]


@pytest.mark.skipif(not shutil.which("node"), reason="Node, which runs the script, is missing")
def test_the_script_saves_what_was_reviewed_as_gold_and_nothing_else(tmp_path: Path) -> None:
    asked = [
        Unreviewed(f"What about {name} {HOSTILE}?", "Guide", f"It is {name}. {HOSTILE}", 1, 0)
        for name in ("right", "off", "out", "nothing chosen")
    ]
    given = json.dumps([*scripts(write_review_page("c.json", asked)), ["right", "off", "out", ""]])
    done = subprocess.run(
        ["node", "-e", BROWSER], input=given, capture_output=True, text=True, check=True
    )
    text, name, said, disabled = json.loads(done.stdout)
    assert (name, disabled) == ("gold.json", False)
    assert said.startswith("3 of 4 reviewed")
    (tmp_path / name).write_text(text, "utf-8")
    gold = load_gold(tmp_path / name)
    assert [one.question for one in gold.questions] == [asked[0].question]
    assert [one.document.text for one in gold.contexts] == [asked[0].context]
    assert gold.questions[0].places == (("context-1", 0, len(asked[0].context)),)
    assert gold.off_topic == (asked[1].question,)
