"""The tables of a library's file."""

import string
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of a SQLite file, and what marks it as one of ours."""

    script: str
    """Makes the tables in one transaction, unless they are there."""
    application_id: int
    steps: tuple[tuple[str, ...], ...] = ()
    """The statements that lead from version 1 to 2, from 2 to 3, and so on."""

    @property
    def version(self) -> int:
        """The version that the script makes, and that the steps lead to."""
        return len(self.steps) + 1


# See `index/seals.py`. A step that makes a table makes it as it was then, without.
_SEAL = "seal TEXT NOT NULL DEFAULT ''"

_ORIGIN = """
CREATE TABLE IF NOT EXISTS origin (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    address TEXT NOT NULL UNIQUE,
    options TEXT NOT NULL,  -- JSON
    every_s INTEGER NOT NULL,
    added TEXT NOT NULL,
    looked TEXT,
    failure TEXT{}
)"""

_NOTE = """
CREATE TABLE IF NOT EXISTS note (
    origin_id INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    {}PRIMARY KEY (origin_id, key)
) WITHOUT ROWID"""

# A file derived from the passages finds here what it has missed, and that it is of this library: a
# copy put back in place of a newer one does not know the newer one's generations.
_PAST = """
CREATE TABLE IF NOT EXISTS past (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    generation TEXT NOT NULL UNIQUE
)"""
_BEGINNING = "INSERT INTO past (generation) SELECT generation FROM library"

_REMOVED = """
CREATE TABLE IF NOT EXISTS removed (
    since INTEGER NOT NULL,  -- number of the generation that held the passage last
    passage_id INTEGER NOT NULL,
    {}PRIMARY KEY (since, passage_id)
) WITHOUT ROWID"""

# The sum is a seal that SQLite can make by itself, in the shell too.
_SUM = "total INTEGER NOT NULL DEFAULT 0"
_PASSAGE_REMOVED = """
CREATE TRIGGER IF NOT EXISTS passage_removed AFTER DELETE ON passage BEGIN
    INSERT INTO passage_index (passage_index, rowid, terms) VALUES ('delete', old.id, old.terms);
    UPDATE library SET passages = passages - 1, terms = terms - old.term_count;
    INSERT INTO removed (since, passage_id{}) SELECT max(number), old.id{} FROM past;
END"""
_TOTAL = ", total", ", max(number) + old.id"

_OCCURRENCE = """
CREATE VIRTUAL TABLE IF NOT EXISTS passage_occurrence USING fts5vocab (passage_index, instance)"""

# A version is never changed; what is removed goes with its document.
_TAUGHT = f"""
CREATE TABLE IF NOT EXISTS taught (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    version INTEGER NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,  -- Markdown
    cited TEXT,
    who INTEGER,  -- a Discord user's id
    at TEXT NOT NULL,
    {_SEAL},
    UNIQUE (document_id, version)
)"""

# The document may have gone: it comes back under its id. Without labels it is nobody's.
_READER = f"""
CREATE TABLE IF NOT EXISTS reader (
    document_id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    labels TEXT NOT NULL,  -- JSON
    {_SEAL}
)"""

_OF_ORIGIN = "CREATE INDEX IF NOT EXISTS document_of_origin ON document (origin)"
_OF_CONTENT = "CREATE INDEX IF NOT EXISTS document_of_content ON document (content_hash)"
_OF_LANGUAGE = "CREATE INDEX IF NOT EXISTS document_of_language ON document (language)"
_OF_DIGEST = "CREATE INDEX IF NOT EXISTS passage_of_digest ON passage (digest)"

_SEALED = (
    *("library", "root", "excluded", "origin", "note"),
    *("document", "document_text", "passage", "passage_feature"),
)
# A step from 5 on lets `library.seal` be '': it is of the tables too.
STEPS = (
    (
        _ORIGIN.format(""),
        _NOTE.format(""),
        "ALTER TABLE document ADD COLUMN link TEXT",
        "ALTER TABLE document ADD COLUMN origin INTEGER REFERENCES origin ON DELETE CASCADE",
        "ALTER TABLE document ADD COLUMN failure TEXT",
        "ALTER TABLE passage ADD COLUMN fragment TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE passage ADD COLUMN header TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE passage ADD COLUMN digest TEXT NOT NULL DEFAULT ''",
        _OF_ORIGIN,
        _OF_DIGEST,
    ),
    (
        "ALTER TABLE library ADD COLUMN calibration TEXT",
        _OF_CONTENT,
        _OF_LANGUAGE,
        _PAST,
        _BEGINNING,
        _REMOVED.format(""),
        "DROP TRIGGER passage_removed",
        _PASSAGE_REMOVED.format("", ""),
    ),
    (_OCCURRENCE,),
    (
        *(f"ALTER TABLE {table} ADD COLUMN {_SEAL}" for table in _SEALED),
        f"ALTER TABLE removed ADD COLUMN {_SUM}",
        "UPDATE removed SET total = since + passage_id",
        "DROP TRIGGER passage_removed",
        _PASSAGE_REMOVED.format(*_TOTAL),
    ),
    (_TAUGHT, "UPDATE library SET seal = ''"),
    (_READER, "UPDATE library SET seal = ''"),
)

APPLICATION_ID = int.from_bytes(b"Foot", "big")

# With every mark a token character, and no folding but A-Z to a-z, whatever stands between two
# spaces is one term, the same in every version of Unicode; `unicode61` turns ſ into s, µ into μ.
_TOKENIZER = "ascii tokenchars '{}'".format(string.punctuation.replace("'", "''"))

# Passages' large columns stand in tables of their own, so that a question reads what it needs.
# Ids are never used twice: an index of an older generation cannot point to the wrong passage.
# Triggers keep the full text and the counts in step, whichever way a passage comes or goes.
_SCRIPT = f"""
BEGIN IMMEDIATE;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {len(STEPS) + 1};

