"""How often callers are understood in words that the hotline never saw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from dialogue.acts import UserTurn
from dialogue.manager import DialogueManager

pytestmark = pytest.mark.models

PARAPHRASES: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "paraphrases.yaml").read_text(encoding="utf-8")
)
PAIRS = [(need, text) for need, texts in PARAPHRASES.items() for text in texts]


def runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z']+", text.lower())
    for i in range(len(words) - length + 1):
        yield tuple(words[i : i + length])


def understood(manager: DialogueManager, need: str, text: str) -> bool:
    """Whether the first answer to it is the right one, or one of the two that are asked about."""
    step = manager.handle(manager.start().state, UserTurn(text))
    rule, question = step.trace.rule, step.state.question
    if need == "out_of_scope":
        return rule.startswith(("out_of_scope", "no_match", "unknown"))
    if rule == "which_of_two":
        return question is not None and need in question.options
    return step.trace.intent == need and not rule.startswith("no_match")


def test_the_paraphrases_share_no_four_word_run_with_the_examples(
    manager: DialogueManager,
) -> None:
    seen = {run for text, _ in manager.domain.examples() for run in runs(text, 4)}
    assert [] == [text for _, text in PAIRS if seen.intersection(runs(text, 4))]


def test_at_least_nine_in_ten_are_understood(manager: DialogueManager) -> None:
    missed = [(need, text) for need, text in PAIRS if not understood(manager, need, text)]
    assert len(PAIRS) >= 60
    assert 1 - len(missed) / len(PAIRS) >= 0.9, missed


def test_a_task_with_a_side_effect_is_never_begun_by_mistake(manager: DialogueManager) -> None:
    """A wrong guess may tell the wrong article; it must not lead towards a cancellation."""
    changing = {"cancel_order", "change_address"}
    begun = []
    for need, text in PAIRS:
        task = manager.handle(manager.start().state, UserTurn(text)).state.task
        if task is not None and task.flow in changing and task.flow != need:
            begun.append((need, task.flow, text))
    assert begun == []
