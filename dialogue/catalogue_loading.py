"""Reads catalogue.csv, promotions.csv and sizes.csv, as catalogue.yaml describes them."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from io import StringIO
from pathlib import Path

from dialogue.catalogue import (
    SAY,
    Catalogue,
    Option,
    Product,
    Promotion,
    SizeRange,
    Specification,
    Variant,
)
from dialogue.documents import Mistakes, Section, read_text, read_yaml, suggestion
from dialogue.spoken import Template
from dialogue.template_loading import templates

FILE, ABOUT = "catalogue.csv", "catalogue.yaml"
PROMOTIONS, SIZES = "promotions.csv", "sizes.csv"
MOST_ROWS = 20_000
_OWN = ("product", "name", "also", "category", "about", "goes_with", "stock", "price")
"""Columns of catalogue.csv with a meaning of their own."""
_FLAGS: Mapping[str, str] = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
_PLACES = ("name", "value")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a CSV file."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def several(self, column: str) -> tuple[str, ...]:
        """Return what stands between semicolons."""
        return tuple(part.strip() for part in self[column].split(";") if part.strip())


def load_catalogue(folder: Path, mistakes: Mistakes) -> Catalogue | None:
    """Read what a hotline sells; None where it sells nothing."""
    if not (folder / FILE).is_file():
        for file in (ABOUT, PROMOTIONS, SIZES):
            if (folder / file).is_file():
                mistakes.add(file, 1, f"there is no {FILE} beside it; add one")
        return None
    top = read_yaml(folder, ABOUT, mistakes, ABOUT)
    if top is None:
        return None
    specifications = _specifications(top, mistakes)
    said = _options(top)
    known = (*_OWN, *said, *specifications)
    before = len(mistakes.found)
    rows = list(_rows(folder, FILE, ("product", "name"), known, mistakes))
    if not rows and len(mistakes.found) == before:
        mistakes.add(FILE, 1, "it lists no product; add a row for each, or remove the file")
    if len(mistakes.found) > before:
        # What is compared with rows that cannot be read would be wrong as well.
        return Catalogue()
    options = _values(said, rows, mistakes)
    made = Catalogue(
        products=_products(rows, options, specifications, mistakes),
        options=options,
        specifications=specifications,
        say=_say(top, mistakes),
    )
    top.finish()
    return replace(
        made,
        promotions=_promotions(folder, made, mistakes),
        sizes=_sizes(folder, made, mistakes),
    )


# --- catalogue.yaml --------------------------------------------------------------------------


def _specifications(top: Section, mistakes: Mistakes) -> dict[str, Specification]:
    section = top.section("specifications")
    found: dict[str, Specification] = {}
    for name in section.names() if section else ():
        one = section.section(name) if section else None
        if one is None:
            continue
        _check_column(one, name)
        is_flag = "say" not in one
        keys = ("yes", "no") if is_flag else ("say",)
        found[name] = Specification(
            name,
            one.texts("words", required=True, example="[waterproof, rain]"),
            tuple(
                text
                for key in keys
                for text in templates(one, key, _PLACES, mistakes, required=True)[:1]
            ),
            is_flag,
        )
        one.finish()
    return found


def _options(top: Section) -> dict[str, Option]:
    section = top.section("options")
    found: dict[str, Option] = {}
    for name in section.names() if section else ():
        one = section.section(name) if section else None
        if one is None:
            continue
        _check_column(one, name)
        inner = one.section("values")
        values = {v.lower(): inner.texts(v) for v in inner.names()} if inner else {}
        found[name] = Option(name, one.texts("words", required=True, example=f"[{name}]"), values)
        one.finish()
    return found


def _check_column(section: Section, name: str) -> None:
    if name in _OWN:
        section.wrong(f"`{name}` is a column with a meaning of its own; use another word")
    if not _NAME.match(name):
        section.wrong(f"`{name}` is no name for a column; write one like `seat_height`")


def _say(top: Section, mistakes: Mistakes) -> dict[str, tuple[Template, ...]]:
    section = top.section("say", required=True, example='{which: "Which product is it?"}')
    if section is None:
        return {}
    said = {
        name: templates(section, name, places, mistakes, required=True)
        for name, places in SAY.items()
    }
    section.finish()
    return said


# --- catalogue.csv ---------------------------------------------------------------------------


def _rows(
    folder: Path,
    file: str,
    required: Collection[str],
    known: Collection[str],
    mistakes: Mistakes,
) -> Iterator[Row]:
    text = read_text(folder, file, mistakes)
    if text is None:
        return
    reader = csv.reader(StringIO(text), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if not any(header):
            mistakes.add(
                file, 1, f"the first line must name the columns, like `{','.join(required)}`"
            )
            return
        if len(header) == 1 and (other := next((c for c in ";\t|" if c in header[0]), "")):
            what = {";": "semicolons", "\t": "tabs"}.get(other, f"`{other}`")
            mistakes.add(file, 1, f"its columns stand between {what}; save it with commas")
            return
        if not _header_fits(header, file, required, known, mistakes):
            return
        for count, cells in enumerate(reader):
            if count >= MOST_ROWS:
                mistakes.add(file, reader.line_num, f"more than {MOST_ROWS} rows; leave some out")
                return
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                mistakes.add(
                    file,
                    reader.line_num,
                    f"{len(cells)} cells where the first line has {len(header)}; put texts with "
                    "commas in double quotes",
                )
                continue
            row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            for column in required:
                if not row[column]:
                    mistakes.add(file, reader.line_num, f"`{column}` is empty; write something")
            yield Row(file, reader.line_num, row)
    except csv.Error as error:
        mistakes.add(file, reader.line_num, f"not CSV ({error}); check the double quotes")


def _header_fits(
    header: list[str],
    file: str,
    required: Collection[str],
    known: Collection[str],
    mistakes: Mistakes,
) -> bool:
    before = len(mistakes.found)
    for column in required:
        if column not in header:
            mistakes.add(file, 1, f"column `{column}` is missing; add it to the first line")
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            mistakes.add(file, 1, f"column `{column}` is there twice; keep one")
        if column not in known:
            where = f"{ABOUT} does not describe it" if file == FILE else "it is not known here"
            mistakes.add(file, 1, f"column `{column}`: {where}; {suggestion(column, known)}")
    return len(mistakes.found) == before


def _values(
    options: Mapping[str, Option], rows: Collection[Row], mistakes: Mistakes
) -> dict[str, Option]:
    """Add the values that the rows have and catalogue.yaml says nothing of: said as written."""
    found: dict[str, Option] = {}
    for name, option in options.items():
        written = dict.fromkeys(row[name].lower() for row in rows if row[name])
        values = {value: option.values.get(value) or (value,) for value in written}
        found[name] = replace(option, values=values)
        for value in option.values:
            if value not in values and rows:
                hint = suggestion(value, values)
                mistakes.add(ABOUT, 1, f"no product has `{name}` {value}; {hint}")
    return found


def _products(
    rows: Collection[Row],
    options: Mapping[str, Option],
    specifications: Mapping[str, Specification],
    mistakes: Mistakes,
) -> dict[str, Product]:
    found: dict[str, Product] = {}
    first: dict[str, Row] = {}
    for row in rows:
        known = {name: row[name] for name in specifications if row[name]}
        for name, value in known.items():
            if specifications[name].is_flag:
                known[name] = _FLAGS.get(value.lower(), "")
                if not known[name]:
                    mistakes.add(row.file, row.line, f"`{name}` must be `yes` or `no`")
        variant = Variant(
            {name: row[name].lower() for name in options if row[name]},
            _count(row, mistakes),
            _cents(row, mistakes),
        )
        id = row["product"]
        if id not in found:
            first[id] = row
            found[id] = Product(
                id,
                row["name"],
                row.several("also"),
                row["category"],
                row["about"],
                row.several("goes_with"),
                known,
                (variant,),
            )
            continue
        product = found[id]
        if row["name"] != product.name:
            mistakes.add(
                row.file,
                row.line,
                f"`{id}` is named {product.name!r} in line {first[id].line}; name it alike",
            )
        if variant.options in [other.options for other in product.variants]:
            mistakes.add(row.file, row.line, f"`{id}` is there twice like this; keep one row")
        found[id] = replace(
            product,
            # What only the first row says holds for all of them.
            specifications={**known, **product.specifications},
            variants=(*product.variants, variant),
        )
    for product in found.values():
        for other in product.goes_with:
            if other not in found:
                hint = suggestion(other, found)
                row = first[product.id]
                mistakes.add(row.file, row.line, f"`goes_with`: no product {other!r}; {hint}")
    return found


def _count(row: Row, mistakes: Mistakes) -> int:
    text = row["stock"]
    if text.isdecimal() and len(text) < 9:
        return int(text)
    if text:
        mistakes.add(row.file, row.line, "`stock` must be a count, like 12")
    return 0


def _cents(row: Row, mistakes: Mistakes) -> int | None:
    if not row["price"]:
        return None
    cents = _decimal(row["price"]) * 100
    if cents.is_nan() or cents != int(cents) or not 0 <= cents < 10**9:
        mistakes.add(row.file, row.line, "`price` must be an amount, like 49.50")
        return None
    return int(cents)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")
    return value if value.is_finite() else Decimal("NaN")


# --- promotions.csv and sizes.csv ------------------------------------------------------------


def _promotions(folder: Path, made: Catalogue, mistakes: Mistakes) -> tuple[Promotion, ...]:
    if not (folder / PROMOTIONS).is_file():
        return ()
    found: list[Promotion] = []
    known = {*made.products, *(p.category for p in made.products.values() if p.category)}
    columns = ("say", "products", "begins", "ends")
    for row in _rows(folder, PROMOTIONS, ("say",), columns, mistakes):
        for column in ("begins", "ends"):
            if row[column] and not _is_day(row[column]):
                mistakes.add(row.file, row.line, f"`{column}` must be a day, like 2026-12-31")
        if row["begins"] and row["ends"] and row["ends"] < row["begins"]:
            mistakes.add(row.file, row.line, "it ends before it begins; swap the two days")
        for name in row.several("products"):
            if name not in known:
                hint = suggestion(name, known)
                mistakes.add(row.file, row.line, f"no product or category {name!r}; {hint}")
        found.append(Promotion(row["say"], row.several("products"), row["begins"], row["ends"]))
    return tuple(found)


def _sizes(folder: Path, made: Catalogue, mistakes: Mistakes) -> tuple[SizeRange, ...]:
    if not (folder / SIZES).is_file():
        return ()
    found: list[SizeRange] = []
    known = {*made.products, *(p.category for p in made.products.values() if p.category)}
    columns = ("category", "measure", "unit", "least", "most", "size")
    for row in _rows(folder, SIZES, columns, columns, mistakes):
        least, most = _decimal(row["least"]), _decimal(row["most"])
        if not 0 <= least <= most:
            mistakes.add(row.file, row.line, "`least` and `most` must be numbers, in this order")
            continue
        if row["category"] not in known:
            hint = suggestion(row["category"], known)
            mistakes.add(row.file, row.line, f"no product or category {row['category']!r}; {hint}")
        found.append(
            SizeRange(
                row["category"],
                row["measure"],
                row["unit"],
                float(least),
                float(most),
                row["size"].lower(),
            )
        )
    for chart in {row.category for row in found}:
        if len({(row.measure, row.unit) for row in found if row.category == chart}) > 1:
            mistakes.add(SIZES, 1, f"`{chart}` is measured in two ways; keep one `measure`")
    return tuple(found)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-12-31")
