"""What is highlighted in a page at a sample, and what should be by `alignment.jsonl`."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from headless_browser import Page

Record: TypeAlias = dict[str, Any]
"""A line of `alignment.jsonl`."""

SHOWN = """
  (name => [...(CSS.highlights.get(name) ?? [])].map(range => [
    range.startContainer.parentElement.id, range.startOffset, range.endOffset, range.toString()]))
"""
SEEK = """
  (async (audio, seconds) => {
    audio.preload = "auto";
    if (audio.readyState < 1) await new Promise(resolve => audio.addEventListener("loadedmetadata", resolve));
    if (audio.currentTime === seconds) return; // it would not be sought
    const sought = new Promise(resolve => audio.addEventListener("seeked", resolve, {once: true}));
    audio.currentTime = seconds;
    await sought;
  })
"""


async def shown_at(page: Page, samples: Iterable[int], rate: int, audio: int = 0) -> list[list[Any]]:
    """Return the words and sentences that are highlighted after going to each of these samples.

    Each is the id of its element, the positions in it, and the text.
    """
    script = f"""(async () => {{
      const audio = document.querySelectorAll("audio")[{audio}], found = [];
      for (const sample of {json.dumps(list(samples))}) {{
        await {SEEK}(audio, sample / {rate});
        found.push([{SHOWN}("word"), {SHOWN}("sentence")]);
      }}
      return found;
    }})()"""
    found: list[list[Any]] = await page.run(script)
    return found


def words_at(records: Sequence[Record], sample: int) -> list[str]:
    items = [item for record in records for item in record["items"] if item["kind"] == "word"]
    return [item["text"] for item in items if item["start"] <= sample < item["start"] + item["duration"]]


def sentences_at(records: Sequence[Record], sample: int) -> list[str]:
    return [
        record["text"]
        for record in records
        if record["start"] <= sample < record["start"] + record["num_samples"]
    ]


def boundaries(records: Sequence[Record]) -> list[int]:
    """Return the first and last samples of all that is said, the ones around them, and some in between."""
    found: set[int] = set()
    for record in records:
        found |= {record["start"], record["start"] + record["num_samples"]}
        for item in record["items"]:
            start, end = item["start"], item["start"] + item["duration"]
            found |= {start - 1, start, (start + end) // 2, end - 1, end}
    return sorted(each for each in found if 0 < each < records[0]["chapter_num_samples"])
