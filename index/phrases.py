"""A heading or a sentence → the question that it answers, where that reads well; English, German.

Each rule is a sentence's shape: a subject, a verb from a list, and what is asked for. A subject is
a noun phrase that stands by itself: one that points back ("this", "it"), or holds a verb or a
clause, is left alone.
"""

import re
from dataclasses import dataclass

from index.shapes import SHAPES

MAX_SENTENCE_CHARS = 400
MAX_ANSWER_CHARS = 200
MAX_HEADING_WORDS = 16
MAX_SUBJECT_WORDS = 7

_ASKS = {
    "en": """how what when where who whom whose which why can could do does did is are was were will
        would should must may""",
    "de": """wie was wann wo wer wem wen wessen welche welcher welches welchem welchen warum wieso
        weshalb woher wohin womit kann können darf dürfen muss müssen soll ist sind gibt""",
}
"""Words that a question begins with."""

_GERUNDS = {
    "Adding": "add",
    "Backing up": "back up",
    "Choosing": "choose",
    "Configuring": "configure",
    "Connecting": "connect",
    "Creating": "create",
    "Deleting": "delete",
    "Disabling": "disable",
    "Enabling": "enable",
    "Installing": "install",
    "Removing": "remove",
    "Setting up": "set up",
    "Updating": "update",
    "Upgrading": "upgrade",
    "Using": "use",
}
_IMPERATIVES = re.compile(
    "Add|Back up|Choose|Configure|Create|Delete|Disable|Enable|Install|Remove|Set up"
)

_POINTING = frozenset(
    """it this that these those they he she we you i its their his her our your my there here one
    some many most all any each every both such other another others following above below same what
    which who if when while where how why as although but and or so also then however thus
    therefore because since not no nothing everything for in on at of to by with from first second
    next last only reason result case example note order
    er sie es dies diese dieser dieses da dort hier wir ihr ich man jede jeder jedes alle viele
    einige manche andere solche wenn weil dass ob wie was wer wann wo auch aber und oder so dann nur
    in im am an auf für von mit bei nach aus zu zum zur""".split()
)
"""Words that no subject of a question begins with."""

_PRESENTS = {
    "called for": "call for",
    "confirmed": "confirm",
    "demanded": "demand",
    "dropped": "drop",
    "fell": "fall",
    "grew": "grow",
    "rejected": "reject",
    "rose": "rise",
}
"""Of verbs in the past that do not merely end in one d more."""

_ADVERBS = frozenset("today also then now recently already later thus officially only just".split())
_ARTICLES = ("The", "A", "An", "Der", "Die", "Das", "Ein", "Eine")

_VAGUE = re.compile(
    r"(?i)(?:the|an?|der|die|das) (?:problem|goal|reason|result|point|idea|answer|question|fact|"
    r"issue|difference|rest|other|aim|case|thing|latter|former|same|best|only way|solution|"
    r"condition|exception|default value)s?"
)
"""Subjects that say nothing by themselves."""

_PERSON = re.compile(r"\b\w+(?:ist|ian|er|or|man|woman|ess|president|king|queen)\b")
"""What a person may be called: "What is Ada Lovelace?" reads badly."""

_BASES = {
    "opens": "open",
    "closes": "close",
    "starts": "start",
    "begins": "begin",
    "ends": "end",
    "expires": "expire",
    "takes effect": "take effect",
}

_PARTICIPLE = re.compile(
    r"^(?:thus|so far|by|today|in|at|on|last|this|to|for|as|with)\b"
    r"|\b(?:is|are|was|were|will|would|has|have|had|can|could|may|must)\b"
)

_CLAUSE = re.compile(
    r"""(?x)[,;:()\[\]{}<>|*_=~^"“”„»«\\]|\s[–—-]\s|
    \b(?:that|which|who|whose|where|when|because|if|while|is|are|was|were|be|been|has|have|had|will|
    would|can|could|may|might|must|should|does|do|did|it|they|this|these|those|there|not|and|or|but|
    said|says|
    dass|ist|sind|war|waren|wird|werden|wurde|wurden|hat|haben|kann|können|muss|müssen|und|
    oder|aber|nicht|sich|wenn|weil)\b"""
)
"""What no subject holds: marks and words of a clause, or of markup."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A sentence as a question; the offsets of the answer are in the sentence."""

    question: str
    start: int
    end: int
    drawn_from: str


