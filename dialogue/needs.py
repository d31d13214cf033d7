"""What a customer's turn asks for, and doing it: tasks, answers, small talk, commands."""

from __future__ import annotations

from collections.abc import Mapping

from dialogue import composing, products, repair, tasks, telling, unheard
from dialogue.acts import Pace
from dialogue.articles import Article
from dialogue.brief import Why
from dialogue.composing import Use
from dialogue.domain import ARTICLE_PREFIX, CONTROLS, PERSON, Choice, Domain
from dialogue.flows import Flow
from dialogue.knowledge import Knowledge, answering, asks, considered
from dialogue.policy import OUT_OF_SCOPE, Band, Decision, decide
from dialogue.products import Products
from dialogue.reply import Reply
from dialogue.state import Topic
from dialogue.understanding.answers import (
    Polarity,
    means_another,
    meant_instead,
    read_choice,
    read_polarity,
    refuses,
)
from dialogue.understanding.clauses import clauses
from dialogue.understanding.english_brief import WAS_TOLD
from dialogue.understanding.intents import Reading, Understanding
from dialogue.understanding.numbers import read_code
from dialogue.understanding.values import put_right, read_unasked

_ON_ITS_OWN = 0.9
"""Probability from which a part of a turn is a need of its own."""
_MOST_LATER = 3


