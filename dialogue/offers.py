"""Answers to the offer of a person or a call-back."""

from __future__ import annotations

from dialogue import (
    handing_over,
    progress,
    tasks,
)
from dialogue.brief import Why
from dialogue.domain import CALL_BACK, PERSON, Domain
from dialogue.needs import Needs
from dialogue.question import Question
from dialogue.reply import Reply
from dialogue.understanding.answers import (
    Polarity,
    read_choice,
    read_polarity,
    refuses,
    refuses_all,
)


class Offers:
    """Takes answers to one hotline's offers; holds nothing of any conversation."""

    def __init__(self, domain: Domain, needs: Needs) -> None:
        self._domain = domain
        self._needs = needs

    def taken(self, reply: Reply, question: Question, text: str) -> bool:
        """Take the turn as an answer to the offer, if it is one."""
        polarity, rest = read_polarity(text, self._domain.speech)
        option = self._offered(question, text)
        if option == CALL_BACK or (option and polarity is not Polarity.NO):
            self.accepted(reply, option)
            return True
        match polarity:
            case Polarity.YES:
                only = question.options[0] if len(question.options) == 1 else PERSON
                self.accepted(reply, only)
                return True
            case _ if refuses_all(text, self._domain.speech) or (
                polarity is Polarity.NO and (option or not rest)
            ):
                reply.decided("person:no", intent="no", confidence=1.0)
                reply.change(question=None, no_match=0)
                if progress.is_hopeless(reply):
                    # No person, and the value will not be had: there is no third way.
                    reply.say_prompt("never_mind")
                    progress.finish(reply)
                elif reply.state.task is not None:
                    tasks.advance(reply)
                else:
                    reply.ask_need()
                return True
            case _:
                return False

    def _offered(self, question: Question, text: str) -> str:
        """Return which of a person and a call-back was picked; empty for neither."""
        options = question.options
        if not options:
            return ""
        words = [
            (
                *self._domain.words_of(option),
                *(self._domain.speech.wait_words if option == PERSON else ()),
            )
            for option in options
        ]
        picked = read_choice(text, words, self._domain.speech)
        return (
            ""
            if picked is None or refuses(text, words[picked], self._domain.speech)
            else options[picked]
        )

    def accepted(self, reply: Reply, option: str) -> None:
        """Do which of the two was picked."""
        if option == CALL_BACK:
            self._needs.act(reply, CALL_BACK)
            reply.decided("person:call_back", intent=CALL_BACK, confidence=1.0)
        else:
            question = reply.state.question
            reply.decided("person:yes", intent=PERSON, confidence=1.0)
            # A caller who was told of the wait knows it now.
            settled = question is not None and bool(question.why)
            why = Why(question.why) if question is not None and question.why else Why.ACCEPTED
            reason = question.reason if question is not None else ""
            handing_over.hand_over(reply, why, reason, settled=settled)
