"""What a sentence is to a narrator."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batchtts.plan.sentences import sentence_spans

# Text that is dense in what sentences are decided by, as well as anything else.
DECISIVE = st.lists(
    st.one_of(
        st.sampled_from(".!?…。！؟।॥;:,—-*•()[]«»“”‘’\"' \n\t\u00a0\u200a\u2060\u200d\u0301"),
        st.sampled_from(
            [
                ". ",
                "Mr",
                "I",
                "A",
                "a",
                "U.S",
                "1",
                "3.",
                "2)",
                "said",
                "e.g",
                "。」",
                "と",
                "II",
                "No",
                "\r\n",
                "👩\u200d🚀",
                "🇫🇷",
                "क्षि",
                "각",
            ]
        ),
    ),
    max_size=40,
).map("".join)


def sentences(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentence_spans(text)]


@given(st.one_of(st.text(), DECISIVE))
@example("")
@example(" \n ")
@example("॥ 1 ॥")
def test_sentences_tile_any_text(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)
    assert [start for start, _ in spans[1:]] == [end for _, end in spans[:-1]]


@given(st.one_of(st.text(), DECISIVE))
def test_no_sentence_but_the_first_begins_with_white_space(text: str) -> None:
    assert not any(text[start].isspace() for start, _ in sentence_spans(text)[1:])


# The phenomena of the 48 golden rules for English, in their order, in sentences of our own.  A bar stands where
# a sentence ends.  docs/segmenter.md gives the score on the published sentences.
RULES = [
    (1, "full stop", "The tide is out. | We can walk."),
    (2, "question mark", "Where is the boat? | I left it here."),
    (3, "exclamation mark", "It floats! | Come and see."),
    (4, "one-letter initial", "The keeper was Anna T. Berg."),
    (5, "abbreviation before a number", "The map is on p. 12."),
    (6, "abbreviation inside", "Did Olaf and co. row home?"),
    (7, "capitalised abbreviation inside", "He sold it to Lund, Dahl & Co. in spring."),
    (8, "abbreviation at the end", "Leave it to Olaf and co. | We have time."),
    (9, "capitalised abbreviation at the end", "He sold it to Lund, Dahl & Co. | We never saw it again."),
    (10, "two letters before a name", "The road to Mt. Etna is closed."),
    (
        11,
        "abbreviation that begins and one that ends lower",
        "St. Olaf's lies at the end of 9th st. near the pier.",
    ),
    (12, "possessive after an abbreviation", "It was Berg Jr.'s oar."),
    (13, "several letters with stops", "They sailed for the U.S.A. in June."),
    (14, "two letters with stops at the end", "She moved to the E.U. | Why did she go?"),
    (15, "country at the end", "They trade with the U.S. | What do they sell?"),
    (16, "country before a name", "He joined the U.S. Navy at twenty."),
    (17, "country inside", "Rain fell over the U.S. for a week."),
    (19, "amount of money", "The rope cost $40.50 at the quay."),
    (20, "amount of money at the end", "The rope cost $40.50. | We took two."),
    (21, "sentence in parentheses", "Olaf paints (He once drew maps for the navy.) in the boathouse."),
    (22, "e-mail address", "Write to Anna.Berg@harbour.example. | She answers at night."),
    (23, "web address", "See https://tides.harbour.example/table_2.html. | It is free."),
    (24, "single quotes inside", "She called over, 'We are late.' he laughed."),
    (25, "double quotes inside", 'She called over, "We are late." he laughed.'),
    (26, "double quotes at the end", 'She called over, "We are late." | Olaf began to row.'),
    (27, "two exclamation marks", "Row!! | We must land."),
    (28, "two question marks", "Row?? | Who would dare?"),
    (29, "exclamation and question mark", "Row!? | Would you?"),
    (30, "question and exclamation mark", "Row?! | Would you?"),
    (31, "list with stop and parenthesis", "1.) Bring a rope | 2.) Bring a lamp"),
    (32, "list with both, and stops", "1.) Bring a rope. | 2.) Bring a lamp."),
    (33, "list with parentheses", "1) Bring a rope | 2) Bring a lamp"),
    (34, "list with parentheses, and stops", "1) Bring a rope. | 2) Bring a lamp."),
    (35, "list with stops alone", "1. Bring a rope | 2. Bring a lamp"),
    (36, "list with stops twice", "1. Bring a rope. | 2. Bring a lamp."),
    (37, "list with bullets", "• 9. Bring a rope | • 10. Bring a lamp"),
    (38, "list with hyphen bullets", "⁃9. Bring a rope | ⁃10. Bring a lamp"),
    (39, "list with letters", "a. Bring a rope | b. Bring a lamp | c. Bring Olaf"),
    (40, "number with stops", "It is berth N°. 12.40.7. | Nobody moors there."),
    (41, "name with an exclamation mark", "She left Yahoo! for a smaller firm."),
    (42, "the pronoun I, and an initial", "They all rowed but I. | Have you met Anna I. Berg?"),
    (43, "ellipsis at the end of a quotation", "The log breaks off: “the ice gave way. . . .”"),
    (44, "ellipsis in brackets", '"The ice [...] gave way under the sledge [...]" (Berg 12).'),
    (45, "four spaced dots", "They rowed on, and on, and on . . . . | Dawn came."),
    (46, "four dots", "I thought he knew.... | She put down the oar."),
    (47, "three dots inside", "It was ... how to put it ... not . . . I mean it was late."),
]

# Where we differ from the published rules on purpose.
EXCEPTIONS = [
    (18, "time before a title", "By 4 p.m. Mr. Berg was out. | He came back at 9 P.M. Mr. Dahl saw him."),
    (48, "four dots before a sentence", "The ice . . . held for a day. . . . | The men did not wait. . . ."),
]


@pytest.mark.parametrize(("number", "name", "marked"), RULES + EXCEPTIONS)
def test_a_golden_rule_holds(number: int, name: str, marked: str) -> None:
    expected = marked.split(" | ")
    assert sentences(" ".join(expected)) == expected


def test_every_golden_rule_has_a_sentence() -> None:
    assert sorted(number for number, _, _ in RULES + EXCEPTIONS) == list(range(1, 49))


@pytest.mark.parametrize(
    "marked",
    [
        "“Stop there! | Who are you? | Answer!”",
        "“Stop!” said he.",
        "“Stop!” I cried, and ran. | He stopped.",
        "“Why?” Anna asked softly. | “Why now?”",
        "“Oh?” Mr. Berg said. | “Go on.”",
        "“Stop!” | He said no more.",
        "“I will not.” | Anna said it twice.",
        "“No. | I will not go.” | “See No. 5 first. | It is open.”",
        "“Yes, miss. | Mr. Berg is in.”",
        "“\u200a‘Halt!’ he cried. | ‘Who goes there?’\u200a” | Nobody moved.",
        "“Which way? | Which way?”, she asked herself.",
        "He waited (would it come?) and slept. | (It came.) | He woke.",
        "Oh! how it rained. | Then it cleared.",
        "“Well… I do not know.” | He paused… | The door opened.",
        "_Never!_ | She meant it. | *Never!* she said.",
    ],
)
def test_speech_is_split_but_keeps_its_tag(marked: str) -> None:
    expected = marked.split(" | ")
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "marked",
    [
        "Mr. Berg, Mrs. Dahl and Dr. Lund met Prof. A. B. Holm. | They spoke of St. Olaf.",
        "J. R. R. Berg wrote it. | K. did not.",
        "Take nets, lines, etc. | The boat is full.",
        "We fished, swam, etc. until dusk, e.g. Monday, i.e. always.",
        "See vol. II, ch. 4, pp. 20 and No. 7. | The rest is lost.",
        "He lay down under the fig. | I did too.",
        "It cost 7s. 6d. in all. | In 1990. | 5 men paid.",
        "He came at 5 p.m. | “What now?” | Nobody knew.",
        "It is 5 ft. 3 in. wide and 7 m. long. | The hull is 9 ft. | Beams are 2 m. | Masts are not.",
        "She has a Ph.D. | He has none.",
        "On Jan. 5 it froze. | By Feb. it thawed.",
        "Version 2.0.1 of Node.js is out. | It runs on .NET too.",
        "He was no. | She was yes.",
        "It was plan B. | They had no plan C.",
        "The word ends.[3] | The next begins.² | Another.† | Last.",
    ],
)
def test_abbreviations_and_numbers_end_a_sentence_only_where_one_ends(marked: str) -> None:
    expected = marked.split(" | ")
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "marked",
    [
        "¡Alto! | ¿Quién va? | —Nadie —dijo él. | La Sra. Díaz calló.",
        "Am 3. Oktober kam z. B. Herr Berg. | Er blieb im 2. Stock.",
        "„Halt!“ rief er. | „Wer da?“ | Nichts.",
        "« Non ! » dit M. Roche. | « Pourquoi ? » | Il partit.",
        "Πού είναι; | Δεν ξέρω.",
        "Пришёл А. С. Берг. | Он молчал.",
        "नाव कहाँ है? | पता नहीं। | चलो।",
        "أين القارب؟ | لا أعرف.",
    ],
)
def test_other_languages_keep_their_own_marks(marked: str) -> None:
    expected = marked.split(" | ")
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["船はどこだ？", "「知らない。」", "彼は黙った。"],
        ["「止まれ！」と彼は言った。", "誰も動かない。"],
        ["船在哪儿？", "“我不知道。”他说。", "“走吧！”", "他们走了。"],
        ["圆周率是３．１４。", "好！"],
        ["मैं हूँ।", "तुम हो ॥१॥", "वह है।"],
        ["ናቪው የት ነው፧", "አላውቅም።"],
    ],
)
def test_scripts_without_spaces_need_none_after_a_stop(expected: list[str]) -> None:
    assert sentences("".join(expected)) == expected


@pytest.mark.parametrize(
    "heading",
    ["I. The Harbour", "IV. The Ice", "3. The Return", "A. The Crew", "Mr. Berg", "Chapter 1", "* * *", "“"],
)
def test_a_heading_stays_whole(heading: str) -> None:
    assert sentences(heading) == [heading]


def test_lines_of_a_stanza_are_not_sentences() -> None:
    stanza = (
        "The ice is on the harbour wall,\nThe boats are on the sand.\nWho calls? The gulls,\nAnd that is all."
    )
    assert sentences(stanza) == [
        "The ice is on the harbour wall,\nThe boats are on the sand.",
        "Who calls?",
        "The gulls,\nAnd that is all.",
    ]


def test_a_sentence_never_begins_inside_a_character() -> None:
    assert sentence_spans("End. \u0301A.") == [(0, 8)]
