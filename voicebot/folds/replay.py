"""Replay: a journal's inputs to fresh machines, to see what this build would decide instead.

Each bad call becomes a regression test without audio. The turn-taker gets the recorded facts at
their recorded times; the dialogue gets the recorded inputs in their order. After a difference the
replay of the dialogue goes on from the recorded state, so that each decision is judged by itself.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from dialogue.acts import (
    Channel,
    Connecting,
    Connection,
    DialogueInput,
    Interrupted,
    NoInput,
    ToolReturned,
    UserTurn,
    act_to_dict,
)
from dialogue.errors import StateError
from dialogue.said import alternatives_of
from dialogue.state import DialogueState
from dialogue.step import Step
from voicebot.folds.eventlog import Difference, compare_logs, event_log
from voicebot.folds.exchanges import facts_of
from voicebot.journal import (
    BargedIn,
    CallerTurnEnded,
    Entry,
    ReplyDecided,
    SpeechCut,
    SpeechSilenced,
    ToolAnswered,
    ToolCalled,
)
from voicebot.ports import Dialogue, EngineError
from voicebot.turntaking.commands import TurnCommand, TurnDecision, TurnEvent
from voicebot.turntaking.policy import TurnPolicy
from voicebot.turntaking.turns import TurnTaker

LATE = 0.05
"""Seconds by which a driver's timer may have come after a fact that was already waiting."""


def replay_turns(
    entries: Sequence[Entry], policy: TurnPolicy, time_tolerance: float = 0.1
) -> list[Difference]:
    """Feed the recorded facts to a fresh turn-taker and return how its decisions differ.

    Args:
        entries: A journal, which may break off anywhere.
        policy: How to take turns now.
        time_tolerance: Seconds by which the times of decisions, and times in them, may differ.
    """
    recorded = [entry for entry in entries if isinstance(entry.event, TurnDecision)]
    decided = decisions_of(entries, policy)
    # A journal that breaks off may lack what followed from its last fact.
    last = entries[-1].at if entries else 0.0
    while len(decided) > len(recorded) and decided[-1].at >= last:
        decided.pop()
    return compare_logs(event_log(recorded), event_log(decided), time_tolerance)


def decisions_of(entries: Sequence[Entry], policy: TurnPolicy) -> list[Entry]:
    """Return what a fresh turn-taker decides on the recorded facts."""
    turns = TurnTaker(policy)
    decisions: list[Entry] = []

    def take(commands: Sequence[TurnCommand], at: float) -> None:
        for command in commands:
            if isinstance(command, TurnDecision):
                decisions.append(Entry(len(decisions), at, command))

    for entry in entries:
        if isinstance(entry.event, TurnDecision):
            # A timer that was due when the recorded decision fell runs now, as it did then.
            take(turns.expire(entry.at), entry.at)
        elif isinstance(entry.event, TurnEvent):
            while (deadline := turns.deadline) is not None and deadline < entry.at - LATE:
                take(turns.expire(deadline), deadline)
            take(turns.handle(entry.event, entry.at), entry.at)
    return decisions


async def replay_dialogue(entries: Sequence[Entry], dialogue: Dialogue) -> list[Difference]:
    """Feed the recorded inputs to a dialogue and return how its acts differ.

    Args:
        entries: A journal, which may break off anywhere.
        dialogue: The hotline as it is now.
    """
    facts = facts_of(entries)
    call_id = facts.call_id
    channel = Channel.CHAT if facts.channel == Channel.CHAT else Channel.PHONE
    occasion = _occasion(entries)
    inputs = _Inputs()
    differences: list[Difference] = []
    state: DialogueState | None = None
    before: DialogueState | None = None
    for entry in entries:
        if inputs.take(entry) and before is not None:
            state = before
        if not isinstance(entry.event, ReplyDecided):
            continue
        recorded = entry.event
        try:
            given = inputs.given(recorded)
            if given is None:
                step = _on_the_day(
                    await dialogue.start(call_id, facts.caller, channel, occasion), recorded
                )
            else:
                if state is None:
                    start = await dialogue.start(call_id, facts.caller, channel, occasion)
                    state = _on_the_day(start, recorded).state
                step = await dialogue.handle(state, given)
        except (EngineError, LookupError) as error:
            name = f"reply to {recorded.input} {recorded.turn}"
            expected = json.dumps(_plain(recorded.acts), ensure_ascii=False)
            differences.append(Difference(entry.at, name, expected, f"failed: {error}"))
            state = _restored(recorded) or state
            continue
        found = _compare(entry.at, recorded, step)
        differences += found
        inputs.decided(recorded)
        before = state if isinstance(given, UserTurn) else before
        state = (_restored(recorded) or step.state) if found else step.state
    return differences


