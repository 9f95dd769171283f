-- The ledger, version 1.  `attempt`, `tariff`, `take` and `retake` hold facts: rows are added, closed at most
-- once and never rewritten.  `chapter` and `segment` hold the newest plan, replaced whole.  What state a segment is in
-- is stored nowhere: the view `segment_state` derives it.
--
-- Times are UTC in ISO 8601, with milliseconds and a Z.  Columns named *_sha256 and fingerprint are lower-case hex.
-- Paths are relative to the output folder, with forward slashes.

CREATE TABLE run (  -- one `batchtts run`; open while it goes on, and after it was killed
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at      TEXT NOT NULL,
    ended_at        TEXT,
    outcome         TEXT,              -- done, or what ended it: incomplete_run, engine_refused, killed ...
    reason          TEXT,              -- the same in a sentence; none if all is done
    version         TEXT NOT NULL,     -- of batchtts
    manifest_sha256 TEXT NOT NULL,
    pid             INTEGER NOT NULL,
    host            TEXT NOT NULL,
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;

CREATE TABLE setting (  -- what many segments and takes share: everything but the text that changes the sound
    id   INTEGER PRIMARY KEY,
    json TEXT NOT NULL UNIQUE CHECK (json_valid(json))
) STRICT;

CREATE TABLE plan (  -- a single row: the digest of what `chapter` and `segment` hold
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    digest TEXT NOT NULL
) STRICT;

CREATE TABLE chapter (
    id       TEXT PRIMARY KEY,
    number   INTEGER NOT NULL,
    position INTEGER NOT NULL UNIQUE,  -- in reading order, from 0
    title    TEXT NOT NULL,
    slug     TEXT NOT NULL,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE segment (
    id          TEXT PRIMARY KEY,
    chapter     TEXT NOT NULL REFERENCES chapter (id),
    position    INTEGER NOT NULL,      -- in its chapter, from 0
    fingerprint TEXT NOT NULL,         -- hash of all that can change how it sounds
    setting     INTEGER NOT NULL REFERENCES setting (id),
    text        TEXT NOT NULL,
    document    TEXT NOT NULL,
    char_start  INTEGER NOT NULL,      -- in the document's text, in code points
    char_end    INTEGER NOT NULL,
    locator     TEXT NOT NULL,         -- where a person finds it in the source
    characters  INTEGER NOT NULL,
    UNIQUE (chapter, position)
) STRICT;

CREATE INDEX segments_by_fingerprint ON segment (fingerprint, chapter);

CREATE TABLE tariff (  -- an engine that was asked, and what it took for text at that time
    id                  INTEGER PRIMARY KEY,
    engine              TEXT NOT NULL,
    per_1000_characters REAL,          -- empty if the manifest gave no price
    currency            TEXT,
    CHECK ((per_1000_characters IS NULL) = (currency IS NULL))
) STRICT;

CREATE UNIQUE INDEX one_tariff_per_engine_and_price
ON tariff (engine, coalesce(per_1000_characters, -1.0), coalesce(currency, ''));

CREATE TABLE attempt (  -- one request to an engine, whatever came of it; it may have cost money
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    run         INTEGER REFERENCES run (id),
    tariff      INTEGER REFERENCES tariff (id),
    fingerprint TEXT NOT NULL,
    characters  INTEGER NOT NULL,      -- that were sent; 0 when a take was adopted
    started_at  TEXT NOT NULL,
    ended_at    TEXT,
    outcome     TEXT CHECK (outcome IN (
        'kept', 'failed_checks', 'discarded', 'unavailable', 'busy', 'unreached', 'rejected', 'refused',
        'interrupted', 'adopted')),
    detail      TEXT,                  -- what the engine or the check said
    CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CHECK ((run IS NOT NULL AND tariff IS NOT NULL) OR outcome = 'adopted')
) STRICT;

CREATE INDEX attempts_by_fingerprint ON attempt (fingerprint);
CREATE INDEX failed_attempts ON attempt (fingerprint) WHERE outcome IN ('rejected', 'failed_checks');
CREATE UNIQUE INDEX one_open_attempt_per_fingerprint ON attempt (fingerprint) WHERE ended_at IS NULL;

CREATE TABLE take (  -- one recording, whole and synced before its row was written
    id          INTEGER PRIMARY KEY,
    attempt     INTEGER NOT NULL UNIQUE REFERENCES attempt (id),
    fingerprint TEXT NOT NULL,
    number      INTEGER NOT NULL,      -- counts the takes of one fingerprint, from 1
    text_sha256 TEXT NOT NULL,
    setting     INTEGER NOT NULL REFERENCES setting (id),
    seed        INTEGER NOT NULL,
    path        TEXT NOT NULL UNIQUE,
    sha256      TEXT NOT NULL,
    n_bytes     INTEGER NOT NULL,
    sample_rate INTEGER NOT NULL,
    n_samples   INTEGER NOT NULL,
    speech_start INTEGER NOT NULL,     -- the sample at which the first word begins
    speech_end  INTEGER NOT NULL,      -- and the one at which the last word has ended
    checks      TEXT NOT NULL CHECK (json_valid(checks)),
    dropped_at  TEXT,
    drop_reason TEXT,
    UNIQUE (fingerprint, number),
    CHECK ((dropped_at IS NULL) = (drop_reason IS NULL))
) STRICT;

CREATE INDEX takes_by_text ON take (text_sha256);
CREATE INDEX dropped_takes ON take (path) WHERE dropped_at IS NOT NULL;
CREATE UNIQUE INDEX one_live_take_per_fingerprint ON take (fingerprint) WHERE dropped_at IS NULL;

CREATE TABLE retake (  -- a person asked for another take
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL,
    attempt     INTEGER NOT NULL,      -- the newest one at that time, 0 if there was none: clocks may jump
    why         TEXT NOT NULL,
    seed        INTEGER,
    asked_at    TEXT NOT NULL
) STRICT;

CREATE INDEX retakes_by_fingerprint ON retake (fingerprint, attempt);

CREATE TABLE master (  -- the stitched chapters, as they were last written
    chapter     TEXT PRIMARY KEY,      -- of a plan that may have been replaced since
    recipe      TEXT NOT NULL,         -- hash of all that went into it
    sample_rate INTEGER NOT NULL,
    n_samples   INTEGER NOT NULL,
    files       TEXT NOT NULL CHECK (json_valid(files))
) STRICT;

CREATE TABLE verified (  -- when a file's bytes were last found right, so that they need not be read again
    path     TEXT PRIMARY KEY,
    n_bytes  INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER attempts_close_once BEFORE UPDATE ON attempt
WHEN OLD.ended_at IS NOT NULL
    OR NEW.ended_at IS NULL
    OR (NEW.id, NEW.run, NEW.tariff, NEW.fingerprint, NEW.characters, NEW.started_at)
        IS NOT (OLD.id, OLD.run, OLD.tariff, OLD.fingerprint, OLD.characters, OLD.started_at)
BEGIN
    SELECT RAISE(ABORT, 'an attempt only ever ends, and only once');
END;

CREATE TRIGGER tariffs_do_not_change BEFORE UPDATE ON tariff
BEGIN
    SELECT RAISE(ABORT, 'a tariff never changes: a new price is a new row');
END;

CREATE TRIGGER attempts_stay BEFORE DELETE ON attempt
BEGIN
    SELECT RAISE(ABORT, 'an attempt is never deleted: it may have cost money');
END;

CREATE TRIGGER takes_end_an_attempt BEFORE INSERT ON take
WHEN NOT EXISTS (
    SELECT 1 FROM attempt
    WHERE attempt.id = NEW.attempt
        AND attempt.fingerprint = NEW.fingerprint
        AND attempt.outcome IN ('kept', 'adopted')
)
BEGIN
    SELECT RAISE(ABORT, 'a take belongs to an attempt for its fingerprint that ended by keeping it');
END;

CREATE TRIGGER takes_do_not_change BEFORE UPDATE ON take
WHEN OLD.dropped_at IS NOT NULL
    OR NEW.dropped_at IS NULL
    OR (NEW.id, NEW.attempt, NEW.fingerprint, NEW.number, NEW.text_sha256, NEW.setting, NEW.seed,
        NEW.path, NEW.sha256, NEW.n_bytes, NEW.sample_rate, NEW.n_samples,
        NEW.speech_start, NEW.speech_end, NEW.checks)
        IS NOT (OLD.id, OLD.attempt, OLD.fingerprint, OLD.number, OLD.text_sha256, OLD.setting, OLD.seed,
        OLD.path, OLD.sha256, OLD.n_bytes, OLD.sample_rate, OLD.n_samples,
        OLD.speech_start, OLD.speech_end, OLD.checks)
BEGIN
    SELECT RAISE(ABORT, 'a take never changes: it can only be dropped, and only once');
END;

CREATE TRIGGER live_takes_stay BEFORE DELETE ON take
WHEN OLD.dropped_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'a live take is never deleted: it has to be dropped first');
END;

CREATE VIEW charge AS  -- what each attempt cost at most, by the price of that time
SELECT
    attempt.id AS attempt,
    attempt.run,
    attempt.outcome,
    attempt.characters,
    tariff.engine,
    CASE
        WHEN attempt.outcome IN ('busy', 'unreached', 'rejected', 'refused') THEN 0.0 * per_1000_characters
        ELSE attempt.characters * per_1000_characters / 1000
    END AS cost,
    tariff.currency
FROM attempt LEFT JOIN tariff ON tariff.id = attempt.tariff;

CREATE VIEW segment_state AS
SELECT
    segment.id,
    segment.chapter,
    segment.position,
    segment.fingerprint,
    segment.characters,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM take WHERE take.fingerprint = segment.fingerprint AND take.dropped_at IS NULL
        ) THEN 'done'
        ELSE coalesce((
            SELECT CASE
                WHEN attempt.ended_at IS NULL THEN 'rendering'
                WHEN attempt.outcome IN ('rejected', 'failed_checks') AND NOT EXISTS (
                    SELECT 1 FROM retake
                    WHERE retake.fingerprint = attempt.fingerprint AND retake.attempt >= attempt.id
                ) THEN 'failed'
                ELSE 'pending'
            END
            FROM attempt
            WHERE attempt.fingerprint = segment.fingerprint
            ORDER BY attempt.id DESC
            LIMIT 1
        ), 'pending')
    END AS state
FROM segment;
