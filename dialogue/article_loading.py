"""Reads the articles of a hotline, its own and those that it shares with others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from dialogue.articles import Article, Card, Image, Link, Next, Part, cut, is_address, read_markdown
from dialogue.documents import Mistakes, Section, parse_yaml, read_text

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_FOR_THE_EYE = re.compile(r"\[[^\]]*\]\(|^\s*(?:[-*+]|\d+\.)\s|https?://|\*\*|\|", re.MULTILINE)
"""Markup that can be seen and not heard."""
_FEWEST_QUESTIONS = 3


def article_folders(
    folder: Path, packaged: Path, head: Section | None, mistakes: Mistakes
) -> tuple[tuple[Path, str], ...]:
    """Return the folders with shared articles, each as it is written in domain.toml.

    Args:
        folder: The hotline's; paths are meant from here.
        packaged: Where the packaged hotlines and shared articles are; plain names are meant here.
        head: domain.toml.
        mistakes: Where mistakes are noted.
    """
    section = head.section("articles") if head else None
    if section is None:
        return ()
    found: list[tuple[Path, str]] = []
    for text, line in section.located_texts("include", required=True, example='["shared"]'):
        shared = packaged / text if text.isidentifier() else folder / text
        if shared.is_dir():
            found.append((shared, text.rstrip("/")))
        else:
            mistakes.add(
                section.file,
                line,
                f"there is no folder `{text}` with articles; write a path from the hotline's "
                'folder, like `include = ["../our_articles"]`, or the packaged `shared`',
            )
    section.finish()
    return tuple(found)


def load_articles(
    folder: Path, shared: Sequence[tuple[Path, str]], mistakes: Mistakes
) -> dict[str, Article]:
    """Read articles/*.md, and the shared ones of which the hotline has none of that name."""
    found: dict[str, Article] = {}
    for path in sorted((folder / "articles").glob("*.md")):
        if article := _article(path, f"articles/{path.name}", mistakes):
            found[path.stem] = article
    own = {path.stem for path in (folder / "articles").glob("*.md")}
    for place, written in shared:
        for path in sorted(place.glob("*.md")):
            if path.stem in own or path.stem in found:
                continue
            if article := _article(path, f"{written}/{path.name}", mistakes, shared=True):
                found[path.stem] = article
    return found


def _article(path: Path, file: str, mistakes: Mistakes, *, shared: bool = False) -> Article | None:
    text = read_text(path.parent, path.name, mistakes, called=file)
    if text is None:
        return None
    lines = text.splitlines()
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if not lines or lines[0].strip() != "---" or end is None:
        mistakes.add(file, 1, "front matter is missing; begin with `---`, `title: …`, `---` lines")
        return None
    front = parse_yaml("\n".join(lines[1:end]), file, mistakes, "the front matter", 1)
    parts, chat, chat_line = _body(lines[end + 1 :], file, end + 2, mistakes)
    if not parts:
        mistakes.add(file, end + 2, "the answer is missing; write it below the second `---`")
    if front is None:
        return None
    questions = front.texts("questions", required=True, example="[…]")
    if "questions" in front and len(questions) < _FEWEST_QUESTIONS:
        front.wrong("write at least three `questions` that this article answers", "questions")
    if chat and "chat" in front:
        front.wrong("`chat` is written here and below `# Chat`; keep one", "chat")
    chat = chat or front.text("chat")
    for url in read_markdown(chat).unsafe:
        mistakes.add(
            file,
            chat_line or front.line_of("chat"),
            f"`{url}` cannot be opened from a chat; write a full address, like "
            "`https://www.example.com/returns`",
        )
    article = Article(
        name=path.stem,
        title=front.text("title", required=True, example="Returns"),
        about=front.text("about", required=True, example="returns"),
        questions=questions,
        parts=parts,
        chat_text=chat,
        cards=tuple(_card(section) for section in front.sections("cards")),
        offer=_next(front.section("offer")),
        interruptible=front.flag("interruptible", True),
        shared=shared,
    )
    front.finish()
    return article


def _body(
    lines: Sequence[str], file: str, first: int, mistakes: Mistakes
) -> tuple[tuple[Part, ...], str, int]:
    """Return what is told, in parts; and what is shown, with its line."""
    parts: list[Part] = []
    heading, paragraph, began = "", "", first

    def close() -> None:
        nonlocal paragraph
        if not paragraph.strip():
            return
        if found := _FOR_THE_EYE.search(paragraph):
            at = began + paragraph[: found.start()].count("\n")
            what = found[0].strip()
            mistakes.add(
                file,
                at,
                f"`{what}` cannot be heard; keep the words for the ear plain, and write links, "
                "lists and pictures below a line `# Chat`",
            )
        parts.extend(cut(paragraph, heading))
        paragraph = ""

    for number, line in enumerate(lines, first):
        if title := _HEADING.match(line):
            close()
            heading = title[2]
            if heading.lower() == "chat":
                chat = "\n".join(lines[number - first + 1 :]).strip()
                if not chat:
                    mistakes.add(file, number, "nothing is below `# Chat`; write it, or remove it")
                return tuple(parts), chat, number
        elif line.strip():
            began = began if paragraph else number
            paragraph += f"{line}\n"
        else:
            close()
    close()
    return tuple(parts), "", 0


def _next(section: Section | None) -> Next | None:
    if section is None:
        return None
    intent = section.text("intent", required=True, example="return_item")
    question = section.text("ask", required=True, example="Shall I start a return?")
    section.finish()
    return Next(intent, question)


def _card(section: Section) -> Card:
    title = section.text("title", required=True, example="Return label")
    text = section.text("text")
    image, link = section.text("image"), section.text("link")
    for key, url in (("image", image), ("link", link)):
        if url and not is_address(url):
            section.wrong(
                f"`{key}: {url}` is no address; write it in full, like "
                "`https://www.example.com/label`",
                key,
            )
    label = section.text("label", title)
    section.finish()
    return Card(
        title, text, Image(title, image) if image else None, Link(label, link) if link else None
    )
