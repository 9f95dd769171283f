"""What an engine has said lately is remembered, and no more than that."""

import pytest
from render_room import segment_of

from batchtts.audio.pcm import Pcm
from batchtts.errors import TakeFailedChecks
from batchtts.model import Segment
from batchtts.render.echoes import Echoes

LONG = segment_of("The keeper climbed the stairs to the lamp before the first fog came in.", 1)
OTHER = segment_of("Nobody on board had ever heard what that bell was good for, or why.", 2)


def sound(number: int) -> Pcm:
    return Pcm(number.to_bytes(8, "little"), 24_000)


def is_echo(memory: Echoes, audio: Pcm, segment: Segment) -> bool:
    try:
        memory.check(audio, segment)
    except TakeFailedChecks:
        return True
    return False


def test_an_echo_is_told_with_the_segment_that_was_first() -> None:
    memory = Echoes()
    memory.check(sound(1), LONG)
    with pytest.raises(TakeFailedChecks, match="that of s1, 'The keeper climbed the stairs to the la"):
        memory.check(sound(1), OTHER)


def test_a_segment_is_no_echo_of_itself() -> None:
    memory = Echoes()
    assert [is_echo(memory, sound(1), segment) for segment in (LONG, LONG)] == [False, False]


@pytest.mark.parametrize(("n_between", "is_known"), [(0, True), (4095, True), (4096, False), (9000, False)])
def test_an_echo_is_noticed_within_4096_answers(n_between: int, is_known: bool) -> None:
    memory = Echoes()
    memory.check(sound(0), LONG)
    for number in range(n_between):
        memory.check(sound(number + 1), segment_of("Well.", number + 10))
    assert is_echo(memory, sound(0), OTHER) is is_known
