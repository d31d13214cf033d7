"""Reads outbound.yaml: how a hotline calls people by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from dialogue.documents import Mistakes, Section, read_yaml, suggestion
from dialogue.flows import Call, Flow, Slot
from dialogue.identification import Identification
from dialogue.outbound import OPT_OUT_TOOL, Outbound
from dialogue.template_loading import template
from dialogue.tools import ValueType

FILE = "outbound.yaml"
LISTED = ("number", "consent", "language", "reference", "timezone")
"""Columns that every list of calls has, or may have; no fact can be called so."""


def read_outbound(folder: Path, mistakes: Mistakes) -> Section | None:
    """Open outbound.yaml, if there is one."""
    return read_yaml(folder, FILE, mistakes, FILE) if (folder / FILE).is_file() else None


def fact_names(top: Section | None) -> tuple[str, ...]:
    """Return what is known of each call, before the flows that use it are read."""
    facts = top.section("facts") if top else None
    return facts.names() if facts else ()


def load_outbound(
    top: Section | None,
    flows: Mapping[str, Flow],
    slots: Mapping[str, Slot],
    identifications: Mapping[str, Identification],
    intents: Collection[str],
    mistakes: Mistakes,
) -> Outbound | None:
    """Read how calls begin; None for a hotline that calls nobody."""
    if top is None:
        return None
    fields: dict[str, ValueType] = {}
    optional: set[str] = set()
    private: set[str] = set()
    facts = top.section("facts")
    for name in facts.names() if facts else ():
        if facts is None:
            break
        if name in LISTED:
            facts.wrong(f"`{name}` is a column that every list has; use another word", name)
        _field(facts, name, fields, optional, private)
    flow = top.text("flow", required=True, example="decision")
    if flow and flow not in flows:
        top.wrong(f"flow `{flow}` is not in flows/; {suggestion(flow, flows)}", "flow")
    verify = top.text("verify")
    one = identifications.get(verify)
    if verify and one is None:
        hint = suggestion(verify, identifications)
        top.wrong(f"`{verify}` is not in identification.yaml; {hint}", "verify")
    if private and not verify:
        top.wrong(
            f"`{sorted(private)[0]}` is private, but for whom is not said; add `verify:` with the "
            "name of an identification",
            "facts",
        )
    for slot in one.slots if one else ():
        if slot not in fields or slot in optional or slot in private:
            top.wrong(
                f"`verify: {verify}` is about `{slot}`; add it to `facts`, neither optional nor "
                "private",
                "verify",
            )
    opt_out = top.text("opt_out", required=True, example="opt_out")
    if opt_out and opt_out not in intents:
        top.wrong(f"intent `{opt_out}` is not in intents/; {suggestion(opt_out, intents)}")
    _check_opt_out(top, opt_out, flows, mistakes)
    key = top.text("key", "9")
    if key not in "3456789" or len(key) != 1:
        top.wrong("`key` is one of 3 to 9; 1, 2 and 0 mean yes, no and a person", "key")
    said = [name for name in fields if name not in private | optional]
    opening = top.text("opening", required=True, example='"Hello, this is the assistant of …"')
    made = Outbound(
        flow=flow,
        opening=template(top, opening, top.line_of("opening"), said, mistakes),
        fields=fields,
        optional=frozenset(optional),
        private=frozenset(private),
        verify=verify,
        opt_out=opt_out,
        key=key,
        message=top.text("message"),
    )
    for name in slots.keys() & private:
        top.wrong(f"`{name}` is a slot, which flows may speak of; it cannot be private", "facts")
    top.finish()
    return made


def _check_opt_out(
    top: Section, intent: str, flows: Mapping[str, Flow], mistakes: Mistakes
) -> None:
    """Who wants to be left alone must be: their flow begins with the tool that stores it."""
    flow = next((flow for flow in flows.values() if flow.intent == intent), None)
    first = flow.steps[0] if flow and flow.steps else None
    if intent and not (isinstance(first, Call) and first.tool == OPT_OUT_TOOL):
        top.wrong(
            f"the flow of `{intent}` must begin with `- call: {OPT_OUT_TOOL}`; nobody is asked "
            "whether they are sure",
            "opt_out",
        )


def _field(
    facts: Section, name: str, fields: dict[str, ValueType], optional: set[str], private: set[str]
) -> None:
    kinds = [kind.value for kind in ValueType]
    if not facts.is_mapping(name):
        fields[name] = ValueType(facts.choice(name, kinds))
        return
    inner = facts.section(name)
    if inner is None:
        return
    fields[name] = ValueType(inner.choice("type", kinds, ValueType.TEXT.value))
    if inner.flag("private"):
        private.add(name)
    if inner.flag("optional"):
        optional.add(name)
    inner.finish()
