"""`python -m bench.dialogue.voice`: simulated customers on the telephone, in synthetic voices.

The same customers as in text call a real server over the simulated carrier. They hear what the
server says that it has said, think as they do in text, and speak with a synthesiser on a line with
noise. What came of it is read from the call's journal.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import click
import numpy as np
import soundfile

from audio_fixtures.sound import at_level
from bench.callers import SHARED, RecordingsMissing
from bench.dialogue.customer import Action, Customer, Manner, Move
from bench.dialogue.customers import misses, table, write
from bench.dialogue.floor import Floor
from bench.dialogue.goals import Goal
from bench.dialogue.houses import BY_NAME, HOUSES, House
from bench.dialogue.talk import Record, Use
from bench.dialogue.wording import Wording, in_words, spelled
from bench.duplex.corpus import LEVEL
from bench.duplex.line import CallLine
from bench.duplex.voices import Speaker, say, speakers
from bench.journalled import wait_until_ended
from bench.servers import VOICEBOT, Server, ServerFailed, running
from dialogue.acts import Handoff
from dialogue.brief import Brief
from dialogue.loading import load_domain
from telephony.g711 import SAMPLE_RATE, pcm16_to_ulaw
from telephony.simulator import AudibleMeter, CallerLine, LinePlayer, SimulatedCaller
from voicebot.journal import (
    CallEnded,
    CallerTurnEnded,
    Entry,
    HandoffDecided,
    SpeechQueued,
    ToolAnswered,
    ToolCalled,
)
from voicebot.store import StoreError, open_store

QUIET = round(1.1 * SAMPLE_RATE)
"""Silence of the bot after which a customer answers."""
GIVE_UP = round(25.0 * SAMPLE_RATE)
"""Silence of the bot after which a customer hangs up."""
CALL_SECONDS = 240.0
MANNERS = (
    *(Manner.PLAIN, Manner.HURRIED, Manner.RAMBLING, Manner.CORRECTING, Manner.CONFUSED),
    *(Manner.ANGRY, Manner.CHUNKED, Manner.SILENT, Manner.INTERRUPTING),
)
"""The voices speak no other language."""
INTO_IT = round(1.3 * SAMPLE_RATE)
"""How long the bot has spoken when it is cut short by a customer who interrupts."""
INTERRUPTS = 0.5
"""Share of the answers that are cut short by one who does."""
TRIES = 20
"""Draws of somebody for a goal who has not called yet."""
MOST_RINGS = 4
RING_AGAIN = 20.0
"""Seconds after which a customer rings again where all lines were busy."""
LEAST_SAID = 0.2
"""Seconds of silence before and after what is said."""


class CustomerPlayer(LinePlayer):
    """Speaks for a customer once the bot is quiet.

    Thinking and synthesis happen in a thread, so that the line goes on.
    """

    def __init__(
        self,
        customer: Customer,
        speaker: Speaker,
        hear: Callable[[], str],
        pool: ThreadPoolExecutor,
    ) -> None:
        super().__init__()
        self._customer = customer
        self._speaker = speaker
        self._hear = hear
        self._pool = pool
        self._thought: Future[tuple[Action, CallerLine | None]] | None = None
        self._heard = ""
        self._answered = 0
        """Where the bot was last heard when the customer thought about it."""
        self._leaves = False
        self._random = Random(speaker.name)
        self._cuts = False
        """Whether the bot was last cut short."""
        self._considered = 0
        """Onset of the answer for which it was last decided whether to interrupt."""
        self.meant: list[tuple[float, str]] = []
        """What was said, with the second at which it began."""

    def due(self, start: int, bot: AudibleMeter) -> CallerLine | None:
        """Return what the customer says now."""
        last = bot.last_heard
        if self._thought is not None:
            if not self._thought.done():
                return None
            action, line = self._thought.result()
            self._thought = None
            self._leaves = action.move is Move.HANG_UP
            if line is not None:
                self.meant.append((start / SAMPLE_RATE, action.text))
            return line
        quiet = last is not None and start - max(last, self._waiting_since) >= QUIET
        if last is not None and self._cuts and last <= self._waiting_since:
            # What the bot still said while it was cut short belongs to the answer before.
            self._answered = max(self._answered, last)
            self._cuts = False
        cuts = not quiet and self._interrupts(start, bot)
        if last is None or not (quiet or cuts) or last <= self._answered or self._leaves:
            return None
        self._cuts = cuts
        self._answered = last
        self._thought = self._pool.submit(self._think)
        return None

    def _interrupts(self, start: int, bot: AudibleMeter) -> bool:
        """Whether the customer speaks now, although the bot has not finished."""
        if self._customer.manner is not Manner.INTERRUPTING or not self.meant:
            # Everybody lets it greet them.
            return False
        began = bot.first_heard_since(max(self._answered, self._waiting_since))
        if began is None or start - began < INTO_IT or began == self._considered:
            return False
        self._considered = began
        return self._random.random() < INTERRUPTS

    def wants_to_hang_up(self, start: int, bot: AudibleMeter) -> bool:
        """Return whether the customer gives up."""
        silent = start - max(bot.last_heard or 0, self._waiting_since)
        return self.speaking is None and (self._leaves or silent >= GIVE_UP)

    def _think(self) -> tuple[Action, CallerLine | None]:
        # Said while the customer was thinking of the last answer: it is still what is asked.
        self._heard = self._hear() or self._heard
        if not self._heard:
            return Action(Move.SILENCE), None
        action = self._customer.hear(self._heard)
        if action.move is not Move.SAY:
            return action, None
        sound = at_level(say(self._speaker, speakable(action.text)), LEVEL)
        pause = np.zeros(round(LEAST_SAID * SAMPLE_RATE))
        samples = np.clip(np.concatenate([pause, sound, pause]), -1, 1)
        audio = pcm16_to_ulaw(np.round(samples * 32767).astype("<i2").tobytes())
        return action, CallerLine(audio=audio, label=action.text[:60])


def speakable(text: str) -> str:
    """Return a text as a synthesiser says it like a person: digit by digit, signs by name."""
    text = re.sub(r"\S+@\S+\w", lambda match: in_words(match[0]), text)
    return re.sub(r"\d{4,}", lambda match: spelled(match[0]), text)


@dataclass(slots=True)
class _Ear:
    """What one customer has not yet heard, by the server's journal."""

    database_url: str
    call_sid: str = ""
    seq: int = -1

    def __call__(self) -> str:
        said = []
        for entry in entries_of(self.database_url, self.call_sid, self.seq):
            self.seq = entry.seq
            if isinstance(entry.event, SpeechQueued):
                said.append(entry.event.text)
        return " ".join(said)


