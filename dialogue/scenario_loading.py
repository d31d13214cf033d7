"""Reads a hotline's scenarios, and lists every mistake in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from dialogue.documents import Mistakes, Section, read_yaml, suggestion
from dialogue.domain import Domain
from dialogue.errors import DomainError
from dialogue.outbound import BadField, read_field
from dialogue.scenarios import (
    GIVES,
    OUTCOME,
    Doing,
    Ending,
    Exchange,
    Fixture,
    Scenario,
    ToolLine,
    Wanted,
)

_KEYS = frozenset("0123456789*#")
_LONGEST_SILENCE = 9


def load_scenarios(domain: Domain) -> tuple[Scenario, ...]:
    """Read `scenarios/*.yaml` of a hotline, in the order they are written.

    Raises:
        DomainError: they have mistakes; the message lists each with file, line and what to write.
    """
    mistakes = Mistakes()
    found: list[Scenario] = []
    for path in sorted((domain.folder / "scenarios").glob("*.yaml")):
        found += _File(domain, f"scenarios/{path.name}", mistakes).read(domain.folder)
    if mistakes.found:
        raise DomainError(domain.name, mistakes.worth_telling())
    return tuple(found)


class _File:
    """One file of scenarios."""

    def __init__(self, domain: Domain, file: str, mistakes: Mistakes) -> None:
        self._domain = domain
        self._file = file
        self._mistakes = mistakes

    def read(self, folder: Path) -> list[Scenario]:
        top = read_yaml(folder, self._file, self._mistakes, self._file)
        if top is None:
            return []
        today = self._today(top)
        fixtures = self._fixtures(top)
        section = top.section("scenarios", required=True, example="{an order is found: {…}}")
        top.finish()
        found = []
        for name in section.names() if section else ():
            if section and (one := section.section(name)):
                found.append(self._scenario(one, name, today, fixtures, section.line_of(name)))
        return found

    def _scenario(
        self, section: Section, name: str, today: str, shared: tuple[Fixture, ...], line: int
    ) -> Scenario:
        exchanges = self._conversation(section)
        calls: tuple[ToolLine, ...] | None = None
        if "calls" in section:
            calls = self._tool_lines(section, "calls", OUTCOME)
        slots: dict[str, str] | None = None
        if inner := section.section("slots"):
            slots = {key: inner.text(key) for key in inner.names()}
            for key in slots:
                if key not in self._domain.slots:
                    hint = suggestion(key, self._domain.slots)
                    inner.wrong(f"slot `{key}` is not in slots.yaml; {hint}", key)
        ends = None
        if "ends" in section:
            ends = Ending(section.choice("ends", [ending.value for ending in Ending]))
        reason = section.text("reason")
        if reason and ends is not Ending.TRANSFERRED:
            section.wrong("only a hand-over has a reason; write `ends: transferred`", "reason")
        scenario = Scenario(
            name=name,
            file=self._file,
            line=line,
            exchanges=exchanges,
            caller=section.text("from"),
            occasion=self._occasion(section),
            today=self._today(section) or today,
            # Its own come first, so that they win.
            fixtures=(*self._fixtures(section), *shared),
            calls=calls,
            afterwards=self._tool_lines(section, "afterwards", GIVES),
            slots=slots,
            ends=ends,
            reason=reason,
            brief=tuple(Wanted(text, at) for text, at in section.located_texts("brief")),
            ends_line=section.line_of("ends"),
        )
        section.finish(("calls", "ends"))
        return scenario

    def _occasion(self, section: Section) -> dict[str, str] | None:
        """Read what the hotline calls about."""
        if (inner := section.section("outbound")) is None:
            return None
        described = self._domain.outbound
        if described is None:
            section.wrong("this hotline has no outbound.yaml, so it calls nobody", "outbound")
            return None
        found: dict[str, str] = {}
        for name in inner.names():
            if name not in described.fields:
                hint = suggestion(name, described.fields)
                inner.wrong(f"`{name}` is not in outbound.yaml; {hint}", name)
                continue
            try:
                found[name] = read_field(inner.text(name), described.fields[name])
            except BadField as error:
                inner.wrong(f"`{name}` must be {error}", name)
        return found

    def _today(self, section: Section) -> str:
        today = section.text("today")
        if today:
            try:
                date.fromisoformat(today)
            except ValueError:
                section.wrong(f"`{today}` is no date; write one like `2026-03-02`", "today")
                return ""
        return today

    # --- what is said ------------------------------------------------------------------------

    def _conversation(self, section: Section) -> tuple[Exchange, ...]:
        exchanges: list[Exchange] = [Exchange(section.line, None)]
        for step in section.sections(
            "conversation", required=True, example="[{caller: hello}, {bot: How can I help}]"
        ):
            says = tuple(Wanted(text, at) for text, at in step.located_texts("bot"))
            never = tuple(Wanted(text, at) for text, at in step.located_texts("never"))
            doing = [kind for kind in Doing if kind in step]
            if len(doing) > 1:
                step.wrong("one thing at a time; begin a new item with `- caller:`")
            elif doing:
                exchanges.append(self._does(step, doing[0]))
            elif not says and not never:
                begins = "`caller:`, `keys:`, `silence:`, `bot:` or `never:`"
                if not step.names():
                    step.wrong(f"an item begins with {begins}")
            last = exchanges[-1]
            exchanges[-1] = Exchange(
                last.line, last.doing, last.text, (*last.says, *says), (*last.never, *never)
            )
            step.finish([kind.value for kind in Doing])
        if "conversation" in section and len(exchanges) == 1:
            section.wrong("nobody says anything; add an item like `- caller: hello`")
        return tuple(exchanges)

    def _does(self, step: Section, doing: Doing) -> Exchange:
        if doing is Doing.SILENCE:
            turns = int(step.number("silence", 1, 1, _LONGEST_SILENCE))
            return Exchange(step.line_of("silence"), doing, str(turns))
        text = step.text(doing.value, required=True, example="where is my order")
        if doing is Doing.KEYS and not set(text) <= _KEYS:
            step.wrong("keys are 0 to 9, * and #; write them like `keys: 44117#`", "keys")
        return Exchange(step.line_of(doing.value), doing, text)

    # --- tools -------------------------------------------------------------------------------

    def _tool_lines(self, section: Section, key: str, beside: str) -> tuple[ToolLine, ...]:
        found = []
        for item in section.sections(key):
            expects: dict[str, str] = {}
            if beside == OUTCOME and beside in item:
                expects = {OUTCOME: item.text(OUTCOME)}
            elif beside == GIVES and (inner := item.section(GIVES, required=True)):
                expects = {name: inner.text(name) for name in inner.names()}
            tools = [name for name in item.names() if name != beside]
            if len(tools) != 1:
                item.wrong(f"an item of `{key}` names one tool, like `- find_order: {{order: …}}`")
                continue
            tool = tools[0]
            arguments = self._given(item, tool)
            outcome = expects.get(OUTCOME, "")
            spec = self._domain.tools.get(tool)
            if spec and outcome and outcome not in spec.outcomes:
                hint = suggestion(outcome, spec.outcomes)
                item.wrong(f"`{tool}` never turns out as `{outcome}`; {hint}", beside)
            found.append(ToolLine(tool, arguments, item.line_of(tool), expects))
            item.finish()
        return tuple(found)

    def _given(self, section: Section, tool: str) -> dict[str, str]:
        spec = self._domain.tools.get(tool)
        if spec is None:
            hint = suggestion(tool, self._domain.tools)
            section.wrong(f"tool `{tool}` is not in tools.yaml; {hint}", tool)
        if not section.is_mapping(tool):
            if section.text(tool):
                section.wrong(f"write the arguments like `{tool}: {{order: …}}`", tool)
            return {}
        inner = section.section(tool)
        arguments: dict[str, str] = {}
        for name in inner.names() if inner else ():
            if spec and inner and name not in spec.arguments:
                hint = suggestion(name, spec.arguments)
                inner.wrong(f"`{tool}` takes no `{name}`; {hint}", name)
            arguments[name] = inner.text(name) if inner else ""
        return arguments

    def _fixtures(self, section: Section) -> tuple[Fixture, ...]:
        tools = section.section("tools")
        found: list[Fixture] = []
        for tool in tools.names() if tools else ():
            if tools is None:
                continue
            spec = self._domain.tools.get(tool)
            if spec is None:
                hint = suggestion(tool, self._domain.tools)
                tools.wrong(f"tool `{tool}` is not in tools.yaml; {hint}", tool)
            for item in tools.sections(tool):
                given: dict[str, str] = {}
                if inner := item.section("given"):
                    given = {name: inner.text(name) for name in inner.names()}
                    for name in given:
                        if spec and name not in spec.arguments:
                            hint = suggestion(name, spec.arguments)
                            inner.wrong(f"`{tool}` takes no `{name}`; {hint}", name)
                fails = item.flag("fails")
                returns: dict[str, Any] = {}
                if not fails and (result := item.section("returns", required=True)):
                    returns = {name: result.data(name) for name in result.names()}
                    for name in returns:
                        if spec and name != OUTCOME and name not in spec.facts:
                            hint = suggestion(name, spec.facts)
                            result.wrong(f"`{tool}` tells no `{name}`; {hint}", name)
                    outcome = returns.get(OUTCOME)
                    if spec and outcome not in spec.outcomes:
                        hint = suggestion(str(outcome), spec.outcomes)
                        result.wrong(f"`{tool}` never turns out as `{outcome}`; {hint}", OUTCOME)
                item.finish()
                found.append(Fixture(tool, given, returns, fails))
        return tuple(found)
