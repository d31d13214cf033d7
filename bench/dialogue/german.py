"""`python -m bench.dialogue.german`: the German hotline, spoken to in a synthetic German voice.

Needs `espeak-ng`, or another program that writes a WAV file, given as `--speaker`: `pico2wave
-l de-DE -w {wav} {text}`. Each line goes down to the telephone's band and codec, is found by the
speech detector, and is heard by the recogniser with the vocabulary that the open question expects;
what the hotline answers is not spoken. A call has succeeded when its tool was called.
"""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
import soundfile

from audio_fixtures.voices import RATE, Voice, say
from dialogue.acts import Ask, Channel, UserTurn
from dialogue.manager import DialogueManager
from tests.dialogue.conversation import MONDAY, Conversation
from voicebot import bootstrap
from voicebot.actions.demo_shop import DemoShop
from voicebot.commands.manners import read_settings
from voicebot.commands.transcription import transcribe_file
from voicebot.engines.bundle import Engines, load_engines

VOICES = ("de", "de+klatt4")
PROGRAM_SECONDS = 30
STRANGER = "+15559998877"
CALLS: dict[str, tuple[str, ...]] = {
    "find_order(44117)": ("wo bleibt denn mein Paket", "vier vier eins eins sieben"),
    "cancel_order(44118)": (
        "ich möchte meine Bestellung stornieren",
        "vier vier eins eins acht",
        "null zwei eins eins acht",
        "ja bitte",
    ),
    "start_return(55203)": (
        "ich möchte etwas zurückschicken",
        "fünf fünf zwei null drei",
        "null zwei eins eins acht",
        "ja",
    ),
    "send_invoice(44117)": (
        "ich brauche noch eine Rechnung",
        "vierundvierzig eins siebzehn",
        "null zwo eins eins acht",
        "ja genau",
    ),
    "request_call_back": ("kann mich jemand zurückrufen", "ja gern"),
    "file_complaint": (
        "ich möchte mich beschweren",
        "der Fahrer war sehr unfreundlich",
        "ja",
    ),
}
"""What a call is for, and what the caller says."""


@click.command()
@click.option("--speaker", default="", metavar="COMMAND", help="With places {text} and {wav}.")
def main(speaker: str) -> None:
    """Hold each call in each voice, and show what was heard."""
    models = read_settings().models.model_copy(update={"language": "de"})
    settings = read_settings().model_copy(update={"domain": "retail_de", "models": models})
    engines = load_engines(models)
    manager = bootstrap.open_manager(settings)
    right = lines = same = 0
    voices = (speaker,) if speaker else VOICES
    for voice in voices:
        for goal, said in CALLS.items():
            heard, called = asyncio.run(_call(manager, engines, voice, said))
            reached = any(call.startswith(goal) for call in called)
            right += reached
            lines += len(said)
            same += sum(_plain(a) == _plain(b) for a, b in zip(said, heard, strict=False))
            named = voice.split()[0]
            click.echo(f"{'✓' if reached else '✗'} {named} {goal}: {' / '.join(heard)}")
    held = len(voices) * len(CALLS)
    click.echo(f"{right} of {held} calls reached their goal; {same} of {lines} lines word for word")
    engines.close()


async def _call(
    manager: DialogueManager, engines: Engines, voice: str, said: Sequence[str]
) -> tuple[list[str], list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        shop = DemoShop.open(Path(folder) / "shop.sqlite3", today=lambda: MONDAY)
        call = Conversation(manager, shop.tools(), STRANGER, channel=Channel.PHONE)
        heard: list[str] = []
        for text in said:
            wav = Path(folder) / "line.wav"
            _speak(voice, text, wav)
            asked = [act for act in call.acts if isinstance(act, Ask)]
            expected = asked[-1].expects.vocabulary if asked else ()
            vocabulary = (*expected, *manager.domain.vocabulary)
            heard.append((await transcribe_file(wav, vocabulary, engines)).text)
            call.give(UserTurn(heard[-1]))
            if call.ended or call.handoff is not None:
                break
        return heard, call.called


def _speak(voice: str, text: str, wav: Path) -> None:
    if "{wav}" not in voice:
        said = Voice("espeak-ng", voice, clear=True, about="", words_a_minute=120)
        soundfile.write(wav, say(said, text), RATE)
        return
    words = [word.format(text=text, wav=wav) for word in shlex.split(voice)]
    subprocess.run(words, check=True, capture_output=True, timeout=PROGRAM_SECONDS)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


if __name__ == "__main__":
    main()
