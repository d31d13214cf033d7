"""Answers a customer's turn: first what the open question makes of it, then what it asks for."""

from __future__ import annotations

from dialogue import (
    ahead,
    calling_out,
    composing,
    connecting,
    digressions,
    handing_over,
    repair,
    tasks,
    unheard,
)
from dialogue.acts import Answer, Channel, UserTurn
from dialogue.answering import Answers
from dialogue.brief import Why
from dialogue.composing import Use
from dialogue.domain import UNDO, Domain
from dialogue.echoes import without_echo
from dialogue.feelings import Feeling, Sign, mood, read_sign, remembered
from dialogue.flows import FREE
from dialogue.keys import Meaning, Pressed, known_keys, read_keys
from dialogue.knowledge import Knowledge
from dialogue.needs import Needs
from dialogue.question import OPEN, Topic
from dialogue.reply import Reply
from dialogue.requests import Requests
from dialogue.state import DialogueState
from dialogue.step import Step
from dialogue.understanding.answers import Polarity, is_regret, read_polarity
from dialogue.understanding.intents import Understanding
from dialogue.understanding.numbers import tokens
from dialogue.understanding.values import shape_of

_KEEPS_UNHEARD = ("busy", "control:hold_on")
"""Rules of turns after which an interrupted answer may still be taken up."""
_LED_NOWHERE = ("no_match", "unknown", "out_of_scope", "control:out_of_scope", "keys", "reply:")
"""Beginnings of rules of turns that solved nothing."""
_SAID: dict[Meaning, Polarity] = {Meaning.YES: Polarity.YES, Meaning.NO: Polarity.NO}


