"""A hotline's YAML, TOML and Markdown files as trees that remember their line numbers.

Every scalar stays text until a reader asks for a number or a flag, so that `yes`, `no` and `off` in
a list of examples are words and not truth values. Mistakes are collected, never raised, so that a
merchant sees all of them at once.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml

from dialogue.errors import Mistake

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, ten times as fast, where PyYAML was built with it, as its wheels are."""


LARGEST_FILE = 4 * 2**20
"""Bytes of one file of a hotline."""


@dataclass(frozen=True, slots=True)
class Located:
    """A value and the line it stands on."""

    value: str | list[Located] | dict[str, Located]
    line: int


class Translates(Protocol):
    """See `dialogue.translation`."""

    def translated(self, file: str, located: Located, mistakes: Mistakes) -> Located:
        """Return a file's tree in another language."""
        ...


@dataclass(slots=True)
class Mistakes:
    """What was found wrong so far."""

    found: list[Mistake] = field(default_factory=list)
    translation: Translates | None = None
    """Puts the texts of YAML files into another language while they are read."""
    unreadable: list[Mistake] = field(default_factory=list)
    """Those among `found` of which the others may be mere consequences: files that are no text, no
    YAML, or empty."""

    def add(self, file: str, line: int, message: str) -> None:
        """Note one mistake; `message` says what to write instead."""
        self.found.append(Mistake(file, max(line, 1), message))

    def cannot_read(self, file: str, line: int, message: str) -> None:
        """Note that nothing can be known of what a file holds."""
        self.add(file, line, message)
        self.unreadable.append(self.found[-1])

    def worth_telling(self) -> tuple[Mistake, ...]:
        """Return what is wrong, without what only follows from files that cannot be read."""
        return tuple(self.unreadable or self.found)


