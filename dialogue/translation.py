"""The texts of a hotline that is another one in a second language.

`extends = "retail"` in domain.toml takes flows, tools, slots and prompts from that hotline as they
are, and `texts.yaml` tells for each of their texts what it is in the language: what is not written
there, or no longer said, is a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dialogue.documents import Located, Mistakes, read_yaml

FILE = "texts.yaml"
TEXTS = frozenset(
    (
        *("say", "confirm", "refused", "note", "promise", "title", "summary", "label", "ask"),
        *("rephrase", "heard", "kept", "partial", "unsure", "filler", "reason", "wrong"),
        *("vocabulary",),
    )
)
"""Keys whose values are said, or read by a person."""
WHOLE = ("prompts.yaml",)
"""Files in which every text is one of them."""
_FLAGS = ("true", "false")


class Translation:
    """Puts the texts of files into another language, and notes which were missing or not needed."""

    def __init__(self, texts: Mapping[str, tuple[str, int]]) -> None:
        self._texts = texts
        self._used: set[str] = set()

    @classmethod
    def load(cls, folder: Path, mistakes: Mistakes) -> Translation:
        """Read texts.yaml."""
        top = read_yaml(folder, FILE, mistakes, FILE)
        names = top.names() if top else ()
        return cls(
            {name: (top.text(name, required=True), top.line_of(name)) for name in names if top}
        )

    def translated(self, file: str, located: Located, mistakes: Mistakes) -> Located:
        """Return a file's tree with its texts in the language."""
        return self._tree(file, located, file in WHOLE, mistakes)

    def check_used(self, mistakes: Mistakes) -> None:
        """Note the texts that nothing says."""
        for text, (_, line) in self._texts.items():
            if text not in self._used:
                mistakes.add(FILE, line, f"nothing says “{text}” any more; remove the line")

    def _tree(self, file: str, located: Located, said: bool, mistakes: Mistakes) -> Located:
        value = located.value
        if isinstance(value, dict):
            inside = {
                key: self._tree(file, one, file in WHOLE or key in TEXTS, mistakes)
                for key, one in value.items()
            }
            return Located(inside, located.line)
        if isinstance(value, list):
            return Located([self._tree(file, one, said, mistakes) for one in value], located.line)
        if not said or value in _FLAGS or not value.strip():
            return located
        text = value.strip()
        if text not in self._texts:
            mistakes.add(
                FILE,
                1,
                f'“{text}” of {file}, line {located.line}, is not translated; add `"{text}": "…"`',
            )
            return located
        self._used.add(text)
        return Located(self._texts[text][0], located.line)
