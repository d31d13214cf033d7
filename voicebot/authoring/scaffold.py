"""Writes a complete small hotline, for a merchant to change."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from dialogue.loading import PACKAGED

BLANK = PACKAGED.parent / "templates" / "blank"
RETAIL = PACKAGED / "retail"

_TITLES = {"blank": ("Example Company", "Maple Street"), "retail": ("Maple Street",)}
_SHARED = ("intents/controls.yaml",)
"""What a blank hotline takes from retail: words that belong to the language, not to a business."""
_TEXT = (".toml", ".yaml", ".md", ".txt", ".csv")


def write_hotline(folder: Path, source: str, title: str = "") -> tuple[str, ...]:
    """Write a hotline into a new folder; return its files.

    Args:
        folder: Where to; its name becomes the hotline's.
        source: `blank` for a small commented one, or `retail` for a copy of the packaged shop.
        title: The name that callers hear; made from the folder's where it is empty.

    Raises:
        ValueError: the name is none, or the title has characters that cannot stand in the files.
        FileExistsError: the folder holds something.
        OSError: it cannot be written.
    """
    name = folder.resolve().name.lower().replace("-", "_").replace(" ", "_")
    if not name.isidentifier():
        raise ValueError(
            f"{folder.name!r} cannot name a hotline: use letters, digits and underscores, "
            "and begin with a letter"
        )
    title = " ".join(title.split()) or name.replace("_", " ").title()
    if re.search(r"[\"\\{}:#\x00-\x1f]", title):
        raise ValueError(f'the title {title!r} must not hold " \\ {{ }} : or #')
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} is there already and not empty; choose another name")
    origin = RETAIL if source == "retail" else BLANK
    shutil.copytree(
        origin, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    if source != "retail":
        for file in _SHARED:
            (folder / file).parent.mkdir(exist_ok=True)
            shutil.copyfile(RETAIL / file, folder / file)
        (folder / "prompts.yaml").write_text(_prompts(), encoding="utf-8")
    written = sorted(path for path in folder.rglob("*") if path.suffix in _TEXT)
    for path in written:
        text = path.read_text(encoding="utf-8")
        for known in _TITLES[source]:
            text = text.replace(known, title)
        if path.name == "domain.toml":
            text = re.sub(r'^name = ".*"', f'name = "{name}"', text, flags=re.MULTILINE)
        path.write_text(text, encoding="utf-8")
    return tuple(path.relative_to(folder).as_posix() for path in written)


def _prompts() -> str:
    """Return retail's prompts with what a blank hotline says otherwise."""
    own = {
        line.split(":", 1)[0]: line
        for line in (BLANK / "prompts.yaml").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    }
    lines = (RETAIL / "prompts.yaml").read_text(encoding="utf-8").splitlines()
    return "\n".join(own.get(line.split(":", 1)[0], line) for line in lines) + "\n"