class Section:
    """A mapping being read: hands out its values by type and notes what does not fit."""

    def __init__(self, file: str, located: Located, mistakes: Mistakes, what: str) -> None:
        self.file = file
        self.line = located.line
        self.what = what
        self._mistakes = mistakes
        self._read: set[str] = set()
        self._values: dict[str, Located] = {}
        if isinstance(located.value, dict):
            self._values = located.value
        else:
            self.wrong(f"{what} must be a mapping, like `key: value`")

    def wrong(self, message: str, key: str = "") -> None:
        """Note a mistake at this mapping, or at one of its keys."""
        self._mistakes.add(self.file, self.line_of(key), message)

    def take_for(self, key: str, meant: str) -> None:
        """Read a key as another one from here on."""
        self._values[meant] = self._values.pop(key)

    def line_of(self, key: str) -> int:
        """Return the line of a key, or of the mapping where it is absent."""
        return self._values[key].line if key in self._values else self.line

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def is_mapping(self, key: str) -> bool:
        """Whether a key holds a mapping rather than a text or a list."""
        return key in self._values and isinstance(self._values[key].value, dict)

    def is_list_of_mappings(self, key: str) -> bool:
        """Whether a key holds a list whose items are mappings."""
        value = self._values[key].value if key in self._values else None
        return isinstance(value, list) and any(isinstance(item.value, dict) for item in value)

    def names(self) -> tuple[str, ...]:
        """Return the keys in the order they are written."""
        return tuple(self._values)

    def _take(self, key: str, required: bool, example: str) -> Located | None:
        self._read.add(key)
        located = self._values.get(key)
        if located is None and required:
            self.wrong(f"{self.what} has no `{key}`; add one, like `{self._like(key, example)}`")
        return located

    def _like(self, key: str, example: str) -> str:
        """Return a line with a key as the file's format writes it."""
        if not self.file.endswith(".toml"):
            return f"{key}: {example}"
        quoted = example if example.startswith('"') else f'"{example}"'
        return f"{key} = {quoted}"

    def text(
        self, key: str, default: str = "", *, required: bool = False, example: str = "…"
    ) -> str:
        """Return one text."""
        located = self._take(key, required, example)
        if located is None:
            return default
        if not isinstance(located.value, str):
            self.wrong(f"`{key}` must be one text, like `{self._like(key, example)}`", key)
            return default
        if required and not located.value.strip():
            self.wrong(f"`{key}` is empty; write something, like `{self._like(key, example)}`", key)
        return located.value.strip()

    def texts(
        self, key: str, *, required: bool = False, example: str = "[…, …]"
    ) -> tuple[str, ...]:
        """Return a list of texts; one text alone counts as a list of one."""
        return tuple(
            text for text, _ in self.located_texts(key, required=required, example=example)
        )

    def located_texts(
        self, key: str, *, required: bool = False, example: str = "[…, …]"
    ) -> tuple[tuple[str, int], ...]:
        """Return a list of (text, line)."""
        located = self._take(key, required, example)
        if located is None:
            return ()
        items = located.value if isinstance(located.value, list) else [located]
        found: list[tuple[str, int]] = []
        for item in items:
            if not isinstance(item.value, str):
                self._mistakes.add(
                    self.file, item.line, f"`{key}` must be a list of texts; quote this one"
                )
            elif not item.value.strip():
                self._mistakes.add(
                    self.file, item.line, f"`{key}` has an empty line; write a text or remove it"
                )
            else:
                found.append((item.value.strip(), item.line))
        return tuple(found)

    def flag(self, key: str, default: bool = False) -> bool:
        """Return a truth value."""
        located = self._take(key, False, "true")
        if located is None:
            return default
        match located.value:
            case "true" | "yes":
                return True
            case "false" | "no":
                return False
            case _:
                self.wrong(f"`{key}` must be `true` or `false`", key)
                return default

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """Return a number within bounds."""
        located = self._take(key, False, str(default))
        if located is None:
            return default
        try:
            value = float(located.value if isinstance(located.value, str) else "")
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            like = default if low <= default <= high else low
            self.wrong(f"`{key}` must be a number from {low:g} to {high:g}, like {like:g}", key)
            return default
        return value

    def choice(self, key: str, options: Sequence[str], default: str = "") -> str:
        """Return one of a few words."""
        value = self.text(key, default, required=not default, example=options[0])
        if value and value not in options:
            written = self._like(key, value)
            self.wrong(f"`{written}` is unknown; {suggestion(value, options)}", key)
            return default or options[0]
        return value or options[0]

    def data(self, key: str) -> Any:
        """Return whatever a key holds, as nested lists and mappings of texts."""
        located = self._take(key, False, "…")
        return None if located is None else _data(located)

    def section(self, key: str, *, required: bool = False, example: str = "{…}") -> Section | None:
        """Return a mapping inside this one."""
        located = self._take(key, required, example)
        return None if located is None else Section(self.file, located, self._mistakes, f"`{key}`")

    def sections(
        self, key: str, *, required: bool = False, example: str = "[{…}, {…}]"
    ) -> tuple[Section, ...]:
        """Return a list of mappings."""
        located = self._take(key, required, example)
        if located is None:
            return ()
        if not isinstance(located.value, list):
            self.wrong(f"`{key}` must be a list, each item starting with `- `", key)
            return ()
        what = f"an item of `{key}`"
        return tuple(Section(self.file, item, self._mistakes, what) for item in located.value)

    def finish(self, also: Iterable[str] = ()) -> None:
        """Note the keys that nobody asked for; `also` are further ones that might have been."""
        for key in self._values:
            if key not in self._read:
                hint = suggestion(key, {*self._read, *also})
                self.wrong(f"`{key}` is not known in {self.what}; {hint}", key)


def _data(located: Located) -> Any:
    match located.value:
        case dict() as values:
            return {key: _data(value) for key, value in values.items()}
        case list() as items:
            return [_data(item) for item in items]
        case text:
            return text


def nearest(word: str, options: Iterable[str]) -> str:
    """Return the option that a word is a misspelling of; the word itself if there is none."""
    return next(iter(difflib.get_close_matches(word, sorted(set(options)), 1, 0.6)), word)


def suggestion(word: str, options: Iterable[str]) -> str:
    """Say what to write instead of a word that is not among the options."""
    known = sorted(set(options))
    if (close := nearest(word, known)) != word:
        return f"did you mean `{close}`?"
    return f"use one of: {', '.join(known)}" if known else "none is defined yet"


def read_yaml(folder: Path, file: str, mistakes: Mistakes, what: str) -> Section | None:
    """Read a YAML file whose top level is a mapping; None when it cannot be read."""
    text = read_text(folder, file, mistakes)
    return None if text is None else parse_yaml(text, file, mistakes, what)


