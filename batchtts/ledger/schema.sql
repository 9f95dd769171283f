-- The ledger, version 3.  `attempt`, `tariff`, `take` and `retake` hold facts: rows are added, closed at most
-- once and never rewritten.  `plan`, `chapter` and `segment` hold the newest plan.  What state a segment is in
-- is stored nowhere: the view `segment_state` derives it.  What would take long to add up, triggers count along:
-- how far each chapter is, and what attempts amount to.
--
-- Segments, attempts, takes and retakes meet in `fingerprint`, by a number: so all they add to an index, they add at
-- its end.  Times are UTC in ISO 8601, with milliseconds and a Z.  Hashes are lower-case hex.

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

CREATE TABLE setting (  -- what many fingerprints share: everything but the text that changes the sound
    id   INTEGER PRIMARY KEY,
    json TEXT NOT NULL UNIQUE CHECK (json_valid(json))
) STRICT;

CREATE TABLE fingerprint (  -- a text and a setting that were ever planned, or asked for
    id       INTEGER PRIMARY KEY,
    hash     TEXT NOT NULL,                       -- of all that can change how it sounds
    text_key INTEGER,                             -- the first 63 bits of the SHA-256 of its text
    setting  INTEGER REFERENCES setting (id),     -- empty, as the key, while only its hash is known
    CHECK ((text_key IS NULL) = (setting IS NULL))
) STRICT;

CREATE UNIQUE INDEX fingerprints_by_hash ON fingerprint (hash);
CREATE INDEX fingerprints_by_text ON fingerprint (text_key) WHERE text_key IS NOT NULL;

CREATE TABLE plan (  -- a single row: what all chapters share
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    inputs    TEXT NOT NULL,           -- hash of all that it follows from
    language  TEXT NOT NULL,
    metadata  TEXT NOT NULL CHECK (json_valid(metadata)),
    cover     BLOB,
    documents TEXT NOT NULL CHECK (json_valid(documents)),
    warnings  TEXT NOT NULL CHECK (json_valid(warnings))
) STRICT;

CREATE TABLE chapter (
    position     INTEGER PRIMARY KEY,  -- in reading order, from 0
    id           TEXT NOT NULL UNIQUE,
    number       INTEGER NOT NULL,
    title        TEXT NOT NULL,
    slug         TEXT NOT NULL,
    parts        TEXT NOT NULL CHECK (json_valid(parts)),
    document     TEXT NOT NULL,
    digest       TEXT NOT NULL,        -- hash of all that the plan contributes to its files
    seconds      REAL NOT NULL,        -- about how long it will be
    dubbing      TEXT CHECK (dubbing IS NULL OR json_valid(dubbing)),  -- of subtitles: how long it is, how speech is fitted in
    first        INTEGER NOT NULL,     -- the number of its first segment; the others follow
    n_segments   INTEGER NOT NULL,
    n_characters INTEGER NOT NULL,
    n_done       INTEGER NOT NULL DEFAULT 0,      -- its segments that have a take in use
    microseconds INTEGER NOT NULL DEFAULT 0       -- of their takes, one by one rounded down and added up
) STRICT;

CREATE TABLE segment (
    number      INTEGER PRIMARY KEY,   -- in reading order through all chapters
    id          TEXT NOT NULL,
    chapter     INTEGER NOT NULL,      -- the position of its chapter
    position    INTEGER NOT NULL,      -- in its chapter, from 0
    fingerprint INTEGER NOT NULL REFERENCES fingerprint (id),
    voice       TEXT NOT NULL,         -- its name in the manifest
    boundary    TEXT NOT NULL,         -- what follows it
    characters  INTEGER NOT NULL,
    seconds     REAL NOT NULL,         -- about how long it will be
    text        TEXT NOT NULL,
    document    TEXT NOT NULL,
    char_start  INTEGER NOT NULL,      -- in the document's text, in code points
    char_end    INTEGER NOT NULL,
    href        TEXT,                  -- where a person finds it in the source: file in a book, element, line
    xpath       TEXT,
    line        INTEGER,
    slot_start_ms INTEGER,             -- of a cue of subtitles: from when to when it is said, and up to
    slot_end_ms   INTEGER,             -- when nothing is in its way; in milliseconds of its chapter
    slot_limit_ms INTEGER,
    split       TEXT,                  -- of a row of a table: the part of a dataset that it is in, and columns that
    extra       TEXT CHECK (extra IS NULL OR json_valid(extra)),  -- are carried through; empty if it says nothing
    text_id     TEXT                   -- what it shares with the same text by other voices, or in other takes
) STRICT;

