"""The page of review: what is on it, and that its one script is the only thing that may run."""

import json
from base64 import b64encode
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from bot.terminal.review_page import SCRIPT, write_review_page
from index.gold import Unreviewed
from tests.bot.terminal.test_misses_page import HOSTILE, Elements

PLAIN = Unreviewed("When?", "Town guide", "The museum opens at nine.", 3, 1)


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
