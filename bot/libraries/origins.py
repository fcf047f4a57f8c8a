"""What a server's documents come from beside files: added, looked at again, removed. Any thread."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from bot.audience import Audience
from bot.language import mark
from bot.libraries.hidden import find_hidden
from bot.libraries.places import Places
from bot.libraries.posts import list_written, make_look, read_post
from bot.libraries.summaries import join_summaries, without_folders
from bot.libraries.turns import Turns
from bot.types import Group, Posts, Ref, Report, Sight
from index.errors import (
    LibraryError,
    ModelChanged,
    NoDocuments,
    ParseError,
    QuestionError,
    SourceError,
    UnknownDocument,
)
from index.library import Library
from index.pictures import Picture
from index.summary import Summary
from index.types import Kind, Look, Origin, Record

Options = Mapping[str, int | str | bool]

_NOT_THERE = mark("This source is removed already.")
_CHANGED = mark("The file has changed or gone, so its page cannot be shown.")
_UNLOCATED = mark("The passage could not be located on the page, so no picture of it is shown.")
MOST_PICTURES = 2


class Origins:
    """Opens what it needs for each call, and closes it again.

    What changes documents takes turns, one at a time for each place.
    """

    def __init__(self, places: Places, turns: Turns) -> None:
        self._places = places
        self._turns = turns

    def groups(self, guild: int | None) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
        """The origins of the server's own documents and of the operator's, each by address."""
        with self._places.reach(guild) as libraries:
            own, shared = (
                _group(kind, library) if (library := libraries.get(kind)) else ()
                for kind in (False, True)
            )
        return own, shared

    def due(self, guilds: Iterable[int | None]) -> tuple[tuple[int | None, Origin], ...]:
        """What is to be looked at again by now; places without a library have nothing."""
        due: list[tuple[int | None, Origin]] = []
        for guild in guilds:
            if self._places.identify(guild):
                with suppress(LibraryError), self._places.library(guild) as library:
                    due += [(guild, origin) for origin in library.due(datetime.now(UTC))]
        return tuple(due)

    def add(
        self, guild: int, kind: Kind, address: str, options: Options, every_s: int, report: Report
    ) -> Summary:
        """What came of a page or a site. Raises SourceError, which leaves nothing behind."""
        with self._turns.take(guild), self._places.library(guild) as library:
            summary = library.add_origin(kind, address, options, every_s=every_s, progress=report)
            self._note_indexed(guild)
        return without_folders(summary)

    def add_channel(
        self,
        guild: int,
        address: str,
        options: Options,
        every_s: int,
        posts: Posts,
        report: Report,
    ) -> Summary:
        """What came of a channel that is added."""
        with self._turns.take(guild), self._places.library(guild) as library:
            known = [origin for origin in library.origins() if origin.address == address]
            kept = _documents_of(library, known[0]) if known else []
            with self._places.memory(guild) as memory:
                left_out = memory.left_out()
                channel = int(options["channel"])
                memory.note_written(list_written(posts, channel, left_out))
            look = make_look(posts, kept, left_out)
            summary = library.add_origin(
                "channel", address, options, every_s=every_s, look=look, progress=report
            )
            self._forget_gone(guild, library, address, posts)
            self._note_indexed(guild)
        return summary

    def refresh(self, guild: int | None, origin: int, report: Report) -> Summary:
        """What changed in an origin that is no channel; how a look fails is kept with it."""
        with self._turns.take(guild), self._places.library(guild) as library:
            summary = library.refresh(find_origin(library, origin), report)
            self._note_indexed(guild)
        return without_folders(summary)

    def take(self, guild: int, origin: int, posts: Posts, report: Report) -> Summary:
        """What a look at a channel changed."""
        with self._turns.take(guild), self._places.library(guild) as library:
            known = find_origin(library, origin)
            with self._places.memory(guild) as memory:
                left_out = memory.left_out()
                channel = int(known.options["channel"])
                memory.note_written(list_written(posts, channel, left_out))
            look = make_look(posts, _documents_of(library, known), left_out)
            summary = library.take(known, look, report)
            self._forget_gone(guild, library, known.address, posts)
        return summary

    def note_failure(self, guild: int, origin: int, reason: str, *, empty: bool = False) -> Summary:
        """Keep why a look failed; with `empty` the documents go, else they stay."""
        summary = join_summaries([])
        with self._turns.take(guild), self._places.library(guild) as library:
            known = find_origin(library, origin)
            if empty:
                summary = library.take(known, Look((), frozenset()))
                self._forget_gone(guild, library, known.address)
            library.note_failure(find_origin(library, origin), reason)
        return summary

    def remove(self, guild: int, origin: int) -> Group:
        """The origin that was removed, with its documents.

        Raises UnknownDocument, and at once JobRunning where a job of the server has its turn.
        """
        with self._turns.take(guild, wait=False), self._places.library(guild) as library:
            known = find_origin(library, origin)
            [group] = [one for one in _group(False, library) if one.origin.id == origin]
            self._remove(guild, library, known)
        return group

    def drop(self, guild: int, origin: int) -> Summary:
        """What went with an origin that is gone itself; this waits for its turn."""
        with self._turns.take(guild), self._places.library(guild) as library:
            removed = self._remove(guild, library, find_origin(library, origin))
        return Summary((), (), (), tuple(record.name for record in removed), (), 0, 0, 0.0)

    def channels(self, guild: int) -> dict[int, tuple[Origin, dict[int, int]]]:
        """The channels that are documents here, by id, and of their messages the posts' ids."""
        if not self._places.identify(guild):
            return {}
        with self._places.library(guild) as library, self._places.memory(guild) as memory:
            return {
                channel: (origin, {one.message: one.post for one in memory.written(channel)})
                for origin in library.origins()
                if origin.kind == "channel"
                for channel in [int(origin.options["channel"])]
            }

    def leave_out(self, guild: int, user: int, out: bool) -> None:
        """Keep someone's messages out of documents from now on, or let them in again."""
        with self._places.memory(guild) as memory:
            memory.leave_out(user, out)

    def drop_posts(self, guild: int, user: int) -> Summary:
        """Remove the documents that someone's messages are part of.

        What others wrote there comes back with the next look.
        """
        summaries: list[Summary] = []
        with self._turns.take(guild), self._places.library(guild) as library:
            for origin in library.origins():
                if origin.kind != "channel":
                    continue
                channel = int(origin.options["channel"])
                with self._places.memory(guild) as memory:
                    theirs = {one.post for one in memory.written(channel) if one.user == user}
                if not theirs:
                    continue
                kept = {record.source for record in _documents_of(library, origin)}
                stays = frozenset(source for source in kept if read_post(source) not in theirs)
                summaries.append(library.take(origin, Look((), stays)))
                if origin.failure:
                    library.note_failure(origin, origin.failure)
                self._forget_gone(guild, library, origin.address)
        return join_summaries(summaries)

    def pictures(
        self, guild: int | None, passage: Ref, question: str | None, audience: Audience
    ) -> Sight:
        """The pages that a passage stands on, where they can be shown with the passage marked."""
        with self._places.reach(guild) as libraries:
            library = libraries.get(passage.shared)
            if library is None:
                return Sight()
            found = library.store.passages([passage.id])
            if not found or found[passage.id][0].id in find_hidden(library, audience):
                return Sight()
            try:
                pictures = _draw(library, passage.id, question)
            except (ParseError, SourceError):
                return Sight(missing=_CHANGED)
        marked = [(picture.page, picture.png) for picture in pictures if picture.marked]
        missing = _UNLOCATED if pictures and not marked else ""
        return Sight(tuple(marked[:MOST_PICTURES]), missing)

    def _remove(self, guild: int, library: Library, origin: Origin) -> tuple[Record, ...]:
        removed = library.remove_origin(origin)
        if origin.kind == "channel":
            with self._places.memory(guild) as memory:
                memory.forget_written(int(origin.options["channel"]))
        return removed

    def _forget_gone(
        self,
        guild: int,
        library: Library,
        address: str,
        posts: Posts = Posts(()),  # noqa: B008
    ) -> None:
        """Forget who wrote what no document is made from any more; `posts` were just looked at."""
        looked = {post.id for post in posts.found}
        for origin in library.origins():
            if origin.address != address:
                continue
            kept = {read_post(record.source) for record in _documents_of(library, origin)}
            channel = int(origin.options["channel"])
            with self._places.memory(guild) as memory:
                there = list_written(posts, channel, memory.left_out())
                stays = {one.message for one in there if one.post in kept}
                stays |= {
                    one.message
                    for one in memory.written(channel)
                    if one.post in kept and one.post not in looked
                }
                memory.forget_written(channel, stays)

    def _note_indexed(self, guild: int | None) -> None:
        with self._places.memory(guild) as memory:
            memory.note_indexed()


def _draw(library: Library, passage: int, question: str | None) -> tuple[Picture, ...]:
    """The pages of a passage, the answering sentence stronger where it can be told. Raises
    ParseError."""
    try:
        return library.pictures(passage, question)
    except (QuestionError, NoDocuments, ModelChanged):
        return library.pictures(passage)


def find_origin(library: Library, origin: int) -> Origin:
    """The origin of an id. Raises UnknownDocument."""
    for known in library.origins():
        if known.id == origin:
            return known
    raise UnknownDocument(_NOT_THERE)


def _documents_of(library: Library, origin: Origin) -> list[Record]:
    return [record for record in library.store.records() if record.origin == origin.id]


def _group(shared: bool, library: Library) -> tuple[Group, ...]:
    groups = []
    for origin in library.origins():
        records = _documents_of(library, origin)
        failures = [record.failure for record in records if record.failure]
        groups.append(
            Group(
                Ref(shared, origin.id),
                origin,
                len(records),
                sum(record.passages for record in records),
                len(failures),
                failures[0] if failures else "",
            )
        )
    return tuple(sorted(groups, key=lambda group: group.origin.address))
