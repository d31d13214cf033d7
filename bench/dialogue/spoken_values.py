"""Values of every kind, said by synthetic voices on the telephone, through the real recogniser.

The forms are those of `bench.dialogue.dictation` that a voice can say, and addresses. Voices for
tuning and for the figures are disjoint (`bench.duplex.voices`), and so are the values. What was
heard can be kept and read again, so that a change of the readers is judged without decoding anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from audio_fixtures.sound import RATE, at_level, mixed, over_the_wire
from bench.dialogue import dictation
from bench.dialogue.dictation import Form
from bench.dialogue.entities import SLOTS, understood
from bench.dialogue.postal import ADDRESS_FORMS, address_of, same_address
from bench.duplex.voices import say, speakers
from bench.recordings import noises
from dialogue.loading import load_domain
from dialogue.reply import Reply
from dialogue.state import DialogueState
from dialogue.understanding.grammars import grammar_of
from voicebot.engines.bundle import load_engines
from voicebot.settings import Settings

_LEVEL = -26.0
"""Level of the speech, in dB below full scale."""
_QUIET = 35.0
"""Decibels of the speech over the hiss of a quiet line."""
_EDGE = 0.3
_DEADLINE = 60.0

FORMS: Mapping[str, tuple[Form, ...]] = {
    "order number": (dictation.by_word, dictation.with_oh, dictation.by_figure,
                     dictation.doubles, dictation.pairs, dictation.pairs_late,
                     dictation.in_sentence, dictation.thousands),
    "order number, put right": (dictation.restarted, dictation.last_put_right,
                                dictation.not_that, dictation.put_right_later,
                                dictation.changed),
    "MS-44117": (dictation.spaced, dictation.radio, dictation.as_in),
    "phone": (dictation.phone_words, dictation.by_word, dictation.doubles),
    "date": (dictation.date_said, dictation.date_with_year, dictation.date_relative),
    "amount": (dictation.amount_short, dictation.amount_full),
    "ZIP": (dictation.with_oh, dictation.doubles),
    "UK postcode": (dictation.spaced, dictation.radio, dictation.as_in),
    "email": (dictation.email_said, dictation.email_two_turns),
    "name": (dictation.name_said, dictation.name_both, dictation.name_radio,
             dictation.name_as_in, dictation.name_spelled),
    **ADDRESS_FORMS,
}  # fmt: skip
"""By the kinds of `bench.dialogue.entities.SLOTS`."""
_OF_RETAIL = {"order number": "order", "phone": "phone", "ZIP": "postcode", "email": "email",
              "address": "address"}  # fmt: skip
"""What the retail hotline asks for; the rest is asked for as it would ask for it."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A value said in one way by one voice, and what was heard of it."""

    kind: str
    form: str
    value: str
    speaker: str
    said: tuple[str, ...]
    """Turns."""
    heard: tuple[str, ...] = ()
    others: tuple[tuple[tuple[str, float], ...], ...] = ()
    """What else each turn may have been, with prices."""

    def read(self) -> str:
        """Return the value that today's readers find in what was heard; empty for none."""
        return understood(self.kind, self.heard, self.others)

    @property
    def right(self) -> bool:
        """Whether that is the value that was meant."""
        return self._is(self.read())

    @property
    def right_at_first(self) -> bool:
        """The same, had there been no second look."""
        return self._is(understood(self.kind, self.heard))

    def _is(self, read: str) -> bool:
        return same_address(read, self.value) if "address" in self.kind else read == self.value


def planned(each: int, seed: int, split: str, kinds: Sequence[str] = ()) -> list[Utterance]:
    """Return `each` utterances of every kind, its forms and the split's voices in turn."""
    voices = speakers(split)
    found: list[Utterance] = []
    for kind, forms in FORMS.items():
        if kinds and kind not in kinds:
            continue
        draw = Random(f"{split}/{seed}/{kind}")
        for i in range(each):
            value = address_of(split, draw) if "address" in kind else dictation.value_of(kind, draw)
            form = forms[i % len(forms)]
            speaker = voices[(i // len(forms) + i) % len(voices)]
            turns = tuple(form(value, draw))
            found.append(Utterance(kind, form.__name__, value, speaker.name, turns))
    return found


async def hear(
    utterances: Sequence[Utterance], seed: int, snr: float | None, *, search: bool = True
) -> list[Utterance]:
    """Let the recogniser hear every utterance as an answer to the question for its value.

    Args:
        utterances: See `planned`.
        seed: Chooses noise.
        snr: Decibels over recorded noise; None for a quiet line.
        search: Whether it may look a second time, with the value's grammar.
    """
    engines = await asyncio.to_thread(load_engines, Settings().models)
    domain = load_domain("retail")
    reply = Reply(domain, DialogueState("retail"))
    voices = {speaker.name: speaker for split in ("tune", "figures") for speaker in speakers(split)}
    done: list[Utterance] = []
    try:
        for one in utterances:
            plain = one.kind.partition(",")[0]
            slot = domain.slots[_OF_RETAIL[plain]] if plain in _OF_RETAIL else SLOTS[plain]
            words = reply.expects_value(slot).vocabulary
            draw = Random(f"{seed}/{one.speaker}/{one.said}")
            heard, others = [], []
            for turn in one.said:
                sound = np.pad(at_level(say(voices[one.speaker], turn), _LEVEL), int(_EDGE * RATE))
                found = await engines.recogniser.transcribe(
                    on_the_line(sound, draw, snr), vocabulary=words, timeout=_DEADLINE,
                    grammar=grammar_of(SLOTS[plain]) if search else None,
                )  # fmt: skip
                heard.append(found.text)
                others.append(tuple((other.text, other.price) for other in found.alternatives))
            done.append(Utterance(one.kind, one.form, one.value, one.speaker, one.said,
                                  tuple(heard), tuple(others)))  # fmt: skip
    finally:
        await asyncio.to_thread(engines.close)
    return done


def on_the_line(sound: np.ndarray, draw: Random, snr: float | None) -> bytes:
    """Return a sound as it comes out of a telephone, PCM16, over noise or over a little hiss."""
    if snr is None:
        hiss = np.random.default_rng(draw.randrange(1 << 30)).standard_normal(len(sound))
        return over_the_wire(mixed(sound, hiss, _QUIET))
    bed = draw.choice(noises())
    start = draw.randrange(max(1, len(bed) - len(sound)))
    return over_the_wire(mixed(sound, bed[start : start + len(sound)], snr))


def values_table(done: Sequence[Utterance]) -> str:
    """Return how many values were understood, as a Markdown table, one row a kind."""
    rows = ["| value | said | first look alone | with the second |", "|---|---|---|---|"]
    for kind in dict.fromkeys(one.kind for one in done):
        of = [one for one in done if one.kind == kind]
        first = 100 * sum(one.right_at_first for one in of) / len(of)
        share = 100 * sum(one.right for one in of) / len(of)
        rows.append(f"| {kind} | {len(of)} | {first:.0f} % | {share:.0f} % |")
    return "\n".join(rows)


def values_missed(done: Sequence[Utterance]) -> Iterator[str]:
    """Yield a line for each value that was not understood."""
    for one in done:
        if not one.right:
            yield (f"{one.kind}, {one.form}, {one.speaker}: {one.value}: {list(one.said)} "
                   f"heard {list(one.heard)} read {one.read() or '–'}")  # fmt: skip
