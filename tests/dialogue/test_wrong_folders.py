"""What a merchant writes wrong is told once, where it stands, with what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialogue.errors import DomainError
from dialogue.loading import load_domain
from dialogue.scenario_loading import load_scenarios
from voicebot.authoring.scaffold import write_hotline

FLOW = "flows/call_back.yaml"
SCENARIOS = "scenarios/first.yaml"


@pytest.fixture
def sunny(tmp_path: Path) -> Path:
    """A hotline as it is when it is new."""
    folder = tmp_path / "sunny"
    write_hotline(folder, "blank", "Sunny Dental")
    return folder


def told(folder: Path) -> list[str]:
    with pytest.raises(DomainError) as refused:
        load_scenarios(load_domain(str(folder)))
    return [str(mistake) for mistake in refused.value.mistakes]


# A misspelt word is one mistake, whatever else it makes of the folder.
MISSPELT = [
    (FLOW, "collect: phone", "collect: phoen", f"{FLOW}:6: slot `phoen` .* mean `phone`"),
    (FLOW, "- collect:", "- colect:", f"{FLOW}:6: `colect` is no step; did you mean `collect`"),
    (FLOW, "call: request_call", "call: reqest_call", f"{FLOW}:9: .* mean `request_call_back`"),
    (FLOW, "{phone: phone,", "{phoen: phone,", f"{FLOW}:10: .* takes no `phoen`; .* `phone`"),
    ("domain.toml", '"en"', '"fr"', r'domain.toml:4: `language = "fr"` is unknown'),
    ("domain.toml", "title =", "titel =", r'domain.toml:\d+: .*`(titel|title = "Maple Street")`'),
    ("slots.yaml", "digits: 10", "digits: ten", "slots.yaml:6: .* from 2 to 20, like 2"),
    (SCENARIOS, "    ends:", "    end:", f"{SCENARIOS}:17: `end` .* mean `ends`"),
    (SCENARIOS, "- caller:", "- calller:", f"{SCENARIOS}:12: .* mean `caller`"),
    (
        SCENARIOS,
        "- returns: {outcome",
        "- returns: {outcme: a, outcome",
        f"{SCENARIOS}:44: .*`outcme`",
    ),
]


@pytest.mark.parametrize(("file", "was", "written", "expected"), MISSPELT)
def test_a_misspelt_word(sunny: Path, file: str, was: str, written: str, expected: str) -> None:
    text = (sunny / file).read_text(encoding="utf-8")
    assert was in text
    (sunny / file).write_text(text.replace(was, written, 1), encoding="utf-8")
    found = told(sunny)
    assert re.match(expected, found[0]), found
    assert len(found) <= 1 + ("titel" in written)


BROKEN = [
    ("slots.yaml", b"", "slots.yaml:1: slots.yaml is empty"),
    ("slots.yaml", "phone:\n  label: x".encode("utf-16"), "slots.yaml:1: not UTF-8"),
    ("slots.yaml", b"a:\n\tb: c\n", "slots.yaml:2: a tab; indent with spaces"),
    ("slots.yaml", b'a:\n  b: "c\n  d: e"f\n', "slots.yaml:3: a quote in"),
    ("slots.yaml", b"a:\n  ask: Sorry: which one\n", "slots.yaml:2: a text with a colon"),
    ("slots.yaml", b"a: b\nc: *d\n", "slots.yaml:2: `[*]d` is an alias"),
    ("slots.yaml", b"x" * (5 * 2**20), "slots.yaml:1: it has 5 MiB"),
    ("articles/payment.md", b"---\n\n\xfc\n---\n", "articles/payment.md:3: not UTF-8"),
    ("articles/payment.md", b"By card.", "articles/payment.md:1: front matter is missing"),
    ("domain.toml", b"name = sunny", "domain.toml:1: not TOML"),
    ("domain.toml", b'extends = "retial"', "domain.toml:1: .*no folder `retial`"),
    ("intents/more.yml", b"a: b", "intents/more.yml:1: .*rename it to `more.yaml`"),
    ("intents/more/tasks.yaml", b"a: b", "intents/more/:1: folders in intents/ are not read"),
    ("articles/parking.txt", b"a: b", "articles/parking.txt:1: .*`parking.md`"),
    ("handovr.yaml", b"a: b", "handovr.yaml:1: .* mean `handover.yaml`"),
    ("catalogue.csv", b"product;name\na;b\n", "catalogue.csv:1: .*semicolons"),
    ("catalogue.csv", b"product,name\n", "catalogue.csv:1: it lists no product"),
    ("catalogue.csv", b"", "catalogue.csv:1: the first line must name the columns"),
]


@pytest.mark.parametrize(("file", "content", "expected"), BROKEN)
def test_a_file_that_cannot_be_used(sunny: Path, file: str, content: bytes, expected: str) -> None:
    path = sunny / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    if file == "catalogue.csv":
        (sunny / "catalogue.yaml").write_text('say: {which: "Which?"}\n', encoding="utf-8")
    found = told(sunny)
    assert re.search(expected, "\n".join(found)), found
    if "front matter" not in expected and file != "catalogue.csv":
        assert len(found) == 1, found


def test_a_language_that_is_nowhere(sunny: Path) -> None:
    with (sunny / "domain.toml").open("a", encoding="utf-8") as head:
        head.write('\n[languages]\nde = "sunny_de"\n')
    assert "there is no folder `sunny_de`" in told(sunny)[0]


def test_the_mark_that_editors_put_first_is_no_mistake(sunny: Path) -> None:
    for path in (p for p in sunny.rglob("*") if p.is_file()):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_scenarios(load_domain(str(sunny)))


def test_what_editors_and_people_leave_is_no_mistake(sunny: Path) -> None:
    for name in ("slots.yaml~", ".slots.yaml.swp", "slots_old.yaml", "README.md", "notes.txt"):
        (sunny / name).write_text("x", encoding="utf-8")
    assert load_domain(str(sunny))
