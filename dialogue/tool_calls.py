"""Calls of tools: those of a task's steps, and look-ups of what a value may have been."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from dialogue import handing_over, lookups, proofs
from dialogue.acts import CallTool
from dialogue.brief import Why
from dialogue.domain import CALLER_ARGUMENT
from dialogue.flows import CONSTANT, Call, Slot
from dialogue.intent import Choice
from dialogue.reply import Reply
from dialogue.state import PendingCall
from dialogue.tools import LOOKUP_ARGUMENT


def call(reply: Reply, step: Call) -> None:
    """Make the call of a task's step, where it may be made."""
    facts = {**reply.facts, "summary": " ".join(reply.summary())}
    arguments = {
        name: source.removeprefix(CONSTANT)
        if source.startswith(CONSTANT)
        else facts.get(source, "")
        for name, source in step.arguments.items()
    }
    spec = reply.domain.tools[step.tool]
    if spec.side_effect and spec.verify and not proofs.covers(reply, spec.verify, arguments):
        # Flows are checked for it when they are loaded; nothing else may get here either.
        reply.decided("unverified_side_effect")
        reason = f"{spec.name} was refused, the caller is not verified"
        handing_over.hand_over(reply, Why.RULE, reason, prompt="tool_failed")
        return
    look(reply, step.tool, arguments)


def look_up(reply: Reply, slot: Slot, *, outcome: str = "") -> bool:
    """Ask the slot's tool which of its possible values are known; False where none is left.

    Args:
        reply: The step being composed.
        slot: Its likeliest value has been learnt already.
        outcome: How the step turned out that did not know it.
    """
    left = lookups.candidates(reply, slot, unknown=bool(outcome))
    if left:
        look(reply, slot.lookup, {LOOKUP_ARGUMENT: lookups.BETWEEN.join(left)})
        if pending := reply.state.pending:
            reply.change(pending=replace(pending, slot=slot.name, outcome=outcome))
    return bool(left)


def about_caller(reply: Reply, need: str, choice: Choice) -> bool:
    """Ask what is known of who calls from this number, before a choice; False where that is not
    asked, or was already."""
    state = reply.state
    if not (choice.caller and state.caller) or choice.caller in state.asked_about:
        return False
    look(reply, choice.caller, {CALLER_ARGUMENT: state.caller})
    if pending := reply.state.pending:
        reply.change(
            pending=replace(pending, need=need), asked_about=(*state.asked_about, choice.caller)
        )
    return True


def look(reply: Reply, tool: str, arguments: Mapping[str, str]) -> None:
    """Call a tool, and wait for its result."""
    spec = reply.domain.tools[tool]
    number = reply.state.calls + 1
    key = call_key(reply.state.call_id, number, tool, arguments)
    pending = PendingCall(key, tool, arguments, spec.side_effect)
    reply.change(calls=number, pending=pending, question=None)
    reply.acts.append(CallTool(spec.name, arguments, key, spec.side_effect, spec.filler))


def call_key(call_id: str, number: int, tool: str, arguments: Mapping[str, str]) -> str:
    """Return the idempotency key of a tool call: the same for a retry, else never the same."""
    said = json.dumps(arguments, sort_keys=True).encode()
    return f"{call_id}/{number}-{tool}-{hashlib.sha256(said).hexdigest()[:12]}"
