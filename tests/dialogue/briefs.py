"""What makes a handoff brief complete; knows nothing of how one is made."""

from __future__ import annotations

import json

from dialogue.acts import Handoff
from dialogue.brief import Brief, Priority
from dialogue.state import DialogueState

FEELINGS = {"calm", "annoyed", "angry", "upset", "pleased"}
SOURCES = ("flow:", "article:", "slot:", "turn ", "note", "hotline")


def complaints(handoff: Handoff, before: DialogueState) -> list[str]:
    """Return what is missing from the brief of a handoff.

    Args:
        handoff: The act.
        before: The state in which the customer's last line arrived, whose memory the brief must
            hold.
    """
    brief = handoff.brief
    if brief is None:
        return ["there is no brief"]
    found = []

    def must(holds: object, complaint: str) -> None:
        if not holds:
            found.append(complaint)

    must(brief.reason and brief.reason == handoff.reason, "no reason")
    must(brief.queue and brief.queue == handoff.queue, "no queue")
    must(brief.hotline and brief.language, "no hotline or language")
    must(brief.headline and brief.reason in brief.headline, "no headline")
    must(brief.who, "nobody")
    must(brief.number == before.caller, "another number than the caller's")
    must(not before.caller or before.caller in brief.who, "the number is not told")
    must("verified" in brief.identity, "not told whether the caller proved who they are")
    must(brief.verified is not brief.identity.startswith("not verified"), "contradicting identity")
    must(brief.needs and all(brief.needs), "no need")
    must(brief.question, "nothing open")
    must(brief.mood.feeling in FEELINGS and brief.mood.words, "no mood")
    if brief.mood.feeling != "calm":
        must(brief.mood.turn > 0 and brief.mood.evidence, "a mood without evidence")
        must(str(brief.mood.turn) in brief.mood.words, "a mood without its turn")
        must(brief.mood.evidence in brief.mood.words, "a mood without its words")
    must(2 <= len(brief.openings) <= 3, f"{len(brief.openings)} openings")
    must(len({o.text for o in brief.openings}) == len(brief.openings), "an opening twice")
    for opening in brief.openings:
        must(opening.text and opening.source.startswith(SOURCES), f"no source: {opening}")
    values = {value.name: value for value in brief.values}
    for name, value in before.slots.items():
        must(name in values, f"{name} is missing")
        if name in values and values[name].value == value:
            must(values[name].confirmed or name not in before.confirmed, f"{name} was confirmed")
    for line in before.done:
        must(line in brief.tried, f"not told: {line}")
    for line in before.promised:
        must(line in brief.promised, f"not told as promised: {line}")
    must(brief.priority is not Priority.NORMAL or brief.why not in ("stakes", "anger"), "no hurry")
    headings = [heading for heading, _ in brief.lines()]
    for heading in ("reason", "caller", "identity", "wants", "tried", "promised", "open", "mood",
                    "you could say", "language", "hotline"):  # fmt: skip
        must(heading in headings, f"{heading} is not shown")
    must(all(text.strip() for _, text in brief.lines()), "an empty line is shown")
    must("{" not in json.dumps(list(brief.lines())), "a place was not filled")
    must(Brief.from_json(json.loads(json.dumps(brief.to_json()))) == brief, "no round trip")
    return found
