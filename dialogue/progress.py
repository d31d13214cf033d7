"""Where a task stands: going from step to step, back to a value, and to its end."""

from __future__ import annotations

from dataclasses import replace

from dialogue import handing_over
from dialogue.flows import Verify
from dialogue.reply import Reply

_LACKING = 2
"""Times of not having a value after which a person is offered."""
OTHERWISE = ":otherwise"
"""Ends the source of the question that offers another way to a value."""


def proceed(reply: Reply) -> None:
    """Go to the step that follows."""
    if task := reply.state.task:
        go(reply, task.step + 1)


def go(reply: Reply, step: int) -> None:
    """Go to a step by its index."""
    if task := reply.state.task:
        reply.change(task=replace(task, step=step), question=None)


def finish(reply: Reply) -> None:
    """The task is done, or given up: ask what else there is."""
    leave(reply)
    reply.ask_more()


def leave(reply: Reply) -> None:
    """Nothing of the task is left to do."""
    if task := reply.state.task:
        flow = reply.domain.flows[task.flow]
        for name in flow.slots():
            if not reply.domain.slots[name].keep:
                if value := reply.state.slots.get(name):
                    reply.change(earlier={**reply.state.earlier, name: value})
                reply.forget(name)
        reply.change(last_task=task.flow)
    reply.change(task=None, pending=None)


def resumed(reply: Reply) -> bool:
    """Go back to the task that this one has found a value for; False where there is none."""
    task = reply.state.task
    if task is None or task.resumes is None:
        return False
    reply.change(task=task.resumes, question=None)
    return True


def again(reply: Reply, slot: str, index: int) -> bool:
    """Go back to the step that collects a slot; after too many tries, offer a person.

    Returns:
        Whether the task goes on there.
    """
    task = reply.state.task
    if task is None:
        return False
    tries = task.attempts.get(slot, 0) + 1
    reply.failed()
    reply.forget(slot)
    reply.change(task=replace(task, step=index, attempts={**task.attempts, slot: tries}))
    if tries >= reply.domain.policy.attempts:
        reply.decided("too_many_attempts")
        reply.note(f"the {reply.domain.slots[slot].label} could not be settled")
        if other_way(reply, slot):
            return False
        reply.say_prompt("too_many_attempts")
        handing_over.offer(reply)
        return False
    return True


def other_way(reply: Reply, slot: str) -> bool:
    """Offer another way to a value that the customer does not have; once, unless it led to one."""
    task, known = reply.state.task, reply.domain.slots[slot]
    flow = reply.domain.flows.get(known.otherwise)
    source = f"slot:{slot}{OTHERWISE}"
    if flow is None or task is None or source in reply.state.offered or task.flow == flow.name:
        return False
    reply.change(offered=(*reply.state.offered, source))
    reply.decided("other_way")
    reply.ask_choice(known.other_way, (flow.intent,), source)
    return True


def lacks_again(reply: Reply, slot: str) -> bool:
    """Offer a person to who has said twice that they do not have a value; False the first time,
    when they may only need to hear where it is."""
    task, name = reply.state.task, f"{slot}:lacking"
    if task is None:
        return False
    times = task.attempts.get(name, 0) + 1
    reply.change(task=replace(task, attempts={**task.attempts, name: times}))
    if times < _LACKING:
        return False
    reply.decided("lacking")
    reply.note(f"the caller does not have the {reply.domain.slots[slot].label}")
    reply.say_prompt("too_many_attempts")
    handing_over.offer(reply)
    return True


def is_hopeless(reply: Reply) -> bool:
    """Whether a value or a proof could not be settled even after a person was declined."""
    task = reply.state.task
    if task is None:
        return False
    step = reply.domain.flows[task.flow].steps[task.step]
    if isinstance(step, Verify):
        one = reply.domain.identifications[step.identification]
        lacking = all(task.attempts.get(slot, 0) >= one.attempts for slot in one.proofs)
        return lacking or reply.state.wrong_proofs >= one.most_wrong
    return max(task.attempts.values(), default=0) > reply.domain.policy.attempts
