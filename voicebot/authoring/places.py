"""Where in a hotline's folder things are written, so that advice can name file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dialogue.article_loading import article_folders
from dialogue.documents import Mistakes, Section, parse_yaml, read_text, read_toml, read_yaml
from dialogue.domain import ARTICLE_PREFIX
from dialogue.loading import PACKAGED


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file."""

    file: str
    """Relative to the hotline's folder."""
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Example:
    """An example of a need, where it is written."""

    text: str
    need: str
    """An intent, or an article with its prefix."""
    place: Place


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence that callers hear, where it is written."""

    text: str
    place: Place


class Places:
    """Finds things in a hotline's folder. The folder is one that loads without mistakes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        head = read_toml(folder, "domain.toml", Mistakes(), "domain.toml")
        shared = article_folders(folder, PACKAGED, head, Mistakes())
        self._articles = dict(_articles(((folder / "articles", "articles"), *shared)))
        self._needs: dict[str, Place] = {}
        self.examples = tuple(self._read_examples())

    def need(self, name: str) -> Place:
        """Return where an intent, or an article with its prefix, is written."""
        return self._needs.get(name, Place("domain.toml", 1))

    def setting(self, name: str) -> Place:
        """Return where a line of domain.toml is written."""
        lines = (self._folder / "domain.toml").read_text(encoding="utf-8").splitlines()
        found = (i for i, line in enumerate(lines, 1) if re.match(rf"\s*{name}\s*=", line))
        return Place("domain.toml", next(found, 1))

    def entry(self, file: str, name: str) -> Place:
        """Return where a name at the top of a YAML file is written."""
        top = self._yaml(file)
        return Place(file, top.line_of(name) if top else 1)

    def spoken(self) -> Iterator[Spoken]:
        """Yield everything that callers hear, as it is written."""
        for file in ("prompts.yaml", "slots.yaml", "tools.yaml", *self._files("flows")):
            if top := self._yaml(file):
                yield from _texts_of(top, _SAID[file.split("/", maxsplit=1)[0]])
        for file in self._files("intents"):
            if top := self._yaml(file):
                yield from _texts_of(top, _SAID["intents"])
        for path, file in self._articles.values():
            yield from self._article(path, file)

    def _article(self, path: Path, file: str) -> Iterator[Spoken]:
        lines = path.read_text(encoding="utf-8").splitlines()
        end = _end_of_front_matter(lines)
        paragraph: list[str] = []
        first = end + 2
        for number, line in enumerate([*lines[end + 1 :], ""], end + 2):
            if re.fullmatch(r"#+\s+chat\s*", line, re.IGNORECASE):
                # What follows is for the eye.
                return
            if line.strip() and not line.startswith("#"):
                first = first if paragraph else number
                paragraph.append(line.strip())
            elif paragraph:
                yield Spoken(" ".join(paragraph), Place(file, first))
                paragraph = []

    def _read_examples(self) -> Iterator[Example]:
        for file in self._files("intents"):
            top = self._yaml(file)
            for name in top.names() if top else ():
                section = top.section(name) if top else None
                self._needs[name] = Place(file, top.line_of(name) if top else 1)
                for text, line in section.located_texts("examples") if section else ():
                    yield Example(text, name, Place(file, line))
        for name, (path, file) in self._articles.items():
            need = ARTICLE_PREFIX + name
            lines = path.read_text(encoding="utf-8").splitlines()
            end = _end_of_front_matter(lines)
            self._needs[need] = Place(file, 1)
            front = parse_yaml("\n".join(lines[1:end]), file, Mistakes(), "front matter", 1)
            for text, line in front.located_texts("questions") if front else ():
                yield Example(text, need, Place(file, line))

    def _files(self, kind: str) -> list[str]:
        return [f"{kind}/{path.name}" for path in sorted((self._folder / kind).glob("*.yaml"))]

    def _yaml(self, file: str) -> Section | None:
        mistakes = Mistakes()
        if read_text(self._folder, file, mistakes) is None:
            return None
        return read_yaml(self._folder, file, mistakes, file)


_SAID = {
    "prompts.yaml": None,
    "slots.yaml": frozenset(("ask", "rephrase", "heard", "kept", "partial")),
    "tools.yaml": frozenset(("filler",)),
    "flows": frozenset(("say", "confirm", "refused")),
    "intents": frozenset(("reply", "question", "rephrase")),
}
"""The keys under which a file holds what is said; None: everything in it is."""


def _articles(folders: Iterable[tuple[Path, str]]) -> Iterator[tuple[str, tuple[Path, str]]]:
    """Yield (name, (path, file)) of articles; those of the first folder hide others."""
    seen: set[str] = set()
    for folder, written in folders:
        for path in sorted(folder.glob("*.md")):
            if path.stem not in seen:
                seen.add(path.stem)
                yield path.stem, (path, f"{written}/{path.name}")


def _end_of_front_matter(lines: list[str]) -> int:
    return next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)


def _texts_of(section: Section, keys: frozenset[str] | None) -> Iterator[Spoken]:
    for key in section.names():
        if section.is_mapping(key):
            inner = section.section(key)
            if inner:
                yield from _texts_of(inner, keys)
        elif section.is_list_of_mappings(key):
            for item in section.sections(key):
                yield from _texts_of(item, keys)
        elif keys is None or key in keys:
            for text, line in section.located_texts(key):
                yield Spoken(text, Place(section.file, line))
