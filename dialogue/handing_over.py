"""How a caller gets to a person: connected with a brief, called back, or by leaving a message.

People who are not there, or who are all talking, are not promised.
"""

from __future__ import annotations

from dialogue.acts import Answer, Handoff
from dialogue.brief import Priority, Route, Why
from dialogue.briefing import brief_of
from dialogue.domain import CALL_BACK, PERSON
from dialogue.feelings import Feeling, mood
from dialogue.handover import Anger
from dialogue.hours import moment, waiting
from dialogue.question import Question, Topic
from dialogue.reply import Reply
from dialogue.state import DialogueState


def hand_over(
    reply: Reply,
    why: Why,
    reason: str = "",
    *,
    prompt: str = "transfer",
    queue: str = "",
    priority: Priority = Priority.NORMAL,
    settled: bool = False,
) -> None:
    """Connect the caller to a person with a brief; or, where nobody is there or all are talking,
    offer a call-back or take a message.

    Args:
        reply: The step being composed.
        why: The kind of reason.
        reason: One line for the person; empty for the usual one of its kind.
        prompt: What is said before the caller is connected; empty for nothing.
        queue: Where people are, where not the hotline's usual queue.
        priority: The least one.
        settled: The caller knows that it takes long, and wants to wait.
    """
    state, rules = reply.state, reply.domain.handover
    if state.connecting:
        # One is on the way; what else was asked is taken up when it is asked again.
        _say(reply, "already")
        return
    there, can_call_back = _there(reply), takes_call_backs(reply)
    if not there:
        _tell_closed(reply)
        if can_call_back:
            ask(reply, "ask_call_back", (CALL_BACK,), why, reason)
            return
    long = there and state.wait is not None and state.wait >= rules.wait
    if long and can_call_back and not settled and why is not Why.STAKES:
        _say(reply, "busy", wait=waiting(state.wait or 0, reply.domain.language))
        ask(reply, "ask_wait", (PERSON, CALL_BACK), why, reason)
        return
    route = Route.TRANSFER if there else Route.MESSAGE
    brief = brief_of(
        reply.domain, reply.state, why, reason, queue=queue, route=route, priority=priority
    )
    if not there:
        _say(reply, "message")
    elif prompt:
        reply.say_prompt(prompt)
    reply.acts.append(Handoff(brief.queue, brief.reason, reply.summary(), brief))
    reply.change(question=None, pending=None, ended=True)


def angered(reply: Reply, *, led_nowhere: bool) -> None:
    """Do what an angry turn calls for once the rest of the step is known."""
    rules = reply.domain.handover
    if rules.anger is Anger.IGNORE or reply.state.ended:
        return
    if rules.anger is Anger.TRANSFER or (led_nowhere and "anger" in reply.state.offered):
        reply.keep_facts()
        reply.decided("angry")
        hand_over(reply, Why.ANGER, _why_angry(reply))
    elif led_nowhere:
        reply.keep_facts()
        reply.decided("angry:offer")
        reply.change(offered=(*reply.state.offered, "anger"))
        offer(reply)


def apply_rules(reply: Reply) -> None:
    """Hand over where a rule of the hotline says so; each rule that offers does so once."""
    state = reply.state
    if state.ended:
        return
    facts = {**reply.facts, **facts_of(state)}
    for rule in reply.domain.handover.rules:
        if rule.name in state.offered or not rule.when.holds(facts):
            continue
        reply.keep_facts()
        reply.change(pending=None, offered=(*state.offered, rule.name))
        reply.decided(f"rule:{rule.name}")
        if rule.say:
            reply.say(rule.say, f"handover:{rule.name}")
        if rule.offer:
            offer(reply)
        else:
            hand_over(reply, Why.RULE, rule.reason, queue=rule.queue, priority=rule.priority)
        return


def facts_of(state: DialogueState) -> dict[str, str]:
    """Return what rules may look at besides values and facts; see `FACTS`."""
    return {
        "intent": state.needs[-1] if state.needs else "",
        "feeling": mood(state.feelings, state.turn).value,
        "failures": str(state.failures),
        "asked": str(state.asked),
        "turns": str(state.turn),
    }


def offer(reply: Reply) -> None:
    """Offer a person; and a call-back, where the hotline takes them and none is under way."""
    if reply.state.connecting:
        _say(reply, "already")
        return
    if _offer_when_closed(reply):
        return
    both = takes_call_backs(reply)
    name = "offer_call_back" if both else "offer_person"
    reply.ask(
        Question(
            Topic.PERSON,
            reply.prompt(name),
            expects=reply.expects(Answer.YES_NO, *reply.domain.speech.yes_no_words, digits=1),
            options=(PERSON, CALL_BACK) if both else (),
            source=f"prompt:{name}",
        )
    )


def _offer_when_closed(reply: Reply) -> bool:
    """Offer what can be had while nobody is there; False when somebody is."""
    if _there(reply):
        return False
    _tell_closed(reply)
    if takes_call_backs(reply):
        ask(reply, "ask_call_back", (CALL_BACK,))
        return True
    return False


def takes_call_backs(reply: Reply) -> bool:
    """Whether a call-back can be offered: the hotline takes them, and none is under way."""
    flow, task = reply.domain.flow_for(CALL_BACK), reply.state.task
    return flow is not None and (task is None or task.flow != flow.name)


def _there(reply: Reply) -> bool:
    hours, now = reply.domain.handover.hours, moment(reply.state.now)
    if not reply.state.staffed:
        return False
    return hours is None or now is None or hours.open_at(now)


def _tell_closed(reply: Reply) -> None:
    hours, now = reply.domain.handover.hours, moment(reply.state.now)
    opens = hours.opens_in_words(now, reply.domain.language) if hours and now else ""
    _say(reply, "closed" if opens else "closed_long", opens=opens)


def _say(reply: Reply, name: str, **places: str) -> None:
    reply.say(reply.domain.handover.say[name].fill(places), f"handover:{name}")


def ask(
    reply: Reply,
    name: str,
    options: tuple[str, ...],
    why: Why = Why.ACCEPTED,
    reason: str = "",
) -> None:
    """Ask which way the customer would like, where there is no person right now.

    Args:
        reply: The step being composed.
        name: The words, from `handover.yaml`.
        options: Ways to choose from: `PERSON`, `CALL_BACK`.
        why: The kind of reason for a person.
        reason: The same in one line.
    """
    words = (*reply.domain.speech.yes_no_words, *reply.domain.speech.wait_words)
    reply.ask(
        Question(
            Topic.PERSON,
            reply.domain.handover.say[name].text,
            expects=reply.expects(Answer.YES_NO, *words, digits=1),
            options=options,
            source=f"handover:{name}",
            why=why.value,
            reason=reason,
        )
    )


def _why_angry(reply: Reply) -> str:
    against = [s for s in reply.state.feelings if s.feeling in (Feeling.ANGRY, Feeling.ANNOYED)]
    shown = against[-1].words if against else "…"
    return reply.domain.speech.brief.reason_angry.format(words=shown)
