"""Doing what a customer wants: tasks, answers, small talk."""

from __future__ import annotations

from dialogue import (
    choices,
    commands,
    composing,
    digressions,
    handing_over,
    products,
    repair,
    tasks,
    telling,
    tool_calls,
    unasked,
)
from dialogue.articles import Article
from dialogue.brief import Why
from dialogue.composing import Use
from dialogue.domain import ARTICLE_PREFIX, CONTROLS, Domain
from dialogue.flows import Flow
from dialogue.knowledge import Knowledge, answering, asks
from dialogue.products import Products
from dialogue.reply import Reply
from dialogue.state import Task
from dialogue.understanding.intents import Reading
from dialogue.understanding.numbers import tokens


class Needs:
    """Does what customers of one hotline want; holds nothing of any conversation."""

    def __init__(
        self,
        domain: Domain,
        knowledge: Knowledge,
        composes: frozenset[Use] = frozenset(),
    ) -> None:
        self._domain = domain
        self._composes = composes
        self._knowledge = knowledge
        usual = {word for text, _ in domain.examples() for word in tokens(text)}
        self.products = Products(domain.catalogue, usual) if domain.catalogue else None

    def act(self, reply: Reply, need: str, given: str = "") -> None:
        """Do what was asked for."""
        if need in CONTROLS:
            commands.obey(reply, need)
            return
        reply.need(need)
        if need.startswith(ARTICLE_PREFIX):
            self.tell(reply, self._domain.articles[need.removeprefix(ARTICLE_PREFIX)])
            return
        if flow := self._domain.flow_for(need):
            reply.decided(f"flow:{flow.name}")
            reply.change(question=None)
            tasks.begin(reply, flow, given=given, resumes=self._waits_for(reply, flow))
            return
        intent = self._domain.intents[need]
        if intent.high_stakes:
            reply.decided(f"stakes:{need}")
            reply.say(reply.variant(f"reply:{need}", intent.reply), f"reply:{need}")
            words = reply.domain.speech.brief
            handing_over.hand_over(
                reply, Why.STAKES, words.reason_stakes.format(summary=intent.summary)
            )
            return
        if intent.choice:
            reply.decided(f"choice:{need}")
            if given:
                unasked.read_back(reply, given)
            if not tool_calls.about_caller(reply, need, intent.choice):
                choices.ask(reply, intent.choice, f"choice:{need}")
            return
        if intent.catalogue and self.products is not None:
            said = reply.state.words[-1] if reply.state.words else ""
            if not self.products.takes(reply, said, intent.catalogue, need):
                repair.not_understood(reply)
            elif not products.asks(reply):
                digressions.back(reply)
            return
        reply.decided(f"reply:{need}")
        reply.say(reply.variant(f"reply:{need}", intent.reply), f"reply:{need}")
        digressions.back(reply)

    def _waits_for(self, reply: Reply, flow: Flow) -> Task | None:
        """Return the task under way that a flow finds a value for."""
        task = reply.state.task
        flow_of_task = self._domain.flows.get(task.flow) if task is not None else None
        if task is not None and flow_of_task and flow.finds and flow_of_task.finds == flow.finds:
            # Another way to the same value.
            return task.resumes
        takes = flow_of_task is not None and flow.finds in flow_of_task.slots()
        return task if takes and flow.name != (task.flow if task else "") else None

    def tell(self, reply: Reply, article: Article) -> None:
        if Use.PHRASING in self._composes and article.interruptible and reply.state.words:
            # What must be heard to its end is said as it stands.
            name = ARTICLE_PREFIX + article.name
            composing.begin(reply, reply.state.words[-1], (article.name,), otherwise=name)
        else:
            self._tell_plainly(reply, article)

    def _tell_plainly(self, reply: Reply, article: Article) -> None:
        reply.decided(f"article:{article.name}")
        reply.note(reply.domain.speech.brief.was_told.format(about=article.about))
        asked = reply.state.words[-1] if reply.state.words else ""
        if telling.begin(reply, article, self._knowledge.opening_part(asked, article)):
            digressions.told(reply, article)

    def which(self, reply: Reply, needs: tuple[str, ...]) -> None:
        reply.decided("which_of_two" if len(needs) > 1 else "is_it_this")
        reply.say_prompt("unsure")
        places = dict(zip(("first", "second"), map(self._domain.title_of, needs), strict=False))
        name = "did_you_mean" if len(needs) > 1 else "did_you_mean_one"
        reply.ask_choice(reply.prompt(name, **places), needs, f"prompt:{name}")

    def unexplained(self, reply: Reply, reading: Reading) -> None:
        article = answering(reading, self._domain)
        if article is not None:
            reply.need(ARTICLE_PREFIX + article.name)
            self.tell(reply, article)
            return
        prompt = "unknown" if asks(reading.plain, self._domain.speech) else "no_match"
        if prompt != "unknown" or not self.composed(reply, reading, prompt):
            repair.not_understood(reply, prompt=prompt)

    def composed(self, reply: Reply, reading: Reading, otherwise: str) -> bool:
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
            self.which(reply, tuple(otherwise.removeprefix(composing.WHICH).split(",")))
        else:
            repair.not_understood(reply, prompt=otherwise)
