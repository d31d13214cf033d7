"""Finds files of a hotline that nothing would read, because their name is not quite right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dialogue.documents import Mistakes, nearest

_FILES = (
    *("domain.toml", "prompts.yaml", "slots.yaml", "tools.yaml", "identification.yaml"),
    *("handover.yaml", "cues.yaml", "outbound.yaml", "catalogue.yaml", "catalogue.csv"),
    *("promotions.csv", "sizes.csv", "vocabulary.txt", "texts.yaml", "feelings.yaml"),
)
_FOLDERS = {"intents": ".yaml", "flows": ".yaml", "scenarios": ".yaml", "articles": ".md"}
"""Folders, and how the names of the files in them end."""
_MEANT = {".yaml": (".yml",), ".md": (".markdown", ".mdown", ".txt")}
_LEFT_BY_EDITORS = ("~", ".bak", ".orig", ".swp", ".tmp", ".old")


def check_files(folder: Path, mistakes: Mistakes) -> None:
    """Note what looks like a part of the hotline, and is not read as one."""
    for path in _entries(folder):
        known = tuple(_FOLDERS) if path.is_dir() else _FILES
        meant = nearest(path.name, known)
        if path.name not in known and meant in known and not (folder / meant).exists():
            mistakes.add(path.name, 1, f"nothing reads this; did you mean `{meant}`?")
    for name, ending in _FOLDERS.items():
        if not (folder / name).is_dir():
            continue
        for path in _entries(folder / name):
            if path.is_file() and path.suffix.lower() in (ending, *_MEANT[ending]):
                if path.suffix != ending:
                    mistakes.add(
                        f"{name}/{path.name}",
                        1,
                        f"nothing reads this; rename it to `{path.stem}{ending}`",
                    )
            elif path.is_dir() and any(path.glob(f"*{ending}")):
                mistakes.add(
                    f"{name}/{path.name}/", 1, f"folders in {name}/ are not read; move its files up"
                )


def _entries(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if not path.name.startswith((".", "_")) and not path.name.endswith(_LEFT_BY_EDITORS):
            yield path
