"""Greetings and thanks, which are said to the bot as to a person and are no questions."""

import re

_EMOJI = re.compile(r"<a?:\w+:\d+>|:\w+:")
_THANKS = frozenset(
    "thank thanks thankyou thx tnx ty tysm cheers danke dankeschön merci gracias grazie obrigado"
    " obrigada dziękuję tack ありがとう ありがとうございます".split()
)
GREETINGS = frozenset(
    "hi hello hey hallo hola bonjour bonsoir ciao salut bye goodbye ok okay k kk cool great nice"
    " perfect awesome wow lol こんにちは こんばんは おはよう おはようございます".split()
)
_BESIDE = frozenset(
    "you u a lot so much very again there all good bot footnote morning evening night schön sehr"
    " vielen dank beaucoup muchas mille and for it that helped".split()
)
"""Words that stand beside those: "thank you so much", "good bot"."""
_ALONE = frozenset(
    [
        *("good bot", "good morning", "good evening", "good night", "that helped", "vielen dank"),
        *("guten morgen", "guten tag", "guten abend", "buenos días", "buenas tardes"),
    ]
)


def is_courtesy(text: str) -> bool:
    """Whether a text is no more than a greeting, thanks or a sign."""
    words = _list_words(text)
    said = GREETINGS | _THANKS
    only = said.union(_BESIDE).issuperset(words) and not said.isdisjoint(words)
    return not words or only or " ".join(words) in _ALONE


def is_thanks(text: str) -> bool:
    """Whether such a text holds thanks."""
    words = _list_words(text)
    return not _THANKS.isdisjoint(words) or words == ["vielen", "dank"]


def _list_words(text: str) -> list[str]:
    return re.findall(r"\w+", _EMOJI.sub(" ", text).casefold())
