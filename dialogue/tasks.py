"""Runs a hotline's flows: collects, calls, confirms, and says how it turned out."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue import ahead, choices, outcomes, picks, progress, proofs, tool_calls, verification
from dialogue.flows import Branch, Call, Choose, Collect, Confirm, Flow, Slot, Tell, Verify
from dialogue.reply import Reply
from dialogue.state import Task


def begin(reply: Reply, flow: Flow, *, given: str = "", resumes: Task | None = None) -> None:
    """Begin a task; values given earlier are read back and used.

    Args:
        reply: The step being composed.
        flow: The task.
        given: The slot whose value came in this very turn.
        resumes: The task that goes on afterwards.
    """
    reply.change(task=Task(flow.name, resumes=resumes), pending=None)
    for name in flow.slots():
        slot = reply.domain.slots[name]
        if name in reply.state.slots and name != given and not slot.keep:
            early = reply.state.early
            reply.forget(name)
            reply.change(early=early)
        known = slot.caller_id and len(reply.state.caller) >= slot.digits
        if known and name not in reply.state.slots and name not in reply.state.early:
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
            if progress.resumed(reply):
                continue
            if flow.finds:
                progress.leave(reply)
                choices.about_value(reply, flow.finds)
            else:
                progress.finish(reply)
            return
        match flow.steps[task.step]:
            case Collect(slot=name):
                if name not in reply.state.slots and not ahead.take(
                    reply, reply.domain.slots[name]
                ):
                    again = task.attempts.get(name, 0) > 0
                    reply.ask_slot(reply.domain.slots[name], again=again)
                    return
                progress.proceed(reply)
            case Choose() as choose:
                if not picks.offer(reply, choose):
                    return
                progress.proceed(reply)
            case Tell(outcome=outcome):
                if not outcomes.tell(reply, task, outcome):
                    return
            case Branch(to=to, unless=condition):
                holds = condition is not None and condition.holds(reply.facts)
                progress.go(reply, task.step + 1 if holds else to)
            case Verify(identification=name):
                if not proofs.is_verified(reply, name):
                    one = reply.domain.identifications[name]
                    if reply.state.pending is None:
                        verification.go_on(reply, task, one)
                    return
                progress.proceed(reply)
            case Confirm(question=question, interruptible=interruptible):
                text = question.fill(reply.facts)
                reply.ask_confirm(text, f"flow:{flow.name}", interruptible=interruptible)
                return
            case Call() as call:
                if reply.state.pending is None:
                    tool_calls.call(reply, call)
                return


def confirmed(reply: Reply) -> None:
    """The customer said yes to what the task asked."""
    if task := reply.state.task:
        # What was read back before the question was said yes to as well.
        given = [
            name for name in reply.domain.flows[task.flow].slots() if name in reply.state.slots
        ]
        reply.confirm(*given)
    progress.proceed(reply)
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
        if progress.again(reply, step.slot, flow.collects(step.slot, task.step)):
            advance(reply)
        return
    if step.to is not None:
        progress.go(reply, step.to)
        advance(reply)
        return
    reply.say(reply.template(f"{flow.name}:refused", step.refused), f"flow:{flow.name}")
    reply.note(f"{flow.title}: the caller decided against it")
    progress.finish(reply)


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
            if progress.again(reply, slot.name, flow.collects(slot.name, task.step + 1)):
                advance(reply)
        else:
            # A proof of who they are: asked for again by what asks for it.
            reply.forget(slot.name)
            advance(reply)
