"""The page that lights up while it is heard, in a browser, opened from the disk."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from headless_browser import PROGRAM, Page, opened
from highlights import SEEK, SHOWN, Record, boundaries, sentences_at, shown_at, words_at
from nasty_six import RATE, chapter, exported
from page_chapters import with_two_at_once

from batchtts.export.boundaries import of_segment
from batchtts.export.timed import TimedChapter

T = TypeVar("T")

pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed; BATCHTTS_BROWSER names one"),
    pytest.mark.xdist_group("browser"),
]

LABEL = "document.getElementById('play').textContent"
FOLLOWING = "document.getElementById('follow').getAttribute('aria-pressed')"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[TimedChapter]]:
    """A page of two chapters, in a kind of sound that every browser plays."""
    folder = tmp_path_factory.mktemp("browser")
    first = chapter(folder)
    second = replace(first, id="nasty-ch02", number=2, slug="02-nasty", title="Two")
    return exported("html", folder, [first, second], audio="flac"), [first, second]


def in_browser(page: Path, profile: Path, do: Callable[[Page], Awaitable[T]]) -> T:
    """Do something with the page of an export."""

    async def visit() -> T:
        async with opened((page / "index.html").as_uri(), profile) as own:
            return await do(own)

    return asyncio.run(visit())


def truth(own: TimedChapter) -> list[Record]:
    """Return the lines that an export of this chapter has in `alignment.jsonl`."""
    return [json.loads(json.dumps(of_segment(own, segment))) for segment in own.segments()]


def test_the_word_and_the_sentence_that_are_heard_are_highlighted_to_the_sample(
    book: tuple[Path, list[TimedChapter]], tmp_path: Path
) -> None:
    folder, chapters = book
    records = truth(chapters[0])
    samples = boundaries(records)

    found = in_browser(folder, tmp_path, lambda page: shown_at(page, samples, RATE))

    assert len(samples) > 100
    for sample, (words, sentences) in zip(samples, found, strict=True):
        assert [each[3] for each in words] == words_at(records, sample), sample
        assert [each[3] for each in sentences] == sentences_at(records, sample), sample


def test_highlights_stand_where_the_tracks_say(book: tuple[Path, list[TimedChapter]], tmp_path: Path) -> None:
    folder, _ = book
    text = (folder / "cues/02-nasty.vtt").read_text(encoding="utf-8")
    payloads = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    words = [payload for payload in payloads if payload["group"] == "word"]

    starts = [payload["samples"][0] for payload in words]
    found = in_browser(folder, tmp_path, lambda page: shown_at(page, starts, RATE, audio=1))

    places = [(word["selector"]["value"], word["selector"]["refinedBy"]) for word in words]
    assert [each[0][0][:3] for each in found] == [[id_, at["start"], at["end"]] for id_, at in places]


def test_two_who_speak_at_once_are_highlighted_both(tmp_path: Path) -> None:
    own = with_two_at_once(tmp_path)
    records = truth(own)
    both = next(sample for sample in boundaries(records) if len(words_at(records, sample)) > 1)

    folder = exported("html", tmp_path, [own], audio="flac")
    [[words, sentences]] = in_browser(folder, tmp_path / "profile", lambda page: shown_at(page, [both], RATE))

    assert sorted(each[3] for each in words) == sorted(words_at(records, both))
    assert len(sentences) == 2


def test_words_light_up_as_the_sound_plays(book: tuple[Path, list[TimedChapter]], tmp_path: Path) -> None:
    folder, chapters = book
    records = truth(chapters[0])
    play = f"""(async () => {{
      const audio = document.querySelector("audio"), found = [];
      await {SEEK}(audio, {records[0]["start"]} / {RATE});
      await audio.play();
      const until = audio.currentTime + 2;
      while (audio.currentTime < until) {{
        const before = audio.currentTime;
        await new Promise(requestAnimationFrame);
        found.push([before, audio.currentTime, {SHOWN}("word").map(each => each[3])]);
      }}
      audio.pause();
      return found;
    }})()"""

    frames = in_browser(folder, tmp_path, lambda page: page.run(play))

    assert len({tuple(words) for _, _, words in frames}) > 4
    for before, after, words in frames:
        possible = {
            tuple(words_at(records, sample)) for sample in range(int(before * RATE), round(after * RATE) + 1)
        }
        assert tuple(words) in possible, (before, after)


def test_the_page_opens_without_a_complaint_and_asks_for_nothing_but_files(
    book: tuple[Path, list[TimedChapter]], tmp_path: Path
) -> None:
    async def look(page: Page) -> tuple[list[str], list[str]]:
        await shown_at(page, [30_000], RATE)
        return page.complaints, page.requests

    complaints, requests = in_browser(book[0], tmp_path, look)

    assert complaints == []
    assert requests
    assert all(url.startswith(("file:", "data:")) for url in requests)
    assert not [url for url in requests if url.endswith(".vtt")]


def test_a_click_on_a_word_goes_there(book: tuple[Path, list[TimedChapter]], tmp_path: Path) -> None:
    words = [word for segment in book[1][1].segments() for word in segment.words if word.n_samples]
    chosen = words[4:9]

    async def click(page: Page, text: str) -> Any:
        place = await page.run(
            f"""(() => {{
              const walker = document.createTreeWalker(document.getElementById("c2"), NodeFilter.SHOW_TEXT);
              for (let node; (node = walker.nextNode());) {{
                const at = node.parentElement.matches(".spoken") ? node.data.indexOf({json.dumps(text)}) : -1;
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + {len(text)});
                range.startContainer.parentElement.scrollIntoView({{block: "center", behavior: "instant"}});
                const box = range.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
              }}
            }})()"""
        )
        await page.click(*place)
        return await page.run(
            f"[document.querySelectorAll('audio')[1].currentTime, {SHOWN}('word').map(each => each[3])]"
        )

    async def click_all(page: Page) -> list[Any]:
        return [await click(page, word.text) for word in chosen]

    found = in_browser(book[0], tmp_path, click_all)

    assert [each[1] for each in found] == [[word.text] for word in chosen]
    assert [round(each[0] * RATE) for each in found] == [word.start for word in chosen]


def test_arrows_step_through_sentences_and_with_shift_through_words(
    book: tuple[Path, list[TimedChapter]], tmp_path: Path
) -> None:
    records = truth(book[1][0])

    async def press(page: Page) -> list[Any]:
        found = []
        for key, code, shift in (
            [("ArrowRight", 39, False)] * 2
            + [("ArrowRight", 39, True)] * 2
            + [
                ("ArrowLeft", 37, True),
                ("ArrowLeft", 37, False),
            ]
        ):
            await page.press(key, code=code, shift=shift)
            found.append(
                await page.run(f"[{SHOWN}('sentence')[0]?.[3] ?? null, {SHOWN}('word')[0]?.[3] ?? null]")
            )
        return found

    found = in_browser(book[0], tmp_path, press)

    first, second = records[0]["text"], records[1]["text"]
    words = [item["text"] for item in records[1]["items"] if item["kind"] == "word" and item["duration"]]
    assert [sentence for sentence, _ in found] == [first, second, second, second, second, first]
    assert [word for _, word in found[2:5]] == [words[0], words[1], words[0]]


def test_space_plays_and_pauses_and_the_next_chapter_follows(
    book: tuple[Path, list[TimedChapter]], tmp_path: Path
) -> None:
    n_samples = book[1][0].n_samples

    async def play(page: Page) -> list[Any]:
        playing = "[...document.querySelectorAll('audio')].map(audio => !audio.paused)"
        await shown_at(page, [n_samples - RATE // 4], RATE)
        await page.run(
            """window.told = name => new Promise(resolve =>
              document.querySelectorAll("audio")[1].addEventListener(name, resolve));
            window.next = told("playing"); window.end = told("pause"); 0"""
        )
        await page.press(" ", code=32)
        states = [await page.run(playing), await page.run(f"next.then(() => {playing})")]
        await page.press(" ", code=32)
        return [*states, await page.run(f"end.then(() => {playing})"), await page.run(LABEL)]

    assert in_browser(book[0], tmp_path, play) == [[True, False], [False, True], [False, False], "Play"]


def test_the_text_is_followed_until_the_reader_scrolls(
    book: tuple[Path, list[TimedChapter]], tmp_path: Path
) -> None:
    async def scroll(page: Page) -> list[Any]:
        await page.prefer(prefers_reduced_motion="reduce")
        await page.run("document.body.style.paddingTop = '3000px'")
        await page.press("ArrowRight", code=39)
        seen = [await page.run("scrollY > 1000"), await page.run(FOLLOWING)]
        await page.ask("Input.dispatchMouseEvent", type="mouseWheel", x=300, y=300, deltaX=0, deltaY=-2000)
        await page.run(
            f"(async () => {{ while ({FOLLOWING} === 'true') await new Promise(requestAnimationFrame) }})()"
        )
        before = await page.run("scrollTo(0, 0), scrollY")
        await page.press("ArrowRight", code=39)
        return [*seen, before, await page.run("scrollY"), await page.run(FOLLOWING)]

    assert in_browser(book[0], tmp_path, scroll) == [True, "true", 0, 0, "false"]


def test_without_highlights_the_passage_is_marked_as_a_whole(
    book: tuple[Path, list[TimedChapter]], tmp_path: Path
) -> None:
    async def look(page: Page) -> Any:
        await page.ask(
            "Page.addScriptToEvaluateOnNewDocument", source="delete window.Highlight; delete CSS.highlights"
        )
        await page.open((book[0] / "index.html").as_uri())
        sample = next(book[1][0].segments()).start
        await page.run(f"{SEEK}(document.querySelector('audio'), {sample / RATE})")
        marked = await page.run("[...document.querySelectorAll('.current')].map(each => each.id)")
        return marked, page.complaints

    assert in_browser(book[0], tmp_path, look) == (["c1p1"], [])


def test_a_recording_that_cannot_be_played_is_said_to_be_so(tmp_path: Path) -> None:
    folder = exported("html", tmp_path, audio="flac")
    (folder / "audio/01-nasty.flac").write_bytes(b"nothing")
    shown = "getComputedStyle(document.getElementById('unplayable')).display !== 'none'"

    async def play(page: Page) -> list[bool]:
        before = await page.run(shown)
        await page.press(" ", code=32)
        await page.run(f"(async () => {{ while (!({shown})) await new Promise(requestAnimationFrame) }})()")
        return [before, await page.run(shown)]

    assert in_browser(folder, tmp_path / "profile", play) == [False, True]


def test_what_the_reader_prefers_is_respected(book: tuple[Path, list[TimedChapter]], tmp_path: Path) -> None:
    async def look(page: Page) -> list[str]:
        found = []
        for scheme in ("light", "dark"):
            await page.prefer(prefers_color_scheme=scheme)
            found.append(await page.run("getComputedStyle(document.body).backgroundColor"))
        return found

    light, dark = in_browser(book[0], tmp_path, look)

    assert light == "rgb(253, 252, 249)"
    assert dark == "rgb(23, 23, 26)"


def test_whoever_listens_to_the_page_is_told_what_is_there(
    book: tuple[Path, list[TimedChapter]], tmp_path: Path
) -> None:
    async def look(page: Page) -> set[tuple[str, str]]:
        tree = await page.ask("Accessibility.getFullAXTree")
        return {
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in tree["nodes"]
            if not node["ignored"]
        }

    found = in_browser(book[0], tmp_path, look)

    assert {("navigation", "Contents"), ("region", "Player"), ("heading", "Nasty & <odd>")} <= found
    assert {
        ("button", name) for name in ("Previous sentence", "Play", "Next sentence", "Follow the text")
    } <= found
    assert ("combobox", "Speed") in found
    assert {"main", "link"} <= {role for role, _ in found}


@pytest.mark.parametrize("audio", ["m4a", "opus", "mp3", "wav"])
def test_every_kind_of_sound_is_found_by_its_samples(tmp_path: Path, audio: str) -> None:
    own = chapter(tmp_path)
    records = truth(own)
    folder = exported("html", tmp_path, [own], audio=audio)
    samples = [item["start"] for record in records for item in record["items"] if item["kind"] == "word"]

    async def look(page: Page) -> list[list[Any]] | None:
        kind = {"m4a": "audio/mp4; codecs=mp4a.40.2", "opus": "audio/ogg; codecs=opus"}.get(audio)
        if kind and not await page.run(f"new Audio().canPlayType({json.dumps(kind)})"):
            return None
        return await shown_at(page, samples, RATE)

    found = in_browser(folder, tmp_path / "profile", look)

    if found is None:
        pytest.skip(f"this browser does not play {audio}")
    assert [[each[3] for each in words] for words, _ in found] == [
        words_at(records, each) for each in samples
    ]
