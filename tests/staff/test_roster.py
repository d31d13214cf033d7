"""The roster is a merchant's file: what is wrong is told by line, with its remedy."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialogue.errors import DomainError
from voicebot.staff.roster import Roster, load_roster

GOOD = """\
wrap_up: 30
hours:
  timezone: America/New_York
  monday: 9:00-17:00
queues:
  - name: service
  - name: emergencies
    hours:
      timezone: UTC
      monday: 0:00-24:00
      tuesday: 0:00-24:00
people:
  - id: ann
    name: Ann Berger
    number: "+15550100011"
    queues: [service, emergencies]
    languages: [en, de]
  - id: raj
    number: "+1 555 010 0012"
"""


def roster(tmp_path: Path, text: str) -> Roster:
    path = tmp_path / "people.yaml"
    path.write_text(text)
    return load_roster(path)


def test_a_roster_says_who_can_help_with_what(tmp_path: Path) -> None:
    read = roster(tmp_path, GOOD)

    assert 30 == read.wrap_up
    assert ["ann", "raj"] == [p.id for p in read.who_can("service", "de")]
    assert ["raj"] == [p.id for p in read.who_can("service", "fr")]
    assert ["raj"] == [p.id for p in read.who_can("billing")]
    assert "raj" == read.people["raj"].name
    ann = read.by_number("+15550100011")
    assert ann is not None
    assert "Ann Berger" == ann.name
    assert "15550100011" not in repr(ann)


def test_a_queue_has_its_own_hours_or_those_of_all(tmp_path: Path) -> None:
    read = roster(tmp_path, GOOD)
    monday = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    tuesday = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)

    assert read.is_open("service", monday)
    assert not read.is_open("service", tuesday)
    assert read.is_open("emergencies", tuesday)
    assert read.is_open("never heard of", tuesday)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wrap_up: 30", "wrap_up: soon", "people.yaml:1: `wrap_up` must be a number"),
        ("- id: raj", "- id: ann", "people.yaml:18: there is another person `ann`"),
        ("- id: raj", "- id: Raj B", "people.yaml:18: `id: Raj B` must be small letters"),
        ("+1 555 010 0012", "555 0100", "people.yaml:19: write the number with its country"),
        ("+1 555 010 0012", "+15550100011", "people.yaml:19: this is `ann`'s number too"),
        ("[service, emergencies]", "[servis]", "people.yaml:16: queue `servis` is unknown; did"),
        ("- name: emergencies", "- name: service", "people.yaml:7: there is another queue"),
        ("America/New_York", "New York", "people.yaml:3: `timezone: New York` is unknown"),
        ("languages:", "language:", "people.yaml:17: `language` is not known"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(DomainError) as caught:
        roster(tmp_path, GOOD.replace(old, new))
    assert said in str(caught.value)


def test_no_file_and_no_people(tmp_path: Path) -> None:
    with pytest.raises(DomainError):
        load_roster(tmp_path / "people.yaml")
    with pytest.raises(DomainError, match="has no `people`"):
        roster(tmp_path, "wrap_up: 3\n")
