"""Reads what a hotline says and listens for: prompts, cues, vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from dialogue.cues import USUAL, Cues, normalised
from dialogue.documents import Mistakes, Section, read_text, read_yaml
from dialogue.domain import PROMPTS
from dialogue.feelings import USUAL as USUAL_FEELINGS
from dialogue.feelings import FeelingWords
from dialogue.languages import LANGUAGES
from dialogue.spoken import Template
from dialogue.template_loading import template


@dataclass(frozen=True, slots=True)
class Prompts:
    """What prompts.yaml holds."""

    spoken: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    written: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    """Other words for a chat, where there are any."""
    uninterruptible: frozenset[str] = frozenset()
    """Those that must be heard to their end."""


def load_prompts(folder: Path, language: str, mistakes: Mistakes) -> Prompts:
    """Read prompts.yaml."""
    top = read_yaml(folder, "prompts.yaml", mistakes, "prompts.yaml")
    if top is None:
        return Prompts()
    spoken: dict[str, tuple[Template, ...]] = {}
    written: dict[str, tuple[Template, ...]] = {}
    uninterruptible: set[str] = set()
    for name, places in PROMPTS.items():
        section, key = top, name
        if top.is_mapping(name) and (inner := top.section(name)):
            section, key = inner, "say"
            if not inner.flag("interruptible", True):
                uninterruptible.add(name)
            if "chat" in inner:
                written[name] = _templates(inner, "chat", places, mistakes)
        spoken[name] = _templates(section, key, places, mistakes)
        if section is not top:
            section.finish()
    for name, usual in LANGUAGES[language].usual_prompts.items():
        texts = top.located_texts(name) or ((usual, 1),)
        spoken[name] = tuple(template(top, text, line, (), mistakes) for text, line in texts)
    top.finish()
    return Prompts(spoken, written, frozenset(uninterruptible))


def _templates(
    section: Section, key: str, places: tuple[str, ...], mistakes: Mistakes
) -> tuple[Template, ...]:
    texts = section.located_texts(key, required=True, example='"…"')
    return tuple(template(section, text, line, places, mistakes) for text, line in texts)


def load_cues(folder: Path, language: str, mistakes: Mistakes) -> Cues:
    """Read cues.yaml, if there is one; what it does not write are those of its language."""
    usual = USUAL.get(language, USUAL["en"])
    return replace(usual, **_lists(folder, "cues.yaml", Cues, mistakes))


def load_feelings(folder: Path, language: str, mistakes: Mistakes) -> FeelingWords:
    """Read feelings.yaml, if there is one; what it does not write are those of its language."""
    usual = USUAL_FEELINGS.get(language, USUAL_FEELINGS["en"])
    return replace(usual, **_lists(folder, "feelings.yaml", FeelingWords, mistakes))


def _lists(
    folder: Path, file: str, kind: type[Any], mistakes: Mistakes
) -> dict[str, tuple[str, ...]]:
    """Read a file of lists of phrases, named like the fields of a dataclass."""
    if not (folder / file).is_file():
        return {}
    section = read_yaml(folder, file, mistakes, file)
    found: dict[str, tuple[str, ...]] = {}
    for name in (f.name for f in fields(kind)) if section else ():
        texts = section.located_texts(name) if section else ()
        phrases = {normalised(text): line for text, line in texts}
        if "" in phrases:
            mistakes.add(file, phrases[""], f"`{name}` has a phrase without words")
        if section and len(phrases) < len(texts):
            section.wrong(f"`{name}` has a phrase twice; keep one", name)
        if section and name in section:
            found[name] = tuple(phrases)
    if section:
        section.finish()
    return found


def load_vocabulary(folder: Path, mistakes: Mistakes) -> tuple[str, ...]:
    """Read vocabulary.txt, if there is one."""
    path = folder / "vocabulary.txt"
    if not path.is_file():
        return ()
    text = read_text(folder, "vocabulary.txt", mistakes) or ""
    words = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return tuple(dict.fromkeys(word for word in words if word))