class Needs:
    """Finds out what a turn asks for, and does it; holds nothing of any conversation."""

    def __init__(
        self,
        domain: Domain,
        understanding: Understanding,
        knowledge: Knowledge,
        composes: frozenset[Use] = frozenset(),
    ) -> None:
        self._domain = domain
        self._composes = composes
        self._understanding = understanding
        self._knowledge = knowledge
        self._products = Products(domain.catalogue) if domain.catalogue else None

    def asked(self, reply: Reply, text: str) -> None:
        """Take the turn as something that the customer wants."""
        code = self.code(text, reply.state.slots)
        if several := self._several(text):
            self._one_after_another(reply, several, code)
            return
        polarity, rest = read_polarity(text, self._domain.speech)
        meant = meant_instead(text, self._domain.speech)
        reading = self._understanding.read(meant or text)
        decision = self._named(meant) or self.decide(reading)
        if decision.band is not Band.ACT and rest and polarity is not Polarity.NONE:
            reading = self._understanding.read(rest)
            decision = self.decide(reading)
        reply.trace.update(
            intent=decision.needs[0] if decision.needs else "",
            confidence=round(decision.confidence, 3),
            candidates=tuple((need, round(share, 3)) for need, share in reading.ranked),
            articles=considered(reading),
        )
        if code is not None and self._about_code(reply, decision, *code):
            return
        need = decision.needs[0] if decision.band is Band.ACT else ""
        if (
            need
            and self._domain.flow_for(need)
            and refuses(text, self.words(need), self._domain.speech)
        ):
            # "don't cancel it" asks for the opposite of what its words are near to.
            self._control(reply, "never_mind")
            return
        named = self._products is not None and self._products.names(reply, text)
        if named and self._about_products(reply, text, decision, reading):
            return
        if self._goes_on_from_told(reply, text, decision):
            return
        if self._about_products(reply, text, decision, reading):
            return
        if self._is_catalogued(decision):
            self._no_product(reply, reading)
            return
        if need and not meant and self._leaves_task_lightly(reply, need, decision.confidence):
            repair.not_understood(reply)
            return
        if means_another(text, self._domain.speech):
            for name in tasks.code_slots(reply):
                reply.forget(name)
            if self._same_again(reply, need):
                return
        match decision:
            case Decision(band=Band.ACT, needs=(need,)):
                self.act(reply, need, code[0] if code else "")
            case Decision(band=Band.ASK, needs=needs) if (
                asks(reading.plain, self._domain.speech)
                and all(need.startswith(ARTICLE_PREFIX) for need in needs)
                and self._composed(reply, reading, f"{composing.WHICH}{','.join(needs)}")
            ):
                pass
            case Decision(band=Band.ASK, needs=needs):
                self._which(reply, needs)
            case _:
                self._unexplained(reply, reading)

    def _several(self, text: str) -> tuple[str, ...]:
        """Return the needs of a turn that names more than one of them, in its order."""
        parts = clauses(text, self._domain.speech)
        if len(parts) < 2:
            return ()
        found: list[str] = []
        for part in parts:
            decision = self.decide(self._understanding.read(part))
            # "It came broken and I want my money back" gives a reason, and asks for one thing:
            # only what stands on its own beyond doubt is a need of its own.
            sure = decision.band is Band.ACT and decision.confidence >= _ON_ITS_OWN
            need = decision.needs[0] if sure else ""
            if need and (need == PERSON or need not in CONTROLS):
                if self._domain.flow_for(need) and refuses(
                    part, self.words(need), self._domain.speech
                ):
                    continue
                found.append(need)
        # Whoever also wants a person gets the rest first, because nothing follows a hand-over.
        needs = tuple(sorted(dict.fromkeys(found), key=lambda need: need == PERSON))
        return needs if len(needs) > 1 else ()

    def _one_after_another(
        self, reply: Reply, needs: tuple[str, ...], code: tuple[str, str] | None
    ) -> None:
        """Take up the first of several needs; the others wait for its end."""
        if code is not None:
            reply.learn(*code)
        reply.trace.update(intent=needs[0], confidence=1.0, candidates=())
        for need in needs[1:]:
            reply.need(need)
        reply.change(later=needs[1:][:_MOST_LATER])
        self.act(reply, needs[0], code[0] if code else "")

    def next_of_several(self, reply: Reply) -> None:
        """Take up the needs that waited, where nothing else is open any more."""
        while reply.state.later and not reply.state.ended:
            question = reply.state.question
            if question is None or question.topic not in (Topic.NEED, Topic.MORE):
                return
            need, *rest = reply.state.later
            reply.unask()
            reply.change(later=tuple(rest), question=None)
            self.act(reply, need)

    def _named(self, meant: str) -> Decision | None:
        """Return the one task whose own words were used to put something right."""
        found = [
            flow.intent
            for flow in self._domain.flows.values()
            if meant and read_choice(meant, [self.words(flow.intent)], self._domain.speech) == 0
        ]
        return Decision(Band.ACT, (found[0],), 1.0) if len(found) == 1 else None

    def _same_again(self, reply: Reply, need: str) -> bool:
        """Begin the last task again for another thing ("what about the other one?")."""
        state = reply.state
        flow = self._domain.flows.get(state.task.flow if state.task else state.last_task)
        codes = set(tasks.code_slots(reply))
        if flow is None or not codes.intersection(flow.slots()) or self._domain.flow_for(need):
            return False
        reply.decided("another", intent=flow.intent)
        reply.need(flow.intent)
        reply.change(question=None)
        tasks.begin(reply, flow)
        return True

    def _about_code(self, reply: Reply, decision: Decision, name: str, digits: str) -> bool:
        """Take a code that came unasked; True when the turn is thereby answered."""
        state = reply.state
        known = state.slots.get(name)
        task = state.task.flow if state.task else state.last_task
        flow = self._domain.flows.get(task)
        needs = decision.needs
        new_task = (
            decision.band is Band.ACT
            and self._domain.flow_for(needs[0]) is not None
            and (flow is None or needs[0] != flow.intent)
        )
        again = known != digits or state.task is not None
        if flow is not None and name in flow.slots() and again and not new_task:
            self.corrected(reply, flow, name, digits)
            return True
        reply.learn(name, digits)
        if decision.band is Band.ACT and needs[0] not in ("yes", "no", "out_of_scope"):
            return False
        choice = self._choice_for(name)
        if choice is None:
            return False
        reply.decided("code_alone")
        self._read_back(reply, name)
        reply.ask_choice(choice.question, choice.options, "choice:code_alone", choice.rephrase)
        return True

    def _choice_for(self, slot: str) -> Choice | None:
        """Return the choice between tasks that all need a value."""
        for intent in self._domain.intents.values():
            options = intent.choice.options if intent.choice else ()
            flows = [self._domain.flow_for(option) for option in options]
            if flows and all(flow is not None and slot in flow.slots() for flow in flows):
                return intent.choice
        return None

    def _read_back(self, reply: Reply, name: str) -> None:
        heard = self._domain.slots[name].heard
        reply.say(reply.template(f"{name}:heard", heard), f"slot:{name}")

    def corrected(self, reply: Reply, flow: Flow, name: str, digits: str) -> None:
        """The customer put a value right: the task begins again with it."""
        reply.forget(name)
        reply.learn(name, digits)
        reply.decided("corrected", intent=flow.intent)
        reply.change(question=None)
        tasks.begin(reply, flow, given=name)

    def act(self, reply: Reply, need: str, given: str = "") -> None:
        """Do what was asked for."""
        if need in CONTROLS:
            self._control(reply, need)
            return
        reply.need(need)
        if need.startswith(ARTICLE_PREFIX):
            self._tell(reply, self._domain.articles[need.removeprefix(ARTICLE_PREFIX)])
            return
        if flow := self._domain.flow_for(need):
            reply.decided(f"flow:{flow.name}")
            reply.change(question=None)
            tasks.begin(reply, flow, given=given)
            return
        intent = self._domain.intents[need]
        if intent.high_stakes:
            reply.decided(f"stakes:{need}")
            reply.say(reply.variant(f"reply:{need}", intent.reply), f"reply:{need}")
            reply.hand_off(Why.STAKES, f"the caller {intent.summary}")
            return
        if intent.choice:
            reply.decided(f"choice:{need}")
            if given:
                self._read_back(reply, given)
            reply.ask_choice(
                intent.choice.question,
                intent.choice.options,
                f"choice:{need}",
                intent.choice.rephrase,
            )
            return
        if intent.catalogue and self._products is not None:
            said = reply.state.words[-1] if reply.state.words else ""
            if not self._products.takes(reply, said, intent.catalogue, need):
                repair.not_understood(reply)
            elif not products.asks(reply):
                self.back(reply)
            return
        reply.decided(f"reply:{need}")
        reply.say(reply.variant(f"reply:{need}", intent.reply), f"reply:{need}")
        self.back(reply)

    def _is_catalogued(self, decision: Decision) -> bool:
        intent = self._domain.intents.get(decision.needs[0]) if decision.needs else None
        return intent is not None and intent.catalogue is not None

    def _no_product(self, reply: Reply, reading: Reading) -> None:
        """What is near to a question about products is about none: another need, or nothing."""
        others = (
            need
            for need, share in reading.ranked
            if share >= self._domain.policy.ask / 2 and self._domain.title_of(need)
        )
        if other := next(others, ""):
            reply.trace.update(intent=other)
            self._which(reply, (other,))
        else:
            self._unexplained(reply, reading)

    def _about_products(
        self, reply: Reply, text: str, decision: Decision, reading: Reading
    ) -> bool:
        """Answer a question about what is sold."""
        if self._products is None or products.is_owned(text):
            return False
        # What is asked of a product that is named may be less than sure.
        likely = [need for need, share in reading.ranked[:1] if share >= self._domain.policy.ask]
        need = next(iter((*decision.needs, *likely)), "")
        intent = self._domain.intents.get(need)
        if not decision.needs and (intent is None or intent.catalogue is None):
            need, intent = "", None
        asked = intent.catalogue if intent is not None else None
        acted = "" if asked or need == OUT_OF_SCOPE else need
        sure = decision.confidence >= self._domain.policy.switch
        if not self._products.takes(reply, text, asked, acted, sure=sure):
            return False
        if asked:
            reply.need(need)
        if not products.asks(reply):
            self.back(reply)
        return True

    def _goes_on_from_told(self, reply: Reply, text: str, decision: Decision) -> bool:
        """Answer a question about the article just told ("and how long does that take")."""
        told = reply.state.telling
        if told is None or reply.state.turn - told.turn > telling.REMEMBERED:
            return False
        sure = decision.band is Band.ACT and decision.confidence >= self._domain.policy.switch
        intent = self._domain.intents.get(decision.needs[0]) if sure else None
        # A property of no product in particular is asked of what was told.
        sure = sure and (intent is None or intent.catalogue is None)
        if sure and not decision.needs[0].startswith((ARTICLE_PREFIX, OUT_OF_SCOPE)):
            return False
        rival = decision.needs[0] if decision.band is Band.ACT else ""
        if rival in (OUT_OF_SCOPE, ARTICLE_PREFIX + told.article):
            rival = ""
        passages = self._knowledge.follow_up(text, told.article, rival)
        if not passages:
            return False
        telling.answer(reply, passages)
        self.back(reply)
        return True

    def _tell(self, reply: Reply, article: Article) -> None:
        if Use.PHRASING in self._composes and article.interruptible and reply.state.words:
            # What must be heard to its end is said as it stands.
            name = ARTICLE_PREFIX + article.name
            composing.begin(reply, reply.state.words[-1], (article.name,), otherwise=name)
        else:
            self._tell_plainly(reply, article)

    def _tell_plainly(self, reply: Reply, article: Article) -> None:
        reply.decided(f"article:{article.name}")
        reply.note(WAS_TOLD.format(about=article.about))
        asked = reply.state.words[-1] if reply.state.words else ""
        if telling.begin(reply, article, self._knowledge.opening_part(asked, article)):
            self.back(reply)

    def go_on_telling(self, reply: Reply) -> None:
        """Tell the next part of the article, and return to what it was a digression from."""
        if telling.proceed(reply):
            self.back(reply)

    def back(self, reply: Reply) -> None:
        """Return to what the turn was a digression from."""
        unheard.tell(reply)
        state = reply.state
        if state.question is not None and state.question.topic is Topic.VALUE:
            repair.ask_again(reply)
        elif state.task is not None:
            tasks.advance(reply)
        elif not state.done:
            reply.ask_need()
        else:
            reply.ask_more()

    def _which(self, reply: Reply, needs: tuple[str, ...]) -> None:
        reply.decided("which_of_two" if len(needs) > 1 else "is_it_this")
        reply.say_prompt("unsure")
        places = dict(zip(("first", "second"), map(self._domain.title_of, needs), strict=False))
        name = "did_you_mean" if len(needs) > 1 else "did_you_mean_one"
        reply.ask_choice(reply.prompt(name, **places), needs, f"prompt:{name}")

    def _unexplained(self, reply: Reply, reading: Reading) -> None:
        article = answering(reading, self._domain)
        if article is not None:
            reply.need(ARTICLE_PREFIX + article.name)
            self._tell(reply, article)
            return
        prompt = "unknown" if asks(reading.plain, self._domain.speech) else "no_match"
        if prompt != "unknown" or not self._composed(reply, reading, prompt):
            repair.not_understood(reply, prompt=prompt)

    def _composed(self, reply: Reply, reading: Reading, otherwise: str) -> bool:
        """Have an answer written, where a language model does that and an article is near."""
        near = composing.near(reading, self._domain)
        if Use.ANSWERS not in self._composes or not near:
            return False
        composing.begin(reply, reply.state.words[-1], near, otherwise=otherwise)
        return True

    def without_model(self, reply: Reply, otherwise: str) -> None:
        """Do what is done where a language model did not help; see `dialogue.composing.begin`."""
        if otherwise.startswith(ARTICLE_PREFIX):
            self._tell_plainly(reply, self._domain.articles[otherwise.removeprefix(ARTICLE_PREFIX)])
        elif otherwise.startswith(composing.WHICH):
            self._which(reply, tuple(otherwise.removeprefix(composing.WHICH).split(",")))
        else:
            repair.not_understood(reply, prompt=otherwise)

    def _leaves_task_lightly(self, reply: Reply, need: str, confidence: float) -> bool:
        """Whether a weak guess would drop the task whose question is open."""
        question, task = reply.state.question, reply.state.task
        flow = self._domain.flow_for(need)
        return (
            task is not None
            and question is not None
            and question.topic in (Topic.SLOT, Topic.CONFIRM)
            and flow is not None
            and flow.name != task.flow
            and confidence < self._domain.policy.switch
        )

    # --- commands ----------------------------------------------------------------------------

    def _control(self, reply: Reply, name: str) -> None:
        reply.decided(f"control:{name}")
        match name:
            case "person":
                repair.person_wanted(reply)
            case "repeat":
                repair.repeat(reply)
            case "slower" | "faster":
                pace = Pace.SLOW if name == "slower" else Pace.NORMAL
                reply.change(pace=pace)
                reply.say_prompt(name)
                reply.replay(reply.state.spoken)
            case "go_on":
                if reply.state.unheard:
                    unheard.resume(reply)
                elif telling.unfinished(reply.state):
                    self.go_on_telling(reply)
                else:
                    repair.ask_again(reply)
            case "hold_on":
                reply.say_prompt("hold")
                reply.change(patience=self._domain.policy.patience)
            case "start_over":
                reply.change(task=None, pending=None, slots={}, partial={}, last_task="", later=())
                reply.say_prompt("start_over")
                reply.ask_need()
            case "never_mind":
                reply.say_prompt("never_mind")
                tasks.finish(reply)
            case "undo":
                tasks.undo(reply)
                if not reply.state.undoable:
                    self.back(reply)
            case "thanks":
                reply.say_prompt("welcome")
                self.back(reply)
            case "goodbye":
                reply.goodbye("resolved")
            case "out_of_scope":
                repair.not_understood(reply, prompt="out_of_scope")
            case "yes":
                repair.ask_again(reply)
            case "no":
                if reply.state.question and reply.state.question.topic is Topic.MORE:
                    reply.goodbye("resolved")
                else:
                    repair.not_understood(reply)

    # --- reading -----------------------------------------------------------------------------

    def words(self, need: str) -> tuple[str, ...]:
        intent = self._domain.intents.get(need)
        if intent is not None:
            return intent.words
        article = self._domain.articles[need.removeprefix(ARTICLE_PREFIX)]
        return (article.about, article.title.lower())

    def code(self, text: str, known: Mapping[str, str]) -> tuple[str, str] | None:
        """Return (slot, value) of a complete code in the turn, or of a known one put right by it.

        Args:
            text: The turn.
            known: Values by slot.
        """
        # A code with letters may hold one of digits: "MS-44117".
        slots = sorted(self._domain.slots.items(), key=lambda item: not item[1].pattern)
        for name, slot in slots:
            if not slot.is_code:
                continue
            if name in known and (value := put_right(slot, text, known[name])):
                return name, value
            if slot.pattern:
                if value := read_unasked(slot, text):
                    return name, value
            elif code := read_code(text, slot.digits, expected=False):
                return name, code.digits
        return None

    def decide(self, reading: Reading) -> Decision:
        closed = [n for n in self._domain.intents if not self._domain.title_of(n)]
        support = dict(reading.support)
        return decide(reading.ranked, support, self._domain.policy, closed=closed)