class Turns:
    """Answers turns of one hotline; holds nothing of any conversation."""

    def __init__(
        self,
        domain: Domain,
        understanding: Understanding,
        knowledge: Knowledge,
        composes: frozenset[Use] = frozenset(),
    ) -> None:
        self._domain = domain
        self._understanding = understanding
        self._needs = Needs(domain, knowledge, composes)
        self._requests = Requests(domain, understanding, knowledge, self._needs)
        self._answers = Answers(domain, understanding, self._needs)

    def answer(self, state: DialogueState, turn: UserTurn) -> Step:
        """Answer one turn."""
        reply = Reply(self._domain, state)
        reply.alternatives = turn.alternatives
        said = turn.text.strip()
        text = self._domain.speech.written(said)
        if state.channel is Channel.PHONE and not self._is_free(state):
            text = without_echo(text, self._domain.title)
        sign = read_sign(text, self._domain.feelings, state.turn + 1, state.words)
        words = (*state.words, text)[-4:] if text else state.words
        away = state.patience is not None
        reply.change(turn=state.turn + 1, no_input=0, words=words, ended=False, patience=None)
        reply.change(feelings=remembered(state.feelings, sign))
        keys = known_keys(turn.digits)
        cues = self._domain.cues
        if composing.waited_for(state.pending) and (keys or not cues.is_backchannel(text)):
            composing.given_up(reply)
        before = reply.state
        if turn.digits:
            self._pressed(reply, keys, text)
        else:
            # Who speaks has given up on what they typed ahead.
            reply.change(keys="")
            self._spoken(reply, text, away=away)
        self._requests.next_of_several(reply)
        if reply.state.no_match == before.no_match:
            reply.change(no_match=0)
        if sign is not None:
            self._felt(reply, sign, mood(state.feelings, state.turn))
        handing_over.apply_rules(reply)
        if reply.acts and reply.rule not in _KEEPS_UNHEARD:
            reply.change(unheard="")
        return reply.step()

    def _is_free(self, state: DialogueState) -> bool:
        """Whether any words are an answer, also those that the hotline is called by."""
        slot = self._domain.slots.get(state.question.slot) if state.question else None
        return slot is not None and slot.kind in FREE

    def _felt(self, reply: Reply, sign: Sign, before: Feeling) -> None:
        """Let what the turn showed of the customer's feelings change what is done about it."""
        now = mood(reply.state.feelings, reply.state.turn)
        if now is Feeling.ANGRY and sign.feeling in (Feeling.ANGRY, Feeling.ANNOYED):
            handing_over.angered(reply, led_nowhere=reply.rule.startswith(_LED_NOWHERE))
        if before is Feeling.CALM and now is not Feeling.CALM and reply.rule not in _KEEPS_UNHEARD:
            reply.regret()

    def back(self, reply: Reply) -> None:
        """Return to what a question was a digression from."""
        digressions.back(reply)

    def without_model(self, reply: Reply, otherwise: str) -> None:
        """Do what is done where a language model did not help; see `dialogue.composing.begin`."""
        self._needs.without_model(reply, otherwise)

    def go_on(self, reply: Reply) -> None:
        """Take up what waited for a tool: further needs, and what was keyed ahead."""
        self._requests.next_of_several(reply)
        keys = reply.state.keys
        reply.change(keys="")
        self._keyed(reply, keys, ahead=True)

    # --- keys --------------------------------------------------------------------------------

    def _pressed(self, reply: Reply, keys: str, text: str) -> None:
        """Take keys, and the words that were said around them."""
        if not keys:
            self._unfit(reply)
            return
        keys = reply.state.keys + keys
        reply.change(keys="")
        if text:
            meaning = self._read(reply, keys, ahead=False).meaning
            if meaning in (Meaning.CODE, Meaning.UNFIT, Meaning.FINISH):
                # "four four" and then 1 1 7 keyed: one number.
                digits = "".join(key for key in keys if key.isdigit())
                self._spoken(reply, f"{text} {digits}".strip(), away=False)
                return
            polarity = read_polarity(text, self._domain.speech)[0]
            if meaning in _SAID and polarity not in (Polarity.NONE, _SAID[meaning]):
                reply.decided("keys:contradicted")
                reply.say_prompt("yes_or_no")
                repair.ask_again(reply)
                return
        self._keyed(reply, keys, ahead=False)

    def _keyed(self, reply: Reply, keys: str, *, ahead: bool) -> None:
        """Use keys as far as they fit; what is left waits for the question that is to come."""
        while keys and not reply.state.ended:
            pressed = self._read(reply, keys, ahead=ahead)
            state = reply.state
            if state.pending is not None and self._waits(reply, pressed, ahead=ahead):
                reply.change(keys=keys)
                if not ahead:
                    reply.decided("keys:ahead")
                return
            if pressed.meaning is Meaning.UNFIT:
                if calling_out.means_opt_out(reply, keys):
                    reply.decided("key:opt_out", confidence=1.0)
                    self._needs.act(reply, calling_out.opt_out(reply))
                    return
                if not ahead:
                    self._unfit(reply)
                return
            if ahead:
                reply.unask()
            keys, ahead = pressed.rest, True
            self._press(reply, pressed)

    def _waits(self, reply: Reply, pressed: Pressed, *, ahead: bool) -> bool:
        """Whether keys must wait for a tool that is under way."""
        if pressed.meaning in (Meaning.PERSON, Meaning.REPEAT) and not ahead:
            return False
        pending = reply.state.pending
        # A code keyed while it is only looked up puts the one at hand right.
        corrects = pressed.meaning is Meaning.CODE and not ahead
        return pending is not None and (pending.side_effect or not corrects)

    def _read(self, reply: Reply, keys: str, *, ahead: bool) -> Pressed:
        question, digits, partial = reply.state.question, 0, ""
        if question is not None and question.topic is Topic.SLOT:
            slot = self._domain.slots[question.slot]
            digits, partial = slot.digits, reply.state.partial.get(slot.name, "")
        codes = {self._domain.slots[name].digits for name in self._domain.keyed}
        return read_keys(keys, question, codes, digits=digits, partial=partial, ahead=ahead)

    def _press(self, reply: Reply, pressed: Pressed) -> None:
        """Do what the first keys mean."""
        question = reply.state.question
        slot, restarts = None, False
        if question is not None and question.topic is Topic.SLOT:
            slot = self._domain.slots[question.slot]
            if pressed.anew and slot.name in reply.state.partial:
                reply.forget(slot.name)
                restarts = True
        match pressed.meaning:
            case Meaning.PERSON:
                reply.decided("key:0", intent="person", confidence=1.0)
                reply.change(asked=reply.state.asked + 1)
                handing_over.hand_over(reply, Why.ASKED)
            case Meaning.REPEAT:
                reply.decided("key:*", intent="repeat", confidence=1.0)
                if restarts:
                    repair.ask_again(reply)
                else:
                    repair.repeat(reply)
            case Meaning.CODE if slot is not None and slot.is_code:
                keyed = reply.state.partial.get(slot.name, "") + pressed.value
                shape = shape_of(slot)
                if shape is not None and (whole := shape.whole(keyed)):
                    self._answers.dictation.given(reply, slot, whole)
                else:
                    self._answers.dictation.begun(reply, slot, keyed)
            case Meaning.YES | Meaning.NO | Meaning.CODE:
                said = pressed.value or pressed.meaning.value
                self._spoken(reply, said, away=False)
            case Meaning.OPTION if question is not None:
                option = question.options[int(pressed.value)]
                if question.topic is Topic.PERSON:
                    self._answers.offers.accepted(reply, option)
                elif question.topic is Topic.PICK:
                    self._answers.picked(reply, question, option)
                else:
                    reply.decided("choice", intent=option, confidence=1.0)
                    self._needs.act(reply, option)
            case _:
                # Nothing to finish: what is open is asked for once more.
                reply.decided("key:#")
                if reply.state.unheard:
                    unheard.resume(reply)
                elif slot is not None and reply.state.partial.get(slot.name):
                    self._answers.dictation.begun(reply, slot, reply.state.partial[slot.name])
                else:
                    repair.ask_again(reply)

    def _unfit(self, reply: Reply) -> None:
        repair.not_understood(reply, prompt="keys")

    # --- words -------------------------------------------------------------------------------

    def _spoken(self, reply: Reply, text: str, *, away: bool) -> None:
        """Answer words.

        Args:
            reply: The step being composed.
            text: The words, perhaps none.
            away: The customer had asked for a moment.
        """
        state, question, cues = reply.state, reply.state.question, self._domain.cues
        nothing = not tokens(text) or cues.is_backchannel(text) or cues.is_tic(text)
        if state.unheard and nothing and not self._agrees(reply, text):
            # A cough, or a nod, cut the bot off: nothing of it is lost.
            reply.decided("resumed")
            unheard.resume(reply)
            return
        if state.pending is not None and (state.pending.side_effect or not text):
            # It cannot be taken back any more; its result is about to come.
            reply.decided("busy")
            reply.say_prompt("one_moment")
            return
        if not text:
            repair.not_understood(reply)
            return
        if connecting.withdraws(reply, text):
            return
        if self._regrets(reply, text):
            reply.decided("regretted", intent=UNDO, confidence=1.0)
            tasks.undo(reply)
            return
        if cues.is_hold(text, fetches=question is None or question.topic not in OPEN):
            reply.trace.update(intent="hold_on", confidence=1.0)
            self._needs.act(reply, "hold_on")
            return
        if state.unheard and cues.is_dismissal(text):
            reply.decided("dismissed")
            reply.say_prompt("stopped")
            repair.ask_again(reply)
            return
        if away and cues.is_return(text):
            # "Okay" after a pause is no yes.
            reply.trace.update(intent="go_on", confidence=1.0)
            self._needs.act(reply, "go_on")
            return
        if state.outbound and calling_out.asks_opt_out(reply, self._understanding, text):
            # "Don't call me again" is no "no" to what was asked.
            reply.decided("opt_out", intent=calling_out.opt_out(reply), confidence=1.0)
            self._needs.act(reply, calling_out.opt_out(reply))
            return
        ahead.notice(reply, text)
        if question is not None and self._answers.taken(reply, question, text):
            return
        if state.pending is not None and nothing:
            reply.decided("busy")
            reply.say_prompt("one_moment")
            return
        if cues.is_tic(text):
            repair.not_understood(reply)
            return
        self._requests.asked(reply, text)

    def _regrets(self, reply: Reply, text: str) -> bool:
        """Whether "no, wait" takes back what was changed just now."""
        state = reply.state
        if state.question is None or state.question.topic is not Topic.MORE:
            return False
        if not state.undoable or state.undoable[-1].flow != state.last_task:
            return False
        # "Hang on, I do want it after all" asks for more than a moment.
        return is_regret(text, self._domain.speech) or (
            self._domain.cues.is_hold(text) and self._understanding.read(text).ranked[0][0] == UNDO
        )

    def _agrees(self, reply: Reply, text: str) -> bool:
        """Whether a nod is the answer to a question that was cut off near its end."""
        state = reply.state
        return (
            state.question is not None
            and state.question.expects.answer is Answer.YES_NO
            and unheard.question_was_heard(state)
            and read_polarity(text, self._domain.speech)[0] is Polarity.YES
        )
