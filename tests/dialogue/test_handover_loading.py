"""Mistakes in handover.yaml and feelings.yaml, and what holds without them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dialogue.brief import Priority
from dialogue.errors import DomainError
from dialogue.handover import Handover
from dialogue.loading import load_domain
from tests.dialogue.staffed import RETAIL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the retail hotline to spoil."""
    return Path(shutil.copytree(RETAIL.folder, tmp_path / "shop"))


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("asks: 1", "asks: 9", "handover.yaml:3: `asks` must be a number from 1 to 3"),
        ("anger: offer", "anger: shout", "`anger: shout` is unknown; use one of: ignore, offer"),
        ("New_York", "New_Yorck", "`timezone: America/New_Yorck` is unknown; write an IANA name"),
        ("monday: 8:00-20:00", "monday: all day", "`all day` are no hours; write them like"),
        ("monday: 8:00-20:00", "monday: 8:00-25:70", "`8:00-25:70` are no hours"),
        ("monday: 8:00-20:00", "monday: 20:00-8:00", "ends before it begins; split it at midnight"),
        ("monday: 8:00-20:00", "monday: [8:00-12:00, 11:00-14:00]", "put them in order"),
        (
            "monday: 8:00-20:00",
            "mondy: 8:00-20:00",
            "`mondy` is not known in `hours`; did you mean",
        ),
        ("2026-12-25: closed", "christmas: closed", "`christmas` is no date; write one like"),
        ("turns > 12", "turnes > 12", "`turnes` is not known here; did you mean `turns`?"),
        ("turns > 12", "turns >", "`when` cannot be read"),
        ("annoyed, angry", "annoyed, livid", "`livid` is no feeling; use one of: angry"),
        ("intent is return_item", "intent is returns", "`returns` is no intent; did you mean"),
        ("then: offer", "then: ask", "`then: ask` is unknown"),
        ("name: big_refund", "name: long_and_annoyed", "there is another rule `long_and_annoyed`"),
        ("reason: a long", "reasn: a long", "has no `reason`; add one"),
        ("priority: high", "priority: soon", "`priority: soon` is unknown"),
        ("prompt:welcome", "prompt:welcom", "`prompt:welcom` is said nowhere"),
        ("wait: 240", "wait: 240\nsay: {closed: 'Back {when}.'}", "`{when}` is not known here"),
        ("wait: 240", "wait: 240\nsay: {shut: 'x'}", "`shut` is not known in `say`"),
        (
            "wait: 240",
            'wait: 240\nnumber: "555 1234"',
            'like `number: "+15551234567"`',
        ),
        ("wait: 240", "wait: 240\nqueue: x", "`queue` is not known in handover.yaml"),
    ],
)
def test_a_mistake_in_handover_yaml_is_named_with_its_place(
    folder: Path, old: str, new: str, mistake: str
) -> None:
    path = folder / "handover.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DomainError) as caught:
        load_domain(str(folder))
    assert mistake in str(caught.value)
    assert "handover.yaml:" in str(caught.value)


def test_the_example_in_the_documentation_is_right(folder: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "handover.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    (folder / "handover.yaml").write_text(example, encoding="utf-8")
    handover = load_domain(str(folder)).handover
    assert ("refunds", Priority.HIGH) == (handover.rules[0].queue, handover.rules[0].priority)
    assert "We are back {opens}." == handover.say["closed"].text


def test_a_hotline_without_handover_yaml_has_the_usual_rules(folder: Path) -> None:
    (folder / "handover.yaml").unlink()
    assert Handover() == load_domain(str(folder)).handover


def test_high_stakes_need_a_summary_and_no_flow(folder: Path) -> None:
    path = folder / "intents" / "stakes.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  summary: reports a fraud\n", ""), encoding="utf-8")
    with pytest.raises(DomainError, match=r"`fraud` has `stakes: high`; add `summary`"):
        load_domain(str(folder))


def test_feelings_yaml_replaces_lists_of_the_language(folder: Path) -> None:
    path = folder / "feelings.yaml"
    path.write_text("angry: [Gordon Bennett]\n", encoding="utf-8")
    assert ("gordon bennett",) == load_domain(str(folder)).feelings.angry
    path.write_text("angry: ['…']\nfurious: [x]\n", encoding="utf-8")
    with pytest.raises(DomainError) as caught:
        load_domain(str(folder))
    assert "feelings.yaml:1: `angry` has a phrase without words" in str(caught.value)
    assert "feelings.yaml:2: `furious` is not known" in str(caught.value)
