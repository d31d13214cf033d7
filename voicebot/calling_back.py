"""CallBackTools: who is to be called back keeps their place in the line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import structlog

from voicebot.outbound.numbers import as_dialled
from voicebot.ports import ToolRunner
from voicebot.staff.line import Waiting
from voicebot.staffing import StaffDesk
from voicebot.store import StoreError

TOOL = "request_call_back"
"""The tool of every hotline's flow for call-backs; its argument `phone` is the number."""

_log = structlog.get_logger(__name__)


class Place(Protocol):
    """The caller's place in the line."""

    def for_a_call(self, number: str) -> Waiting:
        """Return it for somebody who is called back at this number, E.164."""
        ...

    def booked(self) -> None:
        """The caller is called back, and waits on the line no more."""
        ...


class CallBackTools:
    """Runs a hotline's tools, and puts who is to be called back into the line."""

    def __init__(
        self, tools: ToolRunner, desk: StaffDesk, place: Place, *, caller: str, called: str
    ) -> None:
        """
        Args:
            tools: The hotline's.
            desk: Keeps the line.
            place: The caller's.
            caller: Their number as the carrier told it.
            called: Ours, E.164: numbers without a country are meant to be of its country.
        """
        self._tools = tools
        self._desk = desk
        self._place = place
        self._caller = caller
        self._called = called

    async def run(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Mapping[str, Any]:
        """Run one action; see `voicebot.ports.ToolRunner.run`."""
        value = await self._tools.run(tool, arguments, call_key)
        if tool == TOOL:
            await self._enter(str(arguments.get("phone", "")))
        return value

    async def _enter(self, said: str) -> None:
        number = as_dialled(said, self._called) or as_dialled(self._caller, self._called)
        if not number:
            # The hotline's own tool has it all the same, as it was said.
            _log.warning("a call-back is not in the line", reason="no number that can be called")
            return
        try:
            await self._desk.join(self._place.for_a_call(number))
        except StoreError as error:
            _log.error("a call-back is not in the line", reason=str(error))
            return
        self._place.booked()
