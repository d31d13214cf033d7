"""What a customer's turn asks for, and doing it: tasks, answers, small talk, commands."""

from __future__ import annotations

from dialogue import repair, tasks, unheard
from dialogue.acts import Pace
from dialogue.domain import ARTICLE_PREFIX, CONTROLS, Article, Choice, Domain
from dialogue.flows import Flow, SlotKind
from dialogue.knowledge import answering, considered
from dialogue.policy import Band, Decision, decide
from dialogue.reply import Reply
from dialogue.state import Topic
from dialogue.understanding.answers import Polarity, means_another, read_polarity, refuses
from dialogue.understanding.intents import Reading, Understanding
from dialogue.understanding.numbers import read_code

ASKED_FOR_PERSON = "the caller asked for a person"


class Needs:
    """Finds out what a turn asks for, and does it; holds nothing of any conversation."""

    def __init__(self, domain: Domain, understanding: Understanding) -> None:
        self._domain = domain
        self._understanding = understanding

    def asked(self, reply: Reply, text: str) -> None:
        """Take the turn as something that the customer wants."""
        code = self.code(text)
        polarity, rest = read_polarity(text)
        reading = self._understanding.read(text)
        decision = self.decide(reading)
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
        if need and self._domain.flow_for(need) and refuses(text, self.words(need)):
            # "don't cancel it" asks for the opposite of what its words are near to.
            self._control(reply, "never_mind")
            return
        if need and self._leaves_task_lightly(reply, need, decision.confidence):
            repair.not_understood(reply)
            return
        if means_another(text):
            for name in tasks.code_slots(reply):
                reply.forget(name)
        match decision:
            case Decision(band=Band.ACT, needs=(need,)):
                self.act(reply, need, code[0] if code else "")
            case Decision(band=Band.ASK, needs=needs):
                self._which(reply, needs)
            case _:
                self._unexplained(reply, reading)

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
        reply.decided(f"reply:{need}")
        reply.say(reply.variant(f"reply:{need}", intent.reply), f"reply:{need}")
        self._back(reply)

    def _tell(self, reply: Reply, article: Article) -> None:
        reply.decided(f"article:{article.name}")
        reply.say(
            article.text,
            f"article:{article.name}",
            article.chat_text,
            interruptible=article.interruptible,
        )
        reply.note(f"was told about {article.about}")
        self._back(reply)

    def _back(self, reply: Reply) -> None:
        """Return to what the turn was a digression from."""
        unheard.tell(reply)
        state = reply.state
        if state.task is not None:
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
        else:
            repair.not_understood(reply)

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
                reply.hand_off(ASKED_FOR_PERSON)
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
                else:
                    repair.ask_again(reply)
            case "hold_on":
                reply.say_prompt("hold")
                reply.change(patience=self._domain.policy.patience)
            case "start_over":
                reply.change(task=None, pending=None, slots={}, partial={}, last_task="")
                reply.say_prompt("start_over")
                reply.ask_need()
            case "never_mind":
                reply.say_prompt("never_mind")
                tasks.finish(reply)
            case "thanks":
                reply.say_prompt("welcome")
                self._back(reply)
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

    def code(self, text: str) -> tuple[str, str] | None:
        """Return (slot, digits) of a complete code in the turn."""
        for name, slot in self._domain.slots.items():
            if slot.kind is SlotKind.CODE:
                code = read_code(text, slot.digits, expected=False)
                if code is not None:
                    return name, code.digits
        return None

    def decide(self, reading: Reading) -> Decision:
        closed = [n for n in self._domain.intents if not self._domain.title_of(n)]
        support = dict(reading.support)
        return decide(reading.ranked, support, self._domain.policy, closed=closed)
