"""Reads what callers want, by example, and checks that each of it leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dialogue.catalogue import Asked
from dialogue.conditions import Condition
from dialogue.documents import Mistakes, Section, read_yaml, suggestion
from dialogue.domain import CALLER_ARGUMENT, CONTROLS, OPTIONAL_CONTROLS
from dialogue.intent import Choice, Intent
from dialogue.template_loading import condition
from dialogue.tools import ToolSpec

FEWEST_EXAMPLES = 8
MOST_EXAMPLES = 1_000


def load_intents(
    folder: Path, tools: Mapping[str, ToolSpec], mistakes: Mistakes
) -> dict[str, tuple[Intent, str, int]]:
    """Return (intent, file, line) by name."""
    found: dict[str, tuple[Intent, str, int]] = {}
    said: dict[str, tuple[str, str, int]] = {}
    files = sorted((folder / "intents").glob("*.yaml"))
    if not files:
        mistakes.add(
            "intents/", 1, "no intents; add intents/tasks.yaml with `name: {examples: […]}`"
        )
    for path in files:
        file = f"intents/{path.name}"
        top = read_yaml(folder, file, mistakes, file)
        for name in top.names() if top else ():
            section = top.section(name) if top else None
            if section is None:
                continue
            examples = section.located_texts("examples", required=True, example="[…]")
            for text, line in examples:
                key = " ".join(text.lower().split())
                if key in said:
                    other, where, at = said[key]
                    mistakes.add(
                        file, line, f"the example is already in `{other}` ({where}:{at}); keep one"
                    )
                said[key] = (name, file, line)
            if "examples" in section and len(examples) < FEWEST_EXAMPLES:
                section.wrong(
                    f"`{name}` has {len(examples)} examples; write at least {FEWEST_EXAMPLES}, "
                    "as different from each other as callers are",
                    "examples",
                )
            if len(examples) > MOST_EXAMPLES:
                section.wrong(
                    f"`{name}` has {len(examples)} examples; keep the {MOST_EXAMPLES} that differ "
                    "most",
                    "examples",
                )
            intent = Intent(
                name,
                tuple(text for text, _ in examples),
                section.texts("reply"),
                _choice(section.section("choice"), tools, mistakes),
                section.texts("words"),
                section.choice("stakes", ("usual", "high"), "usual") == "high",
                section.text("summary"),
                _asked(section),
            )
            if intent.high_stakes and not intent.summary:
                section.wrong(
                    f"`{name}` has `stakes: high`; add `summary` for the person who takes over, "
                    "like `summary: threatens to go to court`",
                    "stakes",
                )
            section.finish()
            if name in found:
                mistakes.add(
                    file, section.line, f"intent `{name}` is also in {found[name][1]}; keep one"
                )
            else:
                found[name] = (intent, file, section.line)
    return found


def _asked(section: Section) -> Asked | None:
    if "catalogue" not in section:
        return None
    return Asked(section.choice("catalogue", [asked.value for asked in Asked]))


def _choice(
    section: Section | None, tools: Mapping[str, ToolSpec], mistakes: Mistakes
) -> Choice | None:
    if section is None:
        return None
    question = section.text("question", required=True, example='"Do you want to …, or …?"')
    said: dict[str, str] = {}
    if section.is_mapping("options") and (inner := section.section("options")):
        said = {name: inner.text(name) for name in inner.names()}
        options = tuple(said)
    else:
        options = section.texts("options", required=True, example="[order_status, cancel_order]")
    if "options" in section and not 2 <= len(options) <= 4:
        section.wrong(
            "a spoken choice has two to four options; more cannot be kept in mind", "options"
        )
    if bool(said) is not ("{options" in question):
        section.wrong(
            "options that are named in any order are written `{order_status: track it, …}`, and "
            "the question has a place `{options|or}` for them",
            "question",
        )
    caller = section.text("caller")
    choice = Choice(
        question,
        section.text("rephrase", question),
        options,
        said,
        caller,
        tuple(_first(section, options, _facts(section, caller, tools), mistakes)),
    )
    section.finish()
    return choice


def _facts(section: Section, tool: str, tools: Mapping[str, ToolSpec]) -> tuple[str, ...]:
    """Return what the tool of a choice tells about a caller."""
    if not tool:
        return ()
    spec = tools.get(tool)
    if spec is None:
        section.wrong(f"tool `{tool}` is not in tools.yaml; {suggestion(tool, tools)}", "caller")
        return ()
    if spec.side_effect or tuple(spec.arguments) != (CALLER_ARGUMENT,):
        section.wrong(
            f"`{tool}` must take `arguments: [{CALLER_ARGUMENT}]` and change nothing", "caller"
        )
    return tuple(spec.facts)


def _first(
    section: Section, options: Sequence[str], facts: Sequence[str], mistakes: Mistakes
) -> Iterator[tuple[str, Condition]]:
    inner = section.section("first")
    for name in inner.names() if inner else ():
        if inner and name not in options:
            inner.wrong(f"`{name}` is none of the options; {suggestion(name, options)}", name)
        when = condition(inner, name, facts, mistakes) if inner else None
        if when is not None:
            yield name, when


def check_effects(
    intents: dict[str, tuple[Intent, str, int]], with_flow: set[str], mistakes: Mistakes
) -> None:
    """Every intent must lead somewhere, and to one place only."""
    for name in CONTROLS:
        if name not in intents and name not in OPTIONAL_CONTROLS:
            mistakes.add(
                "intents/controls.yaml",
                1,
                f"intent `{name}` is missing ({CONTROLS[name]}); add it with examples",
            )
    for name, (intent, file, line) in intents.items():
        effects = [
            label
            for label, present in (
                ("a flow", name in with_flow),
                ("`stakes: high`", intent.high_stakes),
                # What is said before a person takes over is no effect of its own.
                ("`reply`", bool(intent.reply) and not intent.high_stakes),
                ("`choice`", intent.choice is not None),
                ("`catalogue`", intent.catalogue is not None),
                ("a built-in meaning", name in CONTROLS),
            )
            if present
        ]
        if not effects:
            mistakes.add(
                file, line, f"nothing follows `{name}`; add `reply`, `choice`, or a flow for it"
            )
        elif len(effects) > 1:
            mistakes.add(file, line, f"`{name}` leads to {' and '.join(effects)}; keep one of them")
        for option in intent.choice.options if intent.choice else ():
            if option not in intents:
                hint = suggestion(option, sorted(with_flow))
                mistakes.add(file, line, f"option `{option}` of `{name}` is no intent; {hint}")
            elif option not in with_flow:
                mistakes.add(
                    file,
                    line,
                    f"option `{option}` of `{name}` has no flow; only tasks can be chosen",
                )
            elif not intents[option][0].words:
                other = intents[option]
                mistakes.add(
                    other[1],
                    other[2],
                    f"`{option}` is an option of `{name}`; add `words` that pick it, "
                    "like `words: [track, where]`",
                )
