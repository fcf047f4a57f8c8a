"""The tables of the file in which a server's bot remembers."""

from index.schema import Schema

BUSY_TIMEOUT_S = 10.0
"""How long whoever opens the file waits for another who writes, or has it alone."""

_LEFT_OUT = "CREATE TABLE IF NOT EXISTS left_out (user INTEGER PRIMARY KEY)"
_WRITTEN = """
CREATE TABLE IF NOT EXISTS written (
    message INTEGER PRIMARY KEY,
    user INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    post INTEGER NOT NULL
)"""
_QUESTION = """
CREATE TABLE IF NOT EXISTS question (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    hour TEXT NOT NULL,  -- no more of the time: messages tell who wrote at which second
    answered INTEGER NOT NULL,
    confidence REAL NOT NULL{}
)"""
_QUESTION_COLUMNS = (
    "passage TEXT",
    "made_by TEXT",
    "vector BLOB",
    "asker INTEGER",
    "helpful INTEGER NOT NULL DEFAULT 0",
    "unhelpful INTEGER NOT NULL DEFAULT 0",
    "settled INTEGER NOT NULL DEFAULT 0",
)
_TOPIC = """
CREATE TABLE IF NOT EXISTS topic (
    id INTEGER PRIMARY KEY,
    words TEXT NOT NULL,
    made_by TEXT NOT NULL,
    vector BLOB NOT NULL
)"""
_CITATION = """
CREATE TABLE IF NOT EXISTS citation (
    day TEXT NOT NULL,
    shared INTEGER NOT NULL,  -- whether it is the operator's document
    document TEXT NOT NULL,  -- a digest of its name
    times INTEGER NOT NULL,
    PRIMARY KEY (day, shared, document)
)"""
_PACE = """
CREATE TABLE IF NOT EXISTS pace (
    day TEXT NOT NULL,
    step INTEGER NOT NULL,  -- how long an answer took, on a scale of logarithms
    times INTEGER NOT NULL,
    PRIMARY KEY (day, step)
)"""
_DIGEST = """
CREATE TABLE IF NOT EXISTS digest (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    week TEXT NOT NULL,  -- the Monday of the last one
    failure TEXT
)"""
_DEPARTED = """
CREATE TABLE IF NOT EXISTS departed (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL)"""
_UPLOAD = """
CREATE TABLE IF NOT EXISTS upload (
    document TEXT PRIMARY KEY,  -- its name in the library
    user INTEGER,  -- NULL: who added it had that deleted
    link TEXT
)"""

_CITED = """
CREATE TABLE IF NOT EXISTS cited (
    message INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    passage TEXT NOT NULL,  -- as a button names it
    document INTEGER NOT NULL,
    title TEXT NOT NULL,
    digest TEXT NOT NULL,
    noted TEXT NOT NULL,
    PRIMARY KEY (message, passage)
)"""

_WAITING = """
CREATE TABLE IF NOT EXISTS waiting (
    message INTEGER NOT NULL,
    user INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    private INTEGER NOT NULL,
    question TEXT NOT NULL,
    earlier TEXT,
    since TEXT NOT NULL,
    asked_of TEXT NOT NULL,  -- the documents' state when they did not answer; '' for none
    PRIMARY KEY (message, user)
)"""

_CONFIRMED = """
CREATE TABLE IF NOT EXISTS confirmed (
    id INTEGER PRIMARY KEY,
    question TEXT NOT NULL,
    shared INTEGER NOT NULL,  -- whether it is the operator's document
    document TEXT NOT NULL,  -- its name
    passage BLOB NOT NULL,  -- its shingles
    answers INTEGER NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (question, shared, document, passage)
)"""

MEMORY = Schema(
    """
BEGIN IMMEDIATE;
PRAGMA application_id = {application_id};
PRAGMA user_version = 7;

CREATE TABLE IF NOT EXISTS preferences (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    chosen TEXT NOT NULL  -- JSON
);

CREATE TABLE IF NOT EXISTS vote (
    message INTEGER NOT NULL,
    user INTEGER NOT NULL,
    helpful INTEGER NOT NULL,
    passage TEXT,  -- as a button names it
    voted TEXT NOT NULL,
    PRIMARY KEY (message, user)
);

CREATE TABLE IF NOT EXISTS activity (
    day TEXT PRIMARY KEY,
    asked INTEGER NOT NULL,
    answered INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS indexed (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL);

{others};
COMMIT;
""".format(
        application_id=int.from_bytes(b"FnBm", "big"),
        others=";\n".join(
            (
                *(_UPLOAD, _LEFT_OUT, _WRITTEN, _DEPARTED, _TOPIC, _CITED, _WAITING),
                *(_CITATION, _PACE, _DIGEST, _CONFIRMED),
                _QUESTION.format("".join(f",\n    {column}" for column in _QUESTION_COLUMNS)),
            )
        ),
    ),
    int.from_bytes(b"FnBm", "big"),
    (
        (_LEFT_OUT, _WRITTEN),
        (
            _QUESTION.format(""),
            _DEPARTED,
            "ALTER TABLE upload RENAME TO upload_before",
            _UPLOAD,
            "INSERT INTO upload SELECT document, user, link FROM upload_before",
            "DROP TABLE upload_before",
        ),
        (
            *(f"ALTER TABLE question ADD COLUMN {column}" for column in _QUESTION_COLUMNS),
            _TOPIC,
        ),
        (_CITED, _WAITING),
        (_CITATION, _PACE, _DIGEST),
        (_CONFIRMED,),
    ),
)
