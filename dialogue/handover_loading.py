"""Reads handover.yaml: when a person takes over, and when people can be reached."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dialogue.brief import Priority
from dialogue.conditions import Condition, ConditionError, read_condition
from dialogue.documents import Mistakes, Section, read_yaml, suggestion
from dialogue.handover import FACTS, Anger, Handover, Rule
from dialogue.hours import Hours, Span
from dialogue.languages import LANGUAGES
from dialogue.spoken import DAYS, Template
from dialogue.template_loading import template
from dialogue.understanding import english_handover as english

FILE = "handover.yaml"
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})\Z")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}\Z")
_CLOSED = "closed"
_MOST_RULES = 50


def load_handover(
    folder: Path,
    language: str,
    facts: Collection[str],
    intents: Collection[str],
    prompts: Collection[str],
    mistakes: Mistakes,
) -> Handover:
    """Read handover.yaml, if there is one.

    Args:
        folder: The hotline's.
        language: Its language's code.
        facts: Names of slots and of what tools return.
        intents: Their names.
        prompts: Their names.
        mistakes: Collects what is wrong.
    """
    usual = Handover()
    if not (folder / FILE).is_file():
        return usual
    top = read_yaml(folder, FILE, mistakes, FILE)
    if top is None:
        return usual
    handover = Handover(
        asks=int(top.number("asks", usual.asks, 1, 3)),
        failures=int(top.number("failures", usual.failures, 2, 50)),
        anger=Anger(top.choice("anger", [anger.value for anger in Anger], usual.anger.value)),
        wait=top.number("wait", usual.wait, 1, 7200),
        number=_number(top),
        hours=read_hours(top.section("hours"), mistakes),
        rules=_rules(top, facts, intents, mistakes),
        cheerful=_cheerful(top, prompts, intents, mistakes) or usual.cheerful,
        say=_say(top.section("say"), language, mistakes),
    )
    top.finish()
    return handover


def _number(top: Section) -> str:
    text = top.text("number")
    number = "".join(text.split())
    if text and not _NUMBER.match(number):
        top.wrong(
            f"`number: {text}` is no full telephone number; write it with its country code and in "
            'quotes, like `number: "+15551234567"`',
            "number",
        )
    return number


def read_hours(section: Section | None, mistakes: Mistakes) -> Hours | None:
    """Read when people are there; None where nothing says so, and they always are."""
    if section is None:
        return None
    zone = section.text("timezone", required=True, example="America/New_York")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        section.wrong(
            f"`timezone: {zone}` is unknown; write an IANA name, like `America/New_York`",
            "timezone",
        )
    week = tuple(_spans(section, day.lower(), mistakes) for day in DAYS)
    special: dict[str, tuple[Span, ...]] = {}
    if other := section.section("special"):
        for day in other.names():
            spans = _spans(other, day, mistakes)
            try:
                special[date.fromisoformat(day).isoformat()] = spans
            except ValueError:
                other.wrong(f"`{day}` is no date; write one like `2026-12-25: closed`", day)
        other.finish()
    if not any(week):
        section.wrong("nobody is ever there; write hours, like `monday: 9:00-17:00`")
    section.finish()
    return Hours(zone, week, special)


def _spans(section: Section, day: str, mistakes: Mistakes) -> tuple[Span, ...]:
    """Read the hours of a day; a day that is not written is closed."""
    found: list[Span] = []
    for text, line in section.located_texts(day):
        if text.lower() == _CLOSED:
            continue
        read = _SPAN.match(text)
        hours = tuple(map(int, read.groups())) if read else (99, 0, 0, 0)
        try:
            span = Span(
                time(hours[0], hours[1]), time(0 if hours[2:] == (24, 0) else hours[2], hours[3])
            )
        except ValueError:
            mistakes.add(
                section.file,
                line,
                f"`{text}` are no hours; write them like `9:00-17:30`, or `closed`",
            )
            continue
        if span.closes != time(0) and span.closes <= span.opens:
            mistakes.add(
                section.file, line, f"`{text}` ends before it begins; split it at midnight"
            )
        elif found and (found[-1].closes == time(0) or span.opens < found[-1].closes):
            mistakes.add(
                section.file, line, f"`{text}` begins before the hours above end; put them in order"
            )
        else:
            found.append(span)
    return tuple(found)


def _rules(
    top: Section, facts: Collection[str], intents: Collection[str], mistakes: Mistakes
) -> tuple[Rule, ...]:
    found: dict[str, Rule] = {}
    sections = top.sections("rules")
    if len(sections) > _MOST_RULES:
        top.wrong(f"there are more than {_MOST_RULES} rules; join some by `or`", "rules")
    for section in sections:
        name = section.text("name", required=True, example="big_refund")
        condition = _condition(section, facts, intents)
        reason = section.text("reason", required=True, example='"a refund above 200 dollars"')
        rule = Rule(
            name=name,
            when=condition,
            reason=reason,
            offer=section.choice("then", ("person", "offer"), "person") == "offer",
            queue=section.text("queue"),
            priority=Priority(
                section.choice("priority", [p.value for p in Priority], Priority.NORMAL.value)
            ),
            say=section.text("say"),
        )
        if name in found or name in ("anger", "failures"):
            section.wrong(f"there is another rule `{name}`; give this one its own name", "name")
        found[name] = rule
        section.finish()
    return tuple(found.values())


def _condition(section: Section, facts: Collection[str], intents: Collection[str]) -> Condition:
    text = section.text("when", required=True, example="refund_cents > 20000")
    if not text:
        return Condition(())
    try:
        condition = read_condition(text)
    except ConditionError as error:
        section.wrong(f"`when` cannot be read: {error}", "when")
        return Condition(())
    known = {*facts, *FACTS}
    for test in condition.tests():
        if test.name not in known:
            hint = suggestion(test.name, known)
            section.wrong(f"`{test.name}` is not known here; {hint}", "when")
        wanted: Collection[str] = {
            "intent": intents,
            "feeling": ("calm", "annoyed", "angry", "upset"),
        }.get(test.name, ())
        for value in test.values if wanted and test.relation == "is" else ():
            if value not in wanted:
                section.wrong(f"`{value}` is no {test.name}; {suggestion(value, wanted)}", "when")
    return condition


def _cheerful(
    top: Section, prompts: Collection[str], intents: Collection[str], mistakes: Mistakes
) -> tuple[str, ...]:
    known = [*(f"prompt:{name}" for name in prompts), *(f"reply:{name}" for name in intents)]
    found = []
    for text, line in top.located_texts("cheerful"):
        if text not in known:
            mistakes.add(
                top.file,
                line,
                f"`{text}` is said nowhere; write `prompt:` or `reply:` and a name, "
                f"like `prompt:welcome`; {suggestion(text, known)}",
            )
        found.append(text)
    return tuple(found)


def _say(section: Section | None, language: str, mistakes: Mistakes) -> Mapping[str, Template]:
    texts = {name: Template(text) for name, text in LANGUAGES[language].handover_texts.items()}
    if section is None:
        return texts
    for name in english.SAY:
        for text, line in section.located_texts(name)[:1]:
            places = english.PLACES.get(name, ())
            texts[name] = template(section, text, line, places, mistakes)
    section.finish()
    return texts
