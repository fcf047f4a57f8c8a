"""What a library was taught: answers that come first where the same is asked."""

from index.errors import TeachingError, UnknownDocument, mark
from index.holdings import Holdings
from index.taught import MOST_TAUGHT, check_taught, find_same, make_incoming
from index.types import Taught


class Teaching(Holdings):
    """The same with answers that somebody vouches for: how they are taught, changed and found.

    The model is loaded when it is first needed. Threads must take turns.
    """

    def teach(
        self,
        question: str,
        answer: str,
        *,
        cited: str | None = None,
        who: int | None = None,
        id: int | None = None,
    ) -> Taught:
        """The answer as it was taught: a new one, or the next version of the one of that id.

        Raises TeachingError for what is empty, too long, taught already or one too many, NoRoom,
        UnknownDocument where the one to change is gone, and ModelChanged.
        """
        question, answer = check_taught(question, answer)
        _ = self.encoder  # whoever waits for the transaction need not wait for the model
        with self.store.transaction():
            taught = self.store.taught.all()
            self._require_apart(taught, question, id)
            if id is None:
                id = self.store.taught.next_id()
            ingest = self._ingest(None, inside_transaction=True)
            ingest.add(make_incoming(id, question, answer))
            ingest.flush()
            self.store.taught.write(id, question, answer, cited, who)
            return self.store.taught.versions(id)[0]

    def taught(self) -> tuple[Taught, ...]:
        """All answers as they are now, sorted by question."""
        return self.store.taught.all()

    def versions(self, id: int) -> tuple[Taught, ...]:
        """All versions of an answer, the last first. Raises UnknownDocument where it is gone."""
        found = self.store.taught.versions(id)
        if not found:
            raise UnknownDocument(_GONE, id=id)
        return found

    def unteach(self, id: int) -> Taught:
        """The answer that was removed with all its versions. Raises UnknownDocument."""
        with self.store.transaction():
            last, *_ = self.versions(id)
            self.store.remove(id)
            self.store.readers.release(id)
        return last

    def _require_apart(self, taught: tuple[Taught, ...], question: str, id: int | None) -> None:
        """Raise where an answer cannot be put beside those that are there, or is to be changed and
        is gone."""
        if id is not None and all(one.id != id for one in taught):
            raise UnknownDocument(_GONE, id=id)
        if id is None and len(taught) >= MOST_TAUGHT:
            raise TeachingError(
                "{answers:,} answers are taught here, and {most:,} are allowed. Remove one first.",
                answers=len(taught),
                most=MOST_TAUGHT,
            )
        same = find_same(taught, question)
        if same and same.id != id:
            raise TeachingError("This question is taught already. Change the answer that is there.")


_GONE = mark("Answer {id} is gone. `footnote taught` lists those that are there.")
