"""Articles: answers for the ear, cut where a listener can stop, and the same for the eye."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from dialogue.spoken import sentences

LONGEST_PART = 240
"""Characters told in one go, about fifteen seconds; what is longer is cut after a sentence."""

_SCHEMES = ("https", "http", "mailto", "tel")


class _Markdown(MarkdownIt):
    """Finds also the links that a careful renderer would leave out, so that they are told of."""

    def validateLink(self, url: str) -> bool:
        return True


_MARKDOWN = _Markdown("commonmark", {"html": False})
_RENDERER = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True, slots=True)
class Link:
    """Something to open."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Image:
    """Something to look at."""

    alt: str
    """What it shows, for whoever cannot see it."""
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """A boxed piece of an answer: a product, a place, a next step."""

    title: str
    text: str = ""
    image: Image | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """A task that is offered once an article was told."""

    intent: str
    question: str
    """Asks for a yes or a no: `Shall I start a return?`"""


@dataclass(frozen=True, slots=True)
class Part:
    """As much of an article as is told in one go."""

    text: str
    heading: str = ""
    """What it is about, where it is a section of its own; it then also answers alone."""


@dataclass(frozen=True, slots=True)
class Article:
    """An answer."""

    name: str
    title: str
    about: str
    """Completes "Do you want to hear about …": `returns`."""
    questions: tuple[str, ...]
    """What callers ask, by example."""
    parts: tuple[Part, ...]
    """For the ear, in the order they are told."""
    chat_text: str = ""
    """For the eye, as Markdown; empty when the same."""
    cards: tuple[Card, ...] = ()
    interruptible: bool = True
    offer: Next | None = None
    shared: bool = False
    """It comes from a folder that several hotlines include."""

    @property
    def text(self) -> str:
        """All of it, for the ear."""
        return " ".join(part.text for part in self.parts)

    @property
    def written(self) -> str:
        """All of it, for the eye."""
        if self.chat_text:
            return self.chat_text
        return "\n\n".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Written:
    """What a Markdown text holds besides its words."""

    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    unsafe: tuple[str, ...] = ()
    """Addresses that are no plain web, mail or telephone address."""


def read_markdown(text: str) -> Written:
    """Find the links and images of a Markdown text."""
    links: list[Link] = []
    images: list[Image] = []
    for block in _MARKDOWN.parse(text):
        for token, inside in _with_words(block.children or []):
            if token.type == "link_open":
                links.append(Link(inside, str(token.attrGet("href") or "")))
            elif token.type == "image":
                images.append(Image(token.content, str(token.attrGet("src") or "")))
    found = [link.url for link in links] + [image.url for image in images]
    return Written(tuple(links), tuple(images), tuple(url for url in found if not is_address(url)))


def to_html(text: str) -> str:
    """Return a Markdown text as HTML without scripts: tags in it are shown as text, and links that
    a browser would run are left out."""
    rendered: str = _RENDERER.render(text)
    return rendered


def is_address(url: str) -> bool:
    """Whether it may be shown as something to open: nothing that a browser would run."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.netloc or parts.path)


def _with_words(tokens: list[Token]) -> Iterator[tuple[Token, str]]:
    """Yield each inline token, a link with the words up to its end."""
    for i, token in enumerate(tokens):
        words = ""
        if token.type == "link_open":
            for inner in tokens[i + 1 :]:
                if inner.type == "link_close":
                    break
                words += inner.content
        yield token, words


def cut(paragraph: str, heading: str = "") -> tuple[Part, ...]:
    """Cut a paragraph into parts short enough to listen to; never inside a sentence."""
    parts: list[str] = []
    for sentence in sentences(" ".join(paragraph.split())):
        if parts and len(parts[-1]) + 1 + len(sentence) <= LONGEST_PART:
            parts[-1] += f" {sentence}"
        else:
            parts.append(sentence)
    return tuple(Part(text, heading) for text in parts)
