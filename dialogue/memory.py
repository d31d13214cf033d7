"""What is remembered in one step: values, facts, notes, and why it was decided so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dialogue.domain import Domain
from dialogue.identification import BETWEEN
from dialogue.spoken import LANGUAGE
from dialogue.state import DialogueState

_REMEMBERED = 12
_READINGS = 12
_MENTIONED = 8
_RULED_OUT = 96


class Memory:
    """The state that will hold after a step, made by changing a copy of the one before."""

    def __init__(self, domain: Domain, state: DialogueState) -> None:
        """
        Args:
            domain: The hotline.
            state: What held before.
        """
        self.domain = domain
        self.state = state
        self.trace: dict[str, Any] = {}

    def change(self, **values: Any) -> None:
        """Change fields of the state to come."""
        self.state = replace(self.state, **values)

    def learn(self, slot: str, value: str, others: Sequence[str] = ()) -> None:
        """Keep a slot's value, and what else it may have been."""
        if self.state.slots.get(slot) != value:
            self._unsettle(slot)
        self.change(
            slots={**self.state.slots, slot: value},
            early=_without(self.state.early, slot),
            partial=_without(self.state.partial, slot),
            readings={**_without(self.state.readings, slot), slot: tuple(others)[:_READINGS]}
            if others
            else _without(self.state.readings, slot),
        )
        if self.domain.slots[slot].is_code:
            self._mention(slot, value)

    def _mention(self, slot: str, value: str) -> None:
        known = self.state.mentioned.get(slot, ())
        if value not in known:
            together = (*known, value)[-_MENTIONED:]
            self.change(mentioned={**self.state.mentioned, slot: together})

    def call(self, value: str, name: str) -> None:
        """Keep what a value is called."""
        named = {**_without(self.state.named, value), value: name}
        self.change(named=dict(list(named.items())[-_MENTIONED:]))

    def forget(self, slot: str) -> None:
        """Drop a slot's value and its beginning."""
        self._unsettle(slot)
        self.change(
            slots=_without(self.state.slots, slot),
            early=_without(self.state.early, slot),
            partial=_without(self.state.partial, slot),
            readings=_without(self.state.readings, slot),
        )

    def rule_out(self, slot: str, values: Sequence[str]) -> None:
        """Note what a slot's value is not."""
        known = self.state.ruled_out.get(slot, ())
        together = tuple(dict.fromkeys((*known, *values)))[-_RULED_OUT:]
        self.change(ruled_out={**self.state.ruled_out, slot: together})

    def confirm(self, *slots: str) -> None:
        """Note that the customer said yes to the values of slots."""
        self.change(confirmed=_joined(self.state.confirmed, slots))

    def check(self, *slots: str) -> None:
        """Note that our records know the values of slots."""
        self.change(checked=_joined(self.state.checked, slots))

    def _unsettle(self, slot: str) -> None:
        confirmed = tuple(name for name in self.state.confirmed if name != slot)
        checked = tuple(name for name in self.state.checked if name != slot)
        self.change(confirmed=confirmed, checked=checked)

    def failed(self) -> None:
        """Count something that went wrong."""
        self.change(failures=self.state.failures + 1)

    def note(self, text: str) -> None:
        """Note something for the person who may take over."""
        if text:
            self.change(done=_joined(self.state.done, (text,))[-_REMEMBERED:])

    def promise(self, text: str) -> None:
        """Note what the customer may now rely on."""
        if text:
            self.change(promised=_joined(self.state.promised, (text,))[-_REMEMBERED:])

    def need(self, name: str) -> None:
        """Note what the customer wanted."""
        if self.state.needs[-1:] != (name,):
            self.change(needs=(*self.state.needs, name)[-_REMEMBERED:])

    @property
    def facts(self) -> Mapping[str, str]:
        """Values for templates: what tools said, and what the customer said."""
        today = {"today": self.state.now[:10]} if self.state.now else {}
        return {
            "caller": self.state.caller,
            **today,
            **(self.state.given if self._is_theirs else {}),
            **self.state.facts,
            **self.state.slots,
            LANGUAGE: self.domain.language,
        }

    @property
    def _is_theirs(self) -> bool:
        """Whether the customer has proved that what the hotline called about is theirs."""
        outbound = self.domain.outbound
        one = self.domain.identifications.get(outbound.verify) if outbound else None
        if one is None:
            return False
        # Proved for what the call is about, and not for something else that was named meanwhile.
        about = BETWEEN.join(self.state.given.get(slot, "") for slot in one.slots)
        return self.state.verified.get(one.name, "") == about != ""

    @property
    def today(self) -> date | None:
        """The day of the conversation, where the channel or a tool has told it."""
        try:
            return date.fromisoformat(self.facts.get("today", ""))
        except ValueError:
            return None

    @property
    def rule(self) -> str:
        """The rule that decided so far."""
        return str(self.trace.get("rule", ""))

    def decided(self, rule: str, **values: Any) -> None:
        """Say in the trace why."""
        self.trace.update(rule=rule, **values)


def _without(values: Mapping[str, Any], slot: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != slot}


def _joined(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))