def _on_the_day(start: Step, recorded: ReplyDecided) -> Step:
    """Return the start of a call at the time it had: "tomorrow" means what it meant then."""
    now, wait = recorded.state.get("now", ""), recorded.state.get("wait")
    return replace(start, state=replace(start.state, now=str(now), wait=wait))


def _occasion(entries: Sequence[Entry]) -> dict[str, str] | None:
    """Return what we called about; None where we were called."""
    replies = (entry.event for entry in entries if isinstance(entry.event, ReplyDecided))
    state = next((reply.state for reply in replies if reply.input == "start"), {})
    if not state.get("outbound"):
        return None
    return {**state.get("facts", {}), **state.get("given", {})}


class _Inputs:
    """Finds the input that each recorded reply answered."""

    def __init__(self) -> None:
        self._turns: dict[int, CallerTurnEnded] = {}
        self._last: CallerTurnEnded | None = None
        self._final: CallerTurnEnded | None = None
        """The last turn because of which something was changed."""
        self._answered: set[int] = set()
        self._tools: deque[ToolAnswered] = deque()
        self._cuts: list[SpeechCut] = []

    def take(self, entry: Entry) -> bool:
        """Remember an entry; True if it shows that the last turn's answer was undone."""
        match entry.event:
            case CallerTurnEnded() as turn:
                last, self._last = self._last, turn
                self._turns[turn.turn] = turn
                if last is None or not turn.continues(last):
                    return False
                if last is self._final:
                    # What it changed stays changed; only what follows was answered.
                    rest = turn.beyond(last)
                    others = turn.alternatives if rest == turn.text else ()
                    self._turns[turn.turn] = replace(turn, text=rest, alternatives=others)
                    return False
                return last.turn in self._answered
            case ToolCalled(side_effect=True):
                self._final = self._last
            case ToolAnswered() as answered:
                self._tools.append(answered)
            case BargedIn() | SpeechSilenced():
                self._cuts = []
            case SpeechCut() as cut:
                self._cuts.append(cut)
        return False

    def given(self, reply: ReplyDecided) -> DialogueInput | None:
        """Return what was answered; None for the greeting.

        Raises:
            LookupError: the journal does not hold it.
        """
        match reply.input:
            case "start":
                return None
            case "user_turn":
                turn = self._turns.get(reply.turn)
                if turn is None:
                    raise LookupError("the journal lacks the turn")
                return UserTurn(turn.text, turn.digits, alternatives_of(turn.alternatives))
            case "no_input":
                return NoInput()
            case "tool_returned" if self._tools:
                answer = self._tools.popleft()
                return ToolReturned(answer.call_key, answer.ok, answer.value, answer.error)
            case "interrupted":
                heard = " ".join(cut.heard for cut in self._cuts if cut.heard)
                return Interrupted(heard, " ".join(c.unheard for c in self._cuts if c.unheard))
            case other:
                kind, _, connection = other.partition(":")
                if kind != "connecting" or connection not in list(Connection):
                    raise LookupError(f"the journal lacks the input {other!r}")
                return Connecting(Connection(connection))

    def decided(self, reply: ReplyDecided) -> None:
        """Note that a reply was replayed."""
        if reply.input == "user_turn":
            self._answered.add(reply.turn)


def _compare(at: float, recorded: ReplyDecided, step: Step) -> list[Difference]:
    name = f"reply to {recorded.input} {recorded.turn}"
    pairs = zip_longest(_plain(recorded.acts), _plain([act_to_dict(act) for act in step.acts]))
    return [
        Difference(at, f"{name}, act {number}", _text(want), _text(have))
        for number, (want, have) in enumerate(pairs, start=1)
        if want != have
    ]


def _plain(acts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return acts as they are after a round trip through the store, without the calls' keys."""
    bare = [{name: value for name, value in act.items() if name != "call_key"} for act in acts]
    plain: list[dict[str, Any]] = json.loads(json.dumps(bare))
    return plain


def _text(act: Mapping[str, Any] | None) -> str:
    return "" if act is None else json.dumps(act, ensure_ascii=False)


def _restored(reply: ReplyDecided) -> DialogueState | None:
    try:
        return DialogueState.from_json(reply.state)
    except StateError:
        return None
