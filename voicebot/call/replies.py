"""A step of the dialogue as the fact that it was decided."""

from __future__ import annotations

from typing import Any

from dialogue.acts import (
    Circumstances,
    Connecting,
    DialogueInput,
    Interrupted,
    NoInput,
    ToolReturned,
    UserTurn,
    act_to_dict,
)
from dialogue.step import Step
from voicebot.journal import ReplyDecided


def reply_decided(
    given: DialogueInput | None,
    turn: int,
    step: Step,
    *,
    decide_seconds: float = 0.0,
    speculative: bool = False,
) -> ReplyDecided:
    """Return what the journal says of a step.

    Args:
        given: The input that it answers; None for the greeting.
        turn: The caller turn that it answers; 0 for the greeting.
        step: What the dialogue manager returned.
        decide_seconds: Time that it took.
        speculative: It was worked out before the turn was confirmed.
    """
    return ReplyDecided(
        input=_input_name(given),
        turn=turn,
        acts=tuple(act_to_dict(act) for act in step.acts),
        trace=_trace(step),
        decide_seconds=decide_seconds,
        speculative=speculative,
        expects={
            "answer": step.expects.answer.value,
            "digits": step.expects.digits,
            "patience": step.expects.patience,
        },
        state=step.state.to_json(),
    )


def _input_name(given: DialogueInput | None) -> str:
    match given:
        case None:
            return "start"
        case UserTurn():
            return "user_turn"
        case NoInput():
            return "no_input"
        case ToolReturned():
            return "tool_returned"
        case Interrupted():
            return "interrupted"
        case Connecting(connection=connection):
            return f"connecting:{connection}"
        case Circumstances():
            return "circumstances"


def _trace(step: Step) -> dict[str, Any]:
    trace = step.trace
    return {
        "intent": trace.intent,
        "confidence": round(trace.confidence, 4),
        "candidates": [list(candidate) for candidate in trace.candidates],
        "task": trace.task,
        "slots": dict(trace.slots),
        "articles": [list(article) for article in trace.articles],
        "rule": trace.rule,
    }
