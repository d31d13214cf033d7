"""A short spoken choice of the likely needs, the likeliest first by what is known of the caller."""

from __future__ import annotations

from dialogue.domain import Domain
from dialogue.intent import Choice
from dialogue.reply import Reply


def ask(reply: Reply, choice: Choice, source: str) -> None:
    """Ask which of the needs it is."""
    options, language = _ordered(reply, choice), reply.domain.language
    reply.ask_choice(
        choice.ask(language, options), options, source, choice.ask_again(language, options)
    )


def about_value(reply: Reply, slot: str) -> None:
    """Ask what to do with a value that came without a need, where a choice of the hotline fits."""
    if choice := choice_for(reply.domain, slot):
        ask(reply, choice, "choice:code_alone")
    else:
        reply.ask_need()


def choice_for(domain: Domain, slot: str) -> Choice | None:
    """Return the choice between tasks that all need a value."""
    for intent in domain.intents.values():
        options = intent.choice.options if intent.choice else ()
        flows = [domain.flow_for(option) for option in options]
        if flows and all(flow is not None and slot in flow.slots() for flow in flows):
            return intent.choice
    return None


def _ordered(reply: Reply, choice: Choice) -> tuple[str, ...]:
    """Return the options, the likeliest first.

    What the customer wanted before and did not get comes first; then what our records make likely.
    """
    if not choice.said:
        return choice.options
    facts = reply.facts
    unmet = reply.state.needs[-1:] if not reply.state.done else ()
    likely = [need for need, condition in choice.first if condition.holds(facts)]
    first = next((need for need in (*unmet, *likely) if need in choice.options), "")
    return choice.beginning_with(first)
