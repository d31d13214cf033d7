"""Media streams that break off in the middle of a call, with the whole hotline and a carrier."""

from __future__ import annotations

import asyncio

from dialogue.acts import Ask, CallTool, Say
from telephony.simulator import AfterBot, CallerLine
from telephony.simulator.carrier import Person
from tests.calls.story import ScriptedTools
from tests.telephony.sounds import tone
from tests.transfer.world import ANNA, World, virtually, world
from voicebot.journal import CallAnswered, CallEnded, SpeechQueued, StreamEnded, StreamStarted

CANCEL = "Cancel it."
ANSWERS = {
    CANCEL: [Ask("Shall I cancel order 4 4 1 1?")],
    "Yes.": [CallTool("cancel", {}, "k1", side_effect=True)],
    "tool ok": [Say("It is cancelled."), Ask("Anything else?")],
}
FIRST = CallerLine(tone(0.6), "first", AfterBot(0.5))
BYE = CallerLine(tone(0.6), "bye", AfterBot(0.8))


def said(w: World) -> list[str]:
    return [event.text for event in w.found(SpeechQueued)]


async def until_said(w: World, text: str) -> None:
    await w.until(lambda: text in said(w))


@virtually
async def test_the_caller_hears_of_it_within_a_second_and_a_half() -> None:
    async with world(first=CANCEL, words=["Bye."], answers=ANSWERS) as w:
        caller = await w.call(FIRST, BYE)
        await until_said(w, "Shall I cancel order 4 4 1 1?")
        await asyncio.sleep(1.0)
        caller.cut_stream()
        await caller.ended()

        assert [CallEnded("resolved")] == w.found(CallEnded)
        assert 1 == len(w.found(CallAnswered))
        assert [StreamEnded("dropped")] == w.found(StreamEnded)
        assert 2 == len(w.found(StreamStarted)) == len(caller.streams)
        assert ["The line broke off.", "Anything else?", "Goodbye."] == said(w)[-3:]
        first, second = caller.streams
        assert first.ended_at is not None
        heard = min(at for at, _ in caller.heard() if at > first.ended_at)
        assert heard - first.ended_at < 1.5, w.story()
        assert second.parameters["token"] != first.parameters["token"]


@virtually
async def test_an_action_is_done_once_though_the_stream_breaks_off_while_it_runs() -> None:
    tools = ScriptedTools(seconds=2.0)
    async with world(first=CANCEL, words=["Yes.", "Bye."], answers=ANSWERS, tools=tools) as w:
        caller = await w.call(
            FIRST,
            CallerLine(tone(0.4), "yes", AfterBot(0.5)),
            BYE,
        )
        await w.until(lambda: bool(tools.ran))
        caller.cut_stream()
        await caller.ended()

        assert [("cancel", "k1")] == tools.ran
        assert [CallEnded("resolved")] == w.found(CallEnded)
        assert "It is cancelled." in said(w)


@virtually
async def test_a_stream_that_breaks_off_twice_leads_to_the_keypad_and_to_a_person() -> None:
    async with world(first=CANCEL, answers=ANSWERS, people={ANNA: Person.takes_calls()}) as w:
        caller = await w.call(FIRST)
        await until_said(w, "Shall I cancel order 4 4 1 1?")
        caller.cut_stream()
        await until_said(w, "The line broke off.")
        caller.cut_stream()
        await asyncio.sleep(3.0)
        caller.press("1")
        anna = await w.carrier.rung(ANNA)
        await w.carrier.met(caller, anna)
        anna.hang_up()
        await caller.ended()

        assert [CallEnded("failed", "stream dropped")] == w.found(CallEnded)
        assert 2 == len(caller.streams)


@virtually
async def test_a_caller_who_hangs_up_on_a_dead_line_is_gone() -> None:
    async with world(first=CANCEL, answers=ANSWERS) as w:
        caller = await w.call(FIRST)
        await until_said(w, "Shall I cancel order 4 4 1 1?")
        caller.cut_stream()
        caller.hang_up()
        await caller.ended()
        await w.journalled(CallEnded)

        assert "person" == caller.ended_by
