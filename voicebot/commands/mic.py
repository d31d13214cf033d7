"""`voicebot mic`: a call at a sound card, with its live view."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.table import Table

from voicebot.bootstrap import Service
from voicebot.call.session import CallSession
from voicebot.commands.live import LiveView
from voicebot.hotlines import Hotline
from voicebot.journal import CallAnswered, CallId, DigitPressed, Entry, StreamEnded
from voicebot.media.microphone import BLOCK, MicrophoneLine, NoSoundCard
from voicebot.ports import JournalSink
from voicebot.settings import Settings

_REMEDY = (
    "`voicebot demo` needs no sound card, and `voicebot chat` holds the same conversation in text."
)
_RATES = (8_000, 16_000, 48_000, 44_100)


def list_sound_devices(console: Console) -> None:
    """Print the sound devices.

    Raises:
        NoSoundCard: there is no sound system, or no device.
    """
    card = _sound_system()
    devices = list(card.query_devices())
    if not devices:
        raise NoSoundCard(f"no sound device was found. {_REMEDY}")
    table = Table(box=None, pad_edge=False)
    for heading in ("number", "name", "microphones", "loudspeakers", "rate"):
        table.add_column(heading)
    for number, device in enumerate(devices):
        table.add_row(
            str(number),
            str(device["name"]),
            str(device["max_input_channels"]),
            str(device["max_output_channels"]),
            f"{device['default_samplerate']:.0f} Hz",
        )
    console.print(table)


async def talk(
    settings: Settings, console: Console, *, source: str | None, sink: str | None, headphones: bool
) -> None:
    """Hold one call at the sound card, until it ends or Ctrl-C.

    Raises:
        NoSoundCard: there is no sound system, or no device that fits.
    """
    card = _sound_system()
    devices = (_device(source), _device(sink))
    rate = _rate(card, devices)
    service = Service(settings)
    try:
        with console.status("loading models and rendering phrases"):
            await service.load(lambda part, done, of: None)
        if service.trouble:
            raise ValueError(service.trouble)
        console.print("Speak when the bot has greeted you. Enter interrupts it, Ctrl-C ends.\n")
        async with service.hotlines.lease(settings.domain) as hotline:
            await _call(card, devices, rate, service, hotline, console, headphones)
    finally:
        await service.close()


async def _call(
    card: ModuleType,
    devices: tuple[Any, Any],
    rate: int,
    service: Service,
    hotline: Hotline,
    console: Console,
    headphones: bool,
) -> None:
    line = MicrophoneLine(
        service.speech_detector(),
        rate=rate,
        headphones=headphones,
        post=lambda event: session.post(event),
        clock=lambda: session.now,
    )
    parts = service.session_parts(hotline, line, line.ears)
    session = CallSession(
        CallAnswered(
            call_id=f"m{secrets.token_hex(8)}",
            channel="microphone",
            domain=hotline.domain.name,
            answered_at=time.time(),
            versions=service.versions(hotline.domain),
        ),
        "sound card",
        replace(parts, journal=_Shown(parts.journal, LiveView(console).show)),
        service.session_policy,
    )

    def exchange(heard: Any, spoken: Any, frames: int, when: Any, status: Any) -> None:
        spoken[:] = line.exchange(bytes(heard), 2 * frames)

    def interrupt() -> None:
        sys.stdin.readline()
        session.post(DigitPressed("#"))

    loop = asyncio.get_running_loop()
    interrupts = sys.stdin is not None and sys.stdin.isatty()
    if interrupts:
        loop.add_reader(sys.stdin, interrupt)
    try:
        with card.RawStream(
            samplerate=rate,
            blocksize=int(rate * BLOCK),
            channels=1,
            dtype="int16",
            device=devices,
            callback=exchange,
            finished_callback=lambda: loop.call_soon_threadsafe(
                session.post, StreamEnded("closed")
            ),
        ):
            await session.run()
    except card.PortAudioError as error:
        raise ValueError(f"the sound card failed: {error}. {_REMEDY}") from error
    finally:
        if interrupts:
            loop.remove_reader(sys.stdin)


class _Shown:
    """A journal that is shown as it is written."""

    def __init__(self, journal: JournalSink, show: Callable[[Entry], None]) -> None:
        self._journal = journal
        self._show = show

    def append(self, call_id: CallId, entry: Entry, *, durable: bool = False) -> None:
        self._journal.append(call_id, entry, durable=durable)
        self._show(entry)

    async def flush(self, timeout: float = 2.0) -> bool:
        return await self._journal.flush(timeout)


def _sound_system() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:  # The package is there, the system's library is not.
        raise NoSoundCard(
            f"the sound system is missing ({error}): install PortAudio, on Debian "
            f"`apt install libportaudio2`. {_REMEDY}"
        ) from error
    module: ModuleType = sounddevice
    return module


def _device(name: str | None) -> int | str | None:
    return int(name) if name is not None and name.isdigit() else name


def _rate(card: ModuleType, devices: tuple[Any, Any]) -> int:
    """Return the first rate that both devices take, lowest first: the telephone needs 8 kHz."""
    trouble = ""
    for rate in _RATES:
        try:
            card.check_input_settings(devices[0], channels=1, dtype="int16", samplerate=rate)
            card.check_output_settings(devices[1], channels=1, dtype="int16", samplerate=rate)
        except (card.PortAudioError, ValueError) as error:
            trouble = str(error)
        else:
            return rate
    raise NoSoundCard(f"no usable microphone and loudspeaker ({trouble}). {_REMEDY}")
