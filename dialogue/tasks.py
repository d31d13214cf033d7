"""Runs a hotline's flows: collects, calls, confirms, and says how it turned out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dialogue import lookups, verification
from dialogue.acts import CallTool, ToolReturned
from dialogue.brief import Why
from dialogue.flows import (
    CONSTANT,
    Branch,
    Call,
    Collect,
    Confirm,
    Flow,
    Outcome,
    Slot,
    Tell,
    Then,
    Verify,
)
from dialogue.identification import VERIFIED
from dialogue.reply import Reply
from dialogue.spoken import Template
from dialogue.state import PendingCall, Task, Undoable
from dialogue.tool_loading import ALWAYS_KNOWN, FAILED
from dialogue.tools import LOOKUP_ARGUMENT, ToolResult, ToolSpec, read_result

_FAILURES = 2
"""Tries of a tool before a person is needed."""
_UNDOABLE = 4
"""Changes that are kept to be taken back."""


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
            case Tell(outcome=outcome):
                _tell(reply, task, outcome)
                if outcome.then is not Then.NEXT:
                    return
            case Branch(to=to, unless=condition):
                holds = condition is not None and condition.holds(reply.facts)
                _go(reply, task.step + 1 if holds else to)
            case Verify(identification=name):
                if not verification.is_verified(reply, name):
                    one = reply.domain.identifications[name]
                    if reply.state.pending is None:
                        verification.go_on(reply, task, one, _look)
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
    if task := reply.state.task:
        # What was read back before the question was said yes to as well.
        given = [
            name for name in reply.domain.flows[task.flow].slots() if name in reply.state.slots
        ]
        reply.confirm(*given)
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
        _again(reply, step.slot, flow.collects(step.slot, task.step))
        return
    if step.to is not None:
        _go(reply, step.to)
        advance(reply)
        return
    reply.say(reply.template(f"{flow.name}:refused", step.refused), f"flow:{flow.name}")
    reply.note(f"{flow.title}: the caller decided against it")
    finish(reply)


def is_hopeless(reply: Reply) -> bool:
    """Whether a value of the task could not be settled even after a person was declined."""
    task = reply.state.task
    tries = max(task.attempts.values(), default=0) if task else 0
    return tries > reply.domain.policy.attempts


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


def undo(reply: Reply) -> None:
    """Begin to take the last change of this conversation back."""
    if not reply.state.undoable:
        reply.say_prompt("nothing_to_undo")
        return
    change = reply.state.undoable[-1]
    reply.change(
        task=Task(change.flow, step=reply.domain.flows[change.flow].undo_at or 0),
        slots={**reply.state.slots, **change.slots},
        facts={**reply.state.facts, **change.facts},
        pending=None,
        question=None,
    )
    advance(reply)


def denied(reply: Reply, slot: Slot, others: Sequence[str]) -> None:
    """The customer said that a value is not what they meant: try one more reading, then ask."""
    ruled_out = reply.state.ruled_out.get(slot.name, ())
    left = [value for value in others if value not in ruled_out]
    task = reply.state.task
    if left:
        reply.ask_value(slot, left[:1])
    elif task is None:
        reply.forget(slot.name)
        reply.ask_slot(slot, again=True)
    else:
        flow = reply.domain.flows[task.flow]
        if Collect(slot.name) in flow.steps[: task.step + 1]:
            _again(reply, slot.name, flow.collects(slot.name, task.step + 1))
        else:
            # A proof of who they are: asked for again by what asks for it.
            reply.forget(slot.name)
            advance(reply)


def look_up(reply: Reply, slot: Slot, *, outcome: str = "") -> bool:
    """Ask the slot's tool which of its possible values are known; False where none is left.

    Args:
        reply: The step being composed.
        slot: Its likeliest value has been learnt already.
        outcome: How the step turned out that did not know it.
    """
    left = lookups.candidates(reply, slot, unknown=bool(outcome))
    if left:
        _look(reply, slot.lookup, {LOOKUP_ARGUMENT: lookups.BETWEEN.join(left)})
        if pending := reply.state.pending:
            reply.change(pending=replace(pending, slot=slot.name, outcome=outcome))
    return bool(left)


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
        _tell(reply, task, step.outcomes[pending.outcome], f"{pending.outcome}:")
    else:
        # Only one of what the words can mean exists; or none, which the task's own tool tells.
        reply.learn(slot.name, known[0] if known else value)
        reply.say(reply.template(f"{slot.name}:heard", slot.heard), f"slot:{slot.name}")
        advance(reply)


def returned(reply: Reply, pending: PendingCall, result: ToolReturned) -> None:
    """Go on with what a tool answered."""
    task = reply.state.task
    spec = reply.domain.tools[pending.tool]
    trusted = not spec.verify or verification.covers(reply, spec.verify, pending.arguments)
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
    if read is None:
        _failed(reply, pending, "refused" if result.ok else "failed")
        return
    reply.decided(f"outcome:{pending.tool}:{read.outcome}")
    # What this tool does not say this time was about something else.
    told = set(spec.facts) - set(ALWAYS_KNOWN)
    kept = {name: value for name, value in reply.state.facts.items() if name not in told}
    reply.change(facts={**kept, **read.facts})
    if task is None:
        return
    match step:
        case Call(arguments=arguments, outcomes=outcomes):
            if outcomes[read.outcome].then is not Then.ASK_AGAIN:
                reply.check(*(name for name in arguments.values() if name in reply.state.slots))
            _turned_out(reply, task, outcomes[read.outcome], spec, read)
        case Verify(identification=name):
            one = reply.domain.identifications[name]
            proof = verification.proof_at_hand(one, pending.arguments)
            if verification.turned_out(reply, one, read.outcome, proof):
                _next(reply)
            advance(reply)
        case _:
            pass


def _turned_out(
    reply: Reply, task: Task, outcome: Outcome, spec: ToolSpec, result: ToolResult
) -> None:
    slot = reply.domain.slots[outcome.slot] if outcome.then is Then.ASK_AGAIN else None
    doubts = slot is not None and slot.lookup and not reply.state.keys
    if doubts and slot and look_up(reply, slot, outcome=result.outcome):
        # Before the customer hears that it does not exist: it may have been misheard.
        return
    if spec.side_effect:
        _remember(reply, task, outcome, result)
    _tell(reply, task, outcome, f"{result.outcome}:")
    if outcome.then is Then.NEXT:
        advance(reply)


def _tell(reply: Reply, task: Task, outcome: Outcome, name: str = "") -> None:
    """Say how something turned out, and do what follows; `next` is left to go on with."""
    flow = reply.domain.flows[task.flow]
    text = reply.template(f"{flow.name}:{name}{task.step}", outcome.say)
    note = Template(outcome.note).fill(reply.facts)
    reply.note(note)
    reply.promise(Template(outcome.promise).fill(reply.facts))
    reply.say(text, f"flow:{flow.name}", interruptible=outcome.interruptible)
    match outcome.then:
        case Then.NEXT:
            _go(reply, task.step + 1 if outcome.to is None else outcome.to)
        case Then.DONE:
            finish(reply)
        case Then.PERSON:
            reply.hand_off(Why.FLOW, note or flow.summary)
        case Then.ASK_AGAIN:
            _again(reply, outcome.slot, flow.collects(outcome.slot, task.step))


def _remember(reply: Reply, task: Task, outcome: Outcome, result: ToolResult) -> None:
    """Keep what was changed for as long as it can be taken back."""
    changes = reply.state.undoable
    flow = reply.domain.flows[task.flow]
    if outcome.undoable:
        slots = {name: v for name, v in reply.state.slots.items() if name in flow.slots()}
        promise = Template(outcome.promise).fill(reply.facts)
        change = Undoable(flow.name, slots, dict(result.facts), promise)
        reply.change(undoable=(*changes, change)[-_UNDOABLE:])
    elif changes and flow.undo_at is not None and task.step >= flow.undo_at:
        # Taken back, or it never will be.
        reply.change(undoable=changes[:-1])
        if outcome.undone:
            left = (p for p in reply.state.promised if p != changes[-1].promise)
            reply.change(promised=tuple(left))


def _again(reply: Reply, slot: str, index: int) -> None:
    """Ask for a slot again, from the step that collects it; after too many tries, for a person."""
    task = reply.state.task
    if task is None:
        return
    tries = task.attempts.get(slot, 0) + 1
    reply.failed()
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
    facts = {**reply.facts, "summary": " ".join(reply.summary())}
    arguments = {
        name: source.removeprefix(CONSTANT)
        if source.startswith(CONSTANT)
        else facts.get(source, "")
        for name, source in step.arguments.items()
    }
    spec = reply.domain.tools[step.tool]
    if spec.side_effect and spec.verify and not verification.covers(reply, spec.verify, arguments):
        # Flows are checked for it when they are loaded; nothing else may get here either.
        reply.decided("unverified_side_effect")
        reason = f"{spec.name} was refused, the caller is not verified"
        reply.hand_off(Why.RULE, reason, prompt="tool_failed")
        return
    _look(reply, step.tool, arguments)


def _look(reply: Reply, tool: str, arguments: Mapping[str, str]) -> None:
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
    what = "may or may not have taken effect" if spec.side_effect else "could not be looked up"
    reply.note(f"our system did not answer, {pending.tool} {what}")
    task = reply.state.task
    step = reply.domain.flows[task.flow].steps[task.step] if task is not None else None
    if task is not None and isinstance(step, Call) and FAILED in step.outcomes:
        outcome = step.outcomes[FAILED]
        _tell(reply, task, outcome, f"{FAILED}:")
        if outcome.then is Then.NEXT:
            advance(reply)
        return
    reply.hand_off(Why.TOOL, f"{pending.tool} failed", prompt="tool_failed")


def _next(reply: Reply) -> None:
    if task := reply.state.task:
        _go(reply, task.step + 1)


def _go(reply: Reply, step: int) -> None:
    if task := reply.state.task:
        reply.change(task=replace(task, step=step), question=None)


def code_slots(reply: Reply) -> tuple[str, ...]:
    """Return the slots whose values can be keyed."""
    return tuple(n for n, slot in reply.domain.slots.items() if slot.is_code and slot.digits)
