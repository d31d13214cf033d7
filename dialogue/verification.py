"""Runs an identification inside a task: the caller's number first, then one proof at a time.

Everything here sounds the same whether the record or the proof was wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dialogue import ahead, handing_over, proofs, tool_calls
from dialogue.flows import Verify
from dialogue.identification import VERIFIED, Identification
from dialogue.reply import Reply
from dialogue.state import Task

_TRIED_CALLER = "caller"
"""Beside the slots in a task's attempts: the caller's number did not prove it."""


def go_on(reply: Reply, task: Task, one: Identification) -> None:
    """Look the next proof up, ask for it, or give up."""
    state = reply.state
    if state.wrong_proofs >= one.most_wrong:
        _give_up(reply)
        return
    about = {argument: state.slots[slot] for argument, slot in one.arguments.items()}
    if one.caller and state.caller and not task.attempts.get(_TRIED_CALLER):
        _attempted(reply, _TRIED_CALLER)
        tool_calls.look(reply, one.tool, about | {one.caller: state.caller})
        return
    for slot, argument in one.proofs.items():
        tries = task.attempts.get(slot, 0)
        if tries >= one.attempts:
            continue
        if slot in state.slots or ahead.take(reply, reply.domain.slots[slot]):
            state = reply.state
            tool_calls.look(reply, one.tool, about | {argument: state.slots[slot]})
            return
        if not _asked(task, one):
            reply.say(
                reply.template(f"{one.name}:reason", one.reason), f"identification:{one.name}"
            )
            _attempted(reply, f"{one.name}:asked")
        reply.ask_slot(reply.domain.slots[slot], again=tries > 0)
        return
    _give_up(reply)


def turned_out(reply: Reply, one: Identification, outcome: str, proof: str) -> bool:
    """Take what the tool said of a proof; True when the customer is verified.

    Args:
        reply: The step being composed.
        one: The identification that is under way.
        outcome: Of its tool.
        proof: The slot that was looked up; empty for the caller's number.
    """
    if outcome == VERIFIED:
        reply.change(verified={**reply.state.verified, one.name: proofs.subject(reply, one)})
        return True
    if proof:
        reply.forget(proof)
        _attempted(reply, proof)
        reply.change(wrong_proofs=reply.state.wrong_proofs + 1)
        reply.say(reply.template(f"{one.name}:wrong", one.wrong), f"identification:{one.name}")
    return False


def proof_at_hand(one: Identification, arguments: Mapping[str, str]) -> str:
    """Return the slot whose value was looked up; empty for the caller's number."""
    return next((slot for slot, name in one.proofs.items() if name in arguments), "")


def asked_for(reply: Reply, slot: str) -> Identification | None:
    """Return the identification that a slot is just asked for by, if it is asked for as a proof."""
    task = reply.state.task
    step = reply.domain.flows[task.flow].steps[task.step] if task is not None else None
    one = reply.domain.identifications[step.identification] if isinstance(step, Verify) else None
    return one if one is not None and slot in one.proofs else None


def cannot_tell(reply: Reply, one: Identification, slot: str) -> None:
    """The customer does not have what they were asked for: it will not be asked for again."""
    task = reply.state.task
    if task is not None:
        tries = {**task.attempts, slot: one.attempts}
        reply.change(task=replace(task, attempts=tries), question=None)
        reply.decided("proof:lacking")


def _asked(task: Task, one: Identification) -> bool:
    return bool(task.attempts.get(f"{one.name}:asked"))


def _attempted(reply: Reply, name: str) -> None:
    if task := reply.state.task:
        tries = task.attempts.get(name, 0) + 1
        reply.change(task=replace(task, attempts={**task.attempts, name: tries}))


def _give_up(reply: Reply) -> None:
    reply.decided("not_verified")
    reply.note("the caller could not prove who they are")
    reply.say_prompt("not_verified")
    reply.change(question=None)
    handing_over.offer(reply)
