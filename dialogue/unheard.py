"""What an interruption kept from the customer: which of it is still needed, and saying it.

The rule, in one place. After an interruption the rest of the bot's words is

* said from the beginning of its sentence, all of it, when the interruption was nothing (a cough, a
  nod, silence), when the customer wants to hear it, or says yes to a question that was not heard;
* said as far as it holds facts, after the answer and before the open question, when the customer
  only asked something in between, or was not understood;
* dropped when the customer changes or corrects the task, gives the value that was asked for, says
  that enough was said, or ends the conversation; and sentence by sentence where the new answer says
  the same.

A pause ("hold on") and an action that is under way keep it for later.
"""

from __future__ import annotations

from dataclasses import replace

from dialogue.acts import Answer
from dialogue.reply import Reply
from dialogue.spoken import sentences
from dialogue.state import DialogueState, Spoken
from dialogue.understanding.numbers import tokens

FACTS = ("flow:", "article:", "slot:")
"""Sources of words that tell something; the rest are questions and manners."""

_HEARD = 0.7
"""Share of a question from which it counts as heard: people answer before its last word."""


def remaining(spoken: tuple[Spoken, ...], unheard: str) -> tuple[Spoken, ...]:
    """Return what is left to say after an interruption, from the beginning of its sentence.

    Args:
        spoken: The bot's last words.
        unheard: The part of them that was not heard, at their end.
    """
    left = len(" ".join(unheard.split()))
    kept: list[Spoken] = []
    for part in reversed(spoken):
        if left <= 0:
            break
        pieces = sentences(part.text)
        tail: list[str] = []
        for piece in reversed(pieces):
            if left <= 0:
                break
            tail.insert(0, piece)
            left -= len(piece) + 1
        if part.manners:
            continue
        whole = len(tail) == len(pieces)
        kept.insert(
            0, part if whole else Spoken(" ".join(tail), "", part.source, part.interruptible)
        )
    return tuple(kept)


def question_was_heard(state: DialogueState) -> bool:
    """Whether the customer can know what is asked, although they cut the bot off."""
    if state.question is None or not state.spoken or not state.unheard:
        return True
    asked = len(" ".join(state.spoken[-1].text.split()))
    return len(" ".join(state.unheard.split())) <= asked * (1 - _HEARD)


def facts(reply: Reply) -> tuple[Spoken, ...]:
    """Return what was not heard and is still needed, apart from the open question."""
    state = reply.state
    spoken = remaining(state.spoken, state.unheard)
    if state.question is not None and spoken and spoken[-1].source == state.question.source:
        spoken = spoken[:-1]
    told = _plain(" ".join(reply.said))
    kept: list[Spoken] = []
    for part in spoken:
        if not part.source.startswith(FACTS):
            continue
        new = [piece for piece in sentences(part.text) if _plain(piece) not in told]
        if new:
            whole = len(new) == len(sentences(part.text))
            chat_text = part.chat_text if whole else ""
            kept.append(Spoken(" ".join(new), chat_text, part.source, part.interruptible))
    return tuple(kept)


def tell(reply: Reply, *, introduced: bool = True) -> None:
    """Say the facts that were not heard and are still needed; nothing of it is left afterwards.

    Args:
        reply: The step being composed; its answer comes first.
        introduced: Say that it is taken up again ("As I was saying").
    """
    parts = facts(reply)
    reply.change(unheard="")
    if parts and introduced:
        reply.say_prompt("resume")
    for part in parts:
        reply.say(part.text, part.source, part.chat_text, interruptible=part.interruptible)


def resume(reply: Reply) -> None:
    """Say all that was not heard, with its question.

    A yes to half a question counts for nothing, so one that wants a yes is heard to its end this
    time: who answers early would go round in circles.
    """
    left = remaining(reply.state.spoken, reply.state.unheard)
    question = reply.state.question
    closed = question is not None and question.expects.answer is Answer.YES_NO
    if question is not None and closed and not question_was_heard(reply.state):
        reply.change(question=replace(question, interruptible=False))
    reply.change(unheard="")
    reply.say_prompt("resume")
    reply.replay(left or reply.state.spoken)


def _plain(text: str) -> str:
    """Return the bare words, with a space around them so that whole words are compared."""
    return f" {' '.join(tokens(text))} "
