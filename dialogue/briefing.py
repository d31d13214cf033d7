"""Makes the handoff brief of a conversation from its state."""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.brief import Brief, Mood, Opening, Priority, Route, Value, Why
from dialogue.domain import ARTICLE_PREFIX, Domain
from dialogue.feelings import LASTS, Feeling, mood
from dialogue.question import Topic
from dialogue.spoken import sentences
from dialogue.state import DialogueState
from dialogue.understanding.brief_words import BriefWords

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
    words = domain.speech.brief
    reason = " ".join((reason or words.reasons.get(why, why.value)).split())[:_LONGEST_REASON]
    name = _name(state)
    who = words.who.format(
        name=name or words.name_unknown, number=state.caller or words.number_unknown
    )
    needs, shown = tuple(_needs(domain, state)), _mood(state, words)
    # What is at hand, not what was named with it and waits.
    told = (_summary(domain, need) for need in reversed(state.needs))
    now = next(filter(None, told), needs[-1])
    form = words.headline if shown.feeling == Feeling.CALM else words.headline_mood
    verified, identity = _identity(state, words)
    return Brief(
        hotline=domain.title,
        language=domain.language,
        queue=queue or domain.policy.queue,
        why=why,
        reason=reason,
        headline=form.format(who=who, need=now, mood=shown.words, reason=reason),
        who=who,
        identity=identity,
        needs=needs,
        question=_open(domain, state, now),
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
    words = domain.speech.brief
    found = [words.summary_need.format(need=need) for need in _wanted(domain, state)]
    found += [f"{_capital(v.label)}: {v.value}." for v in _values(domain, state)]
    found += [f"{_capital(line)}." for line in (*state.done, *state.promised)]
    shown = _mood(state, words)
    if shown.feeling not in (Feeling.CALM, Feeling.PLEASED):
        found.append(words.summary_mood.format(mood=shown.words))
    found += [words.summary_said.format(words=said) for said in state.words[-2:]]
    return tuple(found)


def _name(state: DialogueState) -> str:
    known = {**state.facts, **state.slots}
    return next((known[name] for name in _NAMES if known.get(name)), "")


def _identity(state: DialogueState, words: BriefWords) -> tuple[bool, str]:
    if state.verified:
        return True, words.identity_proved
    return False, words.identity_failed if state.wrong_proofs else words.identity_unknown


def _wanted(domain: Domain, state: DialogueState) -> Iterator[str]:
    found = [_summary(domain, need) for need in state.needs]
    waiting = [_summary(domain, one.need) for one in state.later if one.need not in state.needs]
    yield from dict.fromkeys(summary for summary in found if summary)
    words = domain.speech.brief
    yield from (words.wants_later.format(need=summary) for summary in waiting if summary)


def _summary(domain: Domain, need: str) -> str:
    intent, flow = domain.intents.get(need), domain.flow_for(need)
    return flow.summary if flow else intent.summary if intent else ""


def _needs(domain: Domain, state: DialogueState) -> Iterator[str]:
    words = domain.speech.brief
    found = list(_wanted(domain, state))
    for need in dict.fromkeys((*state.needs, *(one.need for one in state.later))):
        if need.startswith(ARTICLE_PREFIX):
            article = domain.articles[need.removeprefix(ARTICLE_PREFIX)]
            text = words.asked_about.format(about=article.about)
            waits = need not in state.needs
            found.append(words.wants_later.format(need=text) if waits else text)
    if found:
        yield from found
    elif state.words:
        yield words.wants_words.format(words=_short(state.words[-1]))
    else:
        yield words.wants_unknown


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
    words = domain.speech.brief
    question, task = state.question, state.task
    title = domain.flows[task.flow].title if task else ""
    if state.pending is not None:
        return words.open_tool.format(title=title, tool=state.pending.tool)
    if question is not None:
        match question.topic:
            case Topic.SLOT:
                label = domain.slots[question.slot].label
                if part := state.partial.get(question.slot):
                    return words.open_part.format(label=label, value=part)
                return words.open_value.format(label=label)
            case Topic.CONFIRM:
                return words.open_confirm.format(question=sentences(question.text)[-1])
            case Topic.CHOICE:
                options = " / ".join(domain.title_of(option) for option in question.options)
                return words.open_choice.format(options=options)
            case _:
                pass
    if task is not None:
        return words.open_task.format(title=title)
    if state.no_match and state.words:
        return words.open_words.format(words=_short(state.words[-1]))
    if state.no_input:
        return words.open_silence
    if any(_wanted(domain, state)):
        return words.open_need.format(need=need)
    return words.open_nothing


def _mood(state: DialogueState, words: BriefWords) -> Mood:
    """Return how the caller feels now; where they are calm, what they showed before."""
    now = mood(state.feelings, state.turn)
    shown = [sign for sign in state.feelings if sign.feeling is not Feeling.PLEASED]
    against = [s for s in shown if now is Feeling.CALM or s.turn > state.turn - LASTS]
    if now is Feeling.CALM and state.feelings and state.feelings[-1].feeling is Feeling.PLEASED:
        against = [state.feelings[-1]]
    if not against:
        return Mood(Feeling.CALM.value, words.calm)
    sign = max(against, key=lambda sign: (sign.strength, sign.turn))
    feeling = sign.feeling if now is Feeling.CALM else now
    form = words.mood_before if now is Feeling.CALM and sign in shown else words.mood
    text = form.format(feeling=words.feelings[feeling], turn=sign.turn, evidence=sign.words)
    others = [s for s in shown if s is not sign and s.turn != sign.turn][-2:]
    if others:
        told = (
            words.mood.format(feeling=words.feelings[s.feeling], turn=s.turn, evidence=s.words)
            for s in others
        )
        text = words.mood_more.format(mood=text, others="; ".join(told))
    return Mood(feeling.value, text, sign.turn, sign.words)


def _raised(priority: Priority, shown: Mood, why: Why) -> Priority:
    if why is Why.STAKES or priority is Priority.URGENT:
        return Priority.URGENT
    felt = shown.feeling in (Feeling.ANGRY, Feeling.UPSET)
    return Priority.HIGH if felt or why is Why.ANGER else priority


def _openings(domain: Domain, state: DialogueState, shown: Mood) -> Iterator[Opening]:
    """Yield what the person may begin with, most useful first."""
    words = domain.speech.brief
    if shown.feeling not in (Feeling.CALM, Feeling.PLEASED):
        yield Opening(words.opening_sorry, f"turn {shown.turn}")
    name = state.task.flow if state.task else state.last_task
    if (flow := domain.flows.get(name)) is not None:
        yield Opening(words.opening_flow.format(title=flow.title), f"flow:{flow.name}")
    told = {words.was_told.format(about=a.about) for a in domain.articles.values()}
    if notes := [note for note in state.done if note not in told]:
        # What follows a semicolon is for the reader alone: "…; the caller was told".
        yield Opening(words.opening_note.format(note=notes[-1].split(";")[0]), "note")
    asked = [need for need in state.needs if need.startswith(ARTICLE_PREFIX)]
    if asked:
        article = domain.articles[asked[-1].removeprefix(ARTICLE_PREFIX)]
        text = words.opening_article.format(about=article.about, fact=sentences(article.text)[0])
        yield Opening(text, asked[-1])
    for value in _values(domain, state):
        if not value.confirmed:
            text = words.opening_value.format(value=value.value, label=value.label)
            yield Opening(text, f"slot:{value.name}")
    yield Opening(words.opening_plain, "hotline")
    yield Opening(words.opening_ask, "hotline")


def _short(text: str) -> str:
    """Return words to quote inside a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
