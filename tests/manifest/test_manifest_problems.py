"""Each mistake is told with its exact place, what is wrong, and a hint."""

from pathlib import Path

import pytest

from batchtts.errors import ManifestError, Problem
from batchtts.manifest.covers import MOST_BYTES
from batchtts.manifest.reading import read_job
from batchtts.manifest.review import MOST_PROBLEMS


def problems(tmp_path: Path, text: str) -> tuple[Problem, ...]:
    path = tmp_path / "book.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ManifestError) as caught:
        read_job(path)
    return caught.value.problems


def told(tmp_path: Path, text: str) -> list[str]:
    return [
        str(problem).replace(f"{tmp_path.as_posix()}/book.yaml:", "") for problem in problems(tmp_path, text)
    ]


NUMBER = "must be a number from 0.25 to 4, not"
SEED = "must be a whole number from 0 to 4294967295, not"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "limits: {max_chars: many}",
            '1:21: limits.max_chars: must be a whole number from 1 to 100000, not "many"',
        ),
        (
            "limits: {max_chars: 0}",
            '1:21: limits.max_chars: must be a whole number from 1 to 100000, not "0"',
        ),
        (
            "limits: {max_chars: 2.5}",
            '1:21: limits.max_chars: must be a whole number from 1 to 100000, not "2.5"',
        ),
        (
            "limits: {max_seconds: 0}",
            '1:23: limits.max_seconds: must be a number above 0 and up to 3600, not "0"',
        ),
        ("limits: {unspeakable: skip}", '1:23: limits.unspeakable: must be refuse or leave_out, not "skip"'),
        ("limits: 5", '1:9: limits: must be a mapping of limits, not "5"'),
        ("limits: [1]", "1:9: limits: must be a mapping of limits, not a list"),
        ("limits:\n  max_char: 5", "2:3: limits.max_char: there is no such key"),
        ("? 'a b\\'\n: 1", '1:3: "a b\\\\": there is no such key'),
        ("pauses: {segment: 61}", '1:19: pauses.segment: must be a number from 0 to 60, not "61"'),
        ("engines: lmnt", '1:10: engines: must be a mapping of names, not "lmnt"'),
        (
            "engines: {a: {price: -1}}",
            '1:22: engines.a.price: must be a number from 0 to 100000, not "-1"',
        ),
        ("engines: {a: {cost: 1}}", "1:15: engines.a.cost: there is no such key"),
        (
            "engines: {a: {settings: {b: [c]}}}",
            "1:29: engines.a.settings.b: must be a text, a number, true or false, not a list",
        ),
        ('defaults: {speed: "1.0"}', f'1:19: defaults.speed: {NUMBER} "1.0"'),
        ("defaults: {speed: .inf}", f'1:19: defaults.speed: {NUMBER} ".inf"'),
        ("defaults: {speed: .nan}", f'1:19: defaults.speed: {NUMBER} ".nan"'),
        ("defaults: {speed: 1e999}", f'1:19: defaults.speed: {NUMBER} "1e999"'),
        ("defaults: {speed: [1]}", f"1:19: defaults.speed: {NUMBER} a list"),
        ("defaults: {speed: {a: 1}}", f"1:19: defaults.speed: {NUMBER} a mapping"),
        ("defaults: {seed: true}", f'1:18: defaults.seed: {SEED} "true"'),
        ("defaults: {seed: 0x10}", f'1:18: defaults.seed: {SEED} "0x10"'),
        ("defaults: {seed: 010}", f'1:18: defaults.seed: {SEED} "010"'),
        ("defaults: {seed: 12:30}", f'1:18: defaults.seed: {SEED} "12:30"'),
        ("defaults: {seed: 1_000}", f'1:18: defaults.seed: {SEED} "1_000"'),
        ("defaults: {seed: -1}", f'1:18: defaults.seed: {SEED} "-1"'),
        ("defaults: {seed: 4294967296}", f'1:18: defaults.seed: {SEED} "4294967296"'),
        (f"defaults: {{seed: {'9' * 5000}}}", f'1:18: defaults.seed: {SEED} "{"9" * 39}…"'),
        ("defaults: {format: mp3}", '1:20: defaults.format: must be wav, not "mp3"'),
        ("defaults: {voice: other}", '1:19: defaults.voice: there is no voice "other"'),
        ("voices: {a: {speed: 2}}", "1:13: voices.a: voice is missing"),
        (
            "voices: {a: ~}",
            "1:13: voices.a: must be a mapping that describes a voice, or only its voice, not empty",
        ),
        ("voices: {'': b}", '1:10: voices."": must be a name of one line, not ""'),
        ("voices: [a]", "1:9: voices: must be a mapping of names, not a list"),
        (
            "voices: {a b: {voice: x, settings: [1]}}",
            '1:36: voices."a b".settings: must be a mapping of texts, numbers, true and false, not a list',
        ),
        (
            "voices: {a: {voice: x, settings: {k: [1]}}}",
            "1:38: voices.a.settings.k: must be a text, a number, true or false, not a list",
        ),
        (
            "job: {name: My Book}",
            "1:13: job.name: must be small letters, digits, - and _, beginning with a letter",
        ),
        (
            "job: {language: english}",
            '1:17: job.language: must be a language tag such as en or en-GB, not "english"',
        ),
        ("job: {cover: no.png}", '1:14: job.cover: cannot read "no.png": no such file or directory'),
        ('job: {cover: "a\\0b"}', '1:14: job.cover: must be the path of an image, not "a\\u0000b"'),
        ("job: {cover: book.yaml/x}", '1:14: job.cover: cannot read "book.yaml/x": not a directory'),
        ('job: {title: "a\\nb"}', '1:14: job.title: must be one line of text, not "a\\nb"'),
        ("job: {title: ' '}", '1:14: job.title: must be one line of text, not " "'),
        ("job: {title: [a]}", "1:14: job.title: must be one line of text, not a list"),
        (
            "render: {timeout: 5 minutes}",
            "1:19: render.timeout: must be seconds from 1 to 604800, or as in 90s",
        ),
        ("render: {timeout: 0s}", "1:19: render.timeout: must be seconds from 1 to 604800"),
        ("render: {timeout: 0}", "1:19: render.timeout: must be seconds from 1 to 604800"),
        ("chapters: 5-2", "1:11: chapters: the range 5-2 runs backwards"),
        ("chapters: 0-2", '1:11: chapters: "0-2" is not a range of chapters'),
        ("chapters: [1, '2-', 3]", '1:15: chapters[1]: "2-" is not a range of chapters'),
        ("chapters: []", "1:11: chapters: must have at least one entry"),
        ("chapters: [[1]]", "1:12: chapters[0]: must be numbers and ranges such as 2-5,9, a title"),
        ("chapters: [~]", "1:12: chapters[0]: must be numbers and ranges"),
        (
            "output: {room_tone: on}",
            "1:21: output.room_tone: must be a mapping with level_dbfs and seed, or off",
        ),
        ("output: {room_tone: []}", "1:21: output.room_tone: must be a mapping with level_dbfs and seed"),
        (
            "output: {room_tone: {level_dbfs: 0}}",
            "1:34: output.room_tone.level_dbfs: must be a number from -90 to",
        ),
        ("limits: {}\nlimits: {}", '2:1: the key "limits" stands here and in line 1, column 1'),
        ("limits: &a {}", '1:9: anchor "&a": anchors are refused'),
        ("limits: *a", '1:9: alias "*a": aliases are refused'),
        ("limits: !!map {}", '1:9: tag "!!map": tags are refused'),
        ("job: {title: !!python/object:os.system x}", '1:14: tag "!!python/object:os.system": tags are'),
        ("limits: {<<: {max_chars: 1}}", "1:10: merge key <<: merge keys are refused"),
        ("[a]: b", "1:1: a key must be plain text"),
    ],
)
def test_a_mistake_has_its_place(tmp_path: Path, text: str, expected: str) -> None:
    [only] = told(tmp_path, f"{text}\ndocuments: [a.md]")
    assert only.startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty"),
        ("# nothing", "is empty"),
        ("~", "1:1: must be a mapping with documents, not empty"),
        ("- a.md", "1:1: must be a mapping with documents, not a list"),
        ("a.md", '1:1: must be a mapping with documents, not "a.md"'),
        ("job: {}", "1:1: documents is missing"),
        ("documents: ~", "1:1: documents is missing"),
        ("documents: a.md", '1:12: documents: must be a list, not "a.md"'),
        ("documents: []", "1:12: documents: must have at least one entry"),
        (
            "documents: [~]",
            "1:13: documents[0]: must be a mapping with a path, a text or segments, or only its path",
        ),
        ("documents: [{}]", "1:13: documents[0]: one of path, text or segments is missing"),
        ("documents: [{path: a, text: b}]", "1:13: documents[0]: has path and text"),
        ("documents: [{text: ''}]", '1:20: documents[0].text: must be text, not ""'),
        ("documents: [{segments: []}]", "1:24: documents[0].segments: must have at least one entry"),
        (
            "documents:\n- segments:\n  - A\n  - voice: b",
            '4:12: documents[0].segments[1].voice: there is no voice "b"',
        ),
        (
            "documents:\n- segments:\n  - {text: A, length: 301}",
            "3:23: documents[0].segments[0].length: must be",
        ),
        ("documents: [{path: a, voice: b}]", '1:30: documents[0].voice: there is no voice "b"'),
        ("documents: [a]\n---\ndocuments: [b]", "2:1: a second document begins"),
    ],
)
def test_a_mistake_in_the_documents_has_its_place(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in told(tmp_path, text)[-1]


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        "defaults: {voice: naratr, sped: 2}\n"
        "limits: {max_chars: many}\n"
        "limits: *x\n"
        "voices:\n"
        "  narrator: {engine: hibari}\n"
        "documents:\n"
        "  - {path: a, voice: otter}\n"
        "  - segments: [{text: A, speed: fast}, {voice: narrator}]\n",
    )
    places = [line.split(": ")[0] for line in found]
    assert places == ["1:19", "1:27", "2:21", "3:1", "3:9", "5:13", "7:22", "8:33", "8:40"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "limits: {max-chars: 5}",
            "Did you mean max_chars? Known keys: max_chars, max_seconds, unspeakable.",
        ),
        (
            "limits: {Max_Chars: 5}",
            "Did you mean max_chars? Known keys: max_chars, max_seconds, unspeakable.",
        ),
        ("limits: {zzz: 5}", "Known keys: max_chars, max_seconds, unspeakable."),
        (f"limits: {{{'z' * 500}: 5}}", "Known keys: max_chars, max_seconds, unspeakable."),
        ("voices: {Anna: heart}\ndefaults: {voice: ana}", "Did you mean Anna? Known voices: Anna."),
        ('defaults: {speed: "1.0"}', "Take the quotes away: in quotes it is a text."),
        ("chapters: 9-3", "Write 3-9."),
    ],
)
def test_a_hint_says_what_to_do(tmp_path: Path, text: str, hint: str) -> None:
    [problem] = problems(tmp_path, f"{text}\ndocuments: [a.md]")
    assert problem.hint == hint


