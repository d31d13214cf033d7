"""While a person is rung for a caller who stays in the conversation, what comes after it, and after
a line that broke off."""

from __future__ import annotations

from dialogue import handing_over, repair, unheard
from dialogue.acts import CancelHandoff, Connection, Handoff
from dialogue.brief import Route, Why
from dialogue.briefing import brief_of
from dialogue.domain import CALL_BACK
from dialogue.reply import Reply
from dialogue.understanding.numbers import tokens


def got_on(reply: Reply, connection: Connection) -> None:
    """Take note of how the customer is connected, and go on with them."""
    reply.decided(f"connection:{connection}")
    match connection:
        case Connection.CALLING:
            # Whatever is said meanwhile is answered as ever.
            reply.change(connecting=True, ended=False, question=None)
        case Connection.MISSED:
            reply.change(connecting=False, ended=False, question=None)
            reply.say(_words(reply, "nobody"), "handover:nobody")
            _offer_otherwise(reply)
        case Connection.BOOKED:
            reply.change(connecting=False)
        case Connection.TALKED:
            reply.change(connecting=False, ended=False, question=None, task=None, pending=None)
            reply.say(_words(reply, "back"), "handover:back")
            reply.ask_more()
        case Connection.CUT_OFF:
            reply.say(_words(reply, "cut_off"), "handover:cut_off")
            _take_up(reply)


def withdraws(reply: Reply, text: str) -> bool:
    """Take it back that a person is wanted, if these words do."""
    if not reply.state.connecting:
        return False
    said = f" {' '.join(tokens(text))} "
    if not any(f" {phrase} " in said for phrase in reply.domain.speech.withdrawals):
        return False
    withdraw(reply)
    return True


def withdraw(reply: Reply) -> None:
    """Nobody is to be rung any more; the conversation goes on."""
    reply.decided("connection:withdrawn")
    reply.acts.append(CancelHandoff())
    reply.change(connecting=False, question=None)
    reply.say(_words(reply, "withdrawn"), "handover:withdrawn")
    reply.ask_more()


def _take_up(reply: Reply) -> None:
    """Go on where the line broke off: nothing that was said to a dead line counts as heard."""
    state = reply.state
    if state.ended:
        reply.change(ended=False, unheard="")
        reply.ask_more()
    elif state.unheard:
        unheard.resume(reply)
    elif state.pending is not None or state.connecting:
        reply.say_prompt("one_moment")
    else:
        repair.ask_again(reply)


def _offer_otherwise(reply: Reply) -> None:
    if handing_over.takes_call_backs(reply):
        handing_over.ask(reply, "ask_call_back", (CALL_BACK,))
        return
    brief = brief_of(
        reply.domain, reply.state, Why.ASKED, _words(reply, "missed"), route=Route.MESSAGE
    )
    reply.say(_words(reply, "message"), "handover:message")
    reply.acts.append(Handoff(brief.queue, brief.reason, reply.summary(), brief))
    reply.change(ended=True)


def _words(reply: Reply, name: str) -> str:
    return reply.domain.handover.say[name].text
