"""Letting a customer pick one of the values that our records hold."""

from __future__ import annotations

from dialogue.acts import Answer
from dialogue.flows import Choose
from dialogue.progress import OTHERWISE
from dialogue.question import Question, Topic
from dialogue.references import pick
from dialogue.reply import Reply
from dialogue.tools import LIST_SEPARATOR

_NAMED = 3
"""Values that are named; more cannot be kept in mind. Others can still be picked by name."""
_MOST = 10


def offer(reply: Reply, step: Choose) -> bool:
    """Ask which of the values it is; True where there is only one, and it is taken."""
    values = reply.state.facts.get(step.values, "").split(LIST_SEPARATOR)[:_MOST]
    names = reply.state.facts.get(step.names, "").split(LIST_SEPARATOR)[: len(values)]
    for value, name in zip(values, names, strict=False):
        reply.call(value, name)
    if len(values) == 1:
        take(reply, step.slot, values[0])
        return True
    text = step.question.fill({"names": LIST_SEPARATOR.join(names[:_NAMED])})
    reply.ask(
        Question(
            Topic.PICK,
            text,
            expects=reply.expects(Answer.CHOICE, *names, digits=1),
            slot=step.slot,
            options=tuple(values),
            names=tuple(names),
            source=f"slot:{step.slot}",
        )
    )
    return False


def take(reply: Reply, slot: str, value: str) -> None:
    """Take a value of our records, and read it back."""
    reply.learn(slot, value)
    reply.check(slot)
    ways = (offered for offered in reply.state.offered if offered != f"slot:{slot}{OTHERWISE}")
    reply.change(offered=tuple(ways))
    reply.decided("picked")
    heard = reply.domain.slots[slot].heard
    reply.say(reply.template(f"{slot}:heard", heard), f"slot:{slot}")


def picked(reply: Reply, question: Question, text: str) -> str:
    """Return the value that a turn picks; empty for none."""
    index = pick(text, question.names, reply.domain.speech)
    return question.options[index] if index is not None else ""
