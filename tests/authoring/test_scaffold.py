"""A hotline that was just written is complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.loading import load_domain
from dialogue.scenario_loading import load_scenarios
from voicebot.authoring.scaffold import write_hotline


@pytest.mark.parametrize("source", ["blank", "retail"])
def test_it_loads_with_its_own_name_and_title(tmp_path: Path, source: str) -> None:
    write_hotline(tmp_path / "sunny-dental", source, "Sunny Dental")
    domain = load_domain(str(tmp_path / "sunny-dental"))
    words = " ".join(domain.fixed_phrases())
    assert ("sunny_dental", "Sunny Dental") == (domain.name, domain.title)
    assert "Sunny Dental" in domain.prompt("greeting")
    assert "Maple Street" not in words
    assert "Example Company" not in words
    assert load_scenarios(domain)


def test_the_title_comes_from_the_name(tmp_path: Path) -> None:
    write_hotline(tmp_path / "north_wind", "blank")
    assert "North Wind" == load_domain(str(tmp_path / "north_wind")).title


def test_the_blank_one_explains_itself(hotline: Path) -> None:
    for file in hotline.rglob("*.yaml"):
        if file.name != "controls.yaml":
            assert file.read_text(encoding="utf-8").startswith("#"), file


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(FileExistsError, match="not empty"):
        write_hotline(tmp_path / "mine", "blank")
    assert ["notes.txt"] == [path.name for path in (tmp_path / "mine").iterdir()]


@pytest.mark.parametrize(
    ("name", "title"), [("7up!", ""), ("fine", 'a "quoted" one'), ("x", "a{b")]
)
def test_names_that_would_break_the_files_are_refused(
    tmp_path: Path, name: str, title: str
) -> None:
    with pytest.raises(ValueError, match=r"cannot name a hotline|must not hold"):
        write_hotline(tmp_path / name, "blank", title)
    assert not (tmp_path / name).exists()
