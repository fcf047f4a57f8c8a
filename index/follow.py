"""A question and the one before it → how it is read.

"And Estonia?" after "Which countries confirmed ground troops?" has hardly a word of its own: it
leans on the question before it, and is read together with it. No language model is asked; a
question leans if it has at most one word that says something, or two where another word points
back. The words that say little, beside the stop words, are listed here for the languages known.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import QuestionError
from index.scripts import UNSPACED, WORD, fold_text
from index.terms import question_terms, stop_words
from index.types import Answer

ALONE_CONFIDENCE = 0.83
"""From here on, what a question finds alone counts where it finds nothing with the earlier one."""

MOST_OWN_WORDS = 2
"""A question with more words that say something stands alone."""

OPENERS = {
    "da": "og|eller|men|så|hvad med",
    "de": "und|oder|aber|also|dann|auch|sonst|was ist mit|wie ist es mit",
    "en": "and|or|but|so|also|then|plus|what about|how about",
    "es": "y|e|o|u|pero|entonces|también|qué tal",
    "fr": "et|mais|alors|donc|puis|aussi",
    "it": "e|ed|o|ma|allora|anche",
    "nl": "en|of|maar|dus|dan|ook|hoe zit het met",
    "pt": "e|ou|mas|então|também|que tal",
    "sv": "och|eller|men|så|hur är det med",
}
"""How a question begins that goes on from another."""

POINTERS = {
    "da": "han hun ham hende dem deres denne dette disse ellers andre",
    "de": """er ihn ihm sie ihr ihre ihnen es sein seine dies diese diesen dieser dieses dort davon
        dafür damit dagegen daran darin darauf dabei sonst stattdessen andere anderen""",
    "en": """it its they them their theirs he him his she her hers this that these those one ones
        mine yours same other others else besides
        instead otherwise""",
    "es": """ella ellas ellos ello ese esa eso esos esas este esto estos estas su sus allí ahí
        otro otra otros otras""",
    "fr": """lui leur leurs son sa ses ça cela ceci celui celle ceux celles ce cet cette ces autre
        autres""",
    "it": """lui lei loro esso essa essi esse ciò questo questa questi queste quello quella quelli
        quelle suo sua suoi sue altro altra altri altre""",
    "nl": "hij hem zij ze haar hun dat dit deze daar ervan ermee daarvan anders ander andere",
    "pt": """ele ela eles elas dele dela deles delas isso isto aquilo esse essa este seu sua
        seus suas outro outra outros outras""",
    "sv": "han hon honom henne dem deras denna detta dessa där annars andra",
}
"""Words that point back at what was spoken of."""

WEAK_WORDS = {
    "da": "siger sagde gør gøre går sker betyder",
    "de": """sagt sagte sagen gesagt gibt geht macht machen tun tut heißt bedeutet passiert genau
        bitte eigentlich""",
    "en": """many much way ways thing things like well really exactly still yet already please ok
        okay use used say says said tell tells told go goes going went gone come comes came get gets
        got put puts take takes took make makes made give gives gave know knows known see mean means
        happen happens happened back""",
    "es": "dice dijo decir hace hacer hizo pasa puede significa cosa",
    "fr": "dit dire fait faire va vient passe peut signifie chose",
    "it": "dice disse detto dire fa fare fatto può succede significa cosa",
    "nl": "zegt zei zeggen doet doen gaat maakt kun gebeurt betekent",
    "pt": "diz disse dizer faz fazer fez pode acontece significa coisa",
    "sv": "säger sade gör göra går händer betyder",
}
"""Words that say little in a question that leans on another."""

MAX_QUESTION_CHARS = 2_000
MAX_EARLIER_CHARS = 400

_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question is read: the text that is embedded, and its words."""

    text: str
    words: tuple[frozenset[str], ...]
    """For each word of the question's own, its stems. Empty where none says anything and it is
    read with an earlier question."""
    carried_words: tuple[frozenset[str], ...] = ()
    """The same for the words taken over from the earlier question."""
    earlier: str | None = None
    """The earlier question, where it was taken in."""
    points_back: bool = False
    """Whether a word of it stands for something in the earlier question."""


def check_question(question: str) -> str:
    """The question on one line. Raises QuestionError."""
    question = " ".join(question.split())
    if not question:
        raise QuestionError("The question is empty. Ask something: footnote ask 'What is ...?'")
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionError(
            "The question holds {size:,} characters; {most:,} are allowed. Ask for less at once.",
            size=len(question),
            most=MAX_QUESTION_CHARS,
        )
    return question


def read_question(question: str, earlier: str | None, languages: Sequence[str]) -> Reading:
    """How a question is read after an earlier one, in a library of these languages.

    One that stands alone is read as if there were none.
    """
    question, earlier = _make_whole(question), _make_whole(earlier or "")
    own = _own_words(question, languages)
    if not earlier or not _leans(question, own, languages):
        return Reading(question, tuple(question_terms(question, languages)))
    words = tuple(question_terms(" ".join(own), languages))
    known = frozenset().union(*words)
    carried = (stems for stems in question_terms(earlier, languages) if stems.isdisjoint(known))
    # The question comes first: of a text that is too long for the model the end is cut.
    text = f"{question} {earlier}"
    return Reading(text, words, tuple(carried), earlier, _points_back(question, languages))


def _make_whole(text: str) -> str:
    """The text with a sign for each half of a character, which no tokenizer takes."""
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", text)


def join_questions(question: str, earlier: str | None) -> str:
    """What the next question is read with, after one that was read with an earlier one itself.

    The last comes first, and of a long conversation the beginning is left out.
    """
    joined = f"{question} {earlier}" if earlier else question
    return joined[:MAX_EARLIER_CHARS]


def choose_answer(together: Answer, alone: Answer) -> Answer:
    """The answer to the question read with the earlier one, unless it finds one only alone.

    "What is telenet?" leans by its looks and may yet follow upon anything.
    """
    if not together.answered and alone.confidence >= ALONE_CONFIDENCE:
        return alone
    return together


def _leans(question: str, own: Sequence[str], languages: Sequence[str]) -> bool:
    """Whether the question cannot be understood without the one before it."""
    if UNSPACED.search(question) or len(own) > MOST_OWN_WORDS:
        return False
    if len(own) < MOST_OWN_WORDS:
        return True
    folded = " ".join(WORD.findall(fold_text(question)))
    openers = "|".join(OPENERS[language] for language in languages if language in OPENERS)
    opens = openers and re.match(rf"(?:{fold_text(openers)})\b", folded)
    return bool(opens) or _points_back(question, languages)


def _points_back(question: str, languages: Sequence[str]) -> bool:
    return not _listed(POINTERS, languages).isdisjoint(WORD.findall(fold_text(question)))


def _own_words(question: str, languages: Sequence[str]) -> list[str]:
    """The question's distinct words that say something, folded."""
    empty = _listed(POINTERS, languages) | _listed(WEAK_WORDS, languages)
    empty = empty.union(*(stop_words(language) for language in languages))
    words = dict.fromkeys(WORD.findall(fold_text(question)))
    return [word for word in words if word not in empty]


def _listed(lists: dict[str, str], languages: Sequence[str]) -> frozenset[str]:
    """The words listed for the languages, folded."""
    known = (lists[language] for language in languages if language in lists)
    return frozenset(fold_text(" ".join(known)).split())
