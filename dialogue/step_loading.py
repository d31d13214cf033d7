"""Reads the steps of a flow, and follows every way through them to find what cannot work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from dialogue.documents import Mistakes, Section, nearest, suggestion
from dialogue.flows import (
    CONSTANT,
    Branch,
    Call,
    Choose,
    Collect,
    Confirm,
    FlowStep,
    Outcome,
    Slot,
    Tell,
    Then,
    Verify,
)
from dialogue.identification import Identification
from dialogue.template_loading import condition, template, templates
from dialogue.tool_loading import FAILED, FOR_PEOPLE, OTHERS
from dialogue.tools import ToolSpec

ALWAYS_KNOWN = ("caller",)
"""What conditions may look at in every step: the number that the caller rings from."""
_KINDS = ("collect", "call", "choose", "confirm", "verify", "say", "steps")
_LATER = 1_000_000
"""Stands for a step that is not laid out yet."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the steps of a hotline's flows can name."""

    slots: Mapping[str, Slot]
    tools: Mapping[str, ToolSpec]
    identifications: Mapping[str, Identification]
    given: tuple[str, ...] = ()
    """What is known beforehand when the hotline is the one that calls."""


@dataclass(frozen=True, slots=True)
class Known:
    """What holds when a step is reached, on whichever way."""

    may: frozenset[str] = frozenset(ALWAYS_KNOWN)
    """Values and facts that are known on some way; a sentence that lacks one is left out."""
    slots: frozenset[str] = frozenset()
    """Slots that have a value on every way."""
    confirmed: bool = False
    verified: frozenset[str] = frozenset()
    """Identifications that were passed on every way."""


def _joined(one: Known | None, other: Known | None) -> Known | None:
    """Return what holds after two ways came together; None: no way gets there."""
    if one is None or other is None:
        return one or other
    return Known(
        one.may | other.may,
        one.slots & other.slots,
        one.confirmed and other.confirmed,
        one.verified & other.verified,
    )


