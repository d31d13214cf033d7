"""`voicebot unanswered`: what callers asked and no article answers, similar questions together."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from voicebot.commands.rendering import readable
from voicebot.engines.encoder import MiniLmEncoder
from voicebot.engines.grouping import group_similar
from voicebot.engines.models import locate_encoder
from voicebot.settings import ModelSettings
from voicebot.store import UnansweredRow

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Something that callers ask in their own words, and nobody has answered yet."""

    rows: tuple[UnansweredRow, ...]
    """Each time it was asked; the most typical wording first."""

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.rows)

    @property
    def calls(self) -> int:
        """By how many callers."""
        return len({row.call_id for row in self.rows})

    @property
    def last_asked_at(self) -> float:
        """Wall time, seconds since the epoch (UTC)."""
        return max(row.asked_at for row in self.rows)

    @property
    def wordings(self) -> tuple[str, ...]:
        """The different wordings, the most typical first."""
        return tuple(dict.fromkeys(row.text for row in self.rows))

    @property
    def nearest(self) -> str:
        """The article that came nearest most often; empty where none came near."""
        best = Counter(
            max(row.articles, key=row.articles.__getitem__) for row in self.rows if row.articles
        )
        return best.most_common(1)[0][0] if best else ""


def open_questions(rows: Sequence[UnansweredRow], models: ModelSettings) -> list[OpenQuestion]:
    """Group what was asked; the most frequent first. Questions of two hotlines are never one.

    Raises:
        ModelUnavailable: the sentence encoder is not to be had.
        EngineError: it cannot be loaded.
    """
    if not rows:
        return []
    files = locate_encoder(models)
    encoder = MiniLmEncoder(files.model, files.tokenizer)
    found: list[OpenQuestion] = []
    for domain in sorted({row.domain for row in rows}):
        asked = [row for row in rows if row.domain == domain]
        for group in group_similar(encoder, [row.text for row in asked]):
            found.append(OpenQuestion(tuple(asked[i] for i in group)))
    return sorted(found, key=lambda question: (-question.count, -question.last_asked_at))


def unanswered_table(questions: Sequence[OpenQuestion]) -> Table:
    """Return the list for a terminal."""
    table = Table(box=None, pad_edge=False)
    table.add_column("times", justify="right", no_wrap=True)
    for heading in ("last asked", "hotline", "nearest article"):
        table.add_column(heading, no_wrap=True)
    table.add_column("in callers' words", overflow="fold")
    for question in questions:
        last = datetime.fromtimestamp(question.last_asked_at).strftime("%Y-%m-%d %H:%M")
        words = question.wordings
        more = f"\n… and {len(words) - _EXAMPLES} more" if len(words) > _EXAMPLES else ""
        table.add_row(
            Text(str(question.count)),
            Text(last),
            readable(question.rows[0].domain),
            readable(question.nearest or "–"),
            Text("\n").join(readable(text) for text in words[:_EXAMPLES]) + Text(more),
        )
    return table


def unanswered_json(questions: Sequence[OpenQuestion]) -> str:
    """Return the list for programs: a JSON array."""
    return json.dumps(
        [
            {
                "count": question.count,
                "calls": question.calls,
                "domain": question.rows[0].domain,
                "last_asked_at": question.last_asked_at,
                "nearest_article": question.nearest,
                "wordings": list(question.wordings),
                "call_ids": sorted({row.call_id for row in question.rows}),
            }
            for question in questions
        ],
        ensure_ascii=False,
        indent=2,
    )
