
BEGIN IMMEDIATE;
PRAGMA application_id = 1181708148;
PRAGMA user_version = 6;

CREATE TABLE IF NOT EXISTS library (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation TEXT NOT NULL,
    embedded_with TEXT,
    passages INTEGER NOT NULL,
    terms INTEGER NOT NULL,
    calibration TEXT,  -- JSON
    seal TEXT NOT NULL DEFAULT ''
);
INSERT OR IGNORE INTO library VALUES (1, lower(hex(randomblob(16))), NULL, 0, 0, NULL, '');


CREATE TABLE IF NOT EXISTS past (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    generation TEXT NOT NULL UNIQUE
);
INSERT INTO past (generation) SELECT generation FROM library WHERE NOT EXISTS (SELECT 1 FROM past);

CREATE TABLE IF NOT EXISTS removed (
    since INTEGER NOT NULL,  -- number of the generation that held the passage last
    passage_id INTEGER NOT NULL,
    total INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (since, passage_id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS root (path TEXT PRIMARY KEY, seal TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS excluded (source TEXT PRIMARY KEY, seal TEXT NOT NULL DEFAULT '');


CREATE TABLE IF NOT EXISTS origin (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    address TEXT NOT NULL UNIQUE,
    options TEXT NOT NULL,  -- JSON
    every_s INTEGER NOT NULL,
    added TEXT NOT NULL,
    looked TEXT,
    failure TEXT, seal TEXT NOT NULL DEFAULT ''
);

CREATE TABLE IF NOT EXISTS note (
    origin_id INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    seal TEXT NOT NULL DEFAULT '', PRIMARY KEY (origin_id, key)
) WITHOUT ROWID;

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
    seal TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS document_of_origin ON document (origin);
CREATE INDEX IF NOT EXISTS document_of_content ON document (content_hash);
CREATE INDEX IF NOT EXISTS document_of_language ON document (language);

CREATE TABLE IF NOT EXISTS document_text (
    document_id INTEGER PRIMARY KEY REFERENCES document ON DELETE CASCADE,
    text TEXT NOT NULL,
    seal TEXT NOT NULL DEFAULT ''
);


CREATE TABLE IF NOT EXISTS taught (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    version INTEGER NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,  -- Markdown
    cited TEXT,
    who INTEGER,  -- a Discord user's id
    at TEXT NOT NULL,
    seal TEXT NOT NULL DEFAULT '',
    UNIQUE (document_id, version)
);

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
    seal TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS passage_of_digest ON passage (digest);
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
    seal TEXT NOT NULL DEFAULT ''
);

CREATE VIRTUAL TABLE IF NOT EXISTS passage_index USING fts5 (
    terms, content = 'passage', content_rowid = 'id', tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);
CREATE VIRTUAL TABLE IF NOT EXISTS passage_vocabulary USING fts5vocab (passage_index, row);

CREATE VIRTUAL TABLE IF NOT EXISTS passage_occurrence USING fts5vocab (passage_index, instance);

CREATE TRIGGER IF NOT EXISTS passage_added AFTER INSERT ON passage BEGIN
    INSERT INTO passage_index (rowid, terms) VALUES (new.id, new.terms);
    UPDATE library SET passages = passages + 1, terms = terms + new.term_count;
END;

CREATE TRIGGER IF NOT EXISTS passage_removed AFTER DELETE ON passage BEGIN
    INSERT INTO passage_index (passage_index, rowid, terms) VALUES ('delete', old.id, old.terms);
    UPDATE library SET passages = passages - 1, terms = terms - old.term_count;
    INSERT INTO removed (since, passage_id, total) SELECT max(number), old.id, max(number) + old.id FROM past;
END;
COMMIT;