CREATE TABLE IF NOT EXISTS library (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation TEXT NOT NULL,
    embedded_with TEXT,
    passages INTEGER NOT NULL,
    terms INTEGER NOT NULL,
    calibration TEXT,  -- JSON
    {_SEAL}
);
INSERT OR IGNORE INTO library VALUES (1, lower(hex(randomblob(16))), NULL, 0, 0, NULL, '');

{_PAST};
{_BEGINNING} WHERE NOT EXISTS (SELECT 1 FROM past);
{_REMOVED.format(_SUM + ", ")};

CREATE TABLE IF NOT EXISTS root (path TEXT PRIMARY KEY, {_SEAL});
CREATE TABLE IF NOT EXISTS excluded (source TEXT PRIMARY KEY, {_SEAL});

{_ORIGIN.format(", " + _SEAL)};
{_NOTE.format(_SEAL + ", ")};

CREATE TABLE IF NOT EXISTS document (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    pages INTEGER,
    passages INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    language TEXT NOT NULL,
    added TEXT NOT NULL,
    updated TEXT NOT NULL,
    link TEXT,
    origin INTEGER REFERENCES origin ON DELETE CASCADE,
    failure TEXT,
    {_SEAL}
);
{_OF_ORIGIN};
{_OF_CONTENT};
{_OF_LANGUAGE};

CREATE TABLE IF NOT EXISTS document_text (
    document_id INTEGER PRIMARY KEY REFERENCES document ON DELETE CASCADE,
    text TEXT NOT NULL,
    {_SEAL}
);

{_TAUGHT};

{_READER};

CREATE TABLE IF NOT EXISTS passage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    text TEXT NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    page INTEGER,
    last_page INTEGER,
    heading_path TEXT NOT NULL,  -- JSON
    sentences TEXT NOT NULL,  -- JSON
    terms TEXT NOT NULL,  -- parted by spaces
    term_count INTEGER NOT NULL,
    fragment TEXT NOT NULL DEFAULT '',
    header TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL DEFAULT '',  -- of all that its vectors are made from
    {_SEAL}
);
{_OF_DIGEST};
CREATE INDEX IF NOT EXISTS passage_of_document ON passage (document_id);

CREATE TABLE IF NOT EXISTS passage_vector (
    passage_id INTEGER PRIMARY KEY REFERENCES passage ON DELETE CASCADE,
    vector BLOB NOT NULL  -- float32, little-endian
);

CREATE TABLE IF NOT EXISTS passage_feature (
    passage_id INTEGER PRIMARY KEY REFERENCES passage ON DELETE CASCADE,
    sentence_vectors BLOB NOT NULL,  -- float16, little-endian
    token_signs BLOB NOT NULL,
    token_width INTEGER NOT NULL,  -- bytes
    token_counts TEXT NOT NULL,  -- JSON
    {_SEAL}
);

CREATE VIRTUAL TABLE IF NOT EXISTS passage_index USING fts5 (
    terms, content = 'passage', content_rowid = 'id', tokenize = "{_TOKENIZER.replace('"', '""')}"
);
CREATE VIRTUAL TABLE IF NOT EXISTS passage_vocabulary USING fts5vocab (passage_index, row);
{_OCCURRENCE};

CREATE TRIGGER IF NOT EXISTS passage_added AFTER INSERT ON passage BEGIN
    INSERT INTO passage_index (rowid, terms) VALUES (new.id, new.terms);
    UPDATE library SET passages = passages + 1, terms = terms + new.term_count;
END;
{_PASSAGE_REMOVED.format(*_TOTAL)};
COMMIT;
"""

LIBRARY = Schema(_SCRIPT, APPLICATION_ID, STEPS)
