"""What becomes of texts whose worker is lost, hangs, is late, or is not the right one."""

import asyncio
from dataclasses import replace

import pytest
from scripted_link import NEEDED, Run, ScriptedLink, at_work, hum

from batchtts.cluster.link import AnswerLost, CallFailed, LinkLost
from batchtts.cluster.messages import Answer, Failure, Misfit, Order, WrongProcess
from batchtts.engine import Speech, VoiceInfo
from batchtts.errors import EngineRefused, EngineUnavailable, TextRejected
from batchtts.events import NoteTaken

TEXTS = [f"Line {number}." for number in range(12)]


def test_every_text_gets_its_own_answer() -> None:
    async def script() -> None:
        run = Run(ScriptedLink("one", "two"))
        async with run.dispatcher.at_work():
            spoken = await run.ask_all(*TEXTS)
        assert [speech.alignment.words[-1].text for speech in spoken] == [text[5:-1] for text in TEXTS]

    at_work(script)


def test_texts_go_one_by_one_until_it_is_known_how_long_they_take_and_then_together() -> None:
    async def script() -> None:
        link = ScriptedLink("one")
        run = Run(link)
        async with run.dispatcher.at_work():
            await run.ask("Once.")
            await run.ask_all(*TEXTS)
        assert [len(texts) for _, texts in link.orders] == [1, 6, 6]

    at_work(script)


def test_a_text_is_lost_with_its_worker_and_is_alone_with_the_next() -> None:
    async def script() -> None:
        link = ScriptedLink("one", "two")
        run = Run(link)

        async def speak(address: str, order: Order) -> Answer:
            if len(order.requests) > 1:
                link.kill(address)
                await asyncio.Event().wait()
            return await hum(order)

        async with run.dispatcher.at_work():
            await run.ask("Once.")
            link.speak = speak
            lost = await run.ask_all(*TEXTS)
            assert {type(error) for error in lost} == {EngineUnavailable}
            link.orders.clear()
            spoken = await run.ask_all(*TEXTS)
        assert all(isinstance(speech, Speech) for speech in spoken)
        assert sorted(texts for _, texts in link.orders) == sorted([text] for text in TEXTS)

    at_work(script)


def test_a_text_that_kills_worker_after_worker_is_rejected_and_takes_no_other_with_it() -> None:
    async def script() -> None:
        link = ScriptedLink("one", "two")
        run = Run(link)

        async def speak(address: str, order: Order) -> Answer:
            if any("deadly" in request.text for request in order.requests):
                link.kill(address)
                await asyncio.Event().wait()
            return await hum(order)

        link.speak = speak
        answers: dict[str, list[str]] = {}
        async with run.dispatcher.at_work():
            for _ in range(6):
                for text, answer in zip([*TEXTS, "deadly"], await run.ask_all(*TEXTS, "deadly"), strict=True):
                    answers.setdefault(text, []).append(type(answer).__name__)
        n_killed = sum("deadly" in texts for _, texts in link.orders)
        assert answers.pop("deadly")[-1] == "TextRejected"
        assert n_killed <= 5
        assert all(kinds.count("EngineUnavailable") <= 1 for kinds in answers.values())

    at_work(script)


def test_while_a_suspect_is_alone_with_its_worker_nothing_else_is_sent_there() -> None:
    async def script() -> None:
        link = ScriptedLink("one")
        run = Run(link)
        async with run.dispatcher.at_work():
            link.speak = lambda address, order: asyncio.Event().wait()
            first = asyncio.ensure_future(run.ask("suspect"))
            await asyncio.sleep(1)
            link.kill("one")
            with pytest.raises(EngineUnavailable, match="the worker one was lost"):
                await first
            asking = [asyncio.ensure_future(run.ask(text)) for text in ["suspect", *TEXTS]]
            await asyncio.sleep(1)
            assert link.orders[1:] == [("one", ["suspect"])]
            for task in asking:
                task.cancel()

    at_work(script)


