"""What the callers of the duplex benchmark say, apart for tuning and for the figures.

No text is in both halves. `|` is a pause inside a turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from bench.callers import RecordingsMissing

INTERRUPTIONS: Mapping[str, tuple[str, ...]] = {
    "figures": (
        "Stop, I want to know where my order is.",
        "Wait, that's the wrong order.",
        "No, the other one.",
        "Excuse me, can I talk to a person?",
        "How much is it?",
        "I already know that.",
        "Actually, I need to cancel something.",
        "Sorry, can you repeat that?",
        "But I never received the parcel.",
        "What about the second parcel?",
        "Can you send it to my office instead?",
        "That's not what I asked.",
        "Hang on, which number do you mean?",
        "Agent, please.",
        "Okay, but when will it arrive?",
        "Does that include shipping?",
        "Yes, but I lost the label.",
        "Stop.",
        "Hold on a second.",
        "I want my money back.",
    ),
    "tune": (
        "Stop, please.",
        "Wait, wait.",
        "No, that's not right.",
        "I don't need that, I need my refund.",
        "Can I speak to somebody?",
        "When do you close?",
        "Let me ask something else.",
        "Just tell me the price.",
        "Sorry, I have another question.",
        "My parcel is broken.",
        "Where do I send it?",
        "Could you say that again?",
        "Representative.",
        "Well, what if it is damaged?",
        "Right, but what does it cost?",
        "Do you ship to Canada?",
        "Hold on, let me get a pen.",
        "Never mind, cancel the order.",
        "I'd like to change my address.",
        "Be quiet, please.",
    ),
}

BACKCHANNELS_IN_FIGURES = frozenset(
    (
        *("yeah", "mm-hmm", "right", "hmm", "mmm", "uh-huh"),
        *("okay", "yep", "yeah yeah", "i see", "sure", "yes"),
    )
)
"""The forms that make up nearly all backchannels; tuning gets by with the rarer ones."""

TICS: Mapping[str, tuple[str, ...]] = {
    "figures": ("um", "uh", "er", "uhh"),
    "tune": ("erm", "uhm", "umm", "eh"),
}

SIDE_SPEECH: Mapping[str, tuple[str, ...]] = {
    "figures": (
        "Dinner's in the oven, honey.",
        "Put your shoes on, we are leaving in a minute.",
        "No, leave it on the table.",
        "Can you let the dog out?",
        "I'm on the phone, sweetheart.",
        "Give that back to your sister.",
        "Turn the television down, please.",
        "Mom will be there in a moment.",
        "Somebody is at the door, can you get it?",
        "Not now, darling, ask your father.",
        "It's on the shelf behind you.",
        "Did you feed the cat this morning?",
    ),
    "tune": (
        "Honey, where are the car keys?",
        "Don't touch that, it's hot.",
        "One minute, I'm on a call with the shop.",
        "Go and wash your hands.",
        "Thanks, just put the coffee there.",
        "The kids are still at school.",
        "Yes, dear, I am coming.",
        "Close the window, it's cold in here.",
        "He said that he will be late tonight.",
        "Quiet, boy, get down from the couch.",
        "Can you hold this for me, love?",
        "We are having pasta tonight.",
    ),
}

TURNS: Mapping[str, tuple[str, ...]] = {
    "figures": (
        "Hello, I would like to know | all about your return policy.",
        "Could you please explain to me | how the delivery works?",
        "I bought a lamp from you, | and I would like to know about the warranty.",
        "So, um, | what is your return policy?",
        "My sister told me | that you have a membership, can you tell me about it?",
        "I have a question about | delivery.",
        "Can you tell me about the warranty | for a coffee machine, | in every detail?",
        "What I want to know is | how the membership works.",
    ),
    "tune": (
        "Hi there, I am calling to ask | about returns.",
        "Would you tell me | what the delivery options are?",
        "There is something I need to know | about the warranty on my chair.",
        "Well, uh, | how does the delivery work?",
        "I read on your page | that there is a membership, what is it?",
        "Tell me about | the return policy.",
        "I want to hear about the membership, | all of it, | please.",
        "What I wonder is | how long the warranty lasts.",
    ),
}


def backchannels(onsets: Path) -> dict[str, dict[str, int]]:
    """Return how often each backchannel form was said in real meetings, by split.

    Args:
        onsets: The labelled onsets, `data/overlap/onsets.tsv`.

    Raises:
        RecordingsMissing: they are not there.
    """
    try:
        rows = onsets.read_text(encoding="utf-8").splitlines()[1:]
    except OSError as error:
        raise RecordingsMissing(f"{onsets} cannot be read ({error.strerror})") from error
    said: Counter[str] = Counter()
    for row in rows:
        *_, kind, _tag, text = row.split("\t")
        if kind in ("backchannel", "ack/agree/appreciate") and _is_form(text):
            # An acknowledgement is a backchannel too, as long as no question is open.
            said[text.replace("o_k", "okay")] += 1
    common = {text: count for text, count in said.items() if count >= 3}
    return {
        "figures": {t: n for t, n in common.items() if t in BACKCHANNELS_IN_FIGURES},
        "tune": {t: n for t, n in common.items() if t not in BACKCHANNELS_IN_FIGURES},
    }


def _is_form(text: str) -> bool:
    # Marks of breath, laughter and broken words stand in brackets or end in a dash.
    return (
        text != "no"
        and len(text.split()) <= 2
        and not set(text) & set("{}<>@-'") - {"-"}
        and (not text.endswith("-"))
    )
