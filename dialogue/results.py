"""What tools answered, and going on with it."""

from __future__ import annotations

from dataclasses import replace

from dialogue import (
    choices,
    handing_over,
    lookups,
    outcomes,
    progress,
    proofs,
    tasks,
    tool_calls,
    verification,
)
from dialogue.acts import CallTool, ToolReturned
from dialogue.brief import Why
from dialogue.flows import Call, Outcome, Then, Verify
from dialogue.identification import VERIFIED
from dialogue.reply import Reply
from dialogue.state import PendingCall, Task
from dialogue.tool_loading import ALWAYS_KNOWN, FAILED
from dialogue.tools import ToolResult, ToolSpec, read_result

_FAILURES = 2
"""Tries of a tool before a person is needed."""


def returned(reply: Reply, pending: PendingCall, result: ToolReturned) -> None:
    """Go on with what a tool answered."""
    task = reply.state.task
    spec = reply.domain.tools[pending.tool]
    trusted = not spec.verify or proofs.covers(reply, spec.verify, pending.arguments)
    step = reply.domain.flows[task.flow].steps[task.step] if task is not None else None
    if isinstance(step, Verify) and result.value.get("outcome") == VERIFIED:
        # The very answer that proves it may hold what only the right customer may hear.
        trusted = True
    read = read_result(spec, result.value, verified=trusted) if result.ok else None
    reply.change(pending=None)
    if pending.slot:
        # A look-up that fails only knows nothing better.
        _looked_up(reply, pending, read or ToolResult("unknown", {}))
        return
    if pending.need:
        _known_of_caller(reply, pending, read)
        return
    if read is None:
        _failed(reply, pending, "refused" if result.ok else "failed")
        return
    reply.decided(f"outcome:{pending.tool}:{read.outcome}")
    # What this tool does not say this time was about something else.
    told = set(spec.facts) - set(ALWAYS_KNOWN)
    kept = {name: value for name, value in reply.state.facts.items() if name not in told}
    reply.change(facts={**kept, **read.facts})
    _call_by_name(reply, pending, read)
    if task is None:
        return
    match step:
        case Call(arguments=arguments, outcomes=ways):
            if ways[read.outcome].then is not Then.ASK_AGAIN:
                reply.check(*(name for name in arguments.values() if name in reply.state.slots))
            _turned_out(reply, task, ways[read.outcome], spec, read)
        case Verify(identification=name):
            one = reply.domain.identifications[name]
            proof = verification.proof_at_hand(one, pending.arguments)
            if verification.turned_out(reply, one, read.outcome, proof):
                progress.proceed(reply)
            tasks.advance(reply)
        case _:
            pass


def _known_of_caller(reply: Reply, pending: PendingCall, read: ToolResult | None) -> None:
    """Ask the choice that waited for what is known of the caller, whatever came of it."""
    reply.change(facts={**reply.state.facts, **(read.facts if read else {})})
    intent = reply.domain.intents[pending.need]
    reply.decided(f"choice:{pending.need}", intent=pending.need)
    if intent.choice is not None:
        choices.ask(reply, intent.choice, f"choice:{pending.need}")


def _call_by_name(reply: Reply, pending: PendingCall, read: ToolResult) -> None:
    """Keep what the values at hand are called, where the tool told and the customer may hear it."""
    for name, slot in reply.domain.slots.items():
        value, called = reply.state.slots.get(name), read.facts.get(slot.named_by)
        if slot.named_by and value in pending.arguments.values() and value and called:
            reply.call(value, called)


def _looked_up(reply: Reply, pending: PendingCall, read: ToolResult) -> None:
    """Choose between the readings of a value by those that are known."""
    slot, task = reply.domain.slots[pending.slot], reply.state.task
    value = reply.state.slots.get(slot.name, "")
    known, heard = lookups.known(reply, slot, pending, read)
    reply.decided(f"lookup:{len(known)}")
    step = reply.domain.flows[task.flow].steps[task.step] if task is not None else None
    if known and not (heard and not pending.outcome):
        reply.ask_value(slot, known)
    elif pending.outcome and task is not None and isinstance(step, Call):
        if outcomes.tell(reply, task, step.outcomes[pending.outcome], f"{pending.outcome}:"):
            tasks.advance(reply)
    else:
        # Only one of what the words can mean exists; or none, which the task's own tool tells.
        reply.learn(slot.name, known[0] if known else value)
        reply.say(reply.template(f"{slot.name}:heard", slot.heard), f"slot:{slot.name}")
        tasks.advance(reply)


def _turned_out(
    reply: Reply, task: Task, outcome: Outcome, spec: ToolSpec, result: ToolResult
) -> None:
    slot = reply.domain.slots[outcome.slot] if outcome.then is Then.ASK_AGAIN else None
    doubts = slot is not None and slot.lookup and not reply.state.keys
    if doubts and slot and tool_calls.look_up(reply, slot, outcome=result.outcome):
        # Before the customer hears that it does not exist: it may have been misheard.
        return
    if spec.side_effect:
        outcomes.remember(reply, task, outcome, result)
    if outcomes.tell(reply, task, outcome, f"{result.outcome}:"):
        tasks.advance(reply)


def _failed(reply: Reply, pending: PendingCall, how: str) -> None:
    spec = reply.domain.tools[pending.tool]
    reply.decided(f"tool_{how}:{pending.failures + 1}")
    reply.failed()
    if pending.failures + 1 < _FAILURES:
        reply.say_prompt("tool_retry")
        reply.change(pending=replace(pending, failures=pending.failures + 1))
        reply.acts.append(
            CallTool(spec.name, pending.arguments, pending.call_key, spec.side_effect, spec.filler)
        )
        return
    words = reply.domain.speech.brief
    what = words.effect_unknown if spec.side_effect else words.not_looked_up
    reply.note(words.note_tool.format(tool=pending.tool, what=what))
    task = reply.state.task
    step = reply.domain.flows[task.flow].steps[task.step] if task is not None else None
    if task is not None and isinstance(step, Call) and FAILED in step.outcomes:
        if outcomes.tell(reply, task, step.outcomes[FAILED], f"{FAILED}:"):
            tasks.advance(reply)
        return
    handing_over.hand_over(
        reply, Why.TOOL, words.reason_tool.format(tool=pending.tool), prompt="tool_failed"
    )
