"""Every error that Footnote raises on purpose.

FootnoteError
├── ParseError                one file could not become a document; the others go on
│   ├── EmptyDocument         nothing to read in it
│   ├── UnsupportedFormat     not a format that Footnote reads
│   ├── DamagedDocument       says one format, and does not hold to it
│   ├── EncryptedDocument     asks for a password
│   ├── ScannedDocument       pictures of pages, without text
│   ├── DocumentTooLarge      over a limit on size, pages or unpacked size
│   ├── ParserFailed          its parser crashed, or went over a limit on memory or time
│   ├── NoRoom                would take the library over what it may hold
│   └── UnreadableFile        missing, forbidden, a broken link, not a regular file
├── SourceError               a page, a site, a repository or a channel cannot be read
│   └── AddressRefused        an address that leads nowhere public, or is none
├── QuestionError             an empty or over-long question
├── TeachingError             an answer that cannot be taught as it is
├── ReadersError              labels that no document can be bound to
├── GoldError                 a gold file that evaluation cannot use
├── BackupError               a backup that cannot be written, or an archive that cannot be restored
├── ModelError                the embedding model cannot be loaded or is not the one it says
└── LibraryError              the library on disk
    ├── StoreDamaged          its SQLite file is corrupt
    ├── StoreBusy             another process is writing
    ├── JobRunning            an index job of the same place has to end first
    ├── DiskFull              no space left; nothing was changed
    ├── ModelChanged          embedded with another model or passage size than the settings name
    ├── UnknownDocument       no document by that name, or more than one
    └── NoDocuments           nothing has been added yet

A message says what is wrong, the value, and the command that mends it.
"""


class Marked(str):
    """A text of ours that is said in other languages, too."""

    __slots__ = ()


def mark(text: str) -> Marked:
    """A text that does not stand where it is said, or where its error is raised."""
    return Marked(text)


class FootnoteError(Exception):
    """Root of the tree; its text is fit to be shown to a person.

    It is English, in logs and in the store as well. With values, `template` holds their names in
    braces, so that it can be said in other languages; so can a value that is marked.
    """

    def __init__(self, template: str = "", /, **values: str | float) -> None:
        super().__init__(template.format_map(values) if values else template)
        self.template = template
        self.values = values


class ParseError(FootnoteError):
    """One file could not become a document."""


class EmptyDocument(ParseError):
    """The file holds no text."""


class UnsupportedFormat(ParseError):
    """The file is in no format that Footnote reads."""


class DamagedDocument(ParseError):
    """The file does not hold to the format that it claims."""


class EncryptedDocument(ParseError):
    """The file asks for a password."""


class ScannedDocument(ParseError):
    """The file holds pictures of pages and no text."""


class DocumentTooLarge(ParseError):
    """The file is over a limit on bytes, pages or unpacked bytes."""


class ParserFailed(ParseError):
    """The file's parser crashed, or went over a limit on memory or time."""


class NoRoom(ParseError):
    """The document would take the library over what it may hold."""


class UnreadableFile(ParseError):
    """The path is missing, forbidden, a broken link or no regular file."""


class SourceError(FootnoteError):
    """A page, a site, a repository or a channel cannot be read."""


class AddressRefused(SourceError):
    """The address leads nowhere public, or is none."""


class QuestionError(FootnoteError):
    """The question is empty or too long."""


class TeachingError(FootnoteError):
    """The answer cannot be taught as it is."""


class ReadersError(FootnoteError):
    """No document can be bound to these labels."""


class GoldError(FootnoteError):
    """The gold file cannot be used."""


class BackupError(FootnoteError):
    """The backup cannot be written, or the archive cannot be restored."""


class ModelError(FootnoteError):
    """The embedding model cannot be loaded, or is not the one that it says."""


class LibraryError(FootnoteError):
    """The library on disk cannot do what was asked."""


class StoreDamaged(LibraryError):
    """The SQLite file is corrupt."""


class StoreBusy(LibraryError):
    """Another process is writing to the library."""


class JobRunning(LibraryError):
    """An index job of the same place has to end first."""


class DiskFull(LibraryError):
    """No space is left; nothing was changed."""


class ModelChanged(LibraryError):
    """The library was embedded with another model or passage size."""


class UnknownDocument(LibraryError):
    """No document goes by that name, or more than one does."""


class NoDocuments(LibraryError):
    """Nothing has been added to the library yet."""
