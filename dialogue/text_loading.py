"""Reads what a hotline says and listens for: prompts, articles, cues, vocabulary."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

from dialogue.cues import USUAL, Cues, normalised
from dialogue.documents import Mistakes, parse_yaml, read_text, read_yaml
from dialogue.domain import PROMPTS, Article
from dialogue.flow_loading import template
from dialogue.spoken import Template


def load_prompts(
    folder: Path, mistakes: Mistakes
) -> tuple[dict[str, tuple[Template, ...]], frozenset[str]]:
    """Read prompts.yaml: the prompts, and the names of those that must be heard to their end."""
    top = read_yaml(folder, "prompts.yaml", mistakes, "prompts.yaml")
    if top is None:
        return {}, frozenset()
    found: dict[str, tuple[Template, ...]] = {}
    uninterruptible: set[str] = set()
    for name, places in PROMPTS.items():
        section, key = top, name
        if top.is_mapping(name) and (inner := top.section(name)):
            section, key = inner, "say"
            if not inner.flag("interruptible", True):
                uninterruptible.add(name)
        texts = section.located_texts(key, required=True, example='"…"')
        found[name] = tuple(template(section, text, line, places, mistakes) for text, line in texts)
        if section is not top:
            section.finish()
    top.finish()
    return found, frozenset(uninterruptible)


def load_cues(folder: Path, language: str, mistakes: Mistakes) -> Cues:
    """Read cues.yaml, if there is one; what it does not write are those of its language."""
    usual = USUAL.get(language, USUAL["en"])
    if not (folder / "cues.yaml").is_file():
        return usual
    section = read_yaml(folder, "cues.yaml", mistakes, "cues.yaml")
    if section is None:
        return usual
    found: dict[str, tuple[str, ...]] = {}
    for name in (field.name for field in fields(Cues)):
        texts = section.located_texts(name)
        phrases = {normalised(text): line for text, line in texts}
        if "" in phrases:
            mistakes.add("cues.yaml", phrases[""], f"`{name}` has a phrase without words")
        if len(phrases) < len(texts):
            section.wrong(f"`{name}` has a phrase twice; keep one", name)
        if name in section:
            found[name] = tuple(phrases)
    section.finish()
    return replace(usual, **found)


def load_articles(folder: Path, mistakes: Mistakes) -> dict[str, Article]:
    """Read articles/*.md."""
    found: dict[str, Article] = {}
    for path in sorted((folder / "articles").glob("*.md")):
        file = f"articles/{path.name}"
        text = read_text(folder, file, mistakes)
        if text is None:
            continue
        lines = text.splitlines()
        end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
        if not lines or lines[0].strip() != "---" or end is None:
            mistakes.add(
                file, 1, "front matter is missing; begin with `---`, `title: …`, `---` lines"
            )
            continue
        front = parse_yaml("\n".join(lines[1:end]), file, mistakes, "the front matter", 1)
        body = " ".join(" ".join(lines[end + 1 :]).split())
        if not body:
            mistakes.add(file, end + 2, "the answer is missing; write it below the second `---`")
        if front is None:
            continue
        questions = front.texts("questions", required=True, example="[…]")
        if "questions" in front and len(questions) < 3:
            front.wrong("write at least three `questions` that this article answers", "questions")
        found[path.stem] = Article(
            name=path.stem,
            title=front.text("title", required=True, example="Returns"),
            about=front.text("about", required=True, example="returns"),
            questions=questions,
            text=body,
            chat_text=front.text("chat"),
            interruptible=front.flag("interruptible", True),
        )
        front.finish()
    return found


def load_vocabulary(folder: Path, mistakes: Mistakes) -> tuple[str, ...]:
    """Read vocabulary.txt, if there is one."""
    path = folder / "vocabulary.txt"
    if not path.is_file():
        return ()
    text = read_text(folder, "vocabulary.txt", mistakes) or ""
    words = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return tuple(dict.fromkeys(word for word in words if word))
