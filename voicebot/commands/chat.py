"""`voicebot chat`: the dialogue manager in text, for people and for programs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import BinaryIO

import click

from voicebot.commands.manners import read_settings, told
from voicebot.settings import Settings

LONGEST_LINE = 65_536
"""Bytes of one line that are read; the rest of it is dropped, not taken for another line."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a reply; see above.")
@click.option("--domain", metavar="DIR", help="The hotline: a packaged name, or a folder.")
@click.option("--page", is_flag=True, help="In a browser: serve the chat page on this machine.")
@click.option("--port", default=8081, show_default=True, help="Of the page; 0: any that is free.")
@click.option("--caller", default="", metavar="NUMBER", help="The number that the caller has.")
@told
def chat(as_json: bool, domain: str | None, page: bool, port: int, caller: str) -> None:
    """Talk to the same dialogue manager in text, line by line on standard input.

    An empty line is a silence. It ends with the conversation, or with the input; tools really run.

    With --page it is a page in your browser, as customers of a web shop see it: links, pictures,
    cards and buttons. Edit the hotline's files while it is open: the next conversation uses them.

    With --json the greeting is one line (turn 0), and so is the reply to each line read, written
    at once: `text` said, `acts` in order, `tools` called (name, arguments, outcome, error),
    `intent`, `confidence`, `slots`, `task`, `expects` (kind of answer), `handoff` (or null),
    `ended`, `disposition`, and `trace` with the rules that decided.
    """
    settings = read_settings()
    if domain is not None:
        settings = settings.model_copy(update={"domain": domain})
    if page:
        _in_browser(settings, port)
        return
    from voicebot.bootstrap import open_chat
    from voicebot.chat import converse

    talk, close = open_chat(settings, caller, _tell_absent)
    at_terminal = sys.stdin.isatty() and not as_json
    lines = _typed() if at_terminal else piped(sys.stdin.buffer)
    try:
        asyncio.run(converse(talk, lines, click.echo, as_json=as_json))
    finally:
        close()


def _tell_absent(tools: tuple[str, ...]) -> None:
    fails = "it fails" if len(tools) == 1 else "they fail"
    click.echo(
        f"nothing runs {', '.join(tools)} yet, so here {fails}; "
        "`voicebot domain check` says what to add",
        err=True,
    )


def _in_browser(settings: Settings, port: int) -> None:
    from voicebot.logs import set_up_logs
    from voicebot.web.chat_page import ChatPageError, serve_chat_page

    def ready(address: str) -> None:
        click.echo(f"Open {address} in your browser (Ctrl-C ends it)")

    set_up_logs(settings.log_format, "WARNING")
    try:
        serve_chat_page(settings, port, ready)
    except ChatPageError as error:
        raise click.ClickException(str(error)) from error


def _typed() -> Iterator[str]:
    while True:
        try:
            yield input("you: ")
        except EOFError:
            return


def piped(stream: BinaryIO) -> Iterator[str]:
    """Yield lines of any bytes: what is not UTF-8 is replaced, what is too long is cut."""
    while line := stream.readline(LONGEST_LINE):
        rest = line
        while len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE)
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")
