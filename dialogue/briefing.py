"""Makes the handoff brief of a conversation from its state."""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.brief import Brief, Mood, Opening, Priority, Route, Value, Why
from dialogue.domain import ARTICLE_PREFIX, Domain
from dialogue.feelings import LASTS, Feeling, mood
from dialogue.spoken import sentences
from dialogue.state import DialogueState, Topic
from dialogue.understanding import english_brief as words

_OPENINGS = 3
_LONGEST_REASON = 160
_LONGEST_QUOTE = 120
_NAMES = ("customer_name", "full_name", "name", "first_name", "last_name")
"""Facts and values that tell a caller's name, best first."""


def brief_of(
    domain: Domain,
    state: DialogueState,
    why: Why,
    reason: str = "",
    *,
    queue: str = "",
    route: Route = Route.TRANSFER,
    priority: Priority = Priority.NORMAL,
) -> Brief:
    """Return what a person must know who takes the conversation over.

    Args:
        domain: The hotline.
        state: As it was when the reason came up, its question still open.
        why: The kind of reason.
        reason: The reason in one line; empty for the usual one of its kind.
        queue: Where people are, where not the hotline's usual queue.
        route: How the caller gets to them.
        priority: The least priority; feelings raise it.
    """
    reason = " ".join((reason or words.REASONS.get(why, why.value)).split())[:_LONGEST_REASON]
    name = _name(state)
    who = words.WHO.format(
        name=name or words.NAME_UNKNOWN, number=state.caller or words.NUMBER_UNKNOWN
    )
    needs, shown = tuple(_needs(domain, state)), _mood(state)
    form = words.HEADLINE if shown.feeling == Feeling.CALM else words.HEADLINE_MOOD
    verified, identity = _identity(state)
    return Brief(
        hotline=domain.title,
        language=domain.language,
        queue=queue or domain.policy.queue,
        why=why,
        reason=reason,
        headline=form.format(who=who, need=needs[-1], mood=shown.words, reason=reason),
        who=who,
        identity=identity,
        needs=needs,
        question=_open(domain, state, needs[-1]),
        mood=shown,
        openings=tuple(_openings(domain, state, shown))[:_OPENINGS],
        route=route,
        priority=_raised(priority, shown, why),
        number=state.caller,
        name=name,
        verified=verified,
        tried=state.done,
        promised=state.promised,
        values=tuple(_values(domain, state)),
        said=tuple(" ".join(said.split()) for said in state.words),
        turns=state.turn,
    )


def summary_of(domain: Domain, state: DialogueState) -> tuple[str, ...]:
    """Return the brief as the few sentences that fit into a note, such as that of a call-back."""
    found = [f"The caller {need}." for need in _wanted(domain, state)]
    found += [f"{_capital(v.label)}: {v.value}." for v in _values(domain, state)]
    found += [f"{_capital(line)}." for line in (*state.done, *state.promised)]
    shown = _mood(state)
    if shown.feeling not in (Feeling.CALM, Feeling.PLEASED):
        found.append(f"The caller is {shown.words}.")
    found += [f"The caller said: “{said}”" for said in state.words[-2:]]
    return tuple(found)


def _name(state: DialogueState) -> str:
    known = {**state.facts, **state.slots}
    return next((known[name] for name in _NAMES if known.get(name)), "")


def _identity(state: DialogueState) -> tuple[bool, str]:
    if state.verified:
        return True, words.IDENTITY_PROVED
    return False, words.IDENTITY_FAILED if state.wrong_proofs else words.IDENTITY_UNKNOWN


def _wanted(domain: Domain, state: DialogueState) -> Iterator[str]:
    found = []
    for need in state.needs:
        intent, flow = domain.intents.get(need), domain.flow_for(need)
        found.append(flow.summary if flow else intent.summary if intent else "")
    yield from dict.fromkeys(summary for summary in found if summary)


def _needs(domain: Domain, state: DialogueState) -> Iterator[str]:
    found = list(_wanted(domain, state))
    for need in dict.fromkeys(state.needs):
        if need.startswith(ARTICLE_PREFIX):
            article = domain.articles[need.removeprefix(ARTICLE_PREFIX)]
            found.append(words.ASKED_ABOUT.format(about=article.about))
    if found:
        yield from found
    elif state.words:
        yield words.WANTS_WORDS.format(words=_short(state.words[-1]))
    else:
        yield words.WANTS_UNKNOWN


