"""What a customer's turn asks for, and having it done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialogue import ahead, commands, composing, digressions, products, repair, telling, unasked
from dialogue.domain import ARTICLE_PREFIX, Domain
from dialogue.feelings import without_swearing
from dialogue.flows import Flow
from dialogue.judgement import gist, is_weak, judge, judge_values, named
from dialogue.knowledge import Knowledge, asks, considered
from dialogue.misheard import Misheard
from dialogue.needs import Needs
from dialogue.policy import OUT_OF_SCOPE, Band, Decision
from dialogue.question import OPEN, Topic
from dialogue.references import referred
from dialogue.reply import Reply
from dialogue.several import needs_in
from dialogue.state import Later
from dialogue.understanding.answers import (
    Polarity,
    contradicts,
    means_another,
    meant_instead,
    read_choice,
    read_polarity,
    refuses,
)
from dialogue.understanding.intents import Reading, Understanding
from dialogue.understanding.numbers import tokens

_GIVES_UP = ("never_mind", "start_over")
"""Commands after which nothing is left of a task."""
_WORDS_BESIDE_SWEARING = 3
"""What is left of a turn without its swearing is read where it is as long as this."""
_MOST_LATER = 3


class Requests:
    """Finds out what a turn asks for; holds nothing of any conversation."""

    def __init__(
        self, domain: Domain, understanding: Understanding, knowledge: Knowledge, needs: Needs
    ) -> None:
        self._domain = domain
        self._understanding = understanding
        self._knowledge = knowledge
        self._needs = needs
        self._misheard = Misheard(domain)

    def asked(self, reply: Reply, text: str) -> None:
        """Take the turn as something that the customer wants."""
        code = unasked.code_in(self._domain, text, reply.state.slots)
        told = dict.fromkeys((*((code[0],) if code else ()), *ahead.told(reply, text)))
        if several := needs_in(self._domain, self._understanding, text):
            self._one_after_another(reply, several)
            return
        polarity, rest = read_polarity(text, self._domain.speech)
        meant = meant_instead(text, self._domain.speech)
        # Swearing says nothing of what is wanted; where there is nothing else, it says something.
        bare = without_swearing(meant or text, self._domain.feelings)
        bare = bare if len(tokens(bare)) >= _WORDS_BESIDE_SWEARING else meant or text
        reading = self._inbound(reply, self._understanding.read(ahead.without_values(reply, bare)))
        decision = self._named(meant) or judge(self._domain, reading)
        if decision.band is not Band.ACT and rest and polarity is not Polarity.NONE:
            reading = self._understanding.read(rest)
            decision = judge(self._domain, reading)
        if is_weak(self._domain, decision) and (
            part := gist(self._domain, self._understanding, bare)
        ):
            reading, decision = part, judge(self._domain, part)
        if likely := judge_values(self._domain, reading, decision, tuple(told)):
            decision = likely
        reply.trace.update(
            intent=decision.needs[0] if decision.needs else "",
            confidence=round(decision.confidence, 3),
            candidates=tuple((need, round(share, 3)) for need, share in reading.ranked),
            articles=considered(reading),
        )
        if code is not None and unasked.take(reply, decision, *code):
            return
        need = decision.needs[0] if decision.band is Band.ACT else ""
        if code is None and (meant_before := self._meant(reply, need, text)):
            flow, name, value = meant_before
            if flow.intent != need:
                unasked.correct(reply, flow, name, value)
                return
            reply.learn(name, value)
            code = name, value
        if (
            need
            and self._domain.flow_for(need)
            and refuses(text, self._domain.words_of(need), self._domain.speech)
        ):
            # "don't cancel it" asks for the opposite of what its words are near to.
            if contradicts(text, self._domain.words_of(need), self._domain.speech):
                repair.not_understood(reply)
            else:
                commands.obey(reply, "never_mind")
            return
        about = self._needs.products is not None and self._needs.products.names(reply, text)
        if self._needs.products is not None and self._needs.products.chooses(reply, text):
            digressions.back(reply)
            return
        if about and self._about_products(reply, text, decision, reading):
            return
        if self._goes_on_from_told(reply, text, decision):
            return
        if self._about_products(reply, text, decision, reading):
            return
        if self._is_catalogued(decision):
            self._no_product(reply, reading)
            return
        if need in _GIVES_UP and not code and self._unsure_to_give_up(reply, decision):
            repair.not_understood(reply)
            return
        if need and not meant and self._leaves_task_lightly(reply, need, decision.confidence):
            repair.not_understood(reply)
            return
        if means_another(text, self._domain.speech) and code is None:
            for name in self._domain.keyed:
                reply.forget(name)
            if unasked.same_again(reply, need):
                return
        if need and code is None and self._asks_the_same(reply, need):
            reply.decided("same_task")
            repair.ask_again(reply)
            return
        if self._was_misheard(reply, decision, text):
            return
        match decision:
            case Decision(band=Band.ASK, needs=needs) if self._is_asked_to_confirm(reply):
                self._beside(reply, reading, needs)
            case Decision(band=Band.ACT, needs=(need,)):
                self._needs.act(reply, need, code[0] if code else "")
                if (task := reply.state.task) is not None:
                    flow_begun = self._domain.flows[task.flow]
                    ahead.learn(reply, flow_begun, text, self._is_about(flow_begun))
            case Decision(band=Band.ASK, needs=needs) if (
                asks(reading.plain, self._domain.speech)
                and all(need.startswith(ARTICLE_PREFIX) for need in needs)
                and self._needs.composed(reply, reading, f"{composing.WHICH}{','.join(needs)}")
            ):
                pass
            case Decision(band=Band.ASK, needs=needs):
                self._needs.which(reply, needs)
            case _:
                self._needs.unexplained(reply, reading)

    def _is_about(self, flow: Flow) -> Callable[[str], bool]:
        def is_about(part: str) -> bool:
            decision = judge(self._domain, self._understanding.read(part))
            return decision.band is Band.ACT and decision.needs[0] == flow.intent

        return is_about

    def _inbound(self, reply: Reply, reading: Reading) -> Reading:
        """Leave out what only we call about, where the customer called: the facts are missing."""
        outbound = self._domain.outbound
        ours = self._domain.flows[outbound.flow].intent if outbound is not None else ""
        share = dict(reading.ranked).get(ours, 0.0)
        if not share or reply.state.outbound:
            return reading
        left = 1.0 - share
        others = tuple((n, one / max(left, one)) for n, one in reading.ranked if n != ours)
        return replace(reading, ranked=others)

    def _asks_the_same(self, reply: Reply, need: str) -> bool:
        """Whether a turn asks for the task that is under way ("can you refund it" while
        its proof is asked for)."""
        flow, task, question = self._domain.flow_for(need), reply.state.task, reply.state.question
        same = flow is not None and task is not None and flow.name == task.flow
        return same and question is not None and question.topic in (Topic.SLOT, Topic.CONFIRM)

    def _is_asked_to_confirm(self, reply: Reply) -> bool:
        question = reply.state.question
        return question is not None and question.topic is Topic.CONFIRM

    def _beside(self, reply: Reply, reading: Reading, needs: tuple[str, ...]) -> None:
        """Answer what is only near to something, where a yes is waited for: an article does no
        harm, and another task would take the question away."""
        article = next((need for need in needs if need.startswith(ARTICLE_PREFIX)), "")
        if article and asks(reading.plain, self._domain.speech):
            self._needs.act(reply, article)
        else:
            repair.not_understood(reply)

    def _was_misheard(self, reply: Reply, decision: Decision, text: str) -> bool:
        """Ask for the task that a turn sounds like of which nothing was understood."""
        question = reply.state.question
        if decision.band is not Band.ADMIT and decision.needs[:1] != (OUT_OF_SCOPE,):
            return False
        if question is not None and question.topic not in OPEN:
            return False
        need = self._misheard.need(text)
        if need:
            self._needs.which(reply, (need,))
        return bool(need)

    def _one_after_another(self, reply: Reply, needs: tuple[Later, ...]) -> None:
        """Take up the first of several needs; the others wait for its end."""
        first, *others = needs
        reply.trace.update(intent=first.need, confidence=1.0, candidates=())
        waiting = [one for one in reply.state.later if one not in needs]
        reply.change(later=(*others, *waiting)[:_MOST_LATER])
        self._take_up(reply, first)

    def _take_up(self, reply: Reply, one: Later) -> None:
        for name, value in one.slots.items():
            reply.learn(name, value)
        flow = self._domain.flow_for(one.need)
        given = [name for name in one.slots if flow is not None and name in flow.slots()]
        self._needs.act(reply, one.need, next(iter(given), ""))

    def next_of_several(self, reply: Reply) -> None:
        """Take up the needs that waited, where nothing else is open any more."""
        while reply.state.later and not reply.state.ended:
            question = reply.state.question
            if question is None or question.topic not in (Topic.NEED, Topic.MORE):
                return
            first, *rest = reply.state.later
            reply.unask()
            reply.change(later=tuple(rest), question=None)
            self._take_up(reply, first)

    def _named(self, meant: str) -> Decision | None:
        """Return the one task whose own words were used to put something right."""
        words_of = self._domain.words_of
        found = [
            flow.intent
            for flow in self._domain.flows.values()
            if meant and read_choice(meant, [words_of(flow.intent)], self._domain.speech) == 0
        ]
        return Decision(Band.ACT, (found[0],), 1.0) if len(found) == 1 else None

    def _is_catalogued(self, decision: Decision) -> bool:
        intent = self._domain.intents.get(decision.needs[0]) if decision.needs else None
        return intent is not None and intent.catalogue is not None

    def _no_product(self, reply: Reply, reading: Reading) -> None:
        """What is near to a question about products is about none: another need, or nothing."""
        others = (
            need
            for need, share in reading.ranked
            if share >= self._domain.policy.ask and self._domain.title_of(need)
        )
        if other := next(others, ""):
            reply.trace.update(intent=other)
            self._needs.which(reply, (other,))
        else:
            self._needs.unexplained(reply, reading)

    def _about_products(
        self, reply: Reply, text: str, decision: Decision, reading: Reading
    ) -> bool:
        """Answer a question about what is sold."""
        if self._needs.products is None or products.is_owned(text):
            return False
        # What is asked of a product that is named may be less than sure.
        about = self._needs.products.names(reply, text)
        least = self._domain.policy.ask
        likely = [need for need, share in reading.ranked[:1] if about and share >= least]
        need = next(iter((*decision.needs, *likely)), "")
        intent = self._domain.intents.get(need)
        if not decision.needs and (intent is None or intent.catalogue is None):
            need, intent = "", None
        asked = intent.catalogue if intent is not None else None
        acted = "" if asked or need == OUT_OF_SCOPE else need
        sure = decision.confidence >= self._domain.policy.switch
        flow = self._domain.flow_for(acted)
        if not asked and (self._does(reading, text) or (flow is not None and sure)):
            # "Exchange the lamp for the tall one": something is to be done with it.
            return False
        wants = asked if decision.band is Band.ACT else None
        if not wants and reply.state.task is not None and reply.state.question is not None:
            # "The chair", where an order number is asked for to return it, asks nothing.
            return False
        if not self._needs.products.takes(reply, text, asked, acted, sure=sure):
            return False
        if asked:
            reply.need(need)
        if not products.asks(reply):
            digressions.back(reply)
        return True

    def _meant(self, reply: Reply, need: str, text: str) -> tuple[Flow, str, str] | None:
        """Return (task, slot, value) of what was talked about, and is now to have something done
        with it: "cancel the first one", or the same once more: "and the other order?"."""
        state = reply.state
        flow = self._domain.flow_for(need)
        again = flow is None and means_another(text, self._domain.speech)
        if again:
            flow = self._domain.flows.get(state.task.flow if state.task else state.last_task)
        for name in flow.slots() if flow else ():
            if name not in self._domain.keyed:
                continue
            value = referred(reply, name, text)
            if flow and value and value != state.slots.get(name):
                return flow, name, value
        return None

    def _does(self, reading: Reading, text: str) -> bool:
        """Whether a task is named outright, and the words come near to it too."""
        need = named(self._domain, text)
        return dict(reading.ranked).get(need, 0.0) >= self._domain.policy.ask / 2

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
        digressions.back(reply)
        return True

    def _unsure_to_give_up(self, reply: Reply, decision: Decision) -> bool:
        """Whether a weak guess would give up what is under way."""
        return reply.state.task is not None and decision.confidence < self._domain.policy.switch

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
            # What finds a value for the task does not drop it.
            and flow.finds not in self._domain.flows[task.flow].slots()
            and confidence < self._domain.policy.switch
        )