def test_a_late_answer_is_for_nobody() -> None:
    async def script() -> None:
        link = ScriptedLink("one", "two")
        run = Run(link)
        late = asyncio.Event()

        async def speak(address: str, order: Order) -> Answer:
            if address == "one":
                await late.wait()
            return await hum(order)

        link.speak = speak
        async with run.dispatcher.at_work():
            first = asyncio.ensure_future(run.ask("A line."))
            await asyncio.sleep(1)
            [batch] = next(iter(run.dispatcher._roster)).batches
            first.cancel()
            again = await run.ask("A line.")
            late.set()
            await asyncio.sleep(1)
        assert isinstance(again, Speech)
        assert batch.asked[0].answer.cancelled()

    at_work(script)


@pytest.mark.parametrize("has_nannies", [True, False])
def test_a_worker_that_does_not_answer_in_time_is_replaced_and_what_else_it_had_is_lost(
    has_nannies: bool,
) -> None:
    async def script() -> None:
        link = ScriptedLink("one")
        link.has_nannies = has_nannies
        run = Run(link)
        async with run.dispatcher.at_work():
            link.speak = lambda address, order: asyncio.Event().wait()
            first, second = (asyncio.ensure_future(run.ask(text)) for text in ("hangs", "waits behind"))
            await asyncio.sleep(1)
            first.cancel()
            with pytest.raises(EngineUnavailable):
                await second
            link.speak = lambda address, order: hum(order)
            assert isinstance(await run.ask("waits behind"), Speech)
        assert link.replaced == ["one"]

    at_work(script)


def test_a_text_that_was_never_sent_replaces_nobody_when_it_is_given_up() -> None:
    async def script() -> None:
        link = ScriptedLink("one")
        run = Run(link)
        async with run.dispatcher.at_work():
            link.speak = lambda address, order: asyncio.Event().wait()
            asking = [asyncio.ensure_future(run.ask(text)) for text in TEXTS]
            await asyncio.sleep(1)
            asking[-1].cancel()
            await asyncio.sleep(1)
            assert link.replaced == []
            for task in asking:
                task.cancel()

    at_work(script)


def test_a_worker_of_another_version_is_named_and_never_asked() -> None:
    async def script() -> None:
        link = ScriptedLink("right", "wrong")
        link.versions["wrong"] = replace(NEEDED, identity="tone/2", python="3.10")
        run = Run(link)
        async with run.dispatcher.at_work():
            await asyncio.sleep(1)
            await run.ask_all(*TEXTS)
        assert {address for address, _ in link.orders} == {"right"}
        assert run.told == [
            NoteTaken(
                text="the worker wrong is not used: Python is 3.10, needed is 3.11; "
                "the engine is tone/2, needed is tone/1"
            )
        ]

    at_work(script)


def test_where_all_workers_are_of_another_version_the_run_stops() -> None:
    async def script() -> None:
        link = ScriptedLink("one", "two")
        link.versions = dict.fromkeys(link.versions, replace(NEEDED, batchtts="0.9"))
        run = Run(link)
        async with run.dispatcher.at_work():
            with pytest.raises(EngineUnavailable, match=r"batchtts is 0\.9, needed is 1"):
                await run.ask("A line.")
        assert isinstance(run.stop.reason, EngineRefused)
        assert link.orders == []

    at_work(script)


@pytest.mark.parametrize("error", [Misfit("it is too old"), CallFailed("ImportError: what?"), WrongProcess()])
def test_a_worker_that_turns_out_to_be_another_hands_its_texts_back_unspoken(error: Exception) -> None:
    async def script() -> None:
        link = ScriptedLink("one", "two")
        run = Run(link)
        refusals = [error]

        async def speak(address: str, order: Order) -> Answer:
            if refusals:
                raise refusals.pop()
            return await hum(order)

        link.speak = speak
        async with run.dispatcher.at_work():
            assert isinstance(await run.ask("A line."), Speech)
        assert refusals == []

    at_work(script)


def test_a_worker_that_is_lost_while_it_introduces_itself_is_met_again() -> None:
    async def script() -> None:
        link = ScriptedLink("one")
        link.troubles = [AnswerLost("killed")]
        run = Run(link)
        async with run.dispatcher.at_work():
            assert isinstance(await run.ask("A line."), Speech)

    at_work(script)


