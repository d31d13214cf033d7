"""Whisper with only as much context as there is speech.

faster-whisper pads every utterance to 30 s, which is most of what a 3 s turn costs. Here only the
speech and half a second of zeros go through the encoder. That alone makes Whisper repeat itself:
of 60 telephone commands 32 ran into the token ceiling. So the encoder's output is followed by 6 s
of *silence as the encoder sees it after a sound*, made once from a burst of noise in a full window
and cut out at the right position; it must be silence there, hence a second, shorter burst for
short utterances. With it none of the commands ran into the ceiling, and of 42 strings of spoken
digits 37 came out right (2 s of it: 30; the full window, six times slower: 40).

Without previous text the short context still loses some accuracy (86 % of the slot words right,
the full window 90 %), so the recogniser then takes the full window. Timestamps cost tokens and
made the repetition worse, so they are off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voicebot.engines.audio import MODEL_RATE, Samples
from voicebot.ports import EngineError

WINDOW = 30.0
"""Seconds that Whisper was trained to look at."""
LEAD = 0.2
"""Seconds of zeros before the speech; without them one spoken digit in seven was lost."""
PAD = 0.5
"""Seconds of zeros that are encoded after the speech; with less, last words were lost."""
TAIL = 6.0
"""Seconds of ready-made silence after that, as far as the window goes."""
LONGEST = WINDOW - LEAD - PAD - 2.0
"""Seconds of speech that one short-context decode takes."""
TOKENS_A_SECOND = 7
TOKENS_SPARE = 8
"""Bound what one decode may write, so that a repetition ends soon."""
PROMPT_TOKENS = 200
"""Of previous text; Whisper takes 223 at most."""

_FRAME = 0.02
"""Seconds of one frame of the encoder's output."""
_LATELY = 10
"""Frames of the last fifth of a second."""
_BURSTS = (2.0, 0.5)
"""Seconds of the sounds after which the silences are kept; the longest that fits is used."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One decode of one window."""

    text: str
    avg_logprob: float
    no_speech: float
    """Probability of the no-speech token at the first step."""
    tokens: int
    cut_short: bool
    """It did not end by itself but ran into the token ceiling."""


class Whisper:
    """The loaded model. Blocking; called from one scheduler lane."""

    def __init__(self, folder: Path, *, language: str, threads: int) -> None:
        """Load the weights as int8.

        Raises:
            EngineError: the files cannot be loaded, or the language is not one of the model's.
        """
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        try:
            self._model = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads
            )
        except Exception as error:
            raise EngineError(f"Whisper in {folder} cannot be loaded: {error}") from error
        multilingual = bool(self._model.model.is_multilingual)
        if language not in self._model.supported_languages:
            raise EngineError(f"this Whisper model does not know the language {language!r}")
        self._tokens = Tokenizer(
            self._model.hf_tokenizer, multilingual, task="transcribe", language=language
        )
        self._start: list[int] = [*self._tokens.sot_sequence, self._tokens.no_timestamps]
        self._silences = {seconds: self._encode_silence(seconds) for seconds in _BURSTS}

    @property
    def tokens(self) -> Any:
        """The tokenizer: `encode`, `decode`, `eot`."""
        return self._tokens

    def before(self, previous: str) -> list[int]:
        """Return the tokens before a text; `previous` is pretended to have come before it."""
        if not previous:
            return list(self._start)
        before = self._tokens.encode(previous)[-PROMPT_TOKENS:]
        return [self._tokens.sot_prev, *before, *self._start]

    def ceiling(self, seconds: float) -> int:
        """Return how many tokens a text of so many seconds may have."""
        return int(seconds * TOKENS_A_SECOND) + TOKENS_SPARE

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text takes."""
        return len(self._tokens.encode(text))

    def encode(self, samples: Samples, *, full: bool = False) -> Any:
        """Return the encoder's output for at most `LONGEST` (or a full window) of 16 kHz sound."""
        seconds = WINDOW if full else LEAD + samples.size / MODEL_RATE + PAD
        features = self._features(samples, seconds, lead=LEAD)
        encoded = self._run_encoder(features)
        return encoded if full else self._with_silence(np.asarray(encoded))

    def glimpse(self, samples: Samples) -> tuple[Any, npt.NDArray[np.float32]]:
        """Return the encoder's output as `encode` does, and a summary of it.

        The summary, of three times the encoder's width, is what `voicebot.engines.glimpse` judges:
        mean and deviation over the sound, and the mean over its last fifth of a second.
        """
        seconds = samples.size / MODEL_RATE
        short = np.array(
            self._run_encoder(self._features(samples, LEAD + seconds + PAD, lead=LEAD))
        )
        first = int(LEAD / _FRAME)
        sound = short[0, first : int((LEAD + seconds) / _FRAME) + 3]
        summary = np.concatenate([sound.mean(0), sound.std(0), sound[-_LATELY:].mean(0)])
        return self._with_silence(short), summary.astype(np.float32)

    def _with_silence(self, short: npt.NDArray[np.float32]) -> Any:
        begin = short.shape[1]
        after = next((s for s in _BURSTS if begin * _FRAME > s), _BURSTS[-1])
        tail = self._silences[after][:, begin : begin + int(TAIL / _FRAME)]
        return self._view(np.concatenate([short, tail], axis=1))

    def decode(
        self, encoded: Any, *, seconds: float, previous: str = "", beam: int = 1
    ) -> Hypothesis:
        """Put encoded speech into words.

        Args:
            encoded: From `encode`.
            seconds: Length of the speech, which bounds the number of tokens.
            previous: Text to pretend came before; biases towards its words and spelling.
            beam: Hypotheses kept at once.
        """
        prompt = self.before(previous)
        ceiling = self.ceiling(seconds)
        result = self._model.model.generate(
            encoded,
            [prompt],
            beam_size=beam,
            max_length=min(len(prompt) + ceiling, 448),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens: Sequence[int] = result.sequences_ids[0]
        count = len(tokens)
        # The score is the mean over the tokens; with the end token it is Whisper's own figure.
        return Hypothesis(
            text=self._tokens.decode(tokens).strip(),
            avg_logprob=result.scores[0] * count / (count + 1),
            no_speech=float(result.no_speech_prob),
            tokens=count,
            cut_short=len(prompt) + count >= min(len(prompt) + ceiling, 448) - 1,
        )

    def _features(
        self, samples: Samples, seconds: float, lead: float = 0.0
    ) -> npt.NDArray[np.float32]:
        # Two frames of features make one of the encoder's.
        frames = 2 * round(seconds / _FRAME)
        length = frames * MODEL_RATE // 100
        padded = np.zeros(length, np.float32)
        first = int(lead * MODEL_RATE)
        padded[first : first + samples.size] = samples[: length - first]
        features: npt.NDArray[np.float32] = self._model.feature_extractor(padded)
        return features[:, :frames]

    def _run_encoder(self, features: npt.NDArray[np.float32]) -> Any:
        return self._model.model.encode(self._view(features[np.newaxis]))

    @staticmethod
    def _view(array: npt.NDArray[np.float32]) -> Any:
        import ctranslate2

        return ctranslate2.StorageView.from_array(np.ascontiguousarray(array, np.float32))

    def _encode_silence(self, seconds: float) -> npt.NDArray[np.float32]:
        noise = np.random.default_rng(0).standard_normal(int(seconds * MODEL_RATE))
        burst = noise.astype(np.float32) * 0.1
        # A copy: the array shares memory with the encoder's own view.
        return np.array(self._run_encoder(self._features(burst, WINDOW)), np.float32)