def entries_of(database_url: str, call_sid: str, after: int = -1) -> list[Entry]:
    """Return what a server wrote of a call so far; empty where it knows none."""
    with open_store(database_url) as store:
        try:
            return store.entries_after(store.find_call(call_sid).call_id, after)
        except StoreError:
            return []


def record_from(
    record: Record, entries: Sequence[Entry], meant: Sequence[tuple[float, str]] = ()
) -> Record:
    """Fill a record from a call's journal.

    Args:
        record: Who called, and for what.
        entries: The journal.
        meant: What the customer said, with the second at which it began.
    """
    called: dict[str, ToolCalled] = {}
    used: dict[str, Use] = {}
    """By key: a call that is made again under its key, after a turn went on, is done once."""
    lines = [(at, "meant", text) for at, text in meant]
    for entry in entries:
        match entry.event:
            case SpeechQueued(text=text):
                lines.append((entry.at, "bot", text))
            case CallerTurnEnded(text=text):
                lines.append((entry.at, "caller", text))
            case ToolCalled() as event:
                called[event.call_key] = event
            case ToolAnswered(call_key=key, ok=True, value=value) if key in called:
                use = called[key]
                arguments = {name: str(given) for name, given in use.arguments.items()}
                outcome = str(value.get("outcome"))
                used.pop(key, None)
                used[key] = Use(use.tool, arguments, outcome, use.side_effect)
            case HandoffDecided(queue=queue, reason=reason, summary=summary, brief=brief):
                told = Brief.from_json(dict(brief)) if brief else None
                record.handoff = Handoff(queue, reason, summary, told)
            case CallEnded(disposition=disposition):
                record.disposition = disposition
            case _:
                pass
    record.uses += used.values()
    record.lines += [(who, text) for _, who, text in sorted(lines, key=lambda line: line[0])]
    return record


