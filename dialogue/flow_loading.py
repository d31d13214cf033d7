"""Reads slots, tools and flows, and checks that they fit together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from dialogue.documents import Mistakes, Section, read_yaml, suggestion
from dialogue.domain import Intent
from dialogue.flows import (
    Call,
    Collect,
    Confirm,
    Flow,
    FlowStep,
    Outcome,
    Slot,
    SlotKind,
    Then,
)
from dialogue.spoken import FORMS, Template
from dialogue.tools import ToolSpec

ALWAYS_KNOWN = ("today",)
"""Facts that every tool may return without describing them: what dates are spoken against."""
FOR_PEOPLE = ("summary",)
"""What every tool may be given besides values and facts: the conversation in words for a person."""


def template(
    section: Section, text: str, line: int, places: Collection[str], mistakes: Mistakes
) -> Template:
    """Return a template whose places are all known, or note what is wrong with it."""
    made = Template(text)
    for name, form in made.places:
        if name not in places:
            hint = suggestion(name, places) if places else "write the words out"
            mistakes.add(section.file, line, f"`{{{name}}}` is not known here; {hint}")
        if form not in FORMS:
            hint = suggestion(form, [known for known in FORMS if known])
            mistakes.add(section.file, line, f"`|{form}` is no spoken form; {hint}")
    bare = text
    for name, form in made.places:
        bare = bare.replace(f"{{{name}|{form}}}" if form else f"{{{name}}}", "")
    if "{" in bare or "}" in bare:
        mistakes.add(section.file, line, "a brace does not enclose a name; write `{order}`")
    return made


def _templates(
    section: Section, key: str, places: Collection[str], mistakes: Mistakes, *, required: bool
) -> tuple[Template, ...]:
    texts = section.located_texts(key, required=required, example='"…"')
    return tuple(template(section, text, line, places, mistakes) for text, line in texts)


def load_slots(folder: Path, mistakes: Mistakes) -> dict[str, Slot]:
    """Read slots.yaml."""
    top = read_yaml(folder, "slots.yaml", mistakes, "slots.yaml")
    found: dict[str, Slot] = {}
    for name in top.names() if top else ():
        section = top.section(name) if top else None
        if section is None:
            continue
        kind = SlotKind(section.choice("kind", [kind.value for kind in SlotKind]))
        length = int(section.number("digits", 0, 2, 20))
        if kind is SlotKind.CODE and not length:
            section.wrong(f"a code has a length; add one to `{name}`, like `digits: 5`")
        ask = section.texts("ask", required=True, example='"What is your order number?"')
        partial = section.text("partial", "So far I have {" + name + "|digits}. What comes next?")
        found[name] = Slot(
            name=name,
            label=section.text("label", required=True, example="order number"),
            kind=kind,
            digits=length,
            ask=ask,
            rephrase=section.text("rephrase", ask[0] if ask else ""),
            heard=_templates(section, "heard", (name,), mistakes, required=False),
            kept=_templates(section, "kept", (name,), mistakes, required=False),
            partial=template(section, partial, section.line_of("partial"), (name,), mistakes),
            vocabulary=section.texts("vocabulary"),
            keep=section.flag("keep", True),
            caller_id=section.flag("caller_id"),
        )
        if found[name].caller_id and kind is not SlotKind.CODE:
            section.wrong("a number to call from is a code; write `kind: code`", "caller_id")
        section.finish()
    return found


def load_tools(folder: Path, mistakes: Mistakes) -> dict[str, ToolSpec]:
    """Read tools.yaml."""
    top = read_yaml(folder, "tools.yaml", mistakes, "tools.yaml")
    found: dict[str, ToolSpec] = {}
    for name in top.names() if top else ():
        section = top.section(name) if top else None
        if section is None:
            continue
        found[name] = ToolSpec(
            name=name,
            arguments=section.texts("arguments"),
            outcomes=section.texts("outcomes", required=True, example="[found, unknown]"),
            facts=tuple(dict.fromkeys((*section.texts("facts"), *ALWAYS_KNOWN))),
            side_effect=section.flag("side_effect"),
            filler=section.text("filler"),
        )
        section.finish()
    return found


def load_flow(
    folder: Path,
    file: str,
    name: str,
    slots: Mapping[str, Slot],
    tools: Mapping[str, ToolSpec],
    mistakes: Mistakes,
) -> Flow | None:
    """Read one flow; None when the file cannot be read."""
    section = read_yaml(folder, file, mistakes, file)
    if section is None:
        return None
    known: set[str] = set()
    confirmed = False
    steps: list[FlowStep] = []
    for step in section.sections("steps", required=True):
        made = _step(step, known, slots, tools, mistakes)
        match made:
            case Collect(slot=slot):
                known.add(slot)
            case Confirm():
                confirmed = True
            case Call(tool=tool) if tool in tools:
                known.update(tools[tool].facts)
                if tools[tool].side_effect and not confirmed:
                    step.wrong(f"`{tool}` changes something; put a `confirm` step before it")
            case _:
                pass
        if made is not None:
            steps.append(made)
    flow = Flow(
        name=name,
        intent=section.text("intent", required=True, example="order_status"),
        title=section.text("title", required=True, example="track an order"),
        summary=section.text("summary", required=True, example="wants to track an order"),
        steps=tuple(steps),
    )
    if "steps" in section and not steps:
        section.wrong("a flow needs steps; begin with `- collect: …` or `- call: …`", "steps")
    section.finish()
    return flow


def _step(
    step: Section,
    known: Collection[str],
    slots: Mapping[str, Slot],
    tools: Mapping[str, ToolSpec],
    mistakes: Mistakes,
) -> FlowStep | None:
    made: FlowStep | None = None
    if "collect" in step:
        slot = step.text("collect")
        if slot not in slots:
            step.wrong(f"slot `{slot}` is not in slots.yaml; {suggestion(slot, slots)}", "collect")
        made = Collect(slot)
    elif "confirm" in step:
        question = step.text("confirm", required=True)
        slot = step.text("again")
        if slot and slot not in known:
            step.wrong(
                f"`again: {slot}` is not collected before; {suggestion(slot, slots)}", "again"
            )
        refused = _templates(step, "refused", known, mistakes, required=not slot)
        line = step.line_of("confirm")
        made = Confirm(
            template(step, question, line, known, mistakes),
            refused,
            slot,
            step.flag("interruptible", True),
        )
    elif "call" in step:
        made = _call(step, known, slots, tools, mistakes)
    else:
        step.wrong("a step begins with `collect:`, `call:` or `confirm:`")
        return None
    step.finish()
    return made


def _call(
    step: Section,
    known: Collection[str],
    slots: Mapping[str, Slot],
    tools: Mapping[str, ToolSpec],
    mistakes: Mistakes,
) -> Call:
    tool = step.text("call")
    spec = tools.get(tool)
    if spec is None:
        step.wrong(f"tool `{tool}` is not in tools.yaml; {suggestion(tool, tools)}", "call")
    arguments = _arguments(step, spec, {*known, *FOR_PEOPLE})
    outcomes: dict[str, Outcome] = {}
    section = step.section("outcomes", required=True, example="{found: {say: …, then: done}}")
    if section is None:
        return Call(tool, arguments, outcomes)
    places = {*known, *(spec.facts if spec else ())}
    for key in section.names():
        if spec and key not in spec.outcomes:
            hint = suggestion(key, spec.outcomes)
            section.wrong(f"`{tool}` never turns out as `{key}`; {hint}", key)
        if one := section.section(key):
            outcomes[key] = _outcome(
                one, places, [name for name in slots if name in known], mistakes
            )
    for key in spec.outcomes if spec else ():
        if key not in section:
            section.wrong(f"`{tool}` may turn out as `{key}`; say what follows then")
    return Call(tool, arguments, outcomes)


def _arguments(step: Section, spec: ToolSpec | None, known: Collection[str]) -> dict[str, str]:
    section = step.section("arguments")
    arguments: dict[str, str] = {}
    for name in section.names() if section else ():
        source = section.text(name) if section else ""
        arguments[name] = source
        if source not in known and section:
            section.wrong(
                f"`{source}` is not known at this step; {suggestion(source, known)}", name
            )
        if spec and name not in spec.arguments and section:
            hint = suggestion(name, spec.arguments)
            section.wrong(f"`{spec.name}` takes no `{name}`; {hint}", name)
    for name in spec.arguments if spec else ():
        if name not in arguments:
            step.wrong(f"`{name}` is missing; add `arguments: {{{name}: …}}`", "call")
    return arguments


def _outcome(
    section: Section, places: Collection[str], slots: Collection[str], mistakes: Mistakes
) -> Outcome:
    say = _templates(section, "say", places, mistakes, required=False)
    then = Then(section.choice("then", [then.value for then in Then]))
    slot = section.text("slot")
    if then is Then.ASK_AGAIN and slot not in slots:
        section.wrong(f"`ask_again` needs a `slot`; {suggestion(slot, slots)}", "slot")
    if then is Then.DONE and not say and "then" in section:
        section.wrong("the caller hears nothing; add `say`", "then")
    note = section.text("note")
    if note:
        template(section, note, section.line_of("note"), places, mistakes)
    interruptible = section.flag("interruptible", True)
    section.finish()
    return Outcome(say, then, slot, note, interruptible)


def check_flows(
    flows: Mapping[str, tuple[Flow, str]],
    intents: Mapping[str, tuple[Intent, str, int]],
    mistakes: Mistakes,
) -> None:
    """Every flow needs an intent of its own."""
    taken: dict[str, str] = {}
    for flow, file in flows.values():
        if flow.intent and flow.intent not in intents:
            hint = suggestion(flow.intent, intents)
            mistakes.add(file, 1, f"intent `{flow.intent}` is not in intents/; {hint}")
        if flow.intent in taken:
            mistakes.add(
                file, 1, f"intent `{flow.intent}` already begins {taken[flow.intent]}; keep one"
            )
        taken[flow.intent] = file
