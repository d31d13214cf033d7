"""What the README says is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel, SecretStr

from voicebot.cli import main
from voicebot.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def settings_table(model: type[BaseModel] = Settings, prefix: str = "VOICEBOT_") -> list[str]:
    """Return the README's rows for a tree of settings."""
    rows = []
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            rows += settings_table(field.annotation, f"{variable}__")
            continue
        rows.append(f"| `{variable}` | {_default(field.default)} | {field.description} |")
    return rows


def _default(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return f"`{value}`" if value not in ("", None) else "–"


def section(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    table = ["| setting | default | what it is |", "|---|---|---|", *settings_table()]

    assert "\n".join(table) + "\n" == section("settings")


def test_every_command_is_in_the_readme_and_has_help() -> None:
    for name, command in main.commands.items():
        assert f"`voicebot {name}" in README
        assert isinstance(command, click.Command)
        assert command.help


def test_the_two_lines_are_single_lines() -> None:
    for mark in ("demo line", "test line"):
        assert 1 == len(re.findall(rf"^<!-- {mark} -->`[^`\n]+`$", README, re.MULTILINE))


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
