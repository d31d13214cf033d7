"""Reads slots.yaml: values that callers give, how to ask for them and how to read them back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import regex

from dialogue.documents import Mistakes, Section, read_yaml, suggestion
from dialogue.flows import AskBack, Slot, SlotKind
from dialogue.languages import LANGUAGES
from dialogue.spoken import Template
from dialogue.template_loading import template, templates
from dialogue.tools import LOOKUP_ARGUMENT, LOOKUP_FACT, LOOKUP_OUTCOMES, ToolSpec
from dialogue.understanding.checks import CHECKS
from dialogue.understanding.dates import Tense
from dialogue.understanding.shapes import POSTCODES, compiled, split_prefix

FILE = "slots.yaml"
_NAME = regex.compile(r"[A-Za-z_]\w*\Z")
_PHONE_DIGITS = 10
_FORMS = {
    SlotKind.CODE: "groups",
    SlotKind.PHONE: "groups",
    SlotKind.POSTCODE: "digits",
    SlotKind.DATE: "day",
    SlotKind.AMOUNT: "money",
    SlotKind.EMAIL: "email",
    SlotKind.NAME: "spelled",
}
"""How a value of each kind is read back where the hotline does not say."""
_ONLY_FOR: Mapping[str, tuple[SlotKind, ...]] = {
    "digits": (SlotKind.CODE, SlotKind.PHONE),
    "pattern": (SlotKind.CODE, SlotKind.POSTCODE),
    "check": (SlotKind.CODE,),
    "country": (SlotKind.POSTCODE,),
    "tense": (SlotKind.DATE,),
    "options": (SlotKind.CHOICE,),
    "story": (SlotKind.TEXT,),
    "lookup": (SlotKind.CODE, SlotKind.PHONE, SlotKind.POSTCODE, SlotKind.EMAIL, SlotKind.NAME),
}


def load_slots(folder: Path, language: str, mistakes: Mistakes) -> dict[str, Slot]:
    """Read slots.yaml of a hotline in a language."""
    top = read_yaml(folder, FILE, mistakes, FILE)
    found: dict[str, Slot] = {}
    for name in top.names() if top else ():
        section = top.section(name) if top else None
        if section is None:
            continue
        if not _NAME.match(name):
            section.wrong(f"`{name}` is no name for a slot; write one like `order_number`")
            continue
        found[name] = _slot(name, section, language, mistakes)
        section.finish()
    return found


def check_lookups(
    folder: Path, slots: Mapping[str, Slot], tools: Mapping[str, ToolSpec], mistakes: Mistakes
) -> None:
    """Every look-up needs a tool that takes candidates and tells which of them are known."""
    top = read_yaml(folder, FILE, Mistakes(), FILE)
    for name, slot in slots.items():
        section = top.section(name) if slot.lookup and top else None
        if section is None:
            continue
        spec = tools.get(slot.lookup)
        if spec is None:
            hint = suggestion(slot.lookup, tools)
            message = f"tool `{slot.lookup}` is not in tools.yaml; {hint}"
        elif LOOKUP_ARGUMENT not in spec.arguments or len(spec.arguments) > 1:
            message = f"`{slot.lookup}` must take `arguments: [{LOOKUP_ARGUMENT}]` and no others"
        elif set(spec.outcomes) != set(LOOKUP_OUTCOMES) or LOOKUP_FACT not in spec.facts:
            message = (
                f"`{slot.lookup}` must have `outcomes: [{', '.join(LOOKUP_OUTCOMES)}]` and "
                f"`facts: [{LOOKUP_FACT}]`"
            )
        elif spec.side_effect:
            message = f"`{slot.lookup}` changes something; a look-up must not"
        else:
            continue
        mistakes.add(FILE, section.line_of("lookup"), message)


def _slot(name: str, section: Section, language: str, mistakes: Mistakes) -> Slot:
    kind = SlotKind(section.choice("kind", [kind.value for kind in SlotKind]))
    for key, kinds in _ONLY_FOR.items():
        if key in section and kind not in kinds:
            fitting = " or ".join(f"`kind: {one.value}`" for one in kinds)
            section.wrong(f"`{key}` is for {fitting}; remove it", key)
    pattern = _pattern(section)
    length = int(section.number("digits", 0, 2, 20))
    if pattern and "digits" not in section:
        length = _keyed_digits(pattern)
    elif kind is SlotKind.PHONE and not length:
        length = _PHONE_DIGITS
    elif kind is SlotKind.CODE and not {"digits", "pattern"} & set(section.names()):
        section.wrong(
            f"a code has a length; add one to `{name}`, like `digits: 5`, or a pattern, like "
            "`pattern: 'MS-\\d{5}'`"
        )
    ask = section.texts("ask", required=True, example='"What is your order number?"')
    form = _FORMS.get(kind, "")
    place = "{" + name + (f"|{form}" if form else "") + "}"
    usual = LANGUAGES[language].usual_slots
    partial = section.text("partial", usual["partial"].format(value="{" + name + "|digits}"))
    unsure = templates(section, "unsure", (name,), mistakes, required=False)
    caller_id = section.flag("caller_id")
    if caller_id and kind not in (SlotKind.CODE, SlotKind.PHONE):
        section.wrong("a number to call from is a code; write `kind: phone`", "caller_id")
    way = section.section("otherwise")
    otherwise = way.text("flow", required=True, example="find_orders") if way else ""
    other_way = (
        way.text("ask", required=True, example='"I can look it up. Shall I?"') if way else ""
    )
    if way:
        way.finish()
    return Slot(
        name=name,
        label=section.text("label", required=True, example="order number"),
        kind=kind,
        digits=length,
        ask=ask,
        rephrase=section.text("rephrase", ask[0] if ask else ""),
        heard=templates(section, "heard", (name,), mistakes, required=False),
        kept=templates(section, "kept", (name,), mistakes, required=False),
        partial=template(section, partial, section.line_of("partial"), (name,), mistakes),
        vocabulary=section.texts("vocabulary"),
        keep=section.flag("keep", True),
        caller_id=caller_id,
        pattern=pattern,
        check=section.choice("check", list(CHECKS)) if "check" in section else "",
        country=section.choice("country", list(POSTCODES), "us"),
        tense=Tense(section.choice("tense", [tense.value for tense in Tense], Tense.ANY)),
        options=_options(section, kind),
        lookup=section.text("lookup"),
        ask_back=AskBack(section.choice("ask_back", [v.value for v in AskBack], AskBack.UNSURE)),
        otherwise=otherwise,
        other_way=other_way,
        named_by=section.text("named_by"),
        unsure=unsure or (Template(usual["unsure"].format(value=place)),),
        called=section.texts("called") or _called(section.text("label")),
        story=section.flag("story"),
    )


def _called(label: str) -> tuple[str, ...]:
    """Return what a value is called by its label: "zip code", "zip"."""
    words = label.lower().split()
    return tuple(dict.fromkeys((" ".join(words), words[0]))) if words else ()


def _pattern(section: Section) -> str:
    pattern = section.text("pattern")
    if not pattern:
        return ""
    try:
        compiled(pattern)
    except regex.error as error:
        section.wrong(
            f"`pattern` is no regular expression ({error}); write one like `'MS-\\d{{5}}'`",
            "pattern",
        )
        return ""
    if regex.search(r"(?<!\\)[a-z](?![^{]*\})", regex.sub(r"\\.|\(\?\w*[:=!<]*", "", pattern)):
        section.wrong("write letters in `pattern` as capitals; callers' are taken so", "pattern")
    return pattern


def _keyed_digits(pattern: str) -> int:
    """Return how many digits keys can give: those after a beginning that every value has."""
    counts = regex.fullmatch(r"\\d\{(\d+)\}|(?:\\d)+", split_prefix(pattern)[1])
    if counts is None:
        return 0
    return int(counts[1]) if counts[1] else counts[0].count("d")


def _options(section: Section, kind: SlotKind) -> dict[str, tuple[str, ...]]:
    if kind is not SlotKind.CHOICE:
        return {}
    inner = section.section("options", required=True, example="{small: [small, little]}")
    if inner is None:
        return {}
    found = {name: (name, *inner.texts(name)) for name in inner.names()}
    if len(found) < 2:
        section.wrong("a choice has at least two `options`", "options")
    return found
