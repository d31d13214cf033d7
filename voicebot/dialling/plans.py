"""What a call that we made is about, and how its conversation is told from one that came in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dialogue.acts import Channel, DialogueInput
from dialogue.outbound import (
    NOTE_OUTCOMES,
    NOTE_TOOL,
    OPT_OUT_OUTCOMES,
    OPT_OUT_TOOL,
    RESULTS,
)
from dialogue.state import DialogueState
from dialogue.step import Step
from voicebot.call.parts import SessionParts
from voicebot.outbound.contacts import Contact, Result, Terms
from voicebot.ports import Dialogue, ToolError, ToolRunner
from voicebot.store import OutboundBook, StoreError

Settled = Callable[[str, Result], Awaitable[None]]
"""Told what a conversation settled, by its attempt; it is stored already."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One call that we made and that was answered."""

    attempt_id: str
    contact: Contact
    terms: Terms


class OccasionDialogue:
    """A dialogue that begins with what we call about; see `voicebot.ports.Dialogue`."""

    def __init__(self, dialogue: Dialogue, occasion: Mapping[str, str]) -> None:
        self._dialogue = dialogue
        self._occasion = occasion

    async def start(
        self,
        call_id: str,
        caller: str = "",
        channel: Channel = Channel.PHONE,
        occasion: Mapping[str, str] | None = None,
    ) -> Step:
        """Return the opening."""
        return await self._dialogue.start(call_id, caller, channel, self._occasion)

    async def handle(self, state: DialogueState, given: DialogueInput) -> Step:
        """Return the answer to one input."""
        return await self._dialogue.handle(state, given)


class CallTools:
    """Runs the two tools that belong to the call itself, before those of the hotline."""

    def __init__(
        self,
        tools: ToolRunner,
        book: OutboundBook,
        number: str,
        plan: Plan | None = None,
        settled: Settled | None = None,
    ) -> None:
        """
        Args:
            tools: The hotline's.
            book: Where opt-outs are kept.
            number: Whom we talk to, E.164; empty where it is withheld.
            plan: What we called about; None where they called us.
            settled: Told what came of it.
        """
        self._tools = tools
        self._book = book
        self._number = number
        self._plan = plan
        self._settled = settled

    async def run(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Mapping[str, Any]:
        """Run one action; see `voicebot.ports.ToolRunner.run`."""
        try:
            if tool == OPT_OUT_TOOL:
                return await self._opt_out()
            if tool == NOTE_TOOL:
                return await self._note(str(arguments.get("result", "")))
        except StoreError as error:
            raise ToolError(str(error)) from error
        return await self._tools.run(tool, arguments, call_key)

    async def _opt_out(self) -> Mapping[str, str]:
        if not self._number.startswith("+"):
            raise ToolError("the number is withheld, so nothing can be stored for it")
        # Durably, before it is said: a promise that outlives the process.
        source = self._plan.attempt_id if self._plan else "inbound"
        await asyncio.to_thread(self._book.opt_out, self._number, time.time(), source)
        await self._tell(Result.OPTED_OUT)
        return {"outcome": OPT_OUT_OUTCOMES[0]}

    async def _note(self, result: str) -> Mapping[str, str]:
        if result not in RESULTS:
            raise ToolError(f"{result!r} is no result of a call")
        await self._tell(Result(result))
        return {"outcome": NOTE_OUTCOMES[0]}

    async def _tell(self, result: Result) -> None:
        if self._plan is None:
            return
        await asyncio.to_thread(self._book.note, self._plan.attempt_id, result)
        if self._settled is not None:
            await self._settled(self._plan.attempt_id, result)


def adapt(
    parts: SessionParts,
    book: OutboundBook,
    number: str,
    plan: Plan | None,
    settled: Settled | None = None,
) -> SessionParts:
    """Return the parts of a session that knows of opt-outs, and of what it calls about."""
    tools = CallTools(parts.tools, book, number, plan, settled)
    if plan is None:
        return replace(parts, tools=tools)
    dialogue = OccasionDialogue(parts.dialogue, plan.contact.facts)
    return replace(parts, tools=tools, dialogue=dialogue)
