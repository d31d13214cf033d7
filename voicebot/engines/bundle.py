"""All models of a process, loaded once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from threadpoolctl import threadpool_limits

from voicebot.engines.models import (
    locate_speech_detector,
    locate_turn_detector,
    locate_voice,
    locate_whisper,
)
from voicebot.engines.recogniser import WhisperRecogniser, available_cores
from voicebot.engines.scheduler import LANES, Lane, Scheduler
from voicebot.engines.speech_detector import SileroSpeechDetector, SpeechDetectors
from voicebot.engines.synthesiser import PiperSynthesiser
from voicebot.engines.turn_detector import SmartTurnDetector
from voicebot.settings import ModelSettings


@dataclass(frozen=True, slots=True)
class Engines:
    """The loaded models and the scheduler that they share."""

    scheduler: Scheduler
    recogniser: WhisperRecogniser
    synthesiser: PiperSynthesiser
    turn_detector: SmartTurnDetector
    speech_detectors: SpeechDetectors

    def speech_detector(self) -> SileroSpeechDetector:
        """Return a detector for one call."""
        return self.speech_detectors.open()

    def close(self) -> None:
        """Stop all work; what waits fails with `EngineError`."""
        self.scheduler.close()


def load_engines(settings: ModelSettings, progress: Callable[[str], None] | None = None) -> Engines:
    """Load and warm all models. Blocks for some seconds; call it from a worker thread.

    Args:
        settings: Which models.
        progress: Told the name of each part when it is ready, from several threads.

    Raises:
        ModelUnavailable: a model is missing or damaged.
        EngineError: a model cannot be loaded.
    """
    cores = available_cores()
    scheduler = Scheduler({**LANES, Lane.AHEAD: replace(LANES[Lane.AHEAD], threads=cores)})

    # Calls work on small matrices: a second thread of OpenBLAS would only spin, which takes ten
    # times as long while other work has the core.
    threadpool_limits(limits=1, user_api="blas")

    def tell(part: str) -> None:
        if progress is not None:
            progress(part)

    def recogniser() -> WhisperRecogniser:
        loaded = WhisperRecogniser(
            locate_whisper(settings),
            scheduler,
            language=settings.language,
            threads=settings.threads,
        )
        loaded.warm()
        tell("recogniser")
        return loaded

    def synthesiser() -> PiperSynthesiser:
        loaded = PiperSynthesiser(
            locate_voice(settings), scheduler, cache_dir=settings.cache_dir, ahead=cores
        )
        tell("synthesiser")
        return loaded

    def turn_detector() -> SmartTurnDetector:
        loaded = SmartTurnDetector(locate_turn_detector(settings), scheduler)
        loaded.warm()
        tell("turn_detector")
        return loaded

    def speech_detectors() -> SpeechDetectors:
        loaded = SpeechDetectors(locate_speech_detector(settings))
        tell("speech_detector")
        return loaded

    try:
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="load") as pool:
            parts = (
                pool.submit(recogniser),
                pool.submit(synthesiser),
                pool.submit(turn_detector),
                pool.submit(speech_detectors),
            )
            return Engines(
                scheduler,
                parts[0].result(),
                parts[1].result(),
                parts[2].result(),
                parts[3].result(),
            )
    except BaseException:
        scheduler.close()
        raise
