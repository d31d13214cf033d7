"""Reads slots and flows, and checks that they fit together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dialogue.documents import Mistakes, read_yaml, suggestion
from dialogue.flows import Choose, Flow, Slot
from dialogue.intent import Intent
from dialogue.step_loading import ALWAYS_KNOWN, Known, Parts, StepReader


def load_flow(
    folder: Path,
    file: str,
    name: str,
    parts: Parts,
    mistakes: Mistakes,
) -> Flow | None:
    """Read one flow; None when the file cannot be read."""
    section = read_yaml(folder, file, mistakes, file)
    if section is None:
        return None
    reader = StepReader(parts, mistakes)
    given = frozenset(parts.given)
    known = Known(may=given.union(ALWAYS_KNOWN), slots=given & parts.slots.keys())
    reader.block(section.sections("steps", required=True), known)
    if "steps" in section and not reader.steps:
        section.wrong("a flow needs steps; begin with `- collect: …` or `- call: …`", "steps")
    undo_at = None
    if "undo" in section:
        undo_at = reader.undo(section.sections("undo"))
        if undo_at is None:
            section.wrong(
                "nothing here can be taken back; mark the outcome that changed something with "
                "`undoable: true`, or remove `undo`",
                "undo",
            )
    elif reader.undoable is not None:
        section.wrong("an outcome is `undoable`, but how is not said; add `undo:` with steps")
    flow = Flow(
        name=name,
        intent=section.text("intent", required=True, example="order_status"),
        title=section.text("title", required=True, example="track an order"),
        summary=section.text("summary", required=True, example="wants to track an order"),
        steps=tuple(reader.steps),
        finds=section.text("finds"),
        undo_at=undo_at,
    )
    chosen = {step.slot for step in flow.steps if isinstance(step, Choose)}
    if flow.finds and flow.finds not in chosen:
        section.wrong(f"nothing here finds it; add a step `- choose: {flow.finds}`", "finds")
    section.finish()
    return flow


def check_flows(
    flows: Mapping[str, tuple[Flow, str]],
    intents: Mapping[str, tuple[Intent, str, int]],
    slots: Mapping[str, Slot],
    mistakes: Mistakes,
) -> None:
    """Every flow needs an intent of its own, and finds what slots send callers to it for."""
    for name, slot in slots.items():
        other = flows.get(slot.otherwise)
        found = other[0].finds if other else ""
        # What only serves to find a value may be replaced by another way to it.
        serves = any(flow.finds == found and name in flow.slots() for flow, _ in flows.values())
        if slot.otherwise and not (found and (found == name or serves)):
            mistakes.add(
                "slots.yaml",
                1,
                f"`{name}` goes to `{slot.otherwise}` otherwise, and no flow of that name has "
                f"`finds: {name}`",
            )
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