def test_voices_that_are_wrong_are_known_all_the_same(tmp_path: Path) -> None:
    found = told(tmp_path, "voices: {a: {engine: 1}}\ndefaults: {voice: a}\ndocuments: [x]")
    assert found == ["1:13: voices.a: voice is missing"]
    assert len(told(tmp_path, "voices: *a\ndefaults: {voice: b}\ndocuments: [x]")) == 1


def test_after_a_thousand_problems_the_rest_is_not_looked_at(tmp_path: Path) -> None:
    segments = "\n".join(f"  - {{text: A, key{index}: 1}}" for index in range(5000))
    found = problems(tmp_path, f"documents:\n- segments:\n{segments}")
    assert len(found) == MOST_PROBLEMS + 1
    assert found[-1].what.startswith(f"the first {MOST_PROBLEMS} problems are listed")


@pytest.mark.parametrize(("n_bytes", "what"), [(0, "is empty"), (MOST_BYTES + 1, "is larger than 32 MiB")])
def test_a_cover_is_neither_empty_nor_huge(tmp_path: Path, n_bytes: int, what: str) -> None:
    with (tmp_path / "cover.png").open("wb") as file:
        file.truncate(n_bytes)
    [only] = told(tmp_path, "job: {cover: cover.png}\ndocuments: [a.md]")
    assert only == f'1:14: job.cover: "cover.png" {what}'


