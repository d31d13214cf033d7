"""How a step turned out: what is said and noted of it, what follows, and what can be undone."""

from __future__ import annotations

from dialogue import handing_over, progress
from dialogue.brief import Why
from dialogue.flows import Outcome, Then
from dialogue.reply import Reply
from dialogue.spoken import Template
from dialogue.state import Task, Undoable
from dialogue.tools import ToolResult

_UNDOABLE = 4
"""Changes that are kept to be taken back."""


def tell(reply: Reply, task: Task, outcome: Outcome, name: str = "") -> bool:
    """Say how something turned out, and do what follows.

    Args:
        reply: The step being composed.
        task: The task, at the step that turned out so.
        outcome: How it turned out.
        name: Of the outcome, where a step has several; tells their wordings apart.

    Returns:
        Whether the task goes on now.
    """
    flow = reply.domain.flows[task.flow]
    text = reply.template(f"{flow.name}:{name}{task.step}", outcome.say)
    note = Template(outcome.note).fill(reply.facts)
    reply.note(note)
    reply.promise(Template(outcome.promise).fill(reply.facts))
    reply.say(text, f"flow:{flow.name}", interruptible=outcome.interruptible)
    match outcome.then:
        case Then.NEXT:
            progress.go(reply, task.step + 1 if outcome.to is None else outcome.to)
            return True
        case Then.DONE:
            progress.finish(reply)
        case Then.PERSON:
            handing_over.hand_over(reply, Why.FLOW, note or flow.summary)
        case Then.GOODBYE:
            reply.goodbye("resolved")
        case Then.ASK_AGAIN:
            return progress.again(reply, outcome.slot, flow.collects(outcome.slot, task.step))
    return False


def remember(reply: Reply, task: Task, outcome: Outcome, result: ToolResult) -> None:
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
