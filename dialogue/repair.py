"""Getting a conversation back on its feet: silence, misunderstanding, interruption, repetition."""

from __future__ import annotations

from dataclasses import replace

from dialogue import handing_over, unheard
from dialogue.brief import Why
from dialogue.feelings import Feeling, mood
from dialogue.policy import OUT_OF_SCOPE, Escalation, escalation
from dialogue.question import OPEN, Topic
from dialogue.reply import Reply


def ask_again(reply: Reply, *, rephrased: bool = False) -> None:
    """Ask the open question again, or how to help where none is open."""
    question = reply.state.question
    begun = reply.state.partial.get(question.slot, "") if question is not None else ""
    if question is None:
        reply.ask_need()
    elif begun and not rephrased:
        # What there is of it counts: only the rest is asked for.
        partial = reply.domain.slots[question.slot].partial
        reply.ask(question, spoken_as=partial.fill({question.slot: begun}))
    elif rephrased:
        if begun:
            # All of it is asked for.
            reply.forget(question.slot)
        reply.ask(question, spoken_as=question.rephrased or question.text)
    elif question.topic is Topic.NEED:
        # Nobody greets twice.
        reply.ask(replace(question, text=reply.prompt("need"), source="prompt:need"))
    else:
        reply.ask(question)


def silence(reply: Reply) -> None:
    """The customer did not answer."""
    count = reply.state.no_input + 1
    reply.change(no_input=count, patience=None)
    reply.decided(f"no_input:{count}")
    question = reply.state.question
    if reply.state.pending is not None:
        reply.say_prompt("one_moment")
        return
    if reply.state.unheard:
        # Whatever cut the bot off, nothing came of it.
        unheard.resume(reply)
        return
    if question is not None and question.topic is Topic.MORE and count > 1:
        # The need was met and the line stays silent: nothing is left to do.
        reply.goodbye("resolved")
        return
    match escalation(count):
        case Escalation.REPROMPT:
            reply.say_prompt("no_input")
            ask_again(reply)
        case Escalation.REPHRASE:
            reply.say_prompt("no_input_rephrased")
            ask_again(reply, rephrased=True)
        case Escalation.OFFER_PERSON:
            handing_over.offer(reply)
        case Escalation.GIVE_UP:
            reply.goodbye("abandoned")


def not_understood(reply: Reply, *, prompt: str = "no_match") -> None:
    """The turn led nowhere: admit it, and do better with each time in a row.

    Args:
        reply: The step being composed.
        prompt: How it is admitted: `no_match`, `unknown` for a question without an answer,
            `out_of_scope`, or `keys` for keys that do not fit.
    """
    count = reply.state.no_match + 1
    reply.change(no_match=count)
    reply.failed()
    question = reply.state.question
    closed = question is not None and question.topic not in OPEN
    if prompt == OUT_OF_SCOPE and closed:
        # An answer to a closed question was hoped for; what else it might have been is no matter.
        prompt = "no_match"
    reply.decided(f"{prompt}:{count}")
    if _too_many_failures(reply) and count < len(Escalation):
        reply.say_prompt(prompt)
        reply.change(offered=(*reply.state.offered, "failures"))
        handing_over.offer(reply)
        return
    match escalation(count):
        case Escalation.REPROMPT:
            reply.say_prompt(prompt)
            unheard.tell(reply)
            ask_again(reply, rephrased=prompt != "no_match")
        case Escalation.REPHRASE:
            reply.say_prompt(prompt if prompt != "no_match" else "no_match_rephrased")
            ask_again(reply, rephrased=True)
        case Escalation.OFFER_PERSON:
            handing_over.offer(reply)
        case Escalation.GIVE_UP:
            handing_over.hand_over(reply, Why.FAILURES)


def person_wanted(reply: Reply) -> None:
    """The customer asked for a person: they get one, or first one offer of help, where the hotline
    has it so and nothing has gone wrong yet."""
    state = reply.state
    reply.change(asked=state.asked + 1)
    patient = mood(state.feelings, state.turn) is Feeling.CALM and not state.failures
    if patient and state.asked + 1 < reply.domain.handover.asks:
        reply.decided("person:help_first")
        reply.say(reply.domain.handover.say["help_first"].text, "handover:help_first")
        ask_again(reply)
        return
    handing_over.hand_over(reply, Why.ASKED)


def _too_many_failures(reply: Reply) -> bool:
    """Whether so much has gone wrong in all that a person is offered, once."""
    state = reply.state
    return state.failures >= reply.domain.handover.failures and "failures" not in state.offered


def repeat(reply: Reply) -> None:
    """Say it again: what was not heard, or else all of it."""
    if reply.state.unheard:
        unheard.resume(reply)
        return
    if not reply.state.spoken:
        reply.say_prompt("nothing_to_repeat")
        ask_again(reply)
        return
    reply.say_prompt("repeat")
    reply.replay(reply.state.spoken)
