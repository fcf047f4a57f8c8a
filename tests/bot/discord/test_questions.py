"""What of what people write to each other is a question."""

import pytest

from bot.discord.questions import INSIDE, OPENERS, find_asking, is_question
from index.languages import LANGUAGES


@pytest.mark.parametrize(
    "text",
    [
        "When does the museum open?",
        "how do I reset my password",
        "Hello, where can I find the map",
        "It broke. How can I mend it",
        "does the ferry run in winter",
        "Is there a ferry in winter",
        "Wie kann ich mein Passwort zurücksetzen",
        "Gibt es eine Fähre",
        "¿Cuándo abre el museo?",
        "Où est le musée",
        "Dove si trova il museo",
        "Где находится музей",
        "Πού είναι το μουσείο;",
        "博物馆什么时候开门",
        "美術館はいつ開きますか",
        "박물관은 언제 열어요",
        "متى يفتح المتحف؟",
    ],
)
def test_what_asks_something_is_a_question(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "The museum opens at nine.",
        "I know how to do it",
        "thanks, that helped",
        "hello?",
        "Why?",
        "?",
        "",
        "see https://town.org/?page=3 for all of it",
        "> When does it open?\nAt nine in the morning.",
        "it says `x ? y : z` in there",
        "```\nwhat = 1 ?\n``` is the code of it",
        "Come here and look at the museum",
        "<:what:123> nice one there",
        "Das Museum öffnet um neun",
        "美術館は九時に開きます",
    ],
)
def test_what_tells_something_is_none(text: str) -> None:
    assert not is_question(text)


def test_it_is_known_of_each_language_how_its_questions_are_told() -> None:
    assert OPENERS.keys() | INSIDE.keys() == LANGUAGES.keys()


@pytest.mark.parametrize(
    ("said", "asking"),
    [
        (
            "Hi all. I moved here. When does it open? And on Sundays? Thanks!",
            "When does it open? And on Sundays?",
        ),
        ("I run version 3.5 of it. how do I stop it. Thanks!", "how do I stop it."),
        ("What does `a?b` say", "What does `a?b` say"),
        ("昨日来ました。美術館はいつ開きますか？ありがとう。", "美術館はいつ開きますか？"),
        ("I want to know when it opens. Thanks!", ""),
        ("", ""),
    ],
)
def test_of_a_text_the_sentences_are_found_that_ask_something(said: str, asking: str) -> None:
    assert find_asking(said) == asking