CREATE UNIQUE INDEX segments_by_id ON segment (id);
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
    id          INTEGER PRIMARY KEY,
    run         INTEGER REFERENCES run (id),
    tariff      INTEGER REFERENCES tariff (id),
    fingerprint INTEGER NOT NULL REFERENCES fingerprint (id),
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

CREATE TABLE tally (  -- what attempts that have ended add up to; triggers count along
    run          INTEGER NOT NULL,     -- 0, as is the tariff, where a take was adopted outside of a run
    tariff       INTEGER NOT NULL,
    outcome      TEXT NOT NULL,
    n_attempts   INTEGER NOT NULL,
    n_characters INTEGER NOT NULL,
    PRIMARY KEY (run, tariff, outcome)
) STRICT, WITHOUT ROWID;

CREATE TABLE take (  -- one recording, whole and synced before its row was written
    attempt     INTEGER PRIMARY KEY REFERENCES attempt (id),  -- the one that it came of
    fingerprint INTEGER NOT NULL REFERENCES fingerprint (id),
    number      INTEGER NOT NULL,      -- counts the takes of one fingerprint, from 1
    seed        INTEGER NOT NULL,
    pack        TEXT NOT NULL,         -- the file that it lies in, and at which byte
    start       INTEGER NOT NULL,
    n_bytes     INTEGER NOT NULL,
    sha256      TEXT NOT NULL,
    sample_rate INTEGER NOT NULL CHECK (sample_rate > 0),
    n_samples   INTEGER NOT NULL,
    speech_start INTEGER NOT NULL,     -- the sample at which the first word begins
    speech_end  INTEGER NOT NULL,      -- and the one at which the last word has ended
    checks      TEXT NOT NULL CHECK (json_valid(checks)),
    dropped_at  TEXT,
    drop_reason TEXT,
    UNIQUE (fingerprint, number),
    UNIQUE (pack, start),
    CHECK ((dropped_at IS NULL) = (drop_reason IS NULL))
) STRICT;

CREATE INDEX dropped_takes ON take (pack, start) WHERE dropped_at IS NOT NULL;
CREATE UNIQUE INDEX one_live_take_per_fingerprint ON take (fingerprint) WHERE dropped_at IS NULL;

CREATE TABLE retake (  -- a person asked for another take
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint INTEGER NOT NULL REFERENCES fingerprint (id),
    attempt     INTEGER NOT NULL,      -- the newest one at that time, 0 if there was none: clocks may jump
    why         TEXT NOT NULL,
    seed        INTEGER,
    asked_at    TEXT NOT NULL
) STRICT;

CREATE INDEX retakes_by_fingerprint ON retake (fingerprint, attempt);

CREATE TABLE master (  -- the stitched chapters, as they were last written
    chapter     TEXT PRIMARY KEY,      -- the id of one, in a plan that may have been replaced since
    recipe      TEXT NOT NULL,         -- hash of all that went into it
    basis       TEXT,                  -- the chapter's digest at that time; empty once one of its takes changed
    sample_rate INTEGER NOT NULL,
    n_samples   INTEGER NOT NULL,
    files       TEXT NOT NULL CHECK (json_valid(files))
) STRICT;

CREATE TABLE delivery (  -- the files that people listen to, made of masters, as they were last written
    path        TEXT PRIMARY KEY,      -- relative to the output folder
    recipe      TEXT NOT NULL,         -- hash of all that went into it
    asked       TEXT NOT NULL CHECK (asked IN ('job', 'run', 'before')),  -- who wants it: the manifest, the last
                                       -- run by its command line, or nobody any more
    sample_rate INTEGER NOT NULL,
    n_samples   INTEGER NOT NULL,
    files       TEXT NOT NULL CHECK (json_valid(files)),    -- the sound, and what is spoken when in it
    packets     TEXT NOT NULL CHECK (json_valid(packets))   -- the encoded chapters that it was joined from
) STRICT;

