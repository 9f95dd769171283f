"""How well sentences are found in real books; counted by benchmarks/segmenter.py."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("BATCHTTS_CORPUS", REPOSITORY.parent / "shared" / "corpus"))


@pytest.fixture(scope="module")
def segmenter() -> ModuleType:
    spec = importlib.util.spec_from_file_location("segmenter", REPOSITORY / "benchmarks" / "segmenter.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("book", ["alice.epub", "sherlock.epub"])
def test_few_ends_are_wrong_or_missed_in_a_book(segmenter: ModuleType, book: str) -> None:
    if not (CORPUS / book).exists():
        pytest.skip(f"{CORPUS / book} is absent; BATCHTTS_CORPUS names the folder of the books")
    score = segmenter.score(segmenter.paragraphs(CORPUS / book))
    assert score.n_sentences > 1_000
    assert score.over_rate <= segmenter.MOST_OVER, score.over
    assert score.missed_rate <= segmenter.MOST_MISSED, score.missed


def test_the_count_sees_what_was_missed(segmenter: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenter, "sentence_spans", lambda text: [(0, len(text))])
    score = segmenter.score(["It was late. He slept. Mr. Berg did not. “Why?” I asked. J. Lund knew."])
    assert len(score.missed) == 4
    assert len(score.tags) == 1


def test_the_count_sees_what_is_over(segmenter: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenter, "sentence_spans", lambda text: [(0, 8), (8, len(text))])
    assert len(segmenter.score(["“Stop!” said he."]).over) == 1


def test_published_rules_can_be_scored(segmenter: ModuleType, tmp_path: Path) -> None:
    rules = tmp_path / "rules.jsonl"
    rules.write_text(
        '{"number": 1, "text": "One. Two.", "sentences": ["One.", "Two."]}\n'
        '{"number": 2, "text": "One. Two.", "sentences": ["One. Two."]}\n',
        encoding="utf-8",
    )
    assert segmenter.failing_rules(rules) == [2]
