"""Intents from a folder of examples, without a hotline: `voicebot classify`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from voicebot.engines.encoder import Encoder, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentModel, LogisticIntentTrainer, Progress
from voicebot.engines.models import PACKAGED_ENCODER, locate_encoder
from voicebot.engines.mpnet import MpnetEncoder, locate_mpnet
from voicebot.engines.tuning import Recipe
from voicebot.settings import ModelSettings

EXAMPLES = "examples.csv"
OUTSIDE = "oos"
"""Stands in the column `intent` beside what belongs to none of the intents."""
_COLUMNS = ("text", "intent")
_LONGEST = 2000
"""Characters of a line that are read; a caller's turn is far shorter."""


class ExamplesError(ValueError):
    """The examples cannot be used; the message says where and what to write instead."""


@dataclass(frozen=True, slots=True)
class Examples:
    """What callers say, and what they mean by it."""

    pairs: tuple[tuple[str, str], ...]
    """(text, intent)."""
    outside: tuple[str, ...] = ()
    """Texts that belong to none of the intents."""


def read_examples(folder: Path) -> Examples:
    """Read `examples.csv`, with the columns text and intent.

    Raises:
        ExamplesError: it is missing or has mistakes; the message lists the first of them with file
            and line.
    """
    path = folder / EXAMPLES
    if not path.is_file():
        raise ExamplesError(
            f"{path} is missing: write a CSV file with the columns text,intent there, one example "
            "a row"
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            pairs = _pairs(path, lines)
    except UnicodeDecodeError as error:
        raise ExamplesError(f"{path}: it is not UTF-8 text ({error.reason}); save it so") from error
    intents = sorted({intent for _, intent in pairs} - {OUTSIDE})
    if len(intents) < 2:
        found = f"only `{intents[0]}`" if intents else "none"
        raise ExamplesError(
            f"{path}: at least two intents are needed to choose between, and there is {found}; "
            "add examples of another"
        )
    inside = tuple((text, intent) for text, intent in pairs if intent != OUTSIDE)
    return Examples(inside, tuple(text for text, intent in pairs if intent == OUTSIDE))


def _pairs(path: Path, lines: Iterable[str]) -> list[tuple[str, str]]:
    rows = csv.reader(lines, strict=True)
    pairs, mistakes = [], []
    places: tuple[int, int] | None = None
    line = 1
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                line = rows.line_num + 1
                continue
            if places is None:
                places = _places(path, cells)
            elif len(cells) <= max(places):
                mistakes.append(
                    f"{path}:{line}: {len(cells)} column{'s' if len(cells) != 1 else ''} instead "
                    "of text,intent; a text with a comma needs quotes around it"
                )
            elif not (cells[places[0]] and cells[places[1]]):
                empty = _COLUMNS[0] if not cells[places[0]] else _COLUMNS[1]
                mistakes.append(f"{path}:{line}: the {empty} is empty; fill it, or drop the row")
            else:
                pairs.append((cells[places[0]][:_LONGEST], cells[places[1]]))
            line = rows.line_num + 1
    except csv.Error as error:
        raise ExamplesError(
            f"{path}:{line}: this is no CSV row ({error}); quotes inside quotes are doubled"
        ) from error
    if places is None:
        raise ExamplesError(f"{path}:1: it is empty; the first line is `text,intent`")
    if mistakes:
        more = [f"and {len(mistakes) - 10} more"] if len(mistakes) > 10 else []
        raise ExamplesError("\n".join([*mistakes[:10], *more]))
    return pairs


def _places(path: Path, cells: list[str]) -> tuple[int, int]:
    names = [cell.lower() for cell in cells]
    missing = [name for name in _COLUMNS if name not in names]
    if missing:
        raise ExamplesError(
            f"{path}:1: the column `{'` and `'.join(missing)}` is missing; the first line is "
            "`text,intent`"
        )
    return names.index("text"), names.index("intent")


def open_classifier(
    folder: Path, settings: ModelSettings, progress: Progress | None = None
) -> LogisticIntentModel:
    """Return a classifier learnt from a folder's examples.

    Args:
        folder: Where `examples.csv` is.
        settings: Which sentence encoder is used.
        progress: Told the share of the work that is done; it takes a minute and more.

    Raises:
        ExamplesError: the examples cannot be used.
        ModelUnavailable: the sentence encoder is not to be had.
    """
    examples = read_examples(folder)
    files = locate_encoder(settings)
    encoder = MiniLmEncoder(files.model, files.tokenizer)
    larger: Encoder = encoder
    # Whoever chose an encoder wants that one's vectors.
    if files.name == PACKAGED_ENCODER:
        larger = MpnetEncoder(locate_mpnet(settings.cache_dir))
    return LogisticIntentTrainer(larger, recipe=Recipe(), fitted=encoder).train(
        examples.pairs, outside=examples.outside, named=True, progress=progress
    )


def show_progress(console: TextIO) -> Progress | None:
    """Return what shows on one line of a terminal how far learning is; None if it is none."""
    if not console.isatty():
        return None
    shown = -1

    def show(done: float) -> None:
        nonlocal shown
        if (percent := int(100 * done)) != shown:
            shown = percent
            console.write(f"\rlearning: {percent} %" + ("\n" if percent == 100 else ""))
            console.flush()

    return show


def answer_lines(
    model: LogisticIntentModel, lines: Iterable[str], write: Callable[[str], None]
) -> None:
    """Answer each line with one JSON object: intent, confidence, in_scope.

    The intent is the likeliest one also where `in_scope` is false; it is empty for a line without
    words. `confidence` is the probability that the intent is right, if any is.
    """
    for line in lines:
        text = line.strip()[:_LONGEST]
        if not any(character.isalnum() for character in text):
            write(json.dumps({"intent": "", "confidence": 0.0, "in_scope": False}))
            continue
        intent, confidence = model.probabilities(text)[0]
        known = model.in_scope(text)
        write(
            json.dumps(
                {"intent": intent, "confidence": round(confidence, 4), "in_scope": known},
                ensure_ascii=False,
            )
        )
