"""`voicebot check`: would a call work right now? Settings, hotline, models, database, carrier."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from dialogue.errors import DomainError
from dialogue.loading import load_domain
from telephony.errors import CarrierError
from telephony.twilio.rest import TwilioCallControl
from voicebot.actions.backends import functions_of, without_function
from voicebot.bootstrap import Service
from voicebot.engines.models import (
    ModelUnavailable,
    locate_encoder,
    locate_speech_detector,
    locate_turn_detector,
    locate_voice,
    locate_whisper,
)
from voicebot.ports import ToolError
from voicebot.settings import Settings
from voicebot.store import StoreError, open_store


class CheckFailed(Exception):
    """Something would keep calls from working; the message says what and how to mend it."""


async def run_checks(settings: Settings, console: Console, *, warm: bool) -> bool:
    """Run all checks and print a line for each; True if calls would work.

    Args:
        settings: What to check; that they could be read is the first check passed.
        console: Where to print.
        warm: Also load the models and render the phrases, as a start of the server would.
    """
    checks: list[tuple[str, Callable[[], Awaitable[str]]]] = [
        ("settings", lambda: _settings(settings)),
        *(
            (f"hotline {called}".strip(), partial(asyncio.to_thread, _hotline, name))
            for called, name in (("", settings.domain), *settings.hotlines.items())
        ),
        ("models", lambda: asyncio.to_thread(_models, settings)),
        ("database", lambda: asyncio.to_thread(_database, settings)),
        ("carrier", lambda: _carrier(settings)),
    ]
    if warm:
        checks.append(("warm-up", lambda: _warm(settings, console)))
    well = True
    for name, check in checks:
        try:
            console.print(f"[green]ok[/]      {name}: ", await check(), sep="", soft_wrap=True)
        except CheckFailed as trouble:
            well = False
            console.print(f"[red]failed[/]  {name}: ", str(trouble), sep="", soft_wrap=True)
    return well


async def _settings(settings: Settings) -> str:
    if settings.development:
        return "development mode, unsigned calls from this machine only"
    return f"calls come to {settings.public_url or 'this server'}"


def _hotline(name: str) -> str:
    try:
        domain = load_domain(name)
    except DomainError as error:
        raise CheckFailed(str(error)) from error
    try:
        with tempfile.TemporaryDirectory() as folder:
            functions = functions_of(domain.backend, Path(folder) / "shop.sqlite3")
    except ToolError as error:
        raise CheckFailed(str(error)) from error
    if missing := without_function(domain, functions):
        raise CheckFailed(
            f"{domain.name}: nothing runs {', '.join(missing)}; `voicebot domain check` tells more"
        )
    return (
        f"{domain.name}: {len(domain.intents)} intents, {len(domain.articles)} articles, "
        f"{len(domain.flows)} flows"
    )


def _models(settings: Settings) -> str:
    try:
        whisper = locate_whisper(settings.models)
        voice = locate_voice(settings.models)
        encoder = locate_encoder(settings.models)
        locate_turn_detector(settings.models)
        locate_speech_detector(settings.models)
    except ModelUnavailable as error:
        raise CheckFailed(str(error)) from error
    return f"{whisper.name}, {voice.name}, {encoder.name}, smart-turn, Silero"


def _database(settings: Settings) -> str:
    try:
        store = open_store(settings.database_url)
        try:
            newest = store.calls(1)
        finally:
            store.close()
    except StoreError as error:
        raise CheckFailed(str(error)) from error
    return "open, no calls yet" if not newest else "open"


async def _carrier(settings: Settings) -> str:
    named = ", ".join(settings.carriers)
    twilio = settings.twilio
    if not twilio.account_sid:
        return named or "none configured"
    control = TwilioCallControl(
        twilio.account_sid,
        twilio.auth_tokens[0],
        api_key_sid=twilio.api_key_sid,
        api_key_secret=twilio.api_key_secret.get_secret_value(),
        api_base_url=twilio.api_base_url,
    )
    try:
        account = await control.check_account()
    except CarrierError as error:
        raise CheckFailed(f"{error}. Check the account SID and token, and the network.") from error
    if not account.active:
        raise CheckFailed(f"the account is {account.status}: look at the carrier's console")
    return f"{named}; Twilio's account is {account.status}"


async def _warm(settings: Settings, console: Console) -> str:
    try:
        service = Service(settings)
    except (DomainError, StoreError) as error:
        raise CheckFailed(str(error)) from error
    try:
        with console.status("loading models and rendering phrases") as status:
            await service.load(
                lambda part, done, of: status.update(f"{part} {done}/{of}" if of else part)
            )
    finally:
        await service.close()
    if service.trouble:
        raise CheckFailed(service.trouble)
    return "all models loaded, all phrases rendered"