def test_a_worker_that_cannot_load_what_it_is_sent_is_refused() -> None:
    async def script() -> None:
        link = ScriptedLink("one")
        link.troubles = [CallFailed("ModuleNotFoundError: No module named 'batchtts'")]
        run = Run(link)
        async with run.dispatcher.at_work():
            with pytest.raises(EngineUnavailable, match="one: ModuleNotFoundError"):
                await run.ask("A line.")
        assert isinstance(run.stop.reason, EngineRefused)

    at_work(script)


@pytest.mark.parametrize("when", ["at first", "in a call", "later"])
def test_a_scheduler_that_is_gone_stops_the_run(when: str) -> None:
    async def script() -> None:
        link = ScriptedLink("one")
        run = Run(link)
        link.is_lost = when == "at first"
        link.troubles = [LinkLost("gone")] if when == "in a call" else []
        async with run.dispatcher.at_work():
            if when == "later":
                await run.ask("A line.")
                link.is_lost = True
                await asyncio.sleep(10)
            with pytest.raises(EngineUnavailable, match="the scheduler of the cluster is gone"):
                await run.ask("A line.")
        assert isinstance(run.stop.reason, EngineUnavailable)

    at_work(script)


def test_the_end_of_the_scheduler_stops_the_run_and_fails_all_that_is_asked() -> None:
    async def script() -> None:
        link = ScriptedLink("one")
        run = Run(link)

        async def speak(address: str, order: Order) -> Answer:
            raise LinkLost("gone")

        link.speak = speak
        async with run.dispatcher.at_work():
            answers = await run.ask_all(*TEXTS)
            assert {type(answer) for answer in answers} == {EngineUnavailable}
            with pytest.raises(EngineUnavailable):
                await run.ask("One more.")
        assert isinstance(run.stop.reason, EngineUnavailable)

    at_work(script)


def test_a_cluster_without_workers_is_waited_for_as_long_as_there_is_patience() -> None:
    async def script() -> None:
        run = Run(ScriptedLink(), patience_seconds=60)
        loop = asyncio.get_running_loop()
        async with run.dispatcher.at_work():
            with pytest.raises(EngineUnavailable, match="no worker that was ready for 60 s"):
                await run.ask("A line.")
        assert 60 <= loop.time() <= 66

    at_work(script)


def test_where_every_worker_dies_of_everything_the_run_stops_before_it_has_killed_many() -> None:
    async def script() -> None:
        link = ScriptedLink("one", "two")
        run = Run(link)

        async def speak(address: str, order: Order) -> Answer:
            link.kill(address)
            return await asyncio.Event().wait()

        link.speak = speak
        async with run.dispatcher.at_work():
            for number in range(100):
                with pytest.raises((EngineUnavailable, TextRejected)):
                    await run.ask(f"Line {number}.")
        assert isinstance(run.stop.reason, EngineRefused)
        assert len(link.orders) == 12

    at_work(script)


def test_what_an_engine_says_there_is_raised_here() -> None:
    async def script() -> None:
        link = ScriptedLink("one")
        run = Run(link)

        async def speak(address: str, order: Order) -> Answer:
            failures = [Failure.of(TextRejected("no", hint="why")) for _ in order.requests]
            return Answer(outcomes=tuple(failures), seconds=0.0)

        link.speak = speak
        async with run.dispatcher.at_work():
            with pytest.raises(TextRejected, match="no") as raised:
                await run.ask("A line.")
        assert raised.value.hint == "why"

    at_work(script)


def test_a_worker_tells_the_voices_of_its_engine_or_why_it_cannot() -> None:
    async def script() -> None:
        link = ScriptedLink("one")
        run = Run(link)
        async with run.dispatcher.at_work():
            link.voices = (VoiceInfo(id="hum", name="hum", languages=()),)
            assert await run.dispatcher.voices(run.line) == link.voices
            link.voices = Failure.of(EngineRefused("there is no key"))
            with pytest.raises(EngineRefused, match="there is no key"):
                await run.dispatcher.voices(run.line)

    at_work(script)


def test_nobody_tells_voices_when_there_is_no_worker_any_more() -> None:
    async def script() -> None:
        run = Run(ScriptedLink(), patience_seconds=5)
        async with run.dispatcher.at_work():
            with pytest.raises(EngineUnavailable, match="no worker"):
                await run.dispatcher.voices(run.line)

    at_work(script)
