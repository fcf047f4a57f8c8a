"""The nouns of the bot: frozen, slotted, and used everywhere under one name."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from bot.audience import NOBODY, Audience
from bot.help_channel import HelpChannel
from index.network import Floats
from index.summary import Progress
from index.types import Answer, Citation, Origin, Passage, Record, Taught

Report = Callable[[Progress], None]
"""Called from a worker's thread. What it raises ends the job; documents that are done stay."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A passage or a document within a server's reach, as short as a button needs it.

    Written `o12` for number 12 of the server's own library, `s12` for that of the operator's.
    Which server's is settled by where the button is pressed, never by what it says.
    """

    shared: bool
    id: int

    def __str__(self) -> str:
        return f"{'s' if self.shared else 'o'}{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote. Raises ValueError."""
        if not re.fullmatch(r"[os][0-9]{1,18}", text):
            raise ValueError(f"{text[:20]!r} is no reference")
        return cls(text[0] == "s", int(text[1:]))


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a question may lean on: the question before it and the passages shown for that."""

    question: str
    passages: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as someone put it."""

    text: str
    earlier: Earlier | None = None
    document: str = ""
    """Search this document only: a Ref as text behind `#` (from a choice), or what someone typed,
    a title or a name; "": all."""
    unnamed: str = ""
    """The text with neutral words in place of people's names, where it holds any: what may be
    kept of it."""
    asker: int | None = None
    """Who asks, which is kept nowhere: people are counted by numbers that others share."""
    audience: Audience = NOBODY
    """Who reads the answer: it stands on nothing that one of them may not read."""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer from a server's libraries."""

    answer: Answer
    passages: tuple[Ref, ...]
    """One for each of the answer's hits."""
    citations: tuple[Citation, ...]
    """One for each of the answer's hits; `link` is an http(s) address or None."""
    searched: int
    """How many documents were searched."""
    document: Ref | None = None
    """The only document that was searched, if it was one."""
    also: tuple[tuple[Citation, ...], ...] = ()
    """For each of the answer's hits, where else the very same text stands."""
    vector: Floats | None = field(default=None, compare=False, repr=False)
    """(d,), unit norm: the question as it was read."""
    vouched: int = 0
    """How many passages, the first of them, a taught answer cites: one or none."""


@dataclass(frozen=True, slots=True)
class Context:
    """A passage with what stands around it in its document."""

    citation: Citation
    passage: Passage
    before: str
    """The text before it, from a paragraph's or a sentence's border on; "" at the start."""
    after: str


@dataclass(frozen=True, slots=True)
class Sight:
    """The pages that a passage stands on, as pictures."""

    pages: tuple[tuple[int, bytes], ...] = ()
    """Their numbers, 1-based, with PNGs in which the passage is marked."""
    missing: str = ""
    """Why there are none; "" too where the format has no pages."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in a list."""

    ref: Ref
    record: Record
    status: str
    """"current", "changed", "gone" or "stale"."""
    added_by: int | None = None
    """A Discord user's id; None where it was added in the terminal."""
    link: str | None = None
    bond: frozenset[str] | None = None
    """The labels of those who may read it; None where everybody may."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A taught answer in a list."""

    ref: Ref
    taught: Taught
    cited: Record | None = None
    """The document that it cites; None too where that is gone."""


@dataclass(frozen=True, slots=True)
class Group:
    """An origin in a list, with what came from it."""

    ref: Ref
    origin: Origin
    documents: int
    passages: int
    stale: int = 0
    """Documents whose last look failed, while the look at the origin did not."""
    reason: str = ""
    """Why, of the first of them."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message that a document is made from; this is kept to take it out again."""

    message: int
    user: int
    channel: int
    post: int


@dataclass(frozen=True, slots=True)
class Saying:
    """One message of a post."""

    message: int
    user: int
    """Whose it is; this never reaches a document."""
    text: str
    """In Discord's Markdown; nobody is mentioned in it by name or id."""


@dataclass(frozen=True, slots=True)
class Post:
    """What becomes one document of a channel: a message, or a forum's post with its replies."""

    id: int
    """The message's, or the thread's."""
    link: str
    """The address under which Discord shows it."""
    place: str
    """`#rules · 2026-11-24`."""
    sayings: tuple[Saying, ...]
    title: str = ""
    """The thread's name."""
    titled_by: int | None = None


@dataclass(frozen=True, slots=True)
class Posts:
    """What a look at a channel has found."""

    found: tuple[Post, ...]
    whole: bool = True
    """Whether there are no others; else those that are known stay."""
    gone: frozenset[int] = frozenset()
    """Posts that have gone, where it is not the whole."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that someone gave the bot; its name and bytes are not to be trusted."""

    name: str
    data: bytes
    added_by: int
    link: str | None = None
    """The message that it came with."""


MAX_REFUSAL_CHARS, MAX_FOOTER_CHARS = 300, 150


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a server's admins chose in `/docs settings`, `/docs words` and `/docs help-channel`."""

    role: int | None = None
    """Who has this role may use `/docs` as managers do."""
    channels: frozenset[int] = frozenset()
    """Where the bot answers, threads included; empty: everywhere."""
    private: bool = False
    """Whether `/ask` answers to the asker alone unless told otherwise."""
    cooldown_s: int = 3
    """Seconds between two questions of one person; 0: none."""
    shared: bool = True
    """Whether the operator's documents are searched too."""
    questions_days: int = 0
    """Days that questions are kept, without who asked; 0: none is."""
    digest: int | None = None
    """The channel in which the weekly digest is posted."""
    refusal: str = ""
    """What is said where the documents do not answer, in Markdown; "": the bot's own words."""
    footer: str = ""
    """The last line of answers and refusals, in Markdown; "": none."""
    helps: tuple[HelpChannel, ...] = ()
    """Where questions are answered that nobody put to the bot."""

    def find_help(self, channel: int) -> HelpChannel | None:
        """What was chosen for a channel, if it is one in which the bot helps."""
        return next((one for one in self.helps if one.channel == channel), None)


@dataclass(frozen=True, slots=True)
class Personal:
    """How much is kept about one person in one place."""

    votes: int
    uploads: int
    """Documents that they added."""
    messages: int
    """Of theirs that documents are made from."""
    left_out: bool
    """Whether they keep their messages out of documents."""
    waits: int = 0
    """Questions that they wait for an answer to."""
    taught: int = 0
    """Versions of taught answers that they wrote."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What someone thinks of an answer."""

    message: int
    user: int
    helpful: bool
    passage: Ref | None = None
    """The passage that the answer showed first."""
    question: str = ""
    """The question as it may be kept."""


@dataclass(frozen=True, slots=True)
class Votes:
    """What everyone thinks of one answer."""

    helpful: int
    unhelpful: int
    mine: bool | None
    """What the one who has just voted thinks of it; None where the vote was taken back."""
