"""The dialogue manager in text: the same decisions as on the phone, without a voice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from dialogue.acts import (
    Act,
    Ask,
    CallTool,
    CancelHandoff,
    Channel,
    Circumstances,
    DialogueInput,
    EndCall,
    Handoff,
    NoInput,
    Say,
    ToolReturned,
    UserTurn,
    act_to_dict,
)
from dialogue.articles import Card
from dialogue.domain import ARTICLE_PREFIX
from dialogue.manager import DialogueManager
from dialogue.plain import plain
from dialogue.step import Step
from voicebot.ports import ToolError, ToolRunner

MOST_STEPS = 32
"""Tools that may follow each other in one reply; a flow that calls more goes round in circles."""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool that ran."""

    name: str
    arguments: Mapping[str, Any]
    outcome: str
    """One of the hotline's outcomes; empty when it failed."""
    error: str = ""
    call_key: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """All that the bot did about one input."""

    acts: tuple[Act, ...]
    """In order; what followed a tool comes after it."""
    tools: tuple[ToolUse, ...]
    steps: tuple[Step, ...] = field(repr=False)
    """The answer to the input, then one for each tool that returned."""

    @property
    def text(self) -> str:
        """What was said, as the ear hears it."""
        return " ".join(act.text for act in self.acts if isinstance(act, Say | Ask) and act.text)

    @property
    def handoff(self) -> Handoff | None:
        """The hand-over to a person, if there was one."""
        return next((act for act in self.acts if isinstance(act, Handoff)), None)

    @property
    def disposition(self) -> str:
        """How the conversation ended; empty while it goes on."""
        if self.handoff is not None:
            return "transferred"
        return next((act.disposition for act in self.acts if isinstance(act, EndCall)), "")


class Chat:
    """One conversation in text; tools really run."""

    def __init__(
        self,
        manager: DialogueManager,
        tools: ToolRunner,
        call_id: str,
        caller: str = "",
        channel: Channel = Channel.CHAT,
        circumstances: Callable[[], Circumstances] = Circumstances,
        occasion: Mapping[str, str] | None = None,
    ) -> None:
        self._manager = manager
        self._tools = tools
        self._call_id = call_id
        self._caller = caller
        self._channel = channel
        self._circumstances = circumstances
        self._occasion = occasion
        self._step: Step | None = None
        self.over = False

    async def start(self) -> Answered:
        """Greet."""
        return await self._take(
            self._manager.start(
                self._call_id,
                self._caller,
                self._channel,
                circumstances=self._circumstances(),
                occasion=self._occasion,
            )
        )

    async def say(self, text: str) -> Answered:
        """Take one line of the customer."""
        return await self.give(UserTurn(text))

    async def give(self, given: DialogueInput) -> Answered:
        """Take any input."""
        return await self._take(self._manager.handle(self.step.state, given))

    @property
    def step(self) -> Step:
        """The bot's last step."""
        assert self._step is not None, "start comes first"
        return self._step

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The hotline's words."""
        return self._manager.domain.vocabulary

    def cards(self, act: Act) -> tuple[Card, ...]:
        """Return the cards of the article that is shown."""
        if not isinstance(act, Say):
            return ()
        article = self._manager.domain.articles.get(act.source.removeprefix(ARTICLE_PREFIX))
        return article.cards if article else ()

    async def _take(self, step: Step) -> Answered:
        steps, acts, tools = [step], list(step.acts), list[ToolUse]()
        done: list[Act] = []
        while acts:
            act = acts.pop(0)
            done.append(act)
            if isinstance(act, EndCall | Handoff):
                self.over = True
            if isinstance(act, CallTool) and len(steps) <= MOST_STEPS:
                use, returned = await self._run(act)
                tools.append(use)
                steps.append(self._manager.handle(steps[-1].state, returned))
                acts = [*steps[-1].acts, *acts]
        self._step = steps[-1]
        return Answered(tuple(done), tuple(tools), tuple(steps))

    async def _run(self, act: CallTool) -> tuple[ToolUse, ToolReturned]:
        try:
            value = await self._tools.run(act.tool, act.arguments, act.call_key)
        except ToolError as error:
            returned = ToolReturned(act.call_key, False, error=str(error))
        else:
            returned = ToolReturned(act.call_key, True, value)
        outcome = str(returned.value.get("outcome", ""))
        use = ToolUse(act.tool, dict(act.arguments), outcome, returned.error, act.call_key)
        return use, returned


async def converse(
    chat: Chat, lines: Iterable[str], show: Callable[[str], None], *, as_json: bool
) -> None:
    """Hold a conversation; `lines` may wait for a person. An empty line is a silence."""

    def tell(turn: int, answered: Answered) -> None:
        if as_json:
            show(json.dumps(reply_data(turn, answered)))
            return
        for act in answered.acts:
            if (text := _readable(act)) is not None:
                show(text)
            for card in chat.cards(act):
                show(_boxed(card))

    tell(0, await chat.start())
    for turn, line in enumerate(lines, 1):
        said = line.strip()
        tell(turn, await (chat.say(said) if said else chat.give(NoInput())))
        if chat.over:
            return


def reply_data(turn: int, answered: Answered) -> dict[str, Any]:
    """Return a reply as plain data; `turn` counts the lines read, 0 is the greeting."""
    first, last = answered.steps[0].trace, answered.steps[-1]
    handoff = answered.handoff
    return {
        "turn": turn,
        "text": answered.text,
        "intent": first.intent,
        "confidence": round(first.confidence, 3),
        "slots": dict(last.trace.slots),
        "task": last.trace.task,
        "tools": [asdict(use) for use in answered.tools],
        "acts": [act_to_dict(act) for act in answered.acts],
        "expects": last.expects.answer.value,
        "handoff": None if handoff is None else plain(asdict(handoff)),
        "ended": bool(answered.disposition),
        "disposition": answered.disposition,
        "trace": {
            "intent": first.intent,
            "confidence": round(first.confidence, 3),
            "candidates": [list(candidate) for candidate in first.candidates],
            "articles": [list(article) for article in first.articles],
            "task": last.trace.task,
            "slots": dict(last.trace.slots),
            "rule": last.trace.rule,
            "rules": [step.trace.rule for step in answered.steps],
        },
    }


def _readable(act: Act) -> str | None:
    match act:
        case Say() | Ask():
            return f"bot: {act.chat_text or act.text}"
        case Handoff():
            told = act.brief.table() if act.brief else act.summary
            head = f"[handed over to {act.queue}: {act.reason}]"
            return "\n".join([head, *(f"  {line}" for line in told)])
        case EndCall():
            return f"[the call ends: {act.disposition}]"
        case CallTool() | CancelHandoff():
            return None


def _boxed(card: Card) -> str:
    rest = [card.text, card.link.url if card.link else "", card.image.url if card.image else ""]
    return "\n".join([f"  [{card.title}]", *(f"    {line}" for line in rest if line)])
