"""Several needs in one turn."""

from __future__ import annotations

from dialogue.domain import PERSON, Domain
from dialogue.judgement import is_purpose, judge, named
from dialogue.policy import Band
from dialogue.unasked import code_in
from dialogue.understanding.answers import refuses
from dialogue.understanding.clauses import clauses
from dialogue.understanding.intents import Understanding
from dialogue.understanding.numbers import tokens
from dialogue.understanding.wishes import wishes

_ON_ITS_OWN = 0.9
"""Probability from which a part of a turn is a need of its own."""
_STORY = 25
"""Words of a turn from which parts that neither wish nor ask only tell."""


def needs_in(domain: Domain, understanding: Understanding, text: str) -> tuple[str, ...]:
    """Return the needs of a turn that names more than one of them, in its order."""
    parts = clauses(text, domain.speech)
    if len(parts) < 2:
        return ()
    if len(tokens(text)) >= _STORY:
        parts = tuple(part for part in parts if wishes(part, domain.speech)) or parts
    found: list[str] = []
    for part in parts:
        decision = judge(domain, understanding.read(part))
        need = decision.needs[0] if decision.band is Band.ACT else ""
        # "It came broken and I want my money back" gives a reason, and asks for one thing:
        # only what stands on its own beyond doubt is a need of its own.
        # "Where is order 44117" names its order too.
        outright = need and named(domain, part) == need and code_in(domain, part, {}) is not None
        enough = domain.policy.switch if outright else _ON_ITS_OWN
        if need and decision.confidence >= enough and is_purpose(domain, need):
            if domain.flow_for(need) and refuses(part, domain.words_of(need), domain.speech):
                continue
            found.append(need)
    # Whoever also wants a person gets the rest first, because nothing follows a hand-over.
    needs = tuple(sorted(dict.fromkeys(found), key=lambda need: need == PERSON))
    return needs if len(needs) > 1 else ()