class StepReader:
    """Reads one flow's steps into a list, with branches around those inside others."""

    def __init__(self, parts: Parts, mistakes: Mistakes) -> None:
        self.steps: list[FlowStep] = []
        self.undoable: Known | None = None
        """What holds where something was changed that can be taken back."""
        self._parts = parts
        self._mistakes = mistakes
        self._undoing = False
        self._takes_back = False

    def block(self, sections: Sequence[Section], known: Known) -> Known | None:
        """Read steps that follow each other; return what holds after them."""
        reached: Known | None = known
        for section in sections:
            if reached is None:
                section.wrong("no way leads to this step; the ones before it end the task")
                reached = known
            known = reached
            reached = self._step(section, known)
        return reached

    def undo(self, sections: Sequence[Section]) -> int | None:
        """Read the steps that take the task back; None: nothing in it can be taken back."""
        end = self._branch()
        at = len(self.steps)
        self._undoing = True
        known = self.undoable or Known()
        self.block(sections, replace(known, confirmed=False, verified=frozenset()))
        self._lands(end)
        if sections and not self._takes_back:
            sections[-1].wrong(
                "no outcome takes it back; mark the one that does with `undone: true`"
            )
        return None if self.undoable is None else at

    # --- layout ------------------------------------------------------------------------------

    def _branch(self) -> int:
        self.steps.append(Branch(_LATER))
        return len(self.steps) - 1

    def _lands(self, index: int) -> None:
        """Let a branch lead to the step that will be laid out next."""
        step = self.steps[index]
        if isinstance(step, Branch):
            self.steps[index] = replace(step, to=len(self.steps))

    # --- steps -------------------------------------------------------------------------------

    def _step(self, section: Section, known: Known) -> Known | None:
        kind = next((kind for kind in _KINDS if kind in section), "")
        if not kind:
            for key in section.names():
                if (kind := nearest(key, _KINDS)) in _KINDS:
                    section.wrong(f"`{key}` is no step; did you mean `{kind}`?", key)
                    section.take_for(key, kind)
                    return self._step(section, known)
            section.wrong(
                "a step begins with `collect:`, `call:`, `choose:`, `confirm:`, `verify:` or "
                "`say:`, or holds `steps:`"
            )
            return known
        only_if = condition(section, "when", known.may, self._mistakes)
        skip = None
        if only_if is not None:
            skip = self._branch()
            self.steps[skip] = Branch(_LATER, only_if)
        match kind:
            case "collect":
                after: Known | None = self._collect(section, known)
            case "call":
                after = self._call(section, known)
            case "choose":
                after = self._choose(section, known)
            case "confirm":
                after = self._confirm(section, known)
            case "verify":
                after = self._verify(section, known)
            case "say":
                after = self._tell(section, known)
            case _:
                after = self.block(section.sections("steps"), known)
        if skip is not None:
            after = _joined(after, self._otherwise(section, skip, known))
        elif "otherwise" in section and kind == "steps":
            section.wrong("`otherwise` needs `when`", "otherwise")
        section.finish()
        return after

    def _otherwise(self, section: Section, skip: int, known: Known) -> Known | None:
        """Lay out what follows when a step's condition does not hold."""
        if "otherwise" not in section or "confirm" in section:
            self._lands(skip)
            return known
        over = self._branch()
        self._lands(skip)
        after = self.block(section.sections("otherwise"), known)
        self._lands(over)
        return after

    def _collect(self, section: Section, known: Known) -> Known:
        slot, slots = section.text("collect"), self._parts.slots
        if slot not in slots:
            hint = suggestion(slot, slots)
            section.wrong(f"slot `{slot}` is not in slots.yaml; {hint}", "collect")
            # What else the flow says of it is meant so.
            slot = nearest(slot, slots)
        self.steps.append(Collect(slot))
        # Who was verified with another value is not with this one.
        void = {n for n, one in self._parts.identifications.items() if slot in one.slots}
        return replace(
            known,
            may=known.may | {slot},
            slots=known.slots | {slot},
            verified=known.verified - (void if slot not in known.slots else set()),
        )

    def _choose(self, section: Section, known: Known) -> Known:
        slot, slots = section.text("choose"), self._parts.slots
        if slot not in slots:
            hint = suggestion(slot, slots)
            section.wrong(f"slot `{slot}` is not in slots.yaml; {hint}", "choose")
        facts = {}
        for key in ("from", "named"):
            facts[key] = section.text(key, required=True, example="orders")
            if facts[key] and facts[key] not in known.may:
                hint = suggestion(facts[key], known.may)
                section.wrong(f"`{facts[key]}` is not known at this step; {hint}", key)
        ask = section.text("ask", required=True, example='"I see {names|or}. Which one is it?"')
        question = template(section, ask, section.line_of("ask"), ("names",), self._mistakes)
        self.steps.append(Choose(slot, facts["from"], facts["named"], question))
        return replace(known, may=known.may | {slot}, slots=known.slots | {slot})

    def _verify(self, section: Section, known: Known) -> Known:
        name, all_of_them = section.text("verify"), self._parts.identifications
        one = all_of_them.get(name)
        if one is None:
            hint = suggestion(name, all_of_them)
            section.wrong(f"`{name}` is not in identification.yaml; {hint}", "verify")
            return known
        for slot in one.slots:
            if slot not in known.slots:
                section.wrong(f"`{slot}` is not collected before; add `- collect: {slot}`")
        self.steps.append(Verify(name))
        facts = self._parts.tools[one.tool].facts if one.tool in self._parts.tools else ()
        return replace(known, may=known.may | set(facts), verified=known.verified | {name})

    def _tell(self, section: Section, known: Known) -> Known | None:
        outcome = self._outcome(section, known, default=Then.NEXT)
        self.steps.append(Tell(outcome))
        return known if outcome.then is Then.NEXT else None

    def _confirm(self, section: Section, known: Known) -> Known | None:
        question = section.text("confirm", required=True)
        slot = section.text("again")
        if slot and (slot not in known.slots or self._undoing):
            hint = suggestion(slot, known.slots)
            section.wrong(f"`again: {slot}` is not collected before; {hint}", "again")
        other = "otherwise" in section
        if other and slot:
            section.wrong("`again` and `otherwise` exclude each other; keep one", "again")
        refused = templates(
            section, "refused", known.may, self._mistakes, required=not (slot or other)
        )
        index = len(self.steps)
        made = Confirm(
            template(section, question, section.line_of("confirm"), known.may, self._mistakes),
            refused,
            slot,
            section.flag("interruptible", True),
        )
        self.steps.append(made)
        agreed: Known | None = replace(known, confirmed=True)
        if other:
            over = self._branch()
            self.steps[index] = replace(made, to=len(self.steps))
            agreed = _joined(agreed, self.block(section.sections("otherwise"), known))
            self._lands(over)
        return agreed

    # --- calls -------------------------------------------------------------------------------

    def _call(self, section: Section, known: Known) -> Known | None:
        tool = section.text("call")
        spec = self._parts.tools.get(tool)
        if spec is None:
            hint = suggestion(tool, self._parts.tools)
            section.wrong(f"tool `{tool}` is not in tools.yaml; {hint}", "call")
            spec = self._parts.tools.get(nearest(tool, self._parts.tools))
        else:
            self._may_run(section, spec, known)
        arguments = self._arguments(section, spec, known)
        index = len(self.steps)
        self.steps.append(Call(tool, arguments, {}))
        inner = section.section("outcomes", required=True, example="{found: {say: …, then: done}}")
        if inner is None:
            return known
        facts = spec.facts if spec else ()
        known = replace(known, may=known.may | set(facts))
        self._check_outcomes(inner, tool, spec)
        left = [key for key in spec.outcomes if key not in inner] if spec else []
        outcomes: dict[str, Outcome] = {}
        after: Known | None = None
        ends: list[int] = []
        for key in inner.names():
            one = inner.section(key)
            if one is None:
                continue
            outcome = self._outcome(one, known)
            if outcome.undoable:
                self.undoable = _joined(self.undoable, known)
            way: Known | None = known if outcome.then is Then.NEXT else None
            if "steps" in one:
                if not ends:
                    # Those without steps of their own pass by those that have some.
                    ends.append(self._branch())
                outcome = replace(outcome, to=len(self.steps))
                way = self.block(one.sections("steps", required=True), known)
                ends.append(self._branch())
            one.finish()
            outcomes |= dict.fromkeys(left if key == OTHERS else [key], outcome)
            after = _joined(after, way)
        for end in ends:
            self._lands(end)
        self.steps[index] = Call(tool, arguments, outcomes)
        return after

    def _may_run(self, section: Section, spec: ToolSpec, known: Known) -> None:
        if not spec.side_effect:
            return
        if not known.confirmed:
            section.wrong(f"`{spec.name}` changes something; put a `confirm` step before it")
        if spec.verify and spec.verify not in known.verified:
            section.wrong(
                f"`{spec.name}` is only for who is verified; put `- verify: {spec.verify}` before "
                "it"
            )

    def _check_outcomes(self, inner: Section, tool: str, spec: ToolSpec | None) -> None:
        for key in inner.names():
            if spec and key not in (*spec.outcomes, FAILED, OTHERS):
                hint = suggestion(key, spec.outcomes)
                inner.wrong(f"`{tool}` never turns out as `{key}`; {hint}", key)
        for key in spec.outcomes if spec else ():
            if key not in inner and OTHERS not in inner:
                inner.wrong(f"`{tool}` may turn out as `{key}`; say what follows then")

    def _arguments(self, step: Section, spec: ToolSpec | None, known: Known) -> dict[str, str]:
        section = step.section("arguments")
        arguments: dict[str, str] = {}
        at_hand = {*known.may, *FOR_PEOPLE}
        for name in section.names() if section else ():
            source = section.text(name) if section else ""
            arguments[name] = source
            if source.startswith(CONSTANT):
                pass
            elif source not in at_hand and section:
                hint = suggestion(source, at_hand)
                section.wrong(f"`{source}` is not known at this step; {hint}", name)
            elif source in self._parts.slots and source not in known.slots and section:
                section.wrong(f"`{source}` is not collected on every way to this step", name)
            if spec and name not in spec.arguments and section:
                hint = suggestion(name, spec.arguments)
                section.wrong(f"`{spec.name}` takes no `{name}`; {hint}", name)
        for name in spec.arguments if spec else ():
            misspelt = (
                any(nearest(one, (name,)) == name for one in arguments if one not in spec.arguments)
                if spec
                else False
            )
            if name not in arguments and not misspelt:
                step.wrong(f"`{name}` is missing; add `arguments: {{{name}: …}}`", "call")
        return arguments

    def _outcome(self, section: Section, known: Known, default: Then | None = None) -> Outcome:
        """Read what to say and do; its own steps, if it has some, are for the caller to read."""
        places: Collection[str] = known.may
        say = templates(section, "say", places, self._mistakes, required=False)
        usual = Then.NEXT if "steps" in section else default
        then = Then(
            section.choice("then", [then.value for then in Then], usual.value if usual else "")
        )
        if "steps" in section and then is not Then.NEXT:
            section.wrong("`steps` and `then` exclude each other; keep one", "then")
            then = Then.NEXT
        slot = section.text("slot")
        if then is Then.ASK_AGAIN and (slot not in known.slots or self._undoing):
            hint = suggestion(slot, known.slots)
            what = (
                f"`slot: {slot}` is not collected before" if slot else "`ask_again` needs a `slot`"
            )
            section.wrong(f"{what}; {hint}", "slot")
        if then in (Then.DONE, Then.GOODBYE) and not say and "then" in section:
            section.wrong("the caller hears nothing; add `say`", "then")
        note, promise = section.text("note"), section.text("promise")
        for key, text in (("note", note), ("promise", promise)):
            template(section, text, section.line_of(key), places, self._mistakes)
        interruptible = section.flag("interruptible", True)
        undoable = section.flag("undoable") if not (default or self._undoing) else False
        undone = section.flag("undone") if self._undoing else False
        self._takes_back = self._takes_back or undone
        return Outcome(
            say,
            then,
            slot,
            note,
            promise,
            interruptible,
            undoable=undoable,
            undone=undone,
        )