def test_voices_may_be_used_before_they_are_read(tmp_path: Path) -> None:
    text = "documents: [{path: a.md, voice: ana}, {path: b.md, voice: Anna}]\nvoices: {Anna: heart}"
    [only] = problems(tmp_path, text)
    assert str(only).endswith('1:33: documents[0].voice: there is no voice "ana"')
    assert only.hint == "Did you mean Anna? Known voices: Anna."


def test_where_voices_cannot_be_read_any_name_may_be_one(tmp_path: Path) -> None:
    assert told(tmp_path, "documents: [{path: a.md, voice: ana}]\nvoices: [heart]") == [
        "2:9: voices: must be a mapping of names, not a list"
    ]


@pytest.mark.parametrize("wrong", ["limits", "chapters: {a", "zzz: {a", "documents: {a", "? [x]\n: {a"])
def test_what_is_refused_as_a_whole_is_looked_through_all_the_same(tmp_path: Path, wrong: str) -> None:
    text = f"{wrong}: [{{b: 1, b: 2}}, &c d]"
    found = told(tmp_path, text + "}" * text.count("{a"))
    assert any('the key "b" stands here and in line' in problem for problem in found)
    assert any("anchors are refused" in problem for problem in found)


def test_what_stands_before_a_mistake_of_syntax_is_told_with_it(tmp_path: Path) -> None:
    first, *_, last = told(tmp_path, "limits: {max_chars: 0}\na: b: c")
    assert first.startswith("1:21: limits.max_chars: must be a whole number")
    assert last.startswith("2:5: a key is not expected here")
