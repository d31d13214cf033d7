"""How sure a hotline is of what a turn asks for, and where in a long turn it is asked."""

from __future__ import annotations

from dialogue.domain import ARTICLE_PREFIX, CONTROLS, PERSON, Domain
from dialogue.policy import OUT_OF_SCOPE, Band, Decision, decide
from dialogue.understanding.answers import is_question, read_choice, refuses
from dialogue.understanding.intents import Reading, Understanding
from dialogue.understanding.numbers import tokens
from dialogue.understanding.wishes import told_parts, wishes

_BEYOND_DOUBT = 0.9
"""Probability from which a fragment of a turn alone tells of danger."""
_WORDS_OF_DANGER = 3
_VAGUE = 0.35
"""Probability of a vague need from which a choice is asked."""
_OF_MOST = 0.6
"""Share of the likelihood of all tasks that take the values at hand, from which one is meant."""
_LONG = 11
"""Words of a turn from which its parts are looked at one by one."""


def judge(domain: Domain, reading: Reading) -> Decision:
    """Choose between acting on a reading, asking which was meant, and admitting to be lost.

    Who names a task by its own words ("exchange", "track") means it, where the reading alone only
    comes near to it.
    """
    closed = [need for need in domain.intents if not domain.title_of(need)]
    policy = domain.policy
    decision = decide(reading.ranked, dict(reading.support), policy, closed=closed)
    if danger := _danger(domain, reading):
        return Decision(Band.ACT, (danger,), max(decision.confidence, policy.switch))
    one = domain.intents.get(decision.needs[0]) if decision.needs else None
    if one and one.high_stakes and _is_bare(reading, decision):
        # "The toaster" alone is no fire.
        return Decision(Band.ADMIT, (), decision.confidence)
    vague = decision.needs[:1] and domain.intents.get(decision.needs[0])
    options = vague.choice.options if vague and vague.choice else ()
    first = reading.ranked[0][0] if reading.ranked else ""
    if decision.band is Band.ADMIT and _may_ask(domain, reading):
        # To ask which of the usual needs it is does no harm where it is none of them.
        return Decision(Band.ACT, (first,), decision.confidence)
    likely = decision.band is Band.ACT and decision.confidence < policy.switch
    # What is near to a question, or to the wish for a person, may be a task that is named.
    near = likely and (decision.needs[0].startswith(ARTICLE_PREFIX) or decision.needs[0] == PERSON)
    if decision.band is Band.ASK or options or near:
        need = named(domain, reading.plain)
        share = dict(reading.ranked).get(need, 0.0)
        # Who asks about returns does not return anything yet.
        told = any(one.startswith(ARTICLE_PREFIX) for one in decision.needs)
        asks = told and is_question(reading.plain, domain.speech)
        least = policy.ask if near else policy.ask / 2
        if need and refuses(reading.plain, domain.words_of(need), domain.speech):
            return decision
        if need in options or (share >= least and not (options or asks)):
            return Decision(Band.ACT, (need,), max(share, policy.switch))
    return decision


def judge_values(
    domain: Domain, reading: Reading, decision: Decision, told: tuple[str, ...]
) -> Decision | None:
    """Choose among the tasks that take the values which the turn tells, where its words alone say
    too little: nobody gives an order number and an address for anything but to change it.

    Args:
        domain: The hotline.
        reading: The turn.
        decision: What its words alone come to.
        told: The slots of which it tells values.

    Returns:
        None where the words are enough, or the values do not help.
    """
    first = decision.needs[0] if decision.band is Band.ACT else OUT_OF_SCOPE
    # "I've been on hold for ages, where is 44117" wants no pause, nor a product that is named.
    brief = len(tokens(reading.plain)) < _LONG and decision.confidence >= domain.policy.switch
    sure = is_purpose(domain, first) or brief
    intent = domain.intents.get(first)
    clear = first != OUT_OF_SCOPE and sure and (intent is None or intent.catalogue is None)
    if clear or not told:
        return None
    takes = {flow.intent for flow in domain.flows.values() if set(told) <= set(flow.slots())}
    among = [(need, share) for need, share in reading.ranked if need in takes]
    total = sum(share for _, share in among)
    if not among or among[0][1] < _OF_MOST * total:
        return None
    need, share = among[0]
    only = len(takes) == 1 or (len(told) > 1 and len(among) == 1)
    enough = share >= domain.policy.ask or named(domain, reading.plain) == need or only
    return Decision(Band.ACT, (need,), max(share, domain.policy.act)) if enough else None


