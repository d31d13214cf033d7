"""Runs a hotline's flows: collects, calls, confirms, and says how it turned out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from dialogue.acts import CallTool, ToolReturned
from dialogue.flows import Call, Collect, Confirm, Flow, Outcome, SlotKind, Then
from dialogue.reply import Reply
from dialogue.spoken import Template
from dialogue.state import PendingCall, Task
from dialogue.tools import ToolResult, read_result

_FAILURES = 2
"""Tries of a tool before a person is needed."""


def begin(reply: Reply, flow: Flow, *, given: str = "") -> None:
    """Begin a task; values given earlier are read back and used.

    Args:
        reply: The step being composed.
        flow: The task.
        given: The slot whose value came in this very turn.
    """
    reply.change(task=Task(flow.name), pending=None)
    for name in flow.slots():
        slot = reply.domain.slots[name]
        if name in reply.state.slots and name != given and not slot.keep:
            reply.forget(name)
        known = slot.caller_id and len(reply.state.caller) >= slot.digits
        if known and name not in reply.state.slots:
            # The national number: what stands before it is the country's code.
            reply.learn(name, reply.state.caller[-slot.digits :])
    read_back(reply, flow, given)
    advance(reply)


def read_back(reply: Reply, flow: Flow, given: str) -> None:
    """Say which values the task will use."""
    for name in flow.slots():
        if name in reply.state.slots:
            slot = reply.domain.slots[name]
            texts = slot.heard if name == given else slot.kept
            reply.say(reply.template(f"{name}:heard", texts), f"slot:{name}")


def advance(reply: Reply) -> None:
    """Go on with the task until something must be asked, awaited, or nothing is left."""
    while (task := reply.state.task) is not None:
        flow = reply.domain.flows[task.flow]
        if task.step >= len(flow.steps):
            finish(reply)
            return
        match flow.steps[task.step]:
            case Collect(slot=name):
                if name not in reply.state.slots:
                    again = task.attempts.get(name, 0) > 0
                    reply.ask_slot(reply.domain.slots[name], again=again)
                    return
                _next(reply)
            case Confirm(question=question, interruptible=interruptible):
                text = question.fill(reply.facts)
                reply.ask_confirm(text, f"flow:{flow.name}", interruptible=interruptible)
                return
            case Call() as call:
                if reply.state.pending is None:
                    _call(reply, call)
                return


def confirmed(reply: Reply) -> None:
    """The customer said yes to what the task asked."""
    _next(reply)
    advance(reply)


def refused(reply: Reply) -> None:
    """The customer said no to what the task asked."""
    task = reply.state.task
    if task is None:
        reply.ask_more()
        return
    flow = reply.domain.flows[task.flow]
    step = flow.steps[task.step]
    if not isinstance(step, Confirm):
        advance(reply)
        return
    if step.slot:
        index = flow.steps.index(Collect(step.slot))
        _again(reply, step.slot, index)
        return
    reply.say(reply.template(f"{flow.name}:refused", step.refused), f"flow:{flow.name}")
    reply.note(f"{flow.title}: the caller decided against it")
    finish(reply)


def finish(reply: Reply) -> None:
    """The task is done, or given up."""
    if task := reply.state.task:
        flow = reply.domain.flows[task.flow]
        for name in flow.slots():
            if not reply.domain.slots[name].keep:
                reply.forget(name)
        reply.change(last_task=task.flow)
    reply.change(task=None, pending=None)
    reply.ask_more()


def returned(reply: Reply, pending: PendingCall, result: ToolReturned) -> None:
    """Go on with what a tool answered."""
    task = reply.state.task
    spec = reply.domain.tools[pending.tool]
    read = read_result(spec, result.value) if result.ok else None
    reply.change(pending=None)
    if read is None:
        _failed(reply, pending, "refused" if result.ok else "failed")
        return
    reply.decided(f"outcome:{pending.tool}:{read.outcome}")
    if task is None:
        return
    step = reply.domain.flows[task.flow].steps[task.step]
    if isinstance(step, Call):
        _turned_out(reply, task, step.outcomes[read.outcome], read)


def _turned_out(reply: Reply, task: Task, outcome: Outcome, result: ToolResult) -> None:
    source = f"flow:{task.flow}"
    reply.change(facts={**reply.state.facts, **result.facts})
    name = f"{task.flow}:{result.outcome}:{task.step}"
    text = reply.template(name, outcome.say)
    if outcome.note:
        reply.note(Template(outcome.note).fill(reply.facts))
    reply.say(text, source, interruptible=outcome.interruptible)
    match outcome.then:
        case Then.NEXT:
            _next(reply)
            advance(reply)
        case Then.DONE:
            finish(reply)
        case Then.PERSON:
            reply.hand_off(reply.domain.flows[task.flow].summary)
        case Then.ASK_AGAIN:
            index = reply.domain.flows[task.flow].steps.index(Collect(outcome.slot))
            _again(reply, outcome.slot, index)


def _again(reply: Reply, slot: str, index: int) -> None:
    """Ask for a slot again, from the step that collects it; after too many tries, for a person."""
    task = reply.state.task
    if task is None:
        return
    tries = task.attempts.get(slot, 0) + 1
    reply.forget(slot)
    reply.change(task=replace(task, step=index, attempts={**task.attempts, slot: tries}))
    if tries >= reply.domain.policy.attempts:
        reply.decided("too_many_attempts")
        reply.note(f"the {reply.domain.slots[slot].label} could not be settled")
        reply.say_prompt("too_many_attempts")
        reply.ask_person()
    else:
        advance(reply)


def _call(reply: Reply, step: Call) -> None:
    spec = reply.domain.tools[step.tool]
    facts = {**reply.facts, "summary": " ".join(reply.summary())}
    arguments = {name: facts.get(source, "") for name, source in step.arguments.items()}
    number = reply.state.calls + 1
    key = call_key(reply.state.call_id, number, step.tool, arguments)
    pending = PendingCall(key, step.tool, arguments, spec.side_effect)
    reply.change(calls=number, pending=pending, question=None)
    reply.acts.append(CallTool(spec.name, arguments, key, spec.side_effect, spec.filler))


def call_key(call_id: str, number: int, tool: str, arguments: Mapping[str, str]) -> str:
    """Return the idempotency key of a tool call: the same for a retry, else never the same."""
    said = json.dumps(arguments, sort_keys=True).encode()
    return f"{call_id}/{number}-{tool}-{hashlib.sha256(said).hexdigest()[:12]}"


def _failed(reply: Reply, pending: PendingCall, how: str) -> None:
    spec = reply.domain.tools[pending.tool]
    reply.decided(f"tool_{how}:{pending.failures + 1}")
    if pending.failures + 1 < _FAILURES:
        reply.say_prompt("tool_retry")
        reply.change(pending=replace(pending, failures=pending.failures + 1))
        reply.acts.append(
            CallTool(spec.name, pending.arguments, pending.call_key, spec.side_effect, spec.filler)
        )
        return
    what = "may or may not have taken effect" if spec.side_effect else "could not be looked up"
    reply.note(f"our system did not answer, {pending.tool} {what}")
    reply.hand_off(f"{pending.tool} failed", prompt="tool_failed")


def _next(reply: Reply) -> None:
    if task := reply.state.task:
        reply.change(task=replace(task, step=task.step + 1), question=None)


def code_slots(reply: Reply) -> tuple[str, ...]:
    """Return the slots that are codes."""
    return tuple(n for n, slot in reply.domain.slots.items() if slot.kind is SlotKind.CODE)
