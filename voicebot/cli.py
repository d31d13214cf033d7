"""The command line: thin commands over the modules that do the work.

Heavy imports are inside the functions, so that `voicebot --help` answers at once. Expected failures
end as one clear sentence on standard error and exit code 1; `--help` says what each command does.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

import voicebot
from voicebot.commands.chat import chat
from voicebot.commands.closing import close, reopen
from voicebot.commands.dial import dial
from voicebot.commands.domain import domain
from voicebot.commands.manners import read_settings as _settings
from voicebot.commands.manners import told as _told
from voicebot.commands.people import people

# pipecat greets on standard error as it is imported, through loguru's own handler.
os.environ.setdefault("LOGURU_AUTOINIT", "False")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(voicebot.__version__)
def main() -> None:
    """A self-hosted telephone hotline that understands, solves, and hands over.

    Try it:      voicebot demo
    Take calls:  voicebot serve --port 8080
    Talk to it:  voicebot mic, or voicebot chat in text
    Look back:   voicebot calls, voicebot transcript last
    Make yours:  voicebot domain new, domain check, domain test
    Call people: voicebot dial cases.csv --dry-run

    Settings come from the environment and from .env, with the prefix VOICEBOT_; the README lists
    them all, and `voicebot check` says whether they work.
    """


@main.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("voicebot-demo"),
    show_default=True,
    help="Folder for the recording, the transcript and the server's log.",
)
@_told
def demo(out: Path) -> None:
    """Start a server, call it with recorded audio, and show the call as it happens.

    Needs no account and no sound card. Leaves a stereo recording (caller left, bot right, as heard
    at the caller's ear), the transcript, and the server's log.
    """
    from rich.console import Console

    from voicebot.commands.demo import DemoFailed, run_demo

    try:
        asyncio.run(run_demo(out.resolve(), Console(highlight=False)))
    except DemoFailed as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.argument("lines", metavar="[WAV…]", nargs=-1)
@click.option(
    "--agent",
    type=click.Choice(["takes", "declines", "ignores", "busy", "nobody", "voicemail"]),
    default="takes",
    show_default=True,
    help="Who is behind the number of the people.",
)
@click.option(
    "--agent-says", type=click.Path(exists=True, path_type=Path), help="WAV that the person says."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("voicebot-dev"),
    show_default=True,
    help="Folder for the recordings and logs.",
)
@_told
def dev(lines: tuple[str, ...], agent: str, agent_says: Path | None, out: Path) -> None:
    """Place a call through a simulated carrier, with a person who may take it.

    The server runs as in production, against a stand-in for Twilio with its delays, signatures and
    callbacks. Without recordings the caller asks for a person; they are given as for
    `voicebot call`. Leaves what everybody said and heard, and the carrier's log.
    """
    from rich.console import Console

    from voicebot.commands.demo import DemoFailed
    from voicebot.commands.dev import DevPlan, run_dev

    plan = DevPlan(lines, agent, agent_says)
    try:
        asyncio.run(run_dev(plan, out.resolve(), Console(highlight=False)))
    except DemoFailed as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Processes on this port; several need PostgreSQL."
)
@_told
def serve(host: str, port: int, workers: int | None) -> None:
    """Take calls: the carrier's webhooks and media streams.

    Without Twilio settings it runs in development mode and takes unsigned calls from this machine
    only. /healthz says that the process lives, /readyz that it can take calls.
    """
    from voicebot.logs import set_up_logs
    from voicebot.web.serving import serve as run

    if workers is not None:
        os.environ["VOICEBOT_WORKERS"] = str(workers)
    settings = _settings()
    set_up_logs(settings.log_format, settings.log_level)
    run(settings, host, port)


@main.command()
@click.argument("url")
@click.argument("lines", metavar="WAV…", nargs=-1, required=True)
@click.option("--calls", "count", default=1, show_default=True, help="Callers at once.")
@click.option("--auth-token", default="", help="Sign the webhooks with this token.")
@click.option("--public-url", default="", help="The address the server believes it has.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the calls as stereo WAV here.")
@_told
def call(
    url: str, lines: tuple[str, ...], count: int, auth_token: str, public_url: str, out: Path | None
) -> None:
    """Call a server as a carrier would, with recordings as the caller's words.

    Each WAV or FLAC is said when the bot has fallen silent; PATH@3.5 interrupts it 3.5 seconds
    after it began to speak; keys:12345# presses keys.

    Example:  voicebot call http://127.0.0.1:8080 hello.wav question.wav@2.0 keys:44117
    """
    from rich.console import Console

    from voicebot.commands.calling import Target, line_from, place_calls

    said = [line_from(word) for word in lines]
    target = Target.at(url, auth_token, public_url)
    if not asyncio.run(place_calls(target, said, count, out, Console(highlight=False))):
        raise click.exceptions.Exit(1)


@main.command()
@click.option("--list", "list_devices", is_flag=True, help="List the sound devices and stop.")
@click.option("--input", "source", help="Microphone: its number or name.")
@click.option("--output", "sink", help="Loudspeaker: its number or name.")
@click.option("--headphones", is_flag=True, help="No echo is possible: leave the sound as it is.")
@_told
def mic(list_devices: bool, source: str | None, sink: str | None, headphones: bool) -> None:
    """Talk to the hotline through the sound card.

    Interrupt it by voice, as on the phone, or with Enter. On loudspeakers its own voice is taken
    out of what the microphone hears; with --headphones nothing is done to your sound.
    """
    from rich.console import Console

    from voicebot.commands.mic import list_sound_devices, talk
    from voicebot.logs import set_up_logs

    console = Console(highlight=False)
    if list_devices:
        list_sound_devices(console)
        return
    settings = _settings()
    set_up_logs(settings.log_format, "WARNING")
    asyncio.run(talk(settings, console, source=source, sink=sink, headphones=headphones))


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@_told
def classify(folder: Path) -> None:
    """Tell what lines on standard input mean, learnt from DIR/examples.csv.

    The file has the columns text,intent; one example of an intent is enough, five to ten are
    better. Rows with the intent `oos` show what belongs to none. Each line is answered at once by
    one JSON object: intent (the likeliest), confidence (that it is right), in_scope (whether the
    line is like any example). Lines are UTF-8; an empty one is
    answered too, as out of scope. No hotline is needed.

    Example:  echo "where is my card" | voicebot classify banking/
    """
    from voicebot.commands.classification import answer_lines, open_classifier, show_progress

    model = open_classifier(folder, _settings().models, show_progress(sys.stderr))
    lines = (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
    answer_lines(model, lines, click.echo)


@main.command()
@click.option("--limit", default=20, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_told
def calls(limit: int, as_json: bool) -> None:
    """List the calls."""
    from rich.console import Console

    from voicebot.commands.rendering import calls_json, calls_table
    from voicebot.store import open_store

    store = open_store(_settings().database_url)
    try:
        rows = store.calls(limit)
    finally:
        store.close()
    if as_json:
        click.echo(calls_json(rows))
    elif rows:
        Console(highlight=False).print(calls_table(rows))
    else:
        click.echo("No calls yet. `voicebot demo` makes one.")


@main.command()
@click.option("--days", default=30, show_default=True, help="How far to look back.")
@click.option("--domain", default="", help="Only this hotline's.")
@click.option(
    "--limit", default=20, show_default=True, help="How many questions, most asked first."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every wording and call.")
@_told
def unanswered(days: int, domain: str, limit: int, as_json: bool) -> None:
    """List what callers asked and no article answers, similar questions together.

    Each is worth an article: add its wordings to the `questions` of one, or write a new one.
    """
    import time

    from rich.console import Console

    from voicebot.commands.unanswered import open_questions, unanswered_json, unanswered_table
    from voicebot.store import open_store

    settings = _settings()
    store = open_store(settings.database_url)
    try:
        rows = store.unanswered(time.time() - days * 86_400, domain)
    finally:
        store.close()
    questions = open_questions(rows, settings.models)[:limit]
    if as_json:
        click.echo(unanswered_json(questions))
    elif questions:
        Console(highlight=False).print(unanswered_table(questions))
    else:
        click.echo(f"No question was left unanswered in the last {days} days.")


@main.command()
@click.argument("call", default="last")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "vtt", "journal"]),
    default="table",
    show_default=True,
    help="For people, for programs, as subtitles, or every journal entry as JSON lines.",
)
@click.option("--timing", is_flag=True, help="Where the time of each answer went.")
@_told
def transcript(call: str, form: str, timing: bool) -> None:
    """Show a call: who said what, and what the caller really heard.

    CALL is the id of a call, the beginning of one, the carrier's id, or `last`.
    """
    from rich.console import Console

    from voicebot.commands.rendering import metrics_table, transcript_json, transcript_table
    from voicebot.folds.metrics import metrics_of
    from voicebot.folds.transcript import transcript_of
    from voicebot.folds.vtt import vtt_of
    from voicebot.journal import entry_to_json
    from voicebot.store import open_store

    store = open_store(_settings().database_url)
    try:
        entries = store.entries(store.find_call(call).call_id)
    finally:
        store.close()
    console = Console(highlight=False)
    match form:
        case "json":
            click.echo(transcript_json(transcript_of(entries), metrics_of(entries)))
        case "vtt":
            click.echo(vtt_of(transcript_of(entries)))
        case "journal":
            for entry in entries:
                click.echo(entry_to_json(entry))
        case _:
            console.print(transcript_table(transcript_of(entries)))
    if timing:
        console.print(metrics_table(metrics_of(entries)))


@main.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--golden",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Compare with this event log; exit code 1 where they differ. Written if it is missing.",
)
@_told
def replay(path: Path, golden: Path | None) -> None:
    """Play a recording or a journal through today's build and print the event log.

    A WAV or FLAC is heard by the real detectors and recogniser. A journal (.jsonl, as
    `voicebot transcript --format journal` prints it) is decided anew, and what would differ today
    is printed; exit code 1 if anything would.
    """
    from voicebot.commands.replaying import replay_path

    same, report = asyncio.run(replay_path(path, golden, _settings()))
    click.echo(report)
    if not same:
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option(
    "--vocabulary",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Text file with words worth expecting.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON lines: file, text, audio_seconds, …")
@_told
def transcribe(files: tuple[str, ...], vocabulary: Path | None, as_json: bool) -> None:
    """Put recordings (WAV or FLAC) into words with the recogniser that calls use."""
    from voicebot.commands.transcription import transcribe_command

    words = vocabulary.read_text(encoding="utf-8") if vocabulary else ""
    well = transcribe_command(
        _settings().models,
        files,
        words,
        show=click.echo,
        complain=lambda trouble: click.echo(f"Error: {trouble}", err=True),
        as_json=as_json,
    )
    if not well:
        raise click.exceptions.Exit(1)


@main.command()
@click.option("--warm", is_flag=True, help="Also prepare the weights and render the phrases.")
@_told
def check(warm: bool) -> None:
    """Check settings, hotline, models, database and carrier; exit code 1 if calls would fail."""
    from rich.console import Console

    from voicebot.commands.checking import run_checks
    from voicebot.logs import set_up_logs

    settings = _settings()
    set_up_logs(settings.log_format, "WARNING")
    if not asyncio.run(run_checks(settings, Console(highlight=False), warm=warm)):
        raise click.exceptions.Exit(1)


main.add_command(chat)
main.add_command(close)
main.add_command(reopen)
main.add_command(dial)
main.add_command(domain)
main.add_command(people)