def ask_of_heading(heading: str, language: str, plain: frozenset[str]) -> str | None:
    """The question that a heading asks; None where it is none. `plain` is as below."""
    text = re.sub(r"^[\d.]{1,12}[.)]?\s+(?=\w)", "", heading.strip()).rstrip(" #:")
    words = text.split()
    if not 2 <= len(words) <= MAX_HEADING_WORDS or re.search(r"[<>{}|\\=]", text):
        return None
    if text.endswith("?"):
        return text if len(words) > 2 and words[0].casefold() in _asks(language) else None
    if language != "en":
        return None
    if how := re.fullmatch(r"How (?:to |(?P<subject>[^,;:]+?) works$)(?P<rest>.*)", text):
        subject = how["subject"]
        if subject:
            return (
                f"How does {_lower(subject, plain)} work?"
                if _stands_alone(subject.capitalize())
                else None
            )
        return f"How do I {how['rest']}?"
    if re.match(
        r"(?:What|Who|When|Where) (?:is|are)\s\w+|(?:How|Why) (?:do|does|can|is|are)\s\w+\s\w", text
    ):
        return f"{text}?"
    for gerund, base in _GERUNDS.items():
        if text.startswith(f"{gerund} "):
            return f"How do I {base} {_lower(text[len(gerund) + 1 :], plain)}?"
    if found := _IMPERATIVES.match(text):
        rest = text[found.end() :]
        if rest.startswith(" ") and not re.search(r"[.!,;]", rest):
            return f"How do I {found[0].lower()} {_lower(rest.strip(), plain)}?"
    return None


def ask_of_sentence(sentence: str, language: str, plain: frozenset[str]) -> Turned | None:
    """The question that a sentence answers; None where none of the shapes is its own.

    `plain` are words that the document writes in lower case: the first word of a sentence loses its
    capital if it is one of them.
    """
    if len(sentence) > MAX_SENTENCE_CHARS:
        return None
    for name, rule in SHAPES.get(language, ()):
        found = rule.match(sentence)
        if found and _stands_alone(found["subject"]) and _is_answer(found, name):
            subject = _lower(found["subject"], plain if language == "en" else frozenset())
            question = _TURN[language](name, subject, found)
            return Turned(question, *found.span("answer"), name)
    return None


def _stands_alone(subject: str) -> bool:
    """Whether a subject is a noun phrase that means something by itself."""
    words = subject.split()
    return bool(
        words
        and len(words) <= MAX_SUBJECT_WORDS
        and re.search(r"[^\W\d_]{2}", subject)
        and subject[0].isupper() | (subject[0] == "`")
        and words[0].casefold() not in _POINTING
        and words[-1] not in _ARTICLES
        and words[-1] not in _ADVERBS
        and not _CLAUSE.search(subject)
        and not _VAGUE.fullmatch(subject)
    )


def _is_answer(found: re.Match[str], name: str) -> bool:
    answer = found["answer"]
    if len(answer) > MAX_ANSWER_CHARS or "\n" in answer or answer.count("(") != answer.count(")"):
        return False
    if name == "saying":
        # "The cuts announced so far are …" is built alike, and says something else.
        return not _PARTICIPLE.search(answer) or f"{found['verb']} that " in found.string
    if name != "definition":
        return True
    words = answer.split()
    names = [word for word in found["subject"].split() if word[:1].isupper()]
    person = len(names) > 1 and _PERSON.search(" ".join(words[:6]))
    return len(words) >= 3 and not person


def _lower(phrase: str, plain: frozenset[str]) -> str:
    """A phrase as it stands within a sentence."""
    first = phrase.split()[0]
    if first in _ARTICLES or (first.lower() in plain and not first[1:].isupper()):
        return phrase[0].lower() + phrase[1:]
    return phrase


def _turn_english(name: str, subject: str, found: re.Match[str]) -> str:
    verb = found["verb"]
    several = not verb.split()[0].endswith("s")
    do = "do" if several else "does"
    if name == "definition":
        return f"What {verb} {subject}?"
    if name == "price":
        return f"How much {do} {subject} cost?"
    if name == "duration":
        return f"How long {do} {subject} {verb.removesuffix('s')}?"
    if name == "amount":
        return f"What {verb} {subject}?"
    if name in ("change", "saying"):
        base = _PRESENTS.get(verb) or verb.removesuffix("d")
        return f"{'By how much' if name == 'change' else 'What'} did {subject} {base}?"
    if name == "number":
        return f"How many {found['action']} {do} {subject} have?"
    if verb in ("was", "were"):
        return f"When {verb} {subject} {found['action']}?"
    if verb in ("must", "should"):
        return f"By when {verb} {subject} {found['action']}?"
    if verb in ("has to", "have to"):
        return f"By when {do} {subject} have to {found['action']}?"
    several = verb not in _BASES
    return f"When {'do' if several else 'does'} {subject} {_BASES.get(verb, verb)}?"


def _turn_german(name: str, subject: str, found: re.Match[str]) -> str:
    verb = found["verb"]
    if name == "date" and verb.startswith("wurde"):
        return f"Wann {verb} {subject} {found['action']}?"
    asks = {"definition": "Was", "price": "Wie viel", "date": "Wann", "duration": "Wie lange"}
    return f"{asks[name]} {verb} {subject}?"


def _asks(language: str) -> frozenset[str]:
    return frozenset(_ASKS.get(language, "").split())


_TURN = {"en": _turn_english, "de": _turn_german}
