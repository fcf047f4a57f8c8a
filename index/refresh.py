"""Origins → what is new there: each kind is looked at by its own room."""

from collections.abc import Callable, Mapping
from pathlib import Path

from index.errors import EmptyDocument, NoRoom, SourceError
from index.ingest import Ingest
from index.parse import Limits
from index.repository import look_at_repository
from index.store import Store
from index.types import Look, Origin, Record
from index.web import Fetcher, look_at_page, look_at_site

Tick = Callable[[str, int, int], None]
"""Called with what is being read, how much of it is done and how much there is."""


def look_at(
    origin: Origin,
    notes: Mapping[str, str],
    *,
    folder: Path,
    fetcher: Fetcher,
    limits: Limits,
    tick: Tick,
) -> Look:
    """What an origin holds now that was not there before. Raises SourceError.

    `folder` is where clones of repositories are kept, and `fetcher` the way to the web.
    """
    match origin.kind:
        case "repository":
            return look_at_repository(origin, notes, folder=folder, limits=limits, tick=tick)
        case "page":
            return look_at_page(origin, notes, fetcher=fetcher, limits=limits, tick=tick)
        case "site":
            return look_at_site(origin, notes, fetcher=fetcher, limits=limits, tick=tick)
    raise SourceError(
        "{address} is a channel of Discord's: the bot alone can look there.", address=origin.address
    )


def take_look(store: Store, ingest: Ingest, origin: Origin, look: Look) -> None:
    """Let the documents of an origin be those that a look has found.

    One that was removed stays away, and one that another origin has brought stays with that. For
    one that there is no room for the next look looks again, and the origin tells why meanwhile.
    """
    records = {record.source: record for record in store.records()}
    away = store.roots.excluded()
    own = {source: record for source, record in records.items() if record.origin == origin.id}
    refused: dict[str, str] = {}
    for incoming in look.documents:
        known = records.get(incoming.source)
        if incoming.source in away or (known and known.origin != origin.id):
            continue
        try:
            ingest.add(incoming)
        except EmptyDocument as error:
            ingest.fail(incoming.source, error)
        except NoRoom as error:
            ingest.fail(incoming.source, error)
            refused[incoming.source] = str(error)
    ingest.flush()
    for source, failure in look.failed.items():
        ingest.fail(source, failure)
    for source in own.keys() & look.sources - look.failed.keys() - refused.keys() - ingest.stored:
        ingest.keep(own[source])
    gone = [record for source, record in own.items() if source not in look.sources]
    with ingest.transaction():
        remove_records(store, ingest, gone)
        if not refused:
            store.origins.keep_notes(origin.id, look.notes)
        store.origins.note_look(origin.id, next(iter(refused.values()), None))


def remove_records(store: Store, ingest: Ingest, records: list[Record]) -> None:
    """Remove documents whose source is gone, inside a transaction."""
    for record in records:
        store.remove(record.id)
    ingest.removed += [record.name for record in records]