def parse_yaml(
    text: str, file: str, mistakes: Mistakes, what: str, offset: int = 0
) -> Section | None:
    """Parse YAML text; `offset` is the number of lines before it in the file."""
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent):
                where: Any = event.start_mark
                # An alias can make a small file unfold without end.
                line = where.line + 1 + offset
                what_else = f"`*{event.anchor}` is an alias; write the value out"
                mistakes.cannot_read(file, line, f"{what_else}, or quote it if it is words")
                return None
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark
        line = (0 if mark is None else int(mark.line)) + 1 + offset
        mistakes.cannot_read(file, line, _no_yaml(text, line - offset, str(error.problem)))
        return None
    except yaml.YAMLError as error:
        why = " ".join(str(error).split())
        mistakes.cannot_read(
            file, 1 + offset, f"not YAML ({why}); save the file as plain UTF-8 text"
        )
        return None
    if node is None:
        mistakes.cannot_read(file, 1 + offset, f"{what} is empty; fill it, or remove the file")
        return None
    located = _located(node, file, mistakes, offset)
    if mistakes.translation is not None:
        located = mistakes.translation.translated(file, located, mistakes)
    return Section(file, located, mistakes, what)


def _no_yaml(text: str, line: int, problem: str) -> str:
    """Say what is probably wrong where a parser stumbled: often not quite there."""
    lines = text.splitlines()
    at = lines[line - 1] if line <= len(lines) else ""
    before = next((one for one in reversed(lines[: line - 1]) if one.strip()), "")
    if "\t" in at[: len(at) - len(at.lstrip())]:
        return "a tab; indent with spaces, which YAML insists on"
    for one, where in ((at, "this line"), (before, "the line before")):
        _, colon, value = one.partition(": ")
        if (
            colon
            and ": " in value
            and not value.lstrip().startswith(('"', "'", "{", "[", "|", ">"))
        ):
            return f"a text with a colon in {where}; put it between quotes"
        if one.replace('\\"', "").count('"') % 2:
            return f"a quote in {where} is not closed, or not opened; write it in pairs"
    return f"not YAML ({problem}); check indentation, quotes and colons here and in the line before"


def _located(node: yaml.Node, file: str, mistakes: Mistakes, offset: int) -> Located:
    line = node.start_mark.line + 1 + offset
    match node:
        case yaml.MappingNode():
            values: dict[str, Located] = {}
            for key, value in node.value:
                name = str(key.value)
                at = key.start_mark.line + 1 + offset
                if name in values:
                    mistakes.add(
                        file,
                        at,
                        f"`{name}` is written twice; keep one (first: {values[name].line})",
                    )
                    continue
                inner = _located(value, file, mistakes, offset)
                values[name] = Located(inner.value, at)
            return Located(values, line)
        case yaml.SequenceNode():
            return Located([_located(item, file, mistakes, offset) for item in node.value], line)
        case _:
            return Located(str(node.value), line)


def read_toml(folder: Path, file: str, mistakes: Mistakes, what: str) -> Section | None:
    """Read a TOML file; None when it cannot be read."""
    text = read_text(folder, file, mistakes)
    if text is None:
        return None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines())
        mistakes.cannot_read(file, line, f'not TOML ({error}); write `key = "text"` lines')
        return None
    return Section(file, _toml_located(data, _toml_lines(text), ()), mistakes, what)


def _toml_lines(text: str) -> dict[tuple[str, ...], int]:
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([\w.\- ]+)\]", line):
            table = tuple(part.strip() for part in header[1].split("."))
            lines[table] = number
        elif entry := re.match(r"\s*([\w\-]+)\s*=", line):
            lines.setdefault((*table, entry[1]), number)
    return lines


def _toml_located(value: Any, lines: dict[tuple[str, ...], int], path: tuple[str, ...]) -> Located:
    line = lines.get(path, lines.get(path[:-1], 1))
    match value:
        case dict():
            inner = {k: _toml_located(v, lines, (*path, k)) for k, v in value.items()}
            return Located(inner, line)
        case list():
            return Located([Located(str(item), line) for item in value], line)
        case bool():
            return Located("true" if value else "false", line)
        case _:
            return Located(str(value), line)


def read_text(folder: Path, file: str, mistakes: Mistakes, *, called: str = "") -> str | None:
    """Read a text file; None, with a mistake noted, when it is missing, huge or not UTF-8.

    Args:
        folder: Where it is.
        file: Its name in there.
        mistakes: Where mistakes are noted.
        called: What mistakes call it; default its name.
    """
    path, name = folder / file, called or file
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            what = f"it has {size / 2**20:.0f} MiB, and {LARGEST_FILE // 2**20} are the most"
            mistakes.cannot_read(name, 1, f"{what}; is this the right file?")
            return None
        # Some editors begin a file with a mark of its encoding.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        mistakes.cannot_read(name, 1, "the file is missing; every hotline needs it")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        mistakes.cannot_read(name, line, "not UTF-8 text; save it with UTF-8 encoding")
    except OSError as error:
        mistakes.cannot_read(name, 1, f"cannot be read ({error.strerror}); check its permissions")
    return None
