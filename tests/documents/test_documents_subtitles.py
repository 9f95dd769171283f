"""Subtitles: every cue becomes a segment with its slot, or is refused at its line and column."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from subtitle_files import read_cues, spoken, texts

from batchtts.documents.subtitles.timing import GAP_MS, shares, slots
from batchtts.errors import DocumentError, Problem
from batchtts.job import Fit, FitPolicy, LengthPolicy

TIMES = "00:00:01,000 --> 00:00:03,000\n"
ONE = "1\n" + TIMES
VTT = "WEBVTT\n\n"


def refused(folder: Path, text: str, name: str = "a.srt", fit: Fit | None = None) -> list[Problem]:
    with pytest.raises(DocumentError) as caught:
        read_cues(folder, text, name=name, fit=fit)
    assert all(problem.hint for problem in caught.value.problems)
    return list(caught.value.problems)


def test_a_cue_is_a_segment_with_its_time_and_its_place(tmp_path: Path) -> None:
    document = read_cues(
        tmp_path, f"{ONE}All aboard,\nplease.\n\n2\n00:00:04,000 --> 00:01:05,250\nOff we go.\n"
    )
    assert spoken(document) == [
        (1000, 3000, None, "All aboard, please."),
        (4000, 65250, None, "Off we go."),
    ]
    assert [document.locate(block.start).line for block in document.sections[0].blocks] == [3, 8]
    assert document.locate(document.text.index("please")).line == 4
    [section] = document.sections
    assert section.dubbing is not None
    assert (section.title, section.dubbing.length_ms, document.warnings) == ("a", 65250, ())


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + ONE + "Hello.",
        (ONE + "Hello.\n\n").replace("\n", "\r\n"),
        (ONE + "Hello.\n\n").replace("\n", "\r"),
        TIMES + "Hello.",
        "\n\n\n" + ONE + "Hello.\n\n\n",
        "17\n" + TIMES + "Hello.",
        ONE + "  Hello.  ",
        ONE.replace(",", ".") + "Hello.",
        ONE.replace(" --> ", "-->") + "Hello.",
        ONE.replace("00:00:01", "0:0:1") + "Hello.",
        "1\n00:00:01,000 --> 00:00:03,000 X1:10 X2:20 Y1:30 Y2:40\nHello.",
        "1\n 00:00:01,000  -->  00:00:03,000 \nHello.",
        VTT + "00:01.000 --> 00:03.000 align:start position:10%,line-left\nHello.",
        VTT + "some name\n00:00:01.000 --> 00:00:03.000\nHello.",
        "WEBVTT - a title\nKind: captions\n\nNOTE\nof mine\n\nSTYLE\n::cue {}\n\nREGION\nid:x\n\n"
        + TIMES
        + "Hello.",
        VTT + "00:00:01.000 --> 00:00:03.000\nHello.\n\nNOTE 00:00 is nothing\nat all\n",
    ],
)
def test_files_as_they_are_found_in_the_world_say_the_same(tmp_path: Path, text: str) -> None:
    name = "a.vtt" if "WEBVTT" in text else "a.srt"
    document = read_cues(tmp_path, text, name=name)
    assert spoken(document) == [(1000, 3000, None, "Hello.")]
    assert document.warnings == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("<i>Well</i>, <b>I</b> <u>never</u>!", "Well, I never!"),
        ('<font color="#ff0000">Red</font>', "Red"),
        (r"{\an8}Up here", "Up here"),
        (r"{\i1}Slanted{\i0} and {y:b}bold", "Slanted and bold"),
        (r"Two\Nlines\hhere", "Two lines here"),
        ("One<br/>two", "One two"),
        ("Fish &amp; chips &#33;", "Fish & chips !"),
        ("AT&T, R&D", "AT&T, R&D"),
        ("a < b and 3 > 2", "a < b and 3 > 2"),
        ("- Only one of us", "Only one of us"),
        ("-5 degrees", "-5 degrees"),
        ("Well - no", "Well - no"),
    ],
)
def test_tags_are_not_read_and_text_is(tmp_path: Path, written: str, said: str) -> None:
    assert texts(read_cues(tmp_path, ONE + written)) == [said]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("<c.yellow.loud>Taxi</c>!", "Taxi!"),
        ("<00:00:01.500>So <00:00:02.000><c>slow</c>", "So slow"),
        ("<lang fr>Bon</lang> &lrm;voyage&nbsp;!", "Bon voyage !"),
        ("<ruby>東<rt>to</rt></ruby> x", "東 x"),
        ("1 &lt; 2 &gt; 1", "1 < 2 > 1"),
    ],
)
def test_what_only_webvtt_has(tmp_path: Path, written: str, said: str) -> None:
    assert texts(read_cues(tmp_path, VTT + TIMES + written, name="a.vtt")) == [said]


def test_unknown_tags_are_text_in_srt_and_none_in_webvtt_and_both_are_told(tmp_path: Path) -> None:
    srt = read_cues(tmp_path, ONE + "Run <quickly>.\n\n2\n00:00:04,000 --> 00:00:05,000\nRun <quickly>!")
    vtt = read_cues(tmp_path, VTT + TIMES + "Run <quickly>.", name="a.vtt")
    assert (texts(srt)[0], texts(vtt)) == ("Run <quickly>.", ["Run ."])
    assert srt.warnings == ("a.srt:3:5: <quickly> is no tag; it is read as text (and 1 more like it)",)
    assert vtt.warnings == ("a.vtt:4:5: <quickly> is no tag of WebVTT; it is not read",)


def test_whoever_speaks_in_a_cue_gets_a_share_of_its_time_by_the_length_of_the_text(tmp_path: Path) -> None:
    text = VTT + TIMES + "<v Anna Lee>Good day.</v>\n<v.loud Bob>Good morrow, madam, good day.\n"
    assert spoken(read_cues(tmp_path, text, name="a.vtt")) == [
        (1000, 1500, "Anna Lee", "Good day."),
        (1500, 3000, "Bob", "Good morrow, madam, good day."),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("- Who is it?\n- It is me.", ["Who is it?", "It is me."]),
        ("-Who is it?\n–It is me,\nyour goat.", ["Who is it?", "It is me, your goat."]),
        ("Who is it?\n- It is me.", ["Who is it?", "It is me."]),
        ("<i>- Who?</i>\n<i>- Me.</i>", ["Who?", "Me."]),
        ("Half past\nseven", ["Half past seven"]),
        ("- …\n- Quite.", ["Quite."]),
    ],
)
def test_lines_that_begin_with_dashes_are_said_one_by_one(
    tmp_path: Path, written: str, said: list[str]
) -> None:
    assert texts(read_cues(tmp_path, ONE + written)) == said


def test_names_before_a_colon_are_speakers_only_where_that_is_asked_for(tmp_path: Path) -> None:
    text = ONE + "ANNA: Come in.\nDR. O'NEIL: I am in.\nNote: it rains."
    assert texts(read_cues(tmp_path, text)) == ["ANNA: Come in. DR. O'NEIL: I am in. Note: it rains."]
    asked = spoken(read_cues(tmp_path, text, fit=Fit(speaker_lines=True)))
    assert [line[2:] for line in asked] == [
        ("ANNA", "Come in."),
        ("DR. O'NEIL", "I am in. Note: it rains."),
    ]


@pytest.mark.parametrize(
    ("written", "speaker", "said"),
    [
        ("АННА: Да.", "АННА", "Да."),
        ("Примечание: идёт дождь.", None, "Примечание: идёт дождь."),
        ("注意: 雨です。", None, "注意: 雨です。"),
        ("ANNA:\nCome in.", "ANNA", "Come in."),
        ("AT 12:30 we go.", None, "AT 12:30 we go."),
    ],
)
def test_a_name_is_in_capitals_of_any_script(
    tmp_path: Path, written: str, speaker: str | None, said: str
) -> None:
    document = read_cues(tmp_path, ONE + written, fit=Fit(speaker_lines=True))
    assert [line[2:] for line in spoken(document)] == [(speaker, said)]


def test_files_that_were_joined_have_byte_order_marks_in_the_middle(tmp_path: Path) -> None:
    document = read_cues(tmp_path, f"\ufeff{ONE}One.\n\n\ufeff2\n00:00:04,000 --> 00:00:05,000\nTwo.")
    assert texts(document) == ["One.", "Two."]


def test_cues_come_in_the_order_of_their_times_whatever_their_numbers(tmp_path: Path) -> None:
    text = "9\n00:00:05,000 --> 00:00:06,000\nTwo.\n\n1\n00:00:01,000 --> 00:00:02,000\nOne.\n"
    document = read_cues(tmp_path, text)
    assert texts(document) == ["One.", "Two."]
    assert document.warnings == (
        "a.srt:6:1: the cue starts before the one above it; cues are taken in the order of their times",
    )


def test_a_cue_that_begins_between_two_speakers_of_another_comes_between_them(tmp_path: Path) -> None:
    document = read_cues(tmp_path, ONE + "- One.\n- Two.\n\n2\n00:00:01,500 --> 00:00:03,000\nBoth.")
    assert [(line[0], line[3]) for line in spoken(document)] == [
        (1000, "One."),
        (1500, "Both."),
        (2000, "Two."),
    ]


def test_cues_that_overlap_keep_their_times_and_are_told(tmp_path: Path) -> None:
    document = read_cues(tmp_path, ONE + "One.\n\n2\n00:00:02,500 --> 00:00:04,000\nTwo.")
    assert [line[:2] for line in spoken(document)] == [(1000, 3000), (2500, 4000)]
    assert document.warnings == (
        "a.srt:6:1: the cue starts while another is being said; both are heard at once",
    )


@pytest.mark.parametrize("nothing", ["", "♪ ♪", "...", "<i></i>", r"{\an8}"])
def test_a_cue_in_which_nothing_is_said_is_left_out_but_counts_for_the_length(
    tmp_path: Path, nothing: str
) -> None:
    document = read_cues(tmp_path, f"{ONE}One.\n\n2\n00:00:08,000 --> 00:00:09,000\n{nothing}\n\n")
    [section] = document.sections
    assert section.dubbing is not None
    assert (texts(document), section.dubbing.length_ms) == (["One."], 9000)
    assert document.warnings == ("a.srt:6:1: nothing is said in this cue; it is left out",)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (ONE.replace("03,000", "00,500") + "x", "a.srt:2:18", "the cue ends 0.5 s before it starts"),
        (ONE.replace("03,000", "01,000") + "x", "a.srt:2:1", "lasts 0 ms, so there is no time"),
        (ONE.replace("03,000", "01,001") + "- x\n- y", "a.srt:2:1", "lasts 1 ms, so there is no time"),
        (ONE.replace("00:00:01,000", "-00:00:01,000") + "x", "a.srt:2:1", "negative"),
        (ONE.replace("01,000", "01,5") + "x", "a.srt:2:1", "two ways"),
        (ONE.replace("01,000", "01;500") + "x", "a.srt:2:1", "';' before the milliseconds"),
        (ONE.replace("00:01,", "00:61,") + "x", "a.srt:2:1", "61 seconds"),
        (ONE.replace("00:00:03", "99:00:03") + "x", "a.srt:2:18", "more than a day"),
        (ONE.replace("00:00:03,000", "soon") + "x", "a.srt:2:18", "this is no time"),
        ("1\n00:00:01,000 to --> 00:00:03,000\nx", "a.srt:2:14", "--> belongs here"),
        (ONE.strip() + " loudly\nx", "a.srt:2:31", "'loudly' after the times"),
        (ONE + "x\n\nand more\n", "a.srt:5:1", "belongs to no cue"),
        ("Before.\n\n" + ONE + "x", "a.srt:1:1", "belongs to no cue"),
        (ONE + "x\n\n2\nmore\n", "a.srt:5:1", "no times follow the number 2"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str, where: str, what: str) -> None:
    [problem] = refused(tmp_path, text)
    assert problem.where == where
    assert what in problem.what


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (TIMES + "x", "a.vtt:1:1", "begins with a line that says WEBVTT"),
        ("WEBVTTX\n\n" + TIMES + "x", "a.vtt:1:1", "begins with a line that says WEBVTT"),
        (VTT + TIMES + "x\n\nstray\n", "a.vtt:6:1", "belongs to no cue"),
        (VTT + "a\nb\n" + TIMES + "x", "a.vtt:3:1", "more than one line before the times"),
    ],
)
def test_what_is_wrong_in_webvtt(tmp_path: Path, text: str, where: str, what: str) -> None:
    [problem] = refused(tmp_path, text, "a.vtt")
    assert problem.where == where
    assert what in problem.what


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_file_up_to_a_hundred(tmp_path: Path) -> None:
    bad = "".join(f"{n}\n00:00:02,000 --> 00:00:01,000\nx\n\n" for n in range(120))
    with pytest.raises(DocumentError) as caught:
        read_cues(tmp_path, bad)
    places = [problem.where for problem in caught.value.problems]
    assert places[:3] == ["a.srt:2:18", "a.srt:6:18", "a.srt:10:18"]
    assert (len(places), caught.value.problems[-1].what) == (101, "and 20 more problems")


def test_milliseconds_may_be_missing_and_that_is_told(tmp_path: Path) -> None:
    document = read_cues(tmp_path, ONE.replace("01,000", "01") + "Hello.")
    assert spoken(document) == [(1000, 3000, None, "Hello.")]
    assert document.warnings == ("a.srt:2:1: a time has no milliseconds; they are taken to be 000",)


def test_the_clock_of_a_broadcast_is_not_used_and_the_language_is(tmp_path: Path) -> None:
    header = "WEBVTT\nLanguage: de-AT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n"
    document = read_cues(tmp_path, header + TIMES + "Servus.", name="a.vtt")
    assert (spoken(document)[0][0], document.metadata.language) == (1000, "de-AT")
    [warning] = document.warnings
    assert warning.startswith("a.vtt:3:1: X-TIMESTAMP-MAP")


def test_webvtt_is_known_by_its_first_line(tmp_path: Path) -> None:
    document = read_cues(tmp_path, VTT + TIMES + "<v Bob>Hello.", name="a.srt")
    assert spoken(document)[0][2] == "Bob"
    assert document.warnings == ("a.srt:1:1: this is WebVTT, whatever its name says",)


def test_numbers_without_an_empty_line_before_them_are_not_read(tmp_path: Path) -> None:
    more = "2\n00:00:04,000 --> 00:00:05,000\nTwo."
    assert texts(read_cues(tmp_path, f"{ONE}One.\n{more}")) == ["One.", "Two."]
    assert texts(read_cues(tmp_path, f"{VTT}{TIMES}One.\n{more}", name="a.vtt")) == ["One.", "Two."]


def test_the_track_may_be_longer_than_its_cues_but_not_shorter(tmp_path: Path) -> None:
    [section] = read_cues(tmp_path, ONE + "One.", fit=Fit(length_seconds=12.5)).sections
    assert section.dubbing is not None
    assert section.dubbing.length_ms == 12500
    [problem] = refused(tmp_path, ONE + "One.", fit=Fit(length_seconds=2.5))
    assert (problem.where, "0.5 s after the track" in problem.what) == ("a.srt:2:1", True)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [(FitPolicy.EXACT, (2.0, None)), (FitPolicy.SHRINK, (None, 3.5)), (FitPolicy.NATURAL, (None, None))],
)
def test_the_policy_says_what_is_asked_of_the_engine(
    tmp_path: Path, policy: FitPolicy, expected: tuple[float | None, float | None]
) -> None:
    fit = Fit(policy=policy, length_seconds=4.5, on_miss=LengthPolicy.OVERFLOW)
    [block] = read_cues(tmp_path, ONE + "One.", fit=fit).sections[0].blocks
    assert (block.settings.length_seconds, block.settings.most_seconds) == expected
    assert (block.settings.length_policy is LengthPolicy.OVERFLOW) == (policy is not FitPolicy.NATURAL)


def test_speech_is_not_made_to_last_for_more_than_five_minutes(tmp_path: Path) -> None:
    text = ONE.replace("00:00:03,000", "00:06:03,000") + "Ommm."
    [problem] = refused(tmp_path, text, fit=Fit(policy=FitPolicy.EXACT))
    assert "362 s" in problem.what
    assert texts(read_cues(tmp_path, text)) == ["Ommm."]


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_fit_is_for_subtitles_only(tmp_path: Path, name: str) -> None:
    [problem] = refused(tmp_path, "Some text.", name, Fit())
    assert (problem.where, "fit" in problem.what) == (name, True)


def test_silence_that_follows_may_be_used_up_to_shortly_before_what_comes_next() -> None:
    times = [(0, 1000), (1500, 2000), (2000, 3000), (2500, 2800), (5000, 6000)]
    limits = [slot.limit_ms for slot in slots(times, 9000, use_following_silence=True)]
    assert limits == [1500 - GAP_MS, 2000, 5000 - GAP_MS, 2800, 9000]
    limits = [slot.limit_ms for slot in slots(times, 9000, use_following_silence=False)]
    assert limits == [end for _, end in times]


LINES = st.sampled_from(
    [
        *(
            "",
            "1",
            "WEBVTT",
            "NOTE",
            "STYLE",
            "x",
            "- a",
            "- b",
            "ANNA: c",
            "<v Bob>d",
            "<",
            "</v>",
            "{\\an8}",
            "&amp;",
        ),
        *(
            "00:01.000 --> 00:02.000",
            "00:00:00,000 --> 00:00:00,000",
            "0:0:1 --> 0:0:3",
            "-->",
            "00:09:00,5 --> x",
        ),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES | st.text(max_size=20), max_size=20), st.sampled_from(FitPolicy))
def test_any_file_gives_slots_that_lie_in_their_track_or_is_refused(
    tmp_path: Path, lines: list[str], policy: FitPolicy
) -> None:
    text = "\n".join(lines).encode(errors="replace").decode()
    try:
        document = read_cues(tmp_path, text, fit=Fit(policy=policy, speaker_lines=True))
    except DocumentError:
        return
    [section] = document.sections
    assert section.dubbing is not None
    found = [block.slot for block in section.blocks if block.slot is not None]
    assert len(found) == len(section.blocks)
    assert found == sorted(found, key=lambda slot: slot.start_ms)
    for slot in found:
        assert 0 <= slot.start_ms < slot.end_ms <= slot.limit_ms <= section.dubbing.length_ms


def test_what_follows_the_times_is_looked_at_in_one_go(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, ONE.strip() + " " + "a:" * 5000 + " x\ny")
    assert problem.where == "a.srt:2:31"


def test_shares_of_a_time_leave_nothing_over() -> None:
    assert shares(100, 200, [1, 1, 1]) == [(100, 133), (133, 166), (166, 200)]
    assert shares(0, 7, [5]) == [(0, 7)]


def test_nobody_has_no_time_however_little_they_say() -> None:
    assert shares(100, 110, [1, 500, 1]) == [(100, 101), (101, 108), (108, 110)]
