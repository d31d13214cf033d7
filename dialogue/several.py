"""Several needs in one turn, and one need for several things."""

from __future__ import annotations

from dialogue.codes_said import codes_in
from dialogue.domain import PERSON, Domain
from dialogue.judgement import is_purpose, judge, judge_values, named
from dialogue.policy import Band
from dialogue.state import Later
from dialogue.understanding.answers import refuses
from dialogue.understanding.clauses import clauses
from dialogue.understanding.intents import Understanding
from dialogue.understanding.numbers import tokens
from dialogue.understanding.wishes import wishes

_ON_ITS_OWN = 0.9
"""Probability from which a part of a turn is a need of its own."""
_STORY = 25
"""Words of a turn from which parts that neither wish nor ask only tell."""


def needs_in(domain: Domain, understanding: Understanding, text: str) -> tuple[Later, ...]:
    """Return the needs of a turn that names more than one of them, in its order, each with the
    codes that were said with it."""
    parts = clauses(text, domain.speech)
    if needs := _of_each_code(domain, understanding, text, parts):
        return needs
    if len(parts) < 2:
        return ()
    if len(tokens(text)) >= _STORY:
        parts = tuple(part for part in parts if wishes(part, domain.speech)) or parts
    found: dict[str, Later] = {}
    for part in parts:
        decision = judge(domain, understanding.read(part))
        need = decision.needs[0] if decision.band is Band.ACT else ""
        codes = dict(codes_in(domain, part))
        # "It came broken and I want my money back" gives a reason, and asks for one thing:
        # only what stands on its own beyond doubt is a need of its own.
        # "Where is order 44117" names its order too.
        outright = need and named(domain, part) == need and codes
        enough = domain.policy.switch if outright else _ON_ITS_OWN
        if need and decision.confidence >= enough and is_purpose(domain, need):
            if domain.flow_for(need) and refuses(part, domain.words_of(need), domain.speech):
                continue
            found.setdefault(need, Later(need, codes))
    # Whoever also wants a person gets the rest first, because nothing follows a hand-over.
    needs = tuple(sorted(found.values(), key=lambda one: one.need == PERSON))
    return needs if len(needs) > 1 else ()


def _of_each_code(
    domain: Domain, understanding: Understanding, text: str, parts: tuple[str, ...]
) -> tuple[Later, ...]:
    """Return what is wanted with each of several values of one code: "cancel 44118 and 27182",
    "where is 44117, and cancel 44118"; none where there are not several.

    A part of the turn that names a value and no need wants the same as the part before it, or
    else as the part that follows.
    """
    if len({value for name, value in codes_in(domain, text) if name in domain.keyed}) < 2:
        return ()
    wanted: list[tuple[str, str, str]] = []
    for part in parts:
        need = _need_of(domain, understanding, part)
        for name, value in codes_in(domain, part):
            flow = domain.flow_for(need)
            takes = flow is not None and name in flow.slots()
            if name in domain.keyed and all(value != other for _, _, other in wanted):
                wanted.append((need if takes else "", name, value))
    named_needs = [need for need, _, _ in wanted if need]
    if not named_needs:
        whole = _need_of(domain, understanding, text)
        flow = domain.flow_for(whole)
        if flow is None:
            return ()
        named_needs = [whole]
    found: list[Later] = []
    for need, name, value in wanted:
        need = need or (found[-1].need if found else named_needs[0])
        flow = domain.flow_for(need)
        if flow is not None and name in flow.slots():
            found.append(Later(need, {name: value}))
    return tuple(found) if len(found) > 1 else ()


def _need_of(domain: Domain, understanding: Understanding, part: str) -> str:
    reading = understanding.read(part)
    decision = judge(domain, reading)
    told = tuple(dict.fromkeys(name for name, _ in codes_in(domain, part)))
    decision = judge_values(domain, reading, decision, told) or decision
    need = decision.needs[0] if decision.band is Band.ACT else ""
    if not need or domain.flow_for(need) is None:
        need = named(domain, part)
    refused = need and refuses(part, domain.words_of(need), domain.speech)
    return "" if refused else need