def _values(domain: Domain, state: DialogueState) -> Iterator[Value]:
    for name, value in state.slots.items():
        yield Value(
            name,
            domain.slots[name].label,
            value,
            confirmed=name in state.confirmed,
            checked=name in state.checked,
        )


def _open(domain: Domain, state: DialogueState, need: str) -> str:
    """Say what the person has to go on with."""
    question, task = state.question, state.task
    title = domain.flows[task.flow].title if task else ""
    if state.pending is not None:
        return words.OPEN_TOOL.format(title=title, tool=state.pending.tool)
    if question is not None:
        match question.topic:
            case Topic.SLOT:
                label = domain.slots[question.slot].label
                if part := state.partial.get(question.slot):
                    return words.OPEN_PART.format(label=label, value=part)
                return words.OPEN_VALUE.format(label=label)
            case Topic.CONFIRM:
                return words.OPEN_CONFIRM.format(question=sentences(question.text)[-1])
            case Topic.CHOICE:
                options = " / ".join(domain.title_of(option) for option in question.options)
                return words.OPEN_CHOICE.format(options=options)
            case _:
                pass
    if task is not None:
        return words.OPEN_TASK.format(title=title)
    if state.no_match and state.words:
        return words.OPEN_WORDS.format(words=_short(state.words[-1]))
    if state.no_input:
        return words.OPEN_SILENCE
    if any(_wanted(domain, state)):
        return words.OPEN_NEED.format(need=need)
    return words.OPEN_NOTHING


def _mood(state: DialogueState) -> Mood:
    """Return how the caller feels now; where they are calm, what they showed before."""
    now = mood(state.feelings, state.turn)
    shown = [sign for sign in state.feelings if sign.feeling is not Feeling.PLEASED]
    against = [s for s in shown if now is Feeling.CALM or s.turn > state.turn - LASTS]
    if now is Feeling.CALM and state.feelings and state.feelings[-1].feeling is Feeling.PLEASED:
        against = [state.feelings[-1]]
    if not against:
        return Mood(Feeling.CALM.value, words.CALM)
    sign = max(against, key=lambda sign: (sign.strength, sign.turn))
    feeling = sign.feeling if now is Feeling.CALM else now
    form = words.MOOD_BEFORE if now is Feeling.CALM and sign in shown else words.MOOD
    text = form.format(feeling=feeling.value, turn=sign.turn, evidence=sign.words)
    others = [s for s in shown if s is not sign and s.turn != sign.turn][-2:]
    if others:
        told = (words.MOOD.format(feeling=s.feeling, turn=s.turn, evidence=s.words) for s in others)
        text = words.MOOD_MORE.format(mood=text, others="; ".join(told))
    return Mood(feeling.value, text, sign.turn, sign.words)


def _raised(priority: Priority, shown: Mood, why: Why) -> Priority:
    if why is Why.STAKES or priority is Priority.URGENT:
        return Priority.URGENT
    felt = shown.feeling in (Feeling.ANGRY, Feeling.UPSET)
    return Priority.HIGH if felt or why is Why.ANGER else priority


def _openings(domain: Domain, state: DialogueState, shown: Mood) -> Iterator[Opening]:
    """Yield what the person may begin with, most useful first."""
    if shown.feeling not in (Feeling.CALM, Feeling.PLEASED):
        yield Opening(words.OPENING_SORRY, f"turn {shown.turn}")
    name = state.task.flow if state.task else state.last_task
    if (flow := domain.flows.get(name)) is not None:
        yield Opening(words.OPENING_FLOW.format(title=flow.title), f"flow:{flow.name}")
    told = {words.WAS_TOLD.format(about=a.about) for a in domain.articles.values()}
    if notes := [note for note in state.done if note not in told]:
        # What follows a semicolon is for the reader alone: "…; the caller was told".
        yield Opening(words.OPENING_NOTE.format(note=notes[-1].split(";")[0]), "note")
    asked = [need for need in state.needs if need.startswith(ARTICLE_PREFIX)]
    if asked:
        article = domain.articles[asked[-1].removeprefix(ARTICLE_PREFIX)]
        text = words.OPENING_ARTICLE.format(about=article.about, fact=sentences(article.text)[0])
        yield Opening(text, asked[-1])
    for value in _values(domain, state):
        if not value.confirmed:
            text = words.OPENING_VALUE.format(value=value.value, label=value.label)
            yield Opening(text, f"slot:{value.name}")
    yield Opening(words.OPENING_PLAIN, "hotline")
    yield Opening(words.OPENING_ASK, "hotline")


def _short(text: str) -> str:
    """Return words to quote inside a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
