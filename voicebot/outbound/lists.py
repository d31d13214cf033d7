"""Lists of people to call, as CSV: read row by row, and refused with line and remedy.

A list with one mistake is refused as a whole: whoever made it must not have to find out which half
of it was called.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dialogue.outbound import BadField, Outbound, read_field
from telephony.calls import is_e164
from voicebot.outbound.contacts import Contact
from voicebot.outbound.hours import is_zone

MOST_ROWS = 50_000
MOST_BYTES = 20_000_000
_MOST_PROBLEMS = 50
"""Told at once; who has more than these has one mistake many times."""
_LONGEST = 200
"""Characters of a reference."""
_CONSENT = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_NEEDED = ("number", "consent")
_OTHERS = ("reference", "language", "timezone")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one line; the message says what to write instead."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


class BadList(ValueError):
    """A list cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class _Reader:
    outbound: Outbound
    language: str
    list_id: str
    problems: list[Problem] = field(default_factory=list)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)

    def wrong(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, message))

    def row(self, values: Mapping[str, str], line: int) -> None:
        before = len(self.problems)
        number = "".join(char for char in values.get("number", "") if char not in " -()./")
        if not is_e164(number):
            self.wrong(
                line, "`number` must be written in full, like +12125550143, with the country's code"
            )
        consent = _CONSENT.get(values.get("consent", "").strip().lower())
        if consent is None:
            self.wrong(line, "`consent` must be yes or no; only who said yes is called")
        language = values.get("language", "").strip()
        if language not in ("", self.language):
            self.wrong(
                line,
                f"`language` is {language!r}, but the hotline speaks {self.language!r}; put the "
                "row into a list for a hotline in that language, or leave it empty",
            )
        zone = values.get("timezone", "").strip()
        if zone and not is_zone(zone):
            self.wrong(line, "`timezone` must be an IANA name, like America/New_York, or empty")
        reference = values.get("reference", "").strip()
        if len(reference) > _LONGEST or not reference.isprintable():
            self.wrong(line, f"`reference` has at most {_LONGEST} characters on one line")
        facts = self._facts(values, line)
        key = (number, reference)
        if key in self.seen:
            self.wrong(
                line,
                f"the same number and reference are on line {self.seen[key]}; remove one of them",
            )
        self.seen.setdefault(key, line)
        if len(self.problems) == before:
            name = f"{self.list_id}-{len(self.contacts) + 1}"
            self.contacts.append(
                Contact(name, self.list_id, number, bool(consent), reference, language, zone, facts)
            )

    def _facts(self, values: Mapping[str, str], line: int) -> dict[str, str]:
        facts: dict[str, str] = {}
        for name, kind in self.outbound.fields.items():
            text = values.get(name, "").strip()
            if not text:
                if name not in self.outbound.optional:
                    self.wrong(line, f"`{name}` is empty; every call needs it")
                continue
            try:
                facts[name] = read_field(text, kind)
            except BadField as error:
                self.wrong(line, f"`{name}` must be {error}")
        return facts


def read_list(text: str, outbound: Outbound, language: str, list_id: str) -> tuple[Contact, ...]:
    """Read a list of people to call.

    Args:
        text: CSV with a line of column names; commas or semicolons between the values.
        outbound: Of the hotline that calls them.
        language: Of that hotline.
        list_id: What the list will be called.

    Raises:
        BadList: something is wrong; all of it is told with its line.
    """
    text = text.removeprefix("\ufeff")
    header = text.partition("\n")[0]
    delimiter = ";" if ";" in header and "," not in header else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    reader = _Reader(outbound, language, list_id)
    try:
        columns = [name.strip().lower() for name in next(lines, [])]
        _check_columns(reader, columns)
        for row in lines:
            if len(reader.problems) >= _MOST_PROBLEMS or len(reader.seen) > MOST_ROWS:
                break
            if not any(value.strip() for value in row):
                continue
            if len(row) != len(columns):
                reader.wrong(
                    lines.line_num,
                    f"{len(row)} values for {len(columns)} columns; put quotes around values that "
                    f"hold {delimiter!r}",
                )
                continue
            reader.row(dict(zip(columns, row, strict=True)), lines.line_num)
    except csv.Error as error:
        reader.wrong(lines.line_num, f"cannot be read as CSV: {error}")
    return _whole(reader)


def read_rows(
    rows: Iterable[Mapping[str, str]], outbound: Outbound, language: str, list_id: str
) -> tuple[Contact, ...]:
    """Read people to call that come as mappings, numbered from 1; else as `read_list`.

    Raises:
        BadList: something is wrong.
    """
    reader = _Reader(outbound, language, list_id)
    for number, row in enumerate(rows, 1):
        if len(reader.problems) >= _MOST_PROBLEMS or number > MOST_ROWS + 1:
            break
        for name in row:
            if name not in (*_NEEDED, *_OTHERS, *outbound.fields):
                reader.wrong(number, f"`{name}` is not known; {_known(outbound)}")
        reader.row(row, number)
    return _whole(reader)


def _whole(reader: _Reader) -> tuple[Contact, ...]:
    if len(reader.seen) > MOST_ROWS:
        reader.wrong(MOST_ROWS + 1, f"a list has at most {MOST_ROWS} rows; make two of it")
    if not reader.contacts and not reader.problems:
        reader.wrong(1, "nobody is on the list; add a row for each person")
    if reader.problems:
        raise BadList(reader.problems[:_MOST_PROBLEMS])
    return tuple(reader.contacts)


def _check_columns(reader: _Reader, columns: Sequence[str]) -> None:
    needed = [*_NEEDED, *(n for n in reader.outbound.fields if n not in reader.outbound.optional)]
    for name in needed:
        if name not in columns:
            reader.wrong(1, f"column `{name}` is missing; {_known(reader.outbound)}")
    for name in columns:
        if name not in (*_NEEDED, *_OTHERS, *reader.outbound.fields):
            reader.wrong(1, f"column `{name}` is not known; {_known(reader.outbound)}")
        if columns.count(name) > 1:
            reader.wrong(1, f"column `{name}` is there twice; remove one")
    if reader.problems:
        raise BadList(reader.problems)


def _known(outbound: Outbound) -> str:
    needed = [*_NEEDED, *(name for name in outbound.fields if name not in outbound.optional)]
    others = [*_OTHERS, *(name for name in outbound.fields if name in outbound.optional)]
    return f"columns are {', '.join(needed)}, and perhaps {', '.join(others)}"
