"""Going on in another language, when a caller asks for it or begins in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from dialogue import handing_over, repair, tasks
from dialogue.acts import Answer, Channel, UserTurn
from dialogue.domain import Domain
from dialogue.languages import asked_for, spoken_in
from dialogue.question import Question, Topic
from dialogue.reply import Reply
from dialogue.state import DialogueState


def wanted(domain: Domain, state: DialogueState, turn: UserTurn) -> str:
    """Return the code of the other language that a turn asks for; empty to stay.

    On the first turn it is enough to speak it. Keys, and the hotline's own language, change
    nothing.
    """
    among = (domain.language, *domain.translations)
    if turn.digits or len(among) < 2:
        return ""
    code = asked_for(turn.text, among)
    if not code and state.turn == 0:
        code = spoken_in(turn.text, among)
    return "" if code == domain.language else code


def stays(reply: Reply, said: str) -> None:
    """Answer who asks for the language that is spoken already, and go on."""
    state = reply.state
    reply.change(turn=state.turn + 1, no_input=0, no_match=0, words=(*state.words, said)[-4:])
    reply.decided(f"language:{reply.domain.language}:already")
    reply.say(reply.domain.speech.already, "language:already")
    if state.pending is not None:
        reply.say_prompt("one_moment")
    else:
        repair.ask_again(reply)


def is_written_only(state: DialogueState, code: str, voices: Collection[str]) -> bool:
    """Whether the conversation is spoken, and nothing here can hear and speak the language."""
    return state.channel is Channel.PHONE and code not in voices


def admit(reply: Reply, code: str) -> None:
    """Say that the language is only written here, and offer a person."""
    reply.change(turn=reply.state.turn + 1, no_input=0)
    reply.decided(f"language:{code}:unspoken")
    text = reply.domain.speech.not_spoken.format(language=reply.domain.speech.calls[code])
    reply.say(text, "language:not_spoken")
    handing_over.offer(reply)


def moved(domain: Domain, state: DialogueState) -> DialogueState:
    """Return the state as it goes on in the hotline of the other language.

    What the caller wants and has told is kept. What was said is dropped, because nothing of it can
    be repeated in the other language; so is the wording of the question.
    """
    return replace(state, domain=domain.name, spoken=(), unheard="", question=None)


def greeted(domain: Domain, state: DialogueState) -> DialogueState:
    """Return the state with the hotline's opening question open, as if it had greeted."""
    reply = Reply(domain, moved(domain, state))
    question = Question(
        Topic.NEED,
        domain.prompt("greeting"),
        domain.prompt("reprompt"),
        reply.expects(Answer.OPEN),
        source="prompt:greeting",
    )
    reply.change(question=question)
    return reply.state


def take_up(reply: Reply, before: DialogueState, said: str) -> None:
    """Say that the language has changed, and go on where the conversation was.

    Args:
        reply: The step being composed, its state `moved`.
        before: The state until then.
        said: The caller's words.
    """
    words = (*before.words, said)[-4:] if said else before.words
    reply.change(turn=before.turn + 1, no_input=0, no_match=0, words=words, patience=None)
    reply.decided(f"language:{reply.domain.language}")
    reply.say(reply.domain.speech.switched, "language:switched")
    if reply.state.pending is not None:
        reply.say_prompt("one_moment")
    elif reply.state.task is not None:
        tasks.advance(reply)
    else:
        reply.ask_need()
