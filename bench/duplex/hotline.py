"""The hotline that the duplex benchmark calls: the packaged one, with answers that take a while.

Events over the bot's speech need speech to lie over: four articles are replaced by ones that take
about half a minute to say. Everything else, tasks and prompts, is as it is shipped.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.callers import ROOT
from bench.duplex import texts

LONGEST_EVENT_AT = 20.0
"""Seconds into an answer after which no event begins: every answer lasts several seconds more."""

ANSWERS = {
    "returns": (
        "return",
        "You can send anything back within thirty days after it has reached you, and you do not "
        "have to tell us why you want to. Keep it in the box that it came in, put in everything "
        "that belongs to it, and close the box with strong tape. We send you a label by email, "
        "you print it and stick it on the top, and then you bring the parcel to any post office "
        "in your town. Once it has arrived in our warehouse, somebody looks at it within two "
        "days, and your money is on its way to you within five days after that.",
    ),
    "delivery": (
        "deliver",
        "We pack your order on the same day if you place it before noon, and on the next working "
        "day if you place it later than that. The parcel then leaves our warehouse in the evening "
        "and travels through the night to a depot that is close to where you live. From there a "
        "driver brings it to your door between nine in the morning and six in the evening, and "
        "you get a message one hour before he rings. If nobody is at home he leaves the parcel "
        "with a neighbour, or he takes it to a shop nearby where it waits for you for ten days.",
    ),
    "warranty": (
        "warranty",
        "Everything that we sell has a warranty of two years from the day on which it reached "
        "you, and machines with a motor in them have one of five years. If something breaks "
        "without your doing, we repair it, and if it cannot be repaired, we send you a new one "
        "of the same kind. You do not pay for the parts, nor for the work, nor for the way to "
        "our workshop and back to you. What the warranty does not cover is damage from a fall, "
        "from water in places where no water belongs, and batteries that have grown old.",
    ),
    "membership": (
        "membership",
        "With our membership you pay twenty dollars once a year, and then you pay nothing for the "
        "delivery of anything that you order from us. You hear about new lamps and chairs one "
        "week before everybody else does, and you can reserve them with a single message. On "
        "your birthday we send you a voucher for ten dollars, which you can spend on anything in "
        "the shop until the end of that year. You can leave at any time with one click on our "
        "page, and then you get back the part of the money that you have not used.",
    ),
}
"""By article: a word that the questions about it have, and the answer."""

_REPLACED = ("delivery_times.md",)


def build(folder: Path) -> Path:
    """Write the hotline into a new folder below this one and return it."""
    hotline = folder / "hotline"
    shutil.copytree(ROOT / "dialogue" / "domains" / "retail", hotline)
    for name in _REPLACED:
        (hotline / "articles" / name).unlink()
    for name, (word, answer) in ANSWERS.items():
        asked = [
            text.replace(" |", "").replace("|", "")
            for turns in texts.TURNS.values()
            for text in turns
            if word in text.lower()
        ]
        article = "\n".join(
            [
                "---",
                f"title: {name.capitalize()}",
                f"about: {name}",
                "questions:",
                *(f"  - {_quoted(text)}" for text in asked),
                "---",
                answer,
                "",
            ]
        )
        (hotline / "articles" / f"{name}.md").write_text(article, encoding="utf-8")
    return hotline


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'
