"""What happens in a worker process of `pico`: text in, samples out, and how much of them is silence."""

from batchtts.audio.levels import measure
from batchtts.audio.pcm import Pcm
from batchtts.engines.hosting.frames import Frame
from batchtts.engines.hosting.worker import Answer
from batchtts.engines.pico.settings import SAMPLE_RATE

VOLUME = 0.4
"""At full volume up to one sample in ten is cut off at full scale; chapters are brought to one level later."""


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
        return Frame(head={"n_lead": levels.n_lead, "n_tail": levels.n_tail}, body=samples)

    return speak
