"""`voicebot dev`: a server, a carrier and people on this machine, and one call through all of them.

The server is `voicebot serve` in a process of its own, set up for Twilio as in production; the
carrier is the simulated one, with its usual delays, signatures, and callbacks that come late and
twice. You are the caller by recordings; a simulated person is behind the number of the people.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from rich.console import Console
from rich.table import Table

from telephony.simulator import CallerLine
from telephony.simulator.carrier import Call, CarrierOptions, FakeCarrier, Person
from voicebot.commands.calling import line_from
from voicebot.commands.demo import DemoFailed, free_port, server_process, until_ready, watch
from voicebot.media.recordings import read_ulaw
from voicebot.store import open_store

HOTLINE = "+15550100000"
PEOPLE = "+15550100002"
LONGEST = 600.0
"""Seconds that the call may last."""
HANG_UP_AFTER = 20.0
"""Seconds of silence after which the caller gives up, once all was said."""

_FIXTURES = Path(__file__).resolve().parents[2] / "audio_fixtures" / "speech"

AGENTS: Mapping[str, Person] = MappingProxyType(
    {
        "takes": Person.takes_calls(after=3.0),
        "declines": Person.declines(after=3.0),
        "ignores": Person.ignores(after=3.0),
        "busy": Person.busy(),
        "nobody": Person.never_answers(),
        "voicemail": Person.voicemail(),
    }
)
"""Who is behind the number of the people."""

AGENT_STAYS = 25.0
"""Seconds that a person who takes the call talks."""


@dataclass(frozen=True, slots=True)
class DevPlan:
    """What happens in the call."""

    lines: tuple[str, ...] = ()
    """Words of the caller, as for `voicebot call`; none: asks for a person."""
    agent: str = "takes"
    agent_says: Path | None = None
    """What the person says after taking the call; None: a recording of ours."""


def caller_lines(plan: DevPlan) -> list[CallerLine]:
    """Return what the caller says.

    Raises:
        DemoFailed: the recordings of the repository are not there.
        BadRecording: a file cannot be used.
    """
    if plan.lines:
        return [line_from(word) for word in plan.lines]
    return [line_from(str(_fixture("person_please")))]


def agent_of(plan: DevPlan) -> Person:
    """Return who is behind the number of the people.

    Raises:
        DemoFailed: the recordings of the repository are not there.
        BadRecording: the file cannot be used.
    """
    if plan.agent != "takes":
        return AGENTS[plan.agent]
    says = read_ulaw(plan.agent_says or _fixture("yes_please"))
    return Person.takes_calls(after=3.0, says=says).leaving(3.0 + AGENT_STAYS)


def _fixture(name: str) -> Path:
    found = sorted(_FIXTURES.glob(f"*{name}*.wav"))
    if not found:
        raise DemoFailed(
            "the recordings come with a checkout of the repository (audio_fixtures/): name WAV "
            "files of your own"
        )
    return found[0]


async def run_dev(plan: DevPlan, folder: Path, console: Console) -> None:
    """Place one call; leave recordings, the carrier's log and the server's log in `folder`.

    Raises:
        DemoFailed: the server did not start, or the call did not come about.
    """
    lines, agent = caller_lines(plan), agent_of(plan)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    database = f"sqlite:///{folder / 'voicebot.sqlite3'}"
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    async with FakeCarrier(CarrierOptions(strict=False)) as carrier:
        carrier.add_number(HOTLINE, f"{root}/twilio/voice")
        carrier.add_person(PEOPLE, agent)
        settings = {
            "VOICEBOT_PUBLIC_URL": root,
            "VOICEBOT_TWILIO__ACCOUNT_SID": carrier.account_sid,
            "VOICEBOT_TWILIO__AUTH_TOKEN": carrier.auth_token,
            "VOICEBOT_TWILIO__API_BASE_URL": carrier.api_url,
            "VOICEBOT_HANDOFF__NUMBER": PEOPLE,
        }
        with server_process(folder, database, port, settings):
            await until_ready(f"{root}/readyz", folder, console)
            console.print(f"Calling {HOTLINE}; behind {PEOPLE}: {plan.agent}\n", style="dim")
            caller = await carrier.call(HOTLINE, lines, hang_up_after=HANG_UP_AFTER)
            await _watch(caller, database, console)
            await carrier.settled()
        await asyncio.to_thread(_leave_files, carrier, folder, console)


async def _watch(caller: Call, database: str, console: Console) -> None:
    calling = asyncio.create_task(caller.ended(LONGEST))
    store = open_store(database)
    try:
        await watch(store, caller.sid, calling, console)
        await calling
    except TimeoutError as error:
        raise DemoFailed(f"the call goes on after {LONGEST:.0f} s") from error
    finally:
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        store.close()


def _leave_files(carrier: FakeCarrier, folder: Path, console: Console) -> None:
    caller, *others = carrier.calls
    if caller.answered_at is None:
        raise DemoFailed(f"the call did not come about ({caller.status}); see server.log")
    log = folder / "carrier.log"
    log.write_text("".join(f"{line}\n" for line in carrier.log))
    files = [log, folder / "caller.wav"]
    caller.save_wav(files[1])
    for number, other in enumerate((one for one in others if one.answered_at), 1):
        files.append(folder / f"person-{number}.wav")
        other.save_wav(files[-1])
    console.print()
    console.print(_summary(carrier, caller, others))
    for alert in carrier.alerts:
        console.print(f"  carrier: {alert}", style="yellow", soft_wrap=True)
    for path in files:
        console.print(f"  {path}", style="dim", soft_wrap=True)


def _summary(carrier: FakeCarrier, caller: Call, others: list[Call]) -> Table:
    table = Table(title="At the carrier", title_justify="left", box=None, pad_edge=False)
    table.add_column("call")
    table.add_column("what became of it")
    ended = f"{caller.status.value}, ended by {caller.ended_by}"
    table.add_row("caller", f"{ended}; longest silence {caller.longest_silence():.1f} s")
    for other in others:
        spans = carrier.together(caller, other)
        talked = sum(end - begin for begin, end in spans)
        text = f"{other.status.value}"
        table.add_row(other.to, text + (f"; talked {talked:.1f} s" if spans else ""))
    return table