def _danger(domain: Domain, reading: Reading) -> str:
    """Return the need with high stakes that a turn names, if it comes near to it too: better a
    person too much than one threat of law, or one fire, that was taken for a return."""
    for name, share in reading.ranked:
        intent = domain.intents.get(name)
        if intent is None or not intent.high_stakes or share < domain.policy.ask / 2:
            continue
        if read_choice(reading.plain, [intent.words], domain.speech) == 0:
            return name
    return ""


def _is_bare(reading: Reading, decision: Decision) -> bool:
    """Whether a turn is too short to tell of danger, unless beyond doubt."""
    return len(tokens(reading.plain)) < _WORDS_OF_DANGER and decision.confidence < _BEYOND_DOUBT


def _may_ask(domain: Domain, reading: Reading) -> bool:
    """Whether a turn comes near to a vague need, about which a short choice is asked."""
    first, share = reading.ranked[0] if reading.ranked else ("", 0.0)
    intent = domain.intents.get(first)
    near = dict(reading.support).get(first, 0.0)
    vague = intent is not None and intent.choice is not None
    return vague and share >= _VAGUE and share * near >= domain.policy.grounds / 2


def named(domain: Domain, text: str) -> str:
    """Return the intent of the one task whose own words a turn uses; empty for none or several."""
    found = [
        flow.intent
        for flow in domain.flows.values()
        if read_choice(text, [domain.words_of(flow.intent)], domain.speech) == 0
    ]
    return found[0] if len(found) == 1 else ""


def is_purpose(domain: Domain, need: str) -> bool:
    """Whether a need is something that people call for: neither small talk nor a command."""
    intent = domain.intents.get(need)
    small_talk = intent is not None and bool(intent.reply) and not intent.high_stakes
    return need == PERSON or not (small_talk or need in CONTROLS)


def gist(domain: Domain, understanding: Understanding, text: str) -> Reading | None:
    """Return the reading of the part of a long turn that says what is wanted; None where no part
    does so better than the whole.

    People who are angry or lost tell a story, and say in one of five clauses what they want. A
    clause that wishes or asks goes before one that tells.
    """
    parts = told_parts(text, domain.speech) if len(tokens(text)) >= _LONG else ()
    found: list[tuple[tuple[bool, bool, bool, float, int], Reading]] = []
    for place, part in enumerate(parts if len(parts) > 1 else ()):
        reading = understanding.read(part)
        decision = judge(domain, reading)
        if decision.band is Band.ACT and is_purpose(domain, decision.needs[0]):
            asks = wishes(part, domain.speech)
            intent = domain.intents.get(decision.needs[0])
            clear = intent is None or intent.choice is None
            stakes = intent is not None and intent.high_stakes
            if stakes and decision.confidence < _BEYOND_DOUBT:
                continue
            if asks or decision.confidence >= domain.policy.switch:
                found.append(((stakes, clear, asks, decision.confidence, place), reading))
    return max(found, key=lambda one: one[0])[1] if found else None


def is_weak(domain: Domain, decision: Decision) -> bool:
    """Whether a long turn as a whole says too little to act on it without looking at its parts."""
    return (
        decision.band is not Band.ACT
        or decision.confidence < domain.policy.switch
        or not is_purpose(domain, decision.needs[0])
    )
