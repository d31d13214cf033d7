"""Where each model is: a path wins, then the packaged weights, then the hub.

Imports no model library until the hub is asked. Whatever is missing or damaged is one
`ModelUnavailable` with its remedy.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from voicebot.engines.weights import (
    ENCODER_MODEL,
    ENCODER_TOKENIZER,
    SPEECH_DETECTOR,
    TURN_DETECTOR,
    VOICE_JOE,
    WHISPER_BASE_PARTS,
    WHISPER_TINY_EN,
    ModelUnavailable,
    checked,
    find,
    fingerprint,
    join_whisper_base,
)
from voicebot.settings import ModelSettings

__all__ = [
    "PACKAGED_ENCODER",
    "EncoderFiles",
    "ModelUnavailable",
    "VoiceFiles",
    "WhisperFiles",
    "locate_encoder",
    "locate_speech_detector",
    "locate_turn_detector",
    "locate_voice",
    "locate_whisper",
]


PACKAGED_ENCODER = "all-MiniLM-L6-v2"
"""Name of the sentence encoder that is installed with the project."""


@dataclass(frozen=True, slots=True)
class WhisperFiles:
    """A Whisper model in CTranslate2's format."""

    name: str
    """As it is journalled: `base`, `tiny.en`, or the folder's name."""
    folder: Path


@dataclass(frozen=True, slots=True)
class VoiceFiles:
    """A Piper voice."""

    name: str
    model: Path
    config: Path
    fingerprint: str
    """Tells voices apart in the phrase cache: changes when the weights do."""


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """A sentence encoder in ONNX."""

    name: str
    model: Path
    tokenizer: Path


def locate_whisper(settings: ModelSettings) -> WhisperFiles:
    """Find the recogniser's model, joining the packaged parts into the cache when needed.

    Raises:
        ModelUnavailable: it is nowhere to be had, or a file is damaged.
    """
    wanted = settings.whisper
    if _looks_like_path(wanted):
        folder = Path(wanted).expanduser()
        for name in ("model.bin", "config.json", "tokenizer.json"):
            if not (folder / name).is_file():
                raise ModelUnavailable(
                    f"VOICEBOT_MODELS__WHISPER is the folder {folder}, which has no {name}: give a "
                    "Whisper model in CTranslate2's format, or `base` or `tiny.en`."
                )
        return WhisperFiles(folder.name, folder)
    if wanted == "base" and all(map(find, WHISPER_BASE_PARTS)):
        return WhisperFiles("base", join_whisper_base(settings.cache_dir))
    if wanted == "tiny.en" and find(WHISPER_TINY_EN[0]):
        files = [checked(part, settings.cache_dir) for part in WHISPER_TINY_EN]
        return WhisperFiles("tiny.en", files[0].parent)
    return WhisperFiles(wanted, _whisper_from_hub(settings))


def locate_voice(settings: ModelSettings) -> VoiceFiles:
    """Find the synthesiser's voice.

    Raises:
        ModelUnavailable: it is nowhere to be had, or a file is damaged.
    """
    wanted = settings.voice
    if _looks_like_path(wanted):
        model = Path(wanted).expanduser()
        config = model.with_name(model.name + ".json")
        if not (model.is_file() and config.is_file()):
            raise ModelUnavailable(
                f"VOICEBOT_MODELS__VOICE is {model}: that file and {config.name} beside it are "
                "both needed; give a Piper voice's `.onnx`, or `en_US-joe-medium`."
            )
        return VoiceFiles(model.stem, model, config, fingerprint(model, settings.cache_dir))
    if wanted == "en_US-joe-medium" and find(VOICE_JOE[0]):
        model, config = (checked(part, settings.cache_dir) for part in VOICE_JOE)
        return VoiceFiles(wanted, model, config, VOICE_JOE[0].sha256)
    locale, _, rest = wanted.partition("-")
    speaker, _, quality = rest.rpartition("-")
    if not (speaker and quality):
        raise ModelUnavailable(
            f"No Piper voice is called {wanted!r}: names look like en_US-joe-medium, and a file "
            "ends in `.onnx`."
        )
    remote = f"{locale.split('_')[0]}/{locale}/{speaker}/{quality}/{wanted}.onnx"
    model, config = _from_hub(
        settings, "voice", wanted, "rhasspy/piper-voices", (remote, f"{remote}.json")
    )
    return VoiceFiles(wanted, model, config, fingerprint(model, settings.cache_dir))


