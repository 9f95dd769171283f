"""On a cluster, what is asked again and stretched is so on the worker, and comes out the same."""

import asyncio
import os

import pytest
from workbench import Workbench

from batchtts.cluster.messages import Failure
from batchtts.cluster.serving import speak_all
from batchtts.engine import SpeechRequest
from batchtts.engines.tone import ToneEngine

TEXT = "The last boat leaves at nine, and nobody waits for it."


def test_a_worker_speaks_for_as_long_as_is_asked() -> None:
    requests = [
        SpeechRequest(text=TEXT, voice="hum", length_seconds=2.0),
        SpeechRequest(text=TEXT, voice="hum", most_seconds=3.0),
        SpeechRequest(text=TEXT, voice="hum", length_seconds=90.0),
    ]
    answer = asyncio.run(speak_all(requests, ToneEngine()))
    speeches = [outcome for outcome in answer.outcomes if not isinstance(outcome, Failure)]
    assert [speech.audio.seconds for speech in speeches] == [2.0, 3.0, 90.0]


@pytest.mark.xdist_group("dask")
@pytest.mark.timeout(120)
@pytest.mark.skipif(os.name != "posix", reason="starts processes")
def test_lengths_are_met_with_the_same_bytes_with_and_without_a_cluster(bench: Workbench) -> None:
    segments = [{"text": TEXT, "length": seconds} for seconds in (2.0, 3.5, 9.0)]
    segments.append({"text": TEXT, "length": 60, "length_policy": "best"})
    bench.job(voices={"narrator": {"engine": "latin", "voice": "hum"}}, documents=[{"segments": segments}])
    assert bench.run().exit_code == 0
    alone = bench.outputs()
    bench.out = bench.folder / "clustered"
    ended = bench.run("--executor", "dask", "--output", str(bench.out))
    assert ended.exit_code == 0, ended.stderr
    assert bench.outputs() == alone
