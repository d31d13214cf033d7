"""How every command reads its settings and tells of failures."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from voicebot.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


def read_settings() -> Settings:
    """Return the settings.

    Raises:
        click.ClickException: one is wrong; the message names its variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"  {_variable(e['loc'])}: {e['msg']}" for e in error.errors()]
        raise click.ClickException("\n".join(["the settings are wrong:", *lines])) from error


def _variable(path: tuple[int | str, ...]) -> str:
    return "VOICEBOT_" + "__".join(str(part).upper() for part in path) if path else "settings"


def told(command: F) -> F:
    """Turn the failures that a person can mend into one sentence without a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from dialogue.errors import DialogueError
        from voicebot.ports import EngineError, ToolError
        from voicebot.store import StoreError

        expected = (DialogueError, EngineError, ToolError, StoreError, ValueError, OSError)
        try:
            return command(*args, **kwargs)
        except BrokenPipeError:
            # Who read our output has gone; click ends the command quietly.
            raise
        except expected as error:
            raise click.ClickException(str(error)) from error

    return run  # type: ignore[return-value]  # wraps keeps the signature, which mypy cannot see
