"""Scripts of facts with their times, played to a turn-taker with its timers."""

from __future__ import annotations

from voicebot.journal import (
    CallerTurnEnded,
    Glimpsed,
    PlayoutStarted,
    ReplyDecided,
    Transcribed,
    TurnEndJudged,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.turntaking.commands import TurnCommand, TurnEvent
from voicebot.turntaking.policy import TurnPolicy
from voicebot.turntaking.turns import TurnTaker

POLICY = TurnPolicy(foresight=0.0)
"""Asks nobody what the words mean: only some of these stories have a dialogue."""
HASTY = TurnPolicy(endpoint_longest=POLICY.endpoint, foresight=0.0)
"""Takes every pause for the end, in stories that are not about it."""


def heard(utterance: int, text: str) -> Transcribed:
    return Transcribed(utterance, text, -0.2, 1.0, 0.2, 0.0, "scripted")


def seen(started: float, until: float, text: str, wants: float) -> Glimpsed:
    """A look at a sound over the bot, and how likely it wants the floor."""
    rest = (1 - wants) / 3
    kinds = {"interruption": wants, "backchannel": rest, "tic": rest, "noise": rest}
    return Glimpsed(started, until, text, -0.3, kinds)


def asked(answer: str, digits: int | None = None) -> ReplyDecided:
    acts = ({"kind": "ask", "text": "…"},)
    return ReplyDecided("user_turn", 0, acts, {}, 0.0, expects={"answer": answer, "digits": digits})


def play(
    script: list[tuple[float, TurnEvent]], until: float = 60.0, taker: TurnTaker | None = None
) -> list[tuple[float, TurnCommand]]:
    """Run a script on a machine, with its timers, and return what it decided and when."""
    taker = taker or TurnTaker(HASTY)
    log: list[tuple[float, TurnCommand]] = []

    def run_timers(end: float) -> None:
        while (deadline := taker.deadline) is not None and deadline <= end:
            log.extend((round(deadline, 3), command) for command in taker.expire(deadline))

    for at, event in script:
        run_timers(at)
        log.extend((at, command) for command in taker.handle(event, at))
    run_timers(until)
    return log


def ended(log: list[tuple[float, TurnCommand]]) -> list[tuple[float, str, str]]:
    return [(at, c.text, c.digits) for at, c in log if isinstance(c, CallerTurnEnded)]


def kinds(log: list[tuple[float, TurnCommand]]) -> list[type]:
    return [type(command) for _, command in log]


BOT_SPEAKS: list[tuple[float, TurnEvent]] = [
    (1.0, VoiceStarted(0.9)),
    (2.1, VoiceStopped(2.0)),
    (2.15, TurnEndJudged(1, 0.9)),
    (2.18, heard(1, "What is your return policy?")),
    (2.3, PlayoutStarted()),
]
