"""`python -m bench.outbound [STORY]`: a list of people is called, by the whole server in real time.

The server, its models and the simulated carrier run in one process. Each person answers in another
way; told is what came of it, who was told what, and when the opening was first heard.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telephony.simulator import AfterBot, CallerLine
from telephony.simulator.carrier import Call, CarrierOptions, FakeCarrier, Person
from telephony.simulator.loopback import serve_on_loopback
from voicebot.bootstrap import Service
from voicebot.engines.bundle import Engines, load_engines
from voicebot.folds.transcript import transcript_of
from voicebot.journal import PlayoutStarted, ToolCalled
from voicebot.outbound.contacts import Contact, Retry, Terms
from voicebot.outbound.contacts import Result as R
from voicebot.outbound.hours import CallingHours
from voicebot.settings import Settings
from voicebot.store import CallList, Store
from voicebot.web.app import create_app

PUBLIC = "https://bot.example.com"
OURS = "+12125550100"
LONGEST = 240.0
_FACTS = {
    "person": "Ms. Lee",
    "dispute": "204518",
    "decision": "rejected",
    "merchant": "Harbor Hotel",
    "amount_cents": "8990",
    "reason": "The hotel sent us the booking that was signed.",
}
_PRIVATE = ("Harbor", "89 dollars", "not accepted")
_TERMS = Terms(
    "disputes",
    CallingHours.parse("mon-sun 0:00-24:00"),
    retries={R.BUSY: Retry(3600.0, 1)},
    ring=12,
)


@dataclass(frozen=True, slots=True)
class Story:
    """Somebody who is called, and what must come of it."""

    name: str
    lines: tuple[str, ...] = ()
    """Words, or keys after `keys:`, each when the bot has fallen silent."""
    person: Person | None = None
    """Instead of lines."""
    result: str = ""
    tools: tuple[str, ...] = ()
    told: bool = False
    """Whether anything private may be said."""


STORIES = (
    Story(
        "appeals in her own words",
        (
            *("yes, speaking", "keys:02118", "no, I'm not", "yes please"),
            "I never stayed there. I was in the hospital that week.",
            *("yes", "no, that's all"),
        ),
        result="reached",
        tools=("verify_dispute", "note_result", "file_appeal"),
        told=True,
    ),
    Story(
        "by keys alone",
        ("keys:1", "keys:02118", "keys:1", "no, thank you"),
        result="reached",
        tools=("verify_dispute", "note_result"),
        told=True,
    ),
    Story(
        "she is not there",
        ("no, she's not here", "yes"),
        result="not_here",
        tools=("note_result",),
    ),
    Story("opts out by key", ("keys:9",), result="opted_out", tools=("opt_out",)),
    Story("opts out by voice", ("don't call me again",), result="opted_out", tools=("opt_out",)),
    Story("a machine", person=Person.voicemail(after=2.0), result="machine"),
    Story("is on the telephone", person=Person.busy(), result="busy"),
    Story("does not answer", person=Person.never_answers(), result="no_answer"),
    Story("hangs up", person=Person.ignores().leaving(4.0), result="hung_up"),
)


async def main(only: str = "") -> int:
    """Call everybody, or those whose story has `only` in its name; 1 if one came out otherwise."""
    stories = [story for story in STORIES if only in story.name]
    engines = await asyncio.to_thread(load_engines, Settings().models)
    try:
        people = {
            f"+121255501{n:02}": await _person(story, engines) for n, story in enumerate(stories, 1)
        }
    finally:
        engines.close()
    with tempfile.TemporaryDirectory(prefix="voicebot-outbound-") as folder:
        return await _call(stories, people, Path(folder))


async def _person(story: Story, engines: Engines) -> Person:
    if story.person is not None:
        return story.person
    lines = []
    for line in story.lines:
        when = AfterBot(quiet=1.0, max_wait=40.0)
        if line.startswith("keys:"):
            lines.append(CallerLine(label=line, digits=line.removeprefix("keys:"), when=when))
            continue
        sound = b"".join(
            [(await engines.synthesiser.render(c)).audio for c in engines.synthesiser.clauses(line)]
        )
        lines.append(CallerLine(sound, line, when))
    return Person(answers_after=1.5, lines=tuple(lines), hang_up_after=20.0)


async def _call(stories: Sequence[Story], people: dict[str, Person], folder: Path) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    reach = {PUBLIC: f"http://127.0.0.1:{port}"}
    async with FakeCarrier(CarrierOptions(calls_per_second=None), reach=reach) as carrier:
        settings = Settings(
            public_url=PUBLIC,
            database_url=f"sqlite:///{folder / 'calls.sqlite3'}",
            shop_path=folder / "shop.sqlite3",
            domain="disputes",
            **_nested(carrier),
        )
        service = Service(settings)
        app = create_app(settings, service, progress=lambda part, done, of: None)
        async with app.router.lifespan_context(app), serve_on_loopback(app, port=port):
            carrier.add_number(OURS, f"{PUBLIC}/twilio/voice")
            for number, person in people.items():
                carrier.add_person(number, person)
            while not service.ready:
                if service.trouble:
                    print(service.trouble)
                    return 1
                await asyncio.sleep(0.2)
            contacts = [
                Contact(f"l1-{n}", "l1", number, True, facts=_FACTS)
                for n, number in enumerate(people, 1)
            ]
            service.store.outbound.add_list(CallList("l1", "", _TERMS, time.time()), contacts)
            await _until_over(service.store, len(people))
            await carrier.settled()
            return _report(stories, service.store, carrier, list(people))


def _nested(carrier: FakeCarrier) -> dict[str, Any]:
    return {
        "twilio": {
            "account_sid": carrier.account_sid,
            "auth_token": carrier.auth_token,
            "api_base_url": carrier.api_url,
        },
        "outbound": {"enabled": True, "number": OURS, "per_second": 2, "at_once": 3},
        "limits": {"per_caller": 0},
    }


async def _until_over(store: Store, count: int) -> None:
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        attempts = [one for r in store.outbound.records("l1") for one in r.attempts]
        if len(attempts) == count and all(one.result for one in attempts):
            return
        await asyncio.sleep(0.5)


def _report(
    stories: Sequence[Story], store: Store, carrier: FakeCarrier, numbers: list[str]
) -> int:
    wrong = 0
    by_sid = {row.carrier_call_id: row.call_id for row in store.calls(100)}
    opted_out = store.outbound.opted_out()
    for story, number, record in zip(stories, numbers, store.outbound.records("l1"), strict=True):
        attempt = record.attempts[0] if record.attempts else None
        result = attempt.result.value if attempt and attempt.result else "nothing"
        entries = store.entries(by_sid.get(attempt.call_sid, "")) if attempt else []
        tools = tuple(e.event.tool for e in entries if isinstance(e.event, ToolCalled))
        said = " ".join(turn.text for turn in transcript_of(entries).turns) if entries else ""
        told = any(words in said for words in _PRIVATE)
        calls = [call for call in carrier.calls if call.to == number]
        fine = (result, tools, told, len(calls)) == (story.result, story.tools, story.told, 1) and (
            number in opted_out
        ) == (story.result == "opted_out")
        wrong += not fine
        first = next((e.at for e in entries if isinstance(e.event, PlayoutStarted)), None)
        opening = "" if first is None else f", opening after {first:.2f} s"
        print(f"{'ok   ' if fine else 'WRONG'} {story.name}: {result}{opening}")
        if not fine:
            print(f"      wanted {story.result} {story.tools}, got {tools}, told: {told}")
            print(f"      {_length(calls)}; {said}")
    print(f"{len(stories) - wrong} of {len(stories)} as wanted")
    return 1 if wrong else 0


def _length(calls: list[Call]) -> str:
    return ", ".join(f"{call.ended_by} {call.status}" for call in calls) or "no call"


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:2])))