CREATE TABLE pace (  -- how fast a voice speaks, as plans count on it where time is limited; never learned by the way
    voice       TEXT NOT NULL CHECK (json_valid(voice)),  -- its engine, name and settings
    max_seconds REAL NOT NULL,         -- the limit that it was learned for
    mean        REAL NOT NULL CHECK (mean > 0),     -- characters a second, at speed 1
    least       REAL NOT NULL CHECK (least > 0),    -- the same, which nearly all takes exceed
    n_takes     INTEGER NOT NULL,      -- that it was learned from; 0 if the engine said it
    PRIMARY KEY (voice, max_seconds)
) STRICT, WITHOUT ROWID;

CREATE TABLE verified (  -- when a file's bytes were last found right, so that they need not be read again
    path     TEXT PRIMARY KEY,         -- relative to the output folder, with forward slashes
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

CREATE TRIGGER fingerprints_do_not_change BEFORE UPDATE ON fingerprint
WHEN OLD.setting IS NOT NULL OR (NEW.id, NEW.hash) IS NOT (OLD.id, OLD.hash)
BEGIN
    SELECT RAISE(ABORT, 'a fingerprint never changes: what it stands for can only be learned, and only once');
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
WHEN (OLD.dropped_at IS NOT NULL AND (NEW.dropped_at, NEW.drop_reason) IS NOT (OLD.dropped_at, OLD.drop_reason))
    OR (NEW.attempt, NEW.fingerprint, NEW.number, NEW.seed, NEW.n_bytes, NEW.sha256,
        NEW.sample_rate, NEW.n_samples, NEW.speech_start, NEW.speech_end, NEW.checks)
        IS NOT (OLD.attempt, OLD.fingerprint, OLD.number, OLD.seed, OLD.n_bytes, OLD.sha256,
        OLD.sample_rate, OLD.n_samples, OLD.speech_start, OLD.speech_end, OLD.checks)
BEGIN
    SELECT RAISE(ABORT, 'a take never changes: it can only be moved, or dropped, and that only once');
END;

CREATE TRIGGER live_takes_stay BEFORE DELETE ON take
WHEN OLD.dropped_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'a live take is never deleted: it has to be dropped first');
END;

CREATE TRIGGER attempts_that_end_are_tallied AFTER UPDATE OF outcome ON attempt
WHEN OLD.outcome IS NULL AND NEW.outcome IS NOT NULL
BEGIN
    INSERT INTO tally VALUES (ifnull(NEW.run, 0), ifnull(NEW.tariff, 0), NEW.outcome, 1, NEW.characters)
    ON CONFLICT DO UPDATE SET
        n_attempts = n_attempts + 1, n_characters = n_characters + excluded.n_characters;
END;

CREATE TRIGGER attempts_that_have_ended_are_tallied AFTER INSERT ON attempt
WHEN NEW.outcome IS NOT NULL
BEGIN
    INSERT INTO tally VALUES (ifnull(NEW.run, 0), ifnull(NEW.tariff, 0), NEW.outcome, 1, NEW.characters)
    ON CONFLICT DO UPDATE SET
        n_attempts = n_attempts + 1, n_characters = n_characters + excluded.n_characters;
END;

CREATE TRIGGER new_takes_are_counted AFTER INSERT ON take
WHEN NEW.dropped_at IS NULL
BEGIN
    UPDATE chapter SET
        n_done = n_done + own.n,
        microseconds = microseconds + own.n * (NEW.n_samples * 1000000 / NEW.sample_rate)
    FROM (
        SELECT chapter, count(*) AS n FROM segment WHERE fingerprint = NEW.fingerprint GROUP BY chapter
    ) AS own
    WHERE chapter.position = own.chapter;
END;

CREATE TRIGGER dropped_takes_are_not_counted AFTER UPDATE OF dropped_at ON take
WHEN OLD.dropped_at IS NULL AND NEW.dropped_at IS NOT NULL
BEGIN
    UPDATE chapter SET
        n_done = n_done - own.n,
        microseconds = microseconds - own.n * (NEW.n_samples * 1000000 / NEW.sample_rate)
    FROM (
        SELECT chapter, count(*) AS n FROM segment WHERE fingerprint = NEW.fingerprint GROUP BY chapter
    ) AS own
    WHERE chapter.position = own.chapter;
END;

CREATE TRIGGER masters_lose_their_basis AFTER UPDATE OF n_done ON chapter
BEGIN
    UPDATE master SET basis = NULL WHERE chapter = NEW.id AND basis IS NOT NULL;
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
    segment.number,
    segment.id,
    segment.chapter,
    segment.position,
    segment.fingerprint,
    segment.voice,
    segment.characters,
    segment.seconds,
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