def locate_encoder(settings: ModelSettings) -> EncoderFiles:
    """Find the sentence encoder.

    Raises:
        ModelUnavailable: it is nowhere to be had, or a file is damaged.
    """
    wanted = settings.encoder
    if _looks_like_path(wanted):
        folder = Path(wanted).expanduser()
        model, tokenizer = folder / "model.onnx", folder / "tokenizer.json"
        if not (model.is_file() and tokenizer.is_file()):
            raise ModelUnavailable(
                f"VOICEBOT_MODELS__ENCODER is the folder {folder}, which needs model.onnx and "
                "tokenizer.json; or use `all-MiniLM-L6-v2`."
            )
        return EncoderFiles(folder.name, model, tokenizer)
    if wanted != PACKAGED_ENCODER:
        raise ModelUnavailable(
            f"No sentence encoder is called {wanted!r}: use `all-MiniLM-L6-v2`, or give a folder "
            "with model.onnx and tokenizer.json."
        )
    if find(ENCODER_MODEL) and find(ENCODER_TOKENIZER):
        return EncoderFiles(
            wanted,
            checked(ENCODER_MODEL, settings.cache_dir),
            checked(ENCODER_TOKENIZER, settings.cache_dir),
        )
    model, tokenizer = _from_hub(
        settings,
        "encoder",
        wanted,
        "sentence-transformers/all-MiniLM-L6-v2",
        ("onnx/model_quint8_avx2.onnx", "tokenizer.json"),
    )
    return EncoderFiles(wanted, model, tokenizer)


def locate_turn_detector(settings: ModelSettings) -> Path:
    """Find smart-turn's ONNX file, which pipecat carries.

    Raises:
        ModelUnavailable: it is missing or damaged.
    """
    return checked(TURN_DETECTOR, settings.cache_dir)


def locate_speech_detector(settings: ModelSettings) -> Path:
    """Find Silero's ONNX file, which pipecat carries.

    Raises:
        ModelUnavailable: it is missing or damaged.
    """
    return checked(SPEECH_DETECTOR, settings.cache_dir)


def _looks_like_path(name: str) -> bool:
    """Tell a path from a name; a bare word is always a name, whatever the working folder holds."""
    if name.startswith((".", "~")) or name.endswith(".onnx") or Path(name).is_absolute():
        return True
    return (os.sep in name or "/" in name) and Path(name).exists()


def _whisper_from_hub(settings: ModelSettings) -> Path:
    wanted = settings.whisper
    if not settings.allow_hub:
        raise _not_here("Whisper model", wanted, "WHISPER", "a folder")
    from faster_whisper.utils import download_model

    try:
        return Path(download_model(wanted))
    except ValueError as error:
        raise ModelUnavailable(
            f"No Whisper model is called {wanted!r}: use `base`, `tiny.en`, a size such as "
            "`small.en`, a hub name such as `Systran/faster-whisper-small`, or a folder."
        ) from error
    except Exception as error:
        raise _hub_failed("Whisper model", wanted, "WHISPER", error) from error


def _from_hub(
    settings: ModelSettings, kind: str, wanted: str, repo: str, remotes: tuple[str, ...]
) -> list[Path]:
    if not settings.allow_hub:
        raise _not_here(kind, wanted, kind.upper(), "a path")
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(repo, allow_patterns=list(remotes)))
    except Exception as error:
        raise _hub_failed(kind, wanted, kind.upper(), error) from error
    paths = [folder / remote for remote in remotes]
    if not all(path.is_file() for path in paths):
        raise ModelUnavailable(
            f"The hub has no {kind} called {wanted!r}: check VOICEBOT_MODELS__{kind.upper()}."
        )
    return paths


def _not_here(kind: str, wanted: str, setting: str, place: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"The {kind} {wanted!r} is not installed and VOICEBOT_MODELS__ALLOW_HUB is off: install "
        f"the packaged one with `pip install -e .`, or set VOICEBOT_MODELS__{setting} to {place}."
    )


def _hub_failed(kind: str, wanted: str, setting: str, error: Exception) -> ModelUnavailable:
    return ModelUnavailable(
        f"The {kind} {wanted!r} is not installed and could not be fetched from the hub "
        f"({type(error).__name__}): check the name and the network, or set "
        f"VOICEBOT_MODELS__{setting} to a path."
    )
