"""The verbs that concern one person only: speech, sounds, keys, messages, and endings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from telephony.calls import CallStatus
from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE
from telephony.simulator.carrier import sounds
from telephony.simulator.carrier.board import Recording, now_utc
from telephony.simulator.carrier.orders import LegOver
from telephony.simulator.carrier.run import Run, Source, Step
from telephony.simulator.carrier.taping import (
    recording_callback,
    recording_fields,
    recording_form,
)
from telephony.simulator.loudness import AudibleMeter

_POLL = 0.02
_DEFAULT_RECORD_SECONDS = 3_600


async def say(run: Run, verb: Element) -> Step:
    """Speak with the carrier's own voice."""
    text = " ".join("".join(verb.itertext()).split())
    run.board.note(run.leg.sid, "says", text)
    await run.play(sounds.voice(text, run.board.options.say_rate) * _loops(verb))
    return None


async def play(run: Run, verb: Element) -> Step:
    """Play a sound or keys."""
    digits = verb.get("digits")
    if digits is not None:
        await run.play(sounds.tone(0.1 * len(digits), 697, 1209))
        return None
    address = run.resolve(verb.text or "")
    await run.play(run.board.options.sounds.get(address, sounds.music(2.0)) * _loops(verb))
    return None


def _loops(verb: Element) -> int:
    # `loop="0"` is for ever: a thousand times is longer than any test.
    return int(verb.get("loop", "1")) or 1_000


async def pause(run: Run, verb: Element) -> Step:
    """Wait."""
    await asyncio.sleep(float(verb.get("length", "1")))
    return None


async def redirect(run: Run, verb: Element) -> Step:
    """Go on with another document."""
    return Source(run.resolve(verb.text or ""), verb.get("method", "POST"))


async def hangup(run: Run, verb: Element) -> Step:
    """End the call."""
    raise LegOver(CallStatus.COMPLETED, "Hangup")


async def reject(run: Run, verb: Element) -> Step:
    """Turn an incoming call down; once answered it can only be ended."""
    busy = verb.get("reason", "rejected") == "busy"
    if run.leg.answered.is_set():
        raise LegOver(CallStatus.COMPLETED, "Reject after the answer")
    raise LegOver(CallStatus.BUSY if busy else CallStatus.NO_ANSWER, "Reject")


async def refer(run: Run, verb: Element) -> Step:
    """Hand a SIP leg to another address; on other legs it cannot be done."""
    if not (run.leg.from_.startswith("sip:") or run.leg.to.startswith("sip:")):
        run.mistake(0, "Refer works on SIP legs only")
        raise LegOver(CallStatus.FAILED, "Refer on a leg that is not SIP")
    sip = verb.find("Sip")
    run.board.note(run.leg.sid, "referred", "" if sip is None else (sip.text or "").strip())
    return run.action(
        verb,
        {
            "ReferCallStatus": "completed",
            "ReferSipResponseCode": "202",
            "NotifySipResponseCode": "200",
        },
    )


class _Prompts:
    """What is said while a `<Gather>` waits for keys."""

    def __init__(self, run: Run, verb: Element) -> None:
        self._run = run
        self._verb = verb

    async def __call__(self) -> None:
        for child in self._verb:
            match child.tag:
                case "Say":
                    await say(self._run, child)
                case "Play":
                    await play(self._run, child)
                case "Pause":
                    await pause(self._run, child)


async def gather(run: Run, verb: Element) -> Step:
    """Take keys. Those pressed before it began do not count; speech is never understood."""
    leg = run.leg
    while not leg.digits.empty():
        leg.digits.get_nowait()
    wants_keys = "dtmf" in verb.get("input", "dtmf").split()
    most = int(verb.get("numDigits", "0")) or 1_000
    finish = verb.get("finishOnKey", "#")
    pause_seconds = float(verb.get("timeout", "5").replace("auto", "5"))
    digits, finished = "", ""
    prompts = asyncio.ensure_future(_Prompts(run, verb)())
    try:
        while True:
            key = asyncio.ensure_future(leg.digits.get())
            try:
                await asyncio.wait({key, prompts}, return_when=asyncio.FIRST_COMPLETED)
                if not key.done():
                    if not prompts.cancelled():
                        prompts.result()
                    await asyncio.wait({key}, timeout=pause_seconds)
            finally:
                key.cancel()
            if not key.done() or key.cancelled():
                break
            if not wants_keys:
                continue
            await _stop(prompts)
            if key.result() == finish:
                finished = finish
                break
            digits += key.result()
            if len(digits) >= most:
                break
    finally:
        await _stop(prompts)
    if not digits and not finished and verb.get("actionOnEmptyResult", "false") != "true":
        return None
    fields = {"Digits": digits}
    if finished or verb.get("finishOnKey"):
        fields["FinishedOnKey"] = finished
    return run.action(verb, fields) or run.again(verb, fields)


async def _stop(prompts: asyncio.Future[None]) -> None:
    if not prompts.done():
        prompts.cancel()
        await asyncio.gather(prompts, return_exceptions=True)


async def record(run: Run, verb: Element) -> Step:
    """Record until a key, a silence, the longest length, or the person has gone."""
    leg = run.leg
    if verb.get("playBeep", "true") == "true":
        await run.play(sounds.beep())
    silence = float(verb.get("timeout", "5"))
    longest = float(verb.get("maxLength", str(_DEFAULT_RECORD_SECONDS)))
    keys = verb.get("finishOnKey", "1234567890*#")
    while not leg.digits.empty():
        leg.digits.get_nowait()
    line = leg.ear.line
    begun = line.sample()
    sid = run.board.chance.sid("RE")
    callback = recording_callback(run, verb)
    pressed = ""

    def fields() -> Mapping[str, str]:
        audio = bytes(line.caller_track[begun : line.sample()])
        recording = Recording(sid, leg.sid, (audio,), now_utc(), "RecordVerb")
        run.board.recordings[sid] = recording
        if callback is not None and "completed" in callback.events:
            run.board.tell(callback, recording_form(run.board, recording))
        return recording_fields(run.board, recording) | {"Digits": pressed or "hangup"}

    run.say_farewell(verb, fields)
    meter = AudibleMeter()
    while True:
        await asyncio.sleep(_POLL)
        now = line.sample()
        meter.advance(line.caller_track, now)
        heard = max(begun, meter.last_heard or 0)
        if now - heard >= silence * SAMPLE_RATE or now - begun >= longest * SAMPLE_RATE:
            break
        if not leg.digits.empty() and (pressed := leg.digits.get_nowait()) in keys:
            break
    leg.farewell = None
    audio = bytes(line.caller_track[begun : line.sample()])
    if audio.count(ULAW_SILENCE) == len(audio):
        return None
    form = fields()
    return run.action(verb, form) or run.again(verb, form)
