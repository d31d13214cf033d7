"""The dialogue manager in text: the same decisions as on the phone, without a voice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from dialogue.acts import (
    Act,
    Ask,
    CallTool,
    DialogueInput,
    EndCall,
    Handoff,
    Say,
    Step,
    ToolReturned,
    UserTurn,
    act_to_dict,
)
from dialogue.manager import DialogueManager
from voicebot.ports import ToolError, ToolRunner


class Chat:
    """One conversation in text; tools really run."""

    def __init__(self, manager: DialogueManager, tools: ToolRunner, call_id: str) -> None:
        self._manager = manager
        self._tools = tools
        self._call_id = call_id
        self._step: Step | None = None
        self.over = False

    async def start(self) -> list[Act]:
        """Greet; return what the bot did."""
        return await self._take(self._manager.start(self._call_id))

    async def say(self, text: str) -> list[Act]:
        """Take one line of the customer; return all that the bot did about it, in order."""
        return await self._handle(UserTurn(text))

    @property
    def step(self) -> Step:
        """The bot's last step."""
        assert self._step is not None, "start comes first"
        return self._step

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The hotline's words."""
        return self._manager.domain.vocabulary

    @property
    def trace(self) -> dict[str, Any]:
        """Why the bot answered so."""
        trace = self.step.trace
        return {
            "intent": trace.intent,
            "confidence": round(trace.confidence, 3),
            "task": trace.task,
            "slots": dict(trace.slots),
            "rule": trace.rule,
        }

    async def _handle(self, given: DialogueInput) -> list[Act]:
        return await self._take(self._manager.handle(self.step.state, given))

    async def _take(self, step: Step) -> list[Act]:
        self._step = step
        done: list[Act] = []
        for act in step.acts:
            done.append(act)
            match act:
                case CallTool():
                    done += await self._handle(await self._run(act))
                case EndCall() | Handoff():
                    self.over = True
                case _:
                    pass
        return done

    async def _run(self, act: CallTool) -> ToolReturned:
        try:
            value = await self._tools.run(act.tool, act.arguments, act.call_key)
        except ToolError as error:
            return ToolReturned(act.call_key, False, error=str(error))
        return ToolReturned(act.call_key, True, value)


async def converse(
    chat: Chat, lines: Iterable[str], show: Callable[[str], None], *, as_json: bool
) -> None:
    """Hold a conversation; `lines` may wait for a person."""

    def tell(acts: list[Act]) -> None:
        if as_json:
            show(json.dumps({"acts": [act_to_dict(a) for a in acts], "trace": chat.trace}))
            return
        for act in acts:
            if (text := _readable(act)) is not None:
                show(text)

    tell(await chat.start())
    for line in lines:
        if line.strip():
            tell(await chat.say(line.strip()))
        if chat.over:
            return


def _readable(act: Act) -> str | None:
    match act:
        case Say() | Ask():
            return f"bot: {act.chat_text or act.text}"
        case Handoff():
            return "\n".join(
                [f"[handed over to {act.queue}: {act.reason}]", *(f"  {s}" for s in act.summary)]
            )
        case EndCall():
            return f"[the call ends: {act.disposition}]"
        case CallTool():
            return None
