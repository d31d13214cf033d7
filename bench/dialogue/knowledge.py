"""Asks questions that no hotline was tuned on: what its articles answer, and what none does.

    python -m bench.dialogue.knowledge [--misses] [HOTLINE…]

Each question is the first thing that a caller says, and goes the whole way of a turn: among all
that the hotline does, and not only among articles.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from dialogue.acts import UserTurn
from dialogue.domain import ARTICLE_PREFIX
from dialogue.knowledge import ADMITTED, unanswered
from dialogue.manager import DialogueManager
from voicebot import bootstrap
from voicebot.commands.manners import read_settings

QUESTIONS = Path(__file__).parent / "knowledge.yaml"
COVERED = ("found", "asked about", "admitted", "asked about something else", "wrong")
UNCOVERED = ("admitted and noted", "asked about something else", "wrong")


def runs(text: str) -> set[tuple[str, ...]]:
    """Return all runs of four words in a text."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return {tuple(words[i : i + 4]) for i in range(len(words) - 3)}


def main() -> None:
    """Print a table, and what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hotlines", nargs="*")
    parser.add_argument("--misses", action="store_true", help="each question that was not found")
    given = parser.parse_args()
    questions: Mapping[str, Any] = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    for name in given.hotlines or questions:
        manager = open_manager(name)
        print(f"\n{name}")
        for line in _asked(manager, questions[name], given.misses):
            print(line)


def open_manager(name: str) -> DialogueManager:
    """Return a packaged hotline's manager, with the models that calls have."""
    return bootstrap.open_manager(read_settings().model_copy(update={"domain": name}))


def _asked(manager: DialogueManager, questions: Mapping[str, Any], misses: bool) -> Iterator[str]:
    domain = manager.domain
    written = {run for text, _ in domain.examples() for run in runs(text)}
    covered: Counter[str] = Counter()
    shared = 0
    for article, texts in questions["covered"].items():
        for text in texts:
            shared += bool(runs(text) & written)
            outcome, rule = _covered(manager, article, text)
            covered[outcome] += 1
            if misses and outcome != "found":
                yield f"  {outcome:12} {article:22} {text!r} -> {rule}"
    uncovered: Counter[str] = Counter()
    for text in questions["uncovered"]:
        outcome, rule = _uncovered(manager, text)
        uncovered[outcome] += 1
        if misses and outcome != UNCOVERED[0]:
            yield f"  {outcome:12} {'(none)':22} {text!r} -> {rule}"
    yield f"  covered ({covered.total()}): " + _shares(covered, COVERED)
    yield f"  not covered ({uncovered.total()}): " + _shares(uncovered, UNCOVERED)
    yield f"  questions that share four words in a row with an example: {shared}"


def _covered(manager: DialogueManager, article: str, text: str) -> tuple[str, str]:
    step = manager.handle(manager.start().state, UserTurn(text))
    rule = step.trace.rule
    options = step.state.question.options if step.state.question else ()
    if rule == f"article:{article}":
        return "found", rule
    if ARTICLE_PREFIX + article in options:
        return "asked about", rule
    if _acted(rule):
        return "wrong", rule
    return ("admitted" if rule.startswith(ADMITTED) else COVERED[3]), rule


def _uncovered(manager: DialogueManager, text: str) -> tuple[str, str]:
    state, turn = manager.start().state, UserTurn(text)
    step = manager.handle(state, turn)
    rule = step.trace.rule
    if _acted(rule):
        return "wrong", rule
    if unanswered(state, turn, step):
        return UNCOVERED[0], rule
    return UNCOVERED[1], rule


def _acted(rule: str) -> bool:
    return not rule.startswith((*ADMITTED, "which_of_two", "is_it_this", "choice:"))


def _shares(counted: Counter[str], names: tuple[str, ...]) -> str:
    total = counted.total() or 1
    return ", ".join(f"{name} {counted[name]} ({counted[name] / total:.0%})" for name in names)


if __name__ == "__main__":
    main()
