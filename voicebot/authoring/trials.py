"""Tries a hotline with its scenarios: the real manager, tools that really run.

Each scenario gets a fresh demo shop, so that none sees what another changed. What a scenario
declares under `tools` is returned instead of running them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dialogue.acts import Ask, Channel, DialogueInput, NoInput, Say, UserTurn
from dialogue.manager import DialogueManager
from dialogue.scenarios import Doing, Ending, Exchange, Fixture, Scenario, ToolLine, Wanted
from voicebot.chat import Answered, Chat, ToolUse
from voicebot.ports import ToolError, ToolRunner

TODAY = date(2026, 3, 2)
"""A Monday: the day on which scenarios happen that name none."""

OpenTools = Callable[[Path, date], "tuple[ToolRunner, Callable[[], None]]"]
"""Given where the demo shop is kept and what day it is: the tools, and what lets go of them."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that did not come out as the scenario says."""

    line: int
    """In the scenario's file."""
    what: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A scenario that was played."""

    scenario: Scenario
    failures: tuple[Failure, ...]
    transcript: tuple[tuple[str, str], ...]
    """(`caller`, `bot`, `tool` or `end`, words)."""

    @property
    def passed(self) -> bool:
        """Whether everything came out as it should."""
        return not self.failures


class _Tools:
    """Tools with a scenario's fixtures before them; see `voicebot.ports.ToolRunner`."""

    def __init__(self, real: ToolRunner, fixtures: Sequence[Fixture]) -> None:
        self._real = real
        self._fixtures = fixtures

    async def run(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Mapping[str, Any]:
        """Return what the first fitting fixture says, or what the real tool does."""
        for fixture in self._fixtures:
            if fixture.tool == tool and _within(fixture.given, arguments):
                if fixture.fails:
                    raise ToolError(f"{tool} fails, as the scenario wants")
                return dict(fixture.returns)
        return await self._real.run(tool, arguments, call_key)


class AbsentTools:
    """Stands where tools cannot be had; see `voicebot.ports.ToolRunner`."""

    def __init__(self, trouble: str) -> None:
        self._trouble = trouble

    async def run(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Mapping[str, Any]:
        """Fail, and say why.

        Raises:
            ToolError: always.
        """
        raise ToolError(f"{self._trouble}; or declare what {tool} returns under `tools`")


class Trials:
    """Plays scenarios of one hotline."""

    def __init__(self, manager: DialogueManager, open_tools: OpenTools) -> None:
        self._manager = manager
        self._open_tools = open_tools

    async def play(
        self, scenarios: Iterable[Scenario], played: Callable[[Trial], None] = lambda trial: None
    ) -> list[Trial]:
        """Play scenarios one after another; `played` is told of each as it is done.

        Raises:
            ToolError: a tool of the hotline has nothing that runs it.
        """
        trials = []
        with tempfile.TemporaryDirectory(prefix="voicebot-test-") as name:
            folder = Path(name)
            for number, scenario in enumerate(scenarios):
                today = date.fromisoformat(scenario.today) if scenario.today else TODAY
                shop = folder / f"{number}" / "shop.sqlite3"
                tools, close = self._open_tools(shop, today)
                try:
                    trial = await _Play(self._manager, tools, scenario).run()
                finally:
                    close()
                    shutil.rmtree(shop.parent, ignore_errors=True)
                trials.append(trial)
                played(trial)
        return trials


class _Play:
    """One scenario on its way."""

    def __init__(self, manager: DialogueManager, tools: ToolRunner, scenario: Scenario) -> None:
        self._domain = manager.domain
        self._scenario = scenario
        self._tools = _Tools(tools, scenario.fixtures)
        self._chat = Chat(
            manager,
            self._tools,
            "scenario",
            scenario.caller,
            Channel.PHONE,
            occasion=scenario.occasion,
        )
        self._failures: list[Failure] = []
        self._transcript: list[tuple[str, str]] = []
        self._used: list[ToolUse] = []
        self._last: Answered | None = None

    async def run(self) -> Trial:
        for exchange in self._scenario.exchanges:
            if not await self._exchange(exchange):
                break
        self._check_ending()
        self._check_calls()
        self._check_slots()
        await self._check_afterwards()
        return Trial(self._scenario, tuple(self._failures), tuple(self._transcript))

    def _fail(self, line: int, what: str, expected: str, got: str) -> None:
        self._failures.append(Failure(line, what, expected, got))

    async def _exchange(self, exchange: Exchange) -> bool:
        """Play one exchange; False when the conversation cannot go on."""
        if exchange.doing is not None and self._chat.over:
            done = f"{exchange.doing.value}: {exchange.text}"
            ended = self._last.disposition if self._last else ""
            self._fail(exchange.line, "the conversation was over", done, ended)
            return False
        said = []
        for given in self._inputs(exchange):
            answered = await (self._chat.start() if given is None else self._chat.give(given))
            said.append(answered.text)
            said += [a.chat_text for a in answered.acts if isinstance(a, Say | Ask) and a.chat_text]
            self._note(answered)
            if answered.disposition:
                break
        heard = " ".join(said)
        for wanted in exchange.says:
            if not _has(heard, wanted):
                self._fail(wanted.line, "the bot did not say it", wanted.text, said[0] or "nothing")
        for unwanted in exchange.never:
            if _has(heard, unwanted):
                self._fail(unwanted.line, "the bot must not say it", unwanted.text, said[0])
        return True

    def _inputs(self, exchange: Exchange) -> list[DialogueInput | None]:
        match exchange.doing:
            case None:
                return [None]
            case Doing.CALLER:
                self._transcript.append(("caller", exchange.text))
                return [UserTurn(exchange.text)]
            case Doing.KEYS:
                self._transcript.append(("caller", f"[keys] {exchange.text}"))
                return [UserTurn("", exchange.text)]
            case Doing.SILENCE:
                self._transcript.append(("caller", "[silence]"))
                return [NoInput()] * int(exchange.text)

    def _note(self, answered: Answered) -> None:
        self._last = answered
        self._used += answered.tools
        for use in answered.tools:
            self._transcript.append(("tool", f"{_called(use)} → {use.outcome or use.error}"))
        self._transcript.append(("bot", answered.text))
        if answered.disposition:
            reason = f": {answered.handoff.reason}" if answered.handoff else ""
            self._transcript.append(("end", f"{answered.disposition}{reason}"))

    # --- what must have come of it -----------------------------------------------------------

    def _check_ending(self) -> None:
        scenario, last = self._scenario, self._last
        ended = (last.disposition if last else "") or Ending.OPEN.value
        if scenario.ends is not None and ended != scenario.ends:
            self._fail(scenario.ends_line, "it ended otherwise", scenario.ends.value, ended)
        handoff = last.handoff if last else None
        if handoff is None:
            for wanted in scenario.brief:
                self._fail(wanted.line, "nobody was told", wanted.text, "no hand-over")
            return
        if scenario.reason and not _has(handoff.reason, Wanted(scenario.reason, 1)):
            line = scenario.ends_line
            self._fail(line, "handed over for another reason", scenario.reason, handoff.reason)
        for wanted in scenario.brief:
            if not _has(" ".join(handoff.summary), wanted):
                told = " ".join(handoff.summary)
                self._fail(wanted.line, "the person is not told", wanted.text, told)

    def _check_calls(self) -> None:
        if self._scenario.calls is None:
            return
        left = list(self._used)
        for wanted in self._scenario.calls:
            index = next((i for i, use in enumerate(left) if _fits(wanted, use)), None)
            if index is None:
                got = (
                    ", ".join(f"{_called(use)} → {use.outcome or use.error}" for use in left)
                    or "nothing more"
                )
                self._fail(wanted.line, "the tool was not called so", _shown(wanted), got)
                continue
            for skipped in left[:index]:
                self._unexpected(skipped)
            left = left[index + 1 :]
        for use in left:
            self._unexpected(use)

    def _unexpected(self, use: ToolUse) -> None:
        """Looking something up more than once is no mistake; changing something is."""
        spec = self._domain.tools.get(use.name)
        if spec is None or spec.side_effect:
            line = self._scenario.line
            self._fail(line, "something was changed", "no such call", _called(use))

    def _check_slots(self) -> None:
        wanted = self._scenario.slots
        if wanted is None or self._last is None:
            return
        got = self._last.steps[-1].state.slots
        for name, value in wanted.items():
            if got.get(name, "") != value:
                what = f"`{name}` was taken for something else"
                self._fail(self._scenario.line, what, value or "nothing", got.get(name, "nothing"))

    async def _check_afterwards(self) -> None:
        for number, wanted in enumerate(self._scenario.afterwards):
            try:
                value = await self._tools.run(wanted.tool, wanted.arguments, f"after/{number}")
            except ToolError as error:
                self._fail(wanted.line, "asked afterwards", _shown(wanted), str(error))
                continue
            for name, expected in wanted.expects.items():
                got = value.get(name)
                if str(got) != expected:
                    what = f"asked afterwards, {_shown(wanted)}"
                    self._fail(wanted.line, what, f"{name}: {expected}", f"{name}: {got}")


def _fits(wanted: ToolLine, use: ToolUse) -> bool:
    outcome = wanted.expects.get("outcome", use.outcome)
    return (
        wanted.tool == use.name
        and _within(wanted.arguments, use.arguments)
        and outcome == use.outcome
    )


def _within(wanted: Mapping[str, str], given: Mapping[str, Any]) -> bool:
    return all(str(given.get(name, "")) == value for name, value in wanted.items())


def _called(use: ToolUse) -> str:
    return f"{use.name}({', '.join(f'{k}={v}' for k, v in use.arguments.items())})"


def _shown(line: ToolLine) -> str:
    outcome = line.expects.get("outcome")
    shown = f"{line.tool}({', '.join(f'{k}={v}' for k, v in line.arguments.items())})"
    return f"{shown} → {outcome}" if outcome else shown


def _has(text: str, wanted: Wanted) -> bool:
    return _plain(wanted.text) in _plain(text)


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())