def cast(floor: Floor, calls: int, seed: int, goals: Sequence[Goal]) -> list[Record]:
    """Return who calls: goals and manners in turn, no order or patient twice."""
    random = Random(seed)
    used: set[str] = set()
    found: list[Record] = []
    tries = 0
    while len(found) < calls and tries < calls * TRIES:
        # Whose goals have nobody left are passed over in the end.
        goal = goals[(len(found) + tries // TRIES) % len(goals)]
        manner = MANNERS[(len(found) + len(found) // len(goals)) % len(MANNERS)]
        tries += 1
        facts = goal.find(floor, random)
        whose = (facts or {}).get("order") or (facts or {}).get("patient") or "-"
        if facts is None or whose in used - {"-"}:
            continue
        used.add(whose)
        found.append(Record(goal, manner, seed + len(found), facts, by_voice=True))
    return found


def noise() -> np.ndarray:
    """Return the noise of a line.

    Raises:
        RecordingsMissing: the development recordings are not beside the repository.
    """
    paths = sorted((SHARED / "noise").glob("*.flac"))
    if not paths:
        raise RecordingsMissing(f"{SHARED / 'noise'} is not there")
    samples, _ = soundfile.read(paths[0], dtype="float32")
    return np.asarray(samples[len(samples) // 2 :], dtype=np.float32)


async def call_all(
    server: Server,
    house: House,
    planned: Sequence[Record],
    at_once: int,
    noisy: bool,
    until: float,
    keep: Callable[[Sequence[Record]], None],
) -> list[Record]:
    """Place the calls, so many at once, and return the filled records of those that began in time.

    Args:
        server: Who is called.
        house: Whose hotline it is.
        planned: Who calls.
        at_once: Calls at the same time.
        noisy: Whether there is noise on the line.
        until: By the monotonic clock, when no further call begins.
        keep: Keeps what there is after each call, so that a run that is cut off is not lost.
    """
    voices = speakers("figures")
    examples = (text for text, _ in load_domain(house.domain).examples())
    wording = Wording(examples, house.phrases)
    waiting = list(enumerate(planned))
    bed = noise() if noisy else None
    held: list[Record] = []

    async def work() -> None:
        while waiting and time.monotonic() < until:
            index, record = waiting.pop(0)
            random = Random(f"{record.goal.name}/{record.manner}/{record.seed}")
            customer = Customer(record.goal, dict(record.facts), record.manner, wording, random)
            record.goals = customer.goals
            ear = _Ear(server.database_url)
            # Half of them ring from the number that is on file.
            number = f"+1{record.facts['phone']}" if random.random() < 0.5 else "+15559990000"
            with ThreadPoolExecutor(1) as pool:
                for _ in range(MOST_RINGS):
                    player = CustomerPlayer(customer, voices[index % len(voices)], ear, pool)
                    caller = SimulatedCaller(
                        server.voice_url,
                        player,
                        caller=number,
                        max_seconds=CALL_SECONDS,
                        effect=CallLine(bed),
                    )
                    ear.call_sid = caller.call_sid
                    recording = await caller.run()
                    if recording.streams:
                        break
                    # All lines are busy: the server protects the calls that it has.
                    _say(f"{record.goal.name}: not taken, {recording.ended_by}")
                    await asyncio.sleep(RING_AGAIN)
            if not recording.streams:
                continue
            await asyncio.to_thread(wait_until_ended, server.database_url, [caller.call_sid])
            record.slipped, record.given = dict(customer.slipped), frozenset(customer.given)
            record_from(record, entries_of(server.database_url, caller.call_sid), player.meant)
            held.append(record)
            keep(held)
            outcome = "; ".join(record.shortfalls()) or "completed"
            _say(f"{record.goal.name}, {record.manner}, {recording.seconds:.0f} s: {outcome}")

    await asyncio.gather(*(work() for _ in range(at_once)))
    return held


async def run(
    house: House,
    goals: Sequence[Goal],
    calls: int,
    at_once: int,
    seed: int,
    noisy: bool,
    until: float,
    keep: Callable[[Sequence[Record]], None],
) -> list[Record]:
    """Start a server, let customers call it, and return what came of it."""
    async with running(VOICEBOT, {"VOICEBOT_DOMAIN": house.domain}) as server:
        shop = Path(server.database_url.removeprefix("sqlite:///")).parent / "shop.sqlite3"
        floor = Floor.clinic() if house.domain == "clinic" else Floor.shop(shop)
        planned = cast(floor, calls, seed, goals)
        return await call_all(server, house, planned, at_once, noisy, until, keep)


@click.command()
@click.option("--calls", default=36, show_default=True, help="How many customers.")
@click.option("--at-once", default=2, show_default=True, help="Calls at the same time.")
@click.option("--seed", default=5, show_default=True)
@click.option("--clean", is_flag=True, help="No noise; else 15 dB below the voices.")
@click.option("--skip", default=0, help="Goals that are left out at the beginning of the round.")
@click.option("--goal", "names", multiple=True, type=click.Choice(list(BY_NAME)))
@click.option("--domain", type=click.Choice(list(HOUSES)), default="retail", show_default=True)
@click.option("--misses", "with_misses", is_flag=True, help="Print conversations that fell short.")
@click.option("--minutes", default=240.0, show_default=True, help="No call begins later.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
def main(
    calls: int,
    at_once: int,
    seed: int,
    clean: bool,
    skip: int,
    names: tuple[str, ...],
    domain: str,
    with_misses: bool,
    minutes: float,
    output: Path | None,
) -> None:
    """Let simulated customers ring the hotline, and judge what came of it."""
    if not speakers("figures"):
        raise click.ClickException("no voice is installed; see bench/duplex/voices.py")
    until = time.monotonic() + minutes * 60
    house = HOUSES[domain]
    order = house.goals[skip:] + house.goals[:skip]
    goals = [goal for goal in order if not names or goal.name in names]

    def keep(held: Sequence[Record]) -> None:
        if output is not None:
            write(held, output)

    try:
        records = asyncio.run(run(house, goals, calls, at_once, seed, not clean, until, keep))
    except (ServerFailed, RecordingsMissing) as error:
        raise click.ClickException(str(error)) from error
    if with_misses:
        click.echo(misses(records))
    click.echo(table(records))


def _say(text: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')}  {text}", err=True)


if __name__ == "__main__":
    main()
