"""Reads identification.yaml: how customers prove that something is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dialogue.documents import Mistakes, Section, read_yaml, suggestion
from dialogue.flows import Slot
from dialogue.identification import OUTCOMES, Identification
from dialogue.template_loading import templates
from dialogue.tools import ToolSpec

FILE = "identification.yaml"


def load_identifications(
    folder: Path, slots: Mapping[str, Slot], tools: Mapping[str, ToolSpec], mistakes: Mistakes
) -> dict[str, Identification]:
    """Read identification.yaml, if there is one, and check the tools that name what is in it."""
    found: dict[str, Identification] = {}
    top = None
    if (folder / FILE).is_file():
        top = read_yaml(folder, FILE, mistakes, FILE)
    for name in top.names() if top else ():
        section = top.section(name) if top else None
        if section is not None:
            found[name] = _identification(name, section, slots, tools, mistakes)
    for tool in tools.values():
        if tool.verify in found:
            for argument in found[tool.verify].arguments:
                if argument not in tool.arguments:
                    mistakes.add(
                        "tools.yaml", 1, f"`{tool.name}` has `verify: {tool.verify}`, but takes no "
                        f"`{argument}` to be verified for; add it to its `arguments`",
                    )  # fmt: skip
        elif tool.verify:
            hint = suggestion(tool.verify, found)
            mistakes.add(
                "tools.yaml", 1, f"`{tool.name}` has `verify: {tool.verify}`, which is not in "
                f"{FILE}; {hint}",
            )  # fmt: skip
    return found


def _identification(
    name: str,
    section: Section,
    slots: Mapping[str, Slot],
    tools: Mapping[str, ToolSpec],
    mistakes: Mistakes,
) -> Identification:
    tool = section.text("tool", required=True, example="verify_order")
    spec = tools.get(tool)
    if tool and spec is None:
        section.wrong(f"tool `{tool}` is not in tools.yaml; {suggestion(tool, tools)}", "tool")
    elif spec and set(spec.outcomes) != set(OUTCOMES):
        section.wrong(
            f"`{tool}` must turn out as `verified` or `unverified`, and nothing else; change its "
            "`outcomes`",
            "tool",
        )
    elif spec and spec.side_effect:
        section.wrong(f"`{tool}` only compares; it cannot be a side effect", "tool")
    arguments = _to_slots(section, "arguments", slots, spec, by_argument=True)
    proofs = _to_slots(section, "proofs", slots, spec, by_argument=False)
    caller = section.text("caller")
    if caller and spec and caller not in spec.arguments:
        hint = suggestion(caller, spec.arguments)
        section.wrong(f"`{tool}` takes no `{caller}`; {hint}", "caller")
    if not proofs:
        section.wrong("nothing can be proved; add `proofs: {postcode: postcode}`", "proofs")
    made = Identification(
        name=name,
        slots=tuple(dict.fromkeys(arguments.values())),
        tool=tool,
        arguments=arguments,
        caller=caller,
        proofs=proofs,
        reason=templates(section, "reason", (), mistakes, required=True),
        # What was said may be said again, so that the customer hears which of it was misheard.
        wrong=templates(section, "wrong", arguments.values(), mistakes, required=True),
        attempts=int(section.number("attempts", 2, 1, 3)),
        most_wrong=int(section.number("most_wrong", 4, 1, 10)),
    )
    section.finish()
    return made


def _to_slots(
    section: Section,
    key: str,
    slots: Mapping[str, Slot],
    spec: ToolSpec | None,
    *,
    by_argument: bool,
) -> dict[str, str]:
    """Read a mapping between arguments of the tool and slots, written in either direction."""
    inner = section.section(key, required=True, example="{order: order}")
    found: dict[str, str] = {}
    for name in inner.names() if inner else ():
        if inner is None:
            break
        found[name] = inner.text(name)
        argument, slot = (name, found[name]) if by_argument else (found[name], name)
        if slot not in slots:
            inner.wrong(f"slot `{slot}` is not in slots.yaml; {suggestion(slot, slots)}", name)
        if spec and argument not in spec.arguments:
            hint = suggestion(argument, spec.arguments)
            inner.wrong(f"`{spec.name}` takes no `{argument}`; {hint}", name)
    return found
