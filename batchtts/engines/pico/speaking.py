"""What happens in a worker process of `pico`: text in, samples out, and where in them nothing is heard."""

from collections.abc import Iterator

from batchtts.audio.levels import measure
from batchtts.audio.pcm import Pcm
from batchtts.engines.hosting.frames import Frame
from batchtts.engines.hosting.worker import Answer
from batchtts.engines.pico.settings import SAMPLE_RATE

VOLUME = 0.4
"""At full volume up to one sample in ten is cut off at full scale; chapters are brought to one level later."""

PAUSE_PEAK, SHORTEST_PAUSE = 250, 960
"""A pause has no sample above the one, and is at least as many samples long as the other says: 60 ms."""
BLOCK, STRIDE = 160, 4
"""It is looked for in blocks of 10 ms, of which every fourth sample says enough, and costs a fourth."""


def load() -> Answer:
    """Load Pico, and return what speaks."""
    from py_nanotts import NanoTTS

    pico = NanoTTS()

    def speak(request: Frame) -> Frame:
        """Speak `text` in `voice`, at `speed` and `pitch`."""
        head = request.head
        samples = pico.speak(
            head["text"], voice=head["voice"], speed=head["speed"], pitch=head["pitch"], volume=VOLUME
        )
        levels = measure(Pcm(samples, SAMPLE_RATE))
        speech = levels.n_lead, len(samples) // 2 - levels.n_tail
        return Frame(head={"speech": speech, "pauses": list(find_pauses(samples))}, body=samples)

    return speak


def find_pauses(samples: bytes) -> Iterator[tuple[int, int]]:
    """Yield where nothing is heard for a while before something is, from sample to sample."""
    every = memoryview(samples).cast("h")
    start = None
    for position in range(0, len(every) - BLOCK + 1, BLOCK):
        block = every[position : position + BLOCK : STRIDE].tolist()
        if max(block) < PAUSE_PEAK and min(block) > -PAUSE_PEAK:
            start = position if start is None else start
            continue
        if start is not None and position - start >= SHORTEST_PAUSE:
            yield start, position
        start = None
