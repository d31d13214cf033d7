"""A hotline's folder that is wrong in any way is refused with files and lines, never otherwise."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue.domain import Domain
from dialogue.errors import DomainError, Mistake
from dialogue.loading import load_domain
from dialogue.scenario_loading import load_scenarios

RETAIL = load_domain("retail").folder
FILES = sorted(
    path.relative_to(RETAIL).as_posix()
    for path in RETAIL.rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
)

ONE_OF_EACH = sorted(
    {str(Path(file).parent) if "/" in file else file: file for file in FILES}.values()
)
"""Every file at the top, and one of each folder."""

Change = Callable[[bytes, random.Random], bytes]


def _lines(text: bytes) -> list[bytes]:
    return text.splitlines(keepends=True) or [b""]


def cut(text: bytes, chance: random.Random) -> bytes:
    return text[: chance.randrange(len(text) + 1)]


def lose_a_line(text: bytes, chance: random.Random) -> bytes:
    lines = _lines(text)
    del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def double_a_line(text: bytes, chance: random.Random) -> bytes:
    lines = _lines(text)
    at = chance.randrange(len(lines))
    return b"".join([*lines[:at], lines[at], *lines[at:]])


def swap_lines(text: bytes, chance: random.Random) -> bytes:
    lines = _lines(text)
    a, b = (chance.randrange(len(lines)) for _ in range(2))
    lines[a], lines[b] = lines[b], lines[a]
    return b"".join(lines)


def indent_a_line(text: bytes, chance: random.Random) -> bytes:
    lines = _lines(text)
    lines[chance.randrange(len(lines))] = b"   " + lines[chance.randrange(len(lines))]
    return b"".join(lines)


def put_something(text: bytes, chance: random.Random) -> bytes:
    junk = (
        b"{", b"}", b"[", b"]", b": ", b"- ", b"'", b'"', b"\t", b"&a", b"*a", b"!!python/object:x",
        b"? ", b"|", b">", b"%", b"@", b"`", b"\x00", b"\xff\xfe", b"{nosuch}", b"{order|nosuch}",
        b"null", b"1e400", b"-1", b"true", b"---\n", b"...\n", b"\xe2\x80\xa8", b"<<: {a: b}\n",
        b"=", b"#", b"\r", "日本".encode(), b"2026-02-30", b"0x1F", b"~",
    )  # fmt: skip
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(junk) + text[at:]


def replace_a_value(text: bytes, chance: random.Random) -> bytes:
    """Put a list, a mapping, a number or nothing where something else was."""
    lines = _lines(text)
    at = chance.randrange(len(lines))
    head, colon, _ = lines[at].partition(b":")
    value = chance.choice([b" []", b" {}", b" 7", b"", b" [[a]]", b" {a: {b: c}}", b" -", b" ''"])
    if colon:
        lines[at] = head + colon + value + b"\n"
    return b"".join(lines)


def rename_a_key(text: bytes, chance: random.Random) -> bytes:
    lines = _lines(text)
    at = chance.randrange(len(lines))
    head, colon, rest = lines[at].partition(b":")
    if colon:
        lines[at] = head + b"x" + colon + rest
    return b"".join(lines)


CHANGES: tuple[Change, ...] = (
    cut, lose_a_line, double_a_line, swap_lines, indent_a_line, put_something, replace_a_value,
    rename_a_key,
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hotline") / "retail"
    shutil.copytree(RETAIL, place)
    return place


def load_or_refuse(folder: Path) -> Domain | None:
    """Load, or check that what is refused is told with files, lines and remedies."""
    mistakes: tuple[Mistake, ...] = ()
    domain = None
    try:
        domain = load_domain(str(folder))
        load_scenarios(domain)
    except DomainError as error:
        mistakes, domain = error.mistakes, None
    assert mistakes or domain
    for mistake in mistakes:
        assert mistake.file
        assert mistake.line >= 1
        assert len(mistake.message) > 10
    return domain


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    file=st.sampled_from(FILES),
    changes=st.lists(st.sampled_from(CHANGES), min_size=1, max_size=3),
    seed=st.integers(0, 2**32),
)
def test_a_changed_file_loads_or_is_refused_by_name(
    folder: Path, file: str, changes: list[Change], seed: int
) -> None:
    path, chance = folder / file, random.Random(seed)
    text = before = path.read_bytes()
    for change in changes:
        text = change(text, chance)
    path.write_bytes(text)
    try:
        load_or_refuse(folder)
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("file", ONE_OF_EACH)
def test_any_file_may_be_missing_empty_or_something_else(folder: Path, file: str) -> None:
    path = folder / file
    before = path.read_bytes()
    try:
        path.unlink()
        load_or_refuse(folder)
        for text in (
            b"",
            b"\n\n",
            b"\xff\xfe\x00",
            b"[1, 2",
            b"- a\n- b\n",
            b"a: b\n",
            b"\x00" * 9,
        ):
            path.write_bytes(text)
            load_or_refuse(folder)
        path.unlink()
        path.mkdir()
        load_or_refuse(folder)
        path.rmdir()
    finally:
        if path.is_dir():
            path.rmdir()
        path.write_bytes(before)


def test_the_folder_itself_is_fine(folder: Path) -> None:
    assert load_or_refuse(folder) is not None
