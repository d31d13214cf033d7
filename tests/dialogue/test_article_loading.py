"""Articles as files: words for the ear, below them words for the eye; and folders to share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dialogue.articles import read_markdown
from dialogue.errors import DomainError
from dialogue.loading import load_domain

FRONT = """---
title: Parking
about: parking
questions: [where can I park, is there a car park, do I have to pay for parking]
---
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(load_domain("retail").folder, tmp_path / "shop"))


def refused(folder: Path) -> str:
    with pytest.raises(DomainError) as caught:
        load_domain(str(folder))
    return str(caught.value)


def test_paragraphs_sections_and_what_is_shown(folder: Path) -> None:
    (folder / "articles" / "parking.md").write_text(
        FRONT + "You can park\nbehind the shop.\n\nIt's free for two hours.\n\n"
        "## Electric cars\nThere are two chargers.\n\n"
        "# Chat\n\nSee the [map](https://www.example.com/map).\n",
        encoding="utf-8",
    )
    article = load_domain(str(folder)).articles["parking"]
    assert [
        ("", "You can park behind the shop."),
        ("", "It's free for two hours."),
        ("Electric cars", "There are two chargers."),
    ] == [(part.heading, part.text) for part in article.parts]
    assert "See the [map](https://www.example.com/map)." == article.written
    assert [("map", "https://www.example.com/map")] == [
        (link.text, link.url) for link in read_markdown(article.written).links
    ]


def test_without_words_for_the_eye_those_for_the_ear_are_shown(folder: Path) -> None:
    (folder / "articles" / "parking.md").write_text(FRONT + "Behind it.\n\nFree.\n")
    assert "Behind it.\n\nFree." == load_domain(str(folder)).articles["parking"].written


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", "parking.md:6: the answer is missing"),
        ("# Chat\nText.", "parking.md:6: the answer is missing"),
        ("Here.\n\n# Chat\n", "parking.md:8: nothing is below `# Chat`"),
        ("See [the map](https://x.org).", "parking.md:6: `[the map](` cannot be heard"),
        ("Good.\nhttps://x.org is it.", "parking.md:7: `https://` cannot be heard"),
        ("- one\n- two", "parking.md:6: `-` cannot be heard"),
        ("Here.\n\n# Chat\n[x](javascript:alert(1))", "parking.md:8: `javascript:alert(1)` cannot"),
        ("Here.\n\n# Chat\n![x](data:image/png;base64,AA)", "cannot be opened from a chat"),
        ("Here.\n\n# Chat\n[x](map.html)", "`map.html` cannot be opened from a chat"),
    ],
)
def test_what_is_wrong_in_a_body_is_named(folder: Path, body: str, expected: str) -> None:
    (folder / "articles" / "parking.md").write_text(FRONT + body)
    assert expected in refused(folder)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("chat: Text.", "parking.md:2: `chat` is written here and below"),
        ("cards: [{text: x}]", "parking.md:2: an item of `cards` has no `title`"),
        ("cards: [{title: x, link: 'file:///etc/passwd'}]", "`link: file:///etc/passwd` is no"),
        ("cards: [{title: x, img: y}]", "parking.md:2: `img` is not known in an item of `cards`"),
        ("cards: x", "`cards` must be a list"),
    ],
)
def test_what_is_wrong_in_front_is_named(folder: Path, front: str, expected: str) -> None:
    text = FRONT.replace("---\n", f"---\n{front}\n", 1) + "Here.\n\n# Chat\nText."
    (folder / "articles" / "parking.md").write_text(text)
    assert expected in refused(folder)


# --- shared ---------------------------------------------------------


def include(folder: Path, *places: str) -> None:
    head = folder / "domain.toml"
    text = head.read_text(encoding="utf-8")
    listed = ", ".join(f'"{place}"' for place in places)
    head.write_text(text.replace('include = ["shared"]', f"include = [{listed}]"))


def test_hotlines_share_a_folder_of_articles(folder: Path) -> None:
    assert load_domain("retail").articles["privacy"].shared
    house = folder.parent / "house"
    house.mkdir()
    (house / "parking.md").write_text(FRONT + "Behind the house.\n")
    before = load_domain(str(folder))
    include(folder, "shared", "../house")
    domain = load_domain(str(folder))
    assert {"privacy", "parking"} <= set(domain.articles)
    assert ("where can I park", "article:parking") in domain.examples()
    assert before.version != domain.version
    (house / "parking.md").write_text(FRONT + "In front of the house.\n")
    assert domain.version != load_domain(str(folder)).version


def test_its_own_article_stands_before_a_shared_one(folder: Path) -> None:
    (folder / "articles" / "privacy.md").write_text(FRONT + "Ours.\n")
    assert "Ours." == load_domain(str(folder)).articles["privacy"].text


def test_a_mistake_in_a_shared_article_is_named_with_its_place(folder: Path) -> None:
    house = folder.parent / "house"
    house.mkdir()
    (house / "parking.md").write_text(FRONT)
    include(folder, "../house")
    assert "../house/parking.md:6: the answer is missing" in refused(folder)


def test_a_missing_shared_folder_is_named(folder: Path) -> None:
    include(folder, "../nowhere")
    assert "domain.toml:16: there is no folder `../nowhere` with articles" in refused(folder)
