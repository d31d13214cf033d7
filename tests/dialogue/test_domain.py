"""Loading a hotline: the packaged one is right, and each mistake is named with its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dialogue.cues import USUAL
from dialogue.errors import DomainError
from dialogue.loading import load_domain
from dialogue.spoken import sentences

Edit = tuple[str, str, str]
"""A file, a text in it, and what to put in its place."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the retail hotline to spoil."""
    return Path(shutil.copytree(load_domain("retail").folder, tmp_path / "shop"))


@pytest.fixture
def mistakes(folder: Path) -> Callable[[Edit], str]:
    """Spoil one file and return the error's message."""

    def spoil(edit: Edit) -> str:
        file, old, new = edit
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(DomainError) as caught:
            load_domain(str(folder))
        return str(caught.value)

    return spoil


def test_the_retail_hotline_is_complete() -> None:
    domain = load_domain("retail")
    assert ("retail", "Maple Street", "en") == (domain.name, domain.title, domain.language)
    assert (
        domain.prompt("greeting")
        == "Hello, this is the automated assistant of Maple Street. How can I help?"
    )
    assert len(domain.articles) >= 8
    assert "order number" in domain.vocabulary
    assert {
        "account_access",
        "call_back",
        "cancel_order",
        "change_address",
        "complaint",
        "damaged_item",
        "exchange",
        "find_orders",
        "find_orders_by_email",
        "invoice",
        "membership",
        "missing_parcel",
        "order_status",
        "payment_problem",
        "return_item",
    } == set(domain.flows)


def test_a_folder_is_as_good_as_a_packaged_name(folder: Path) -> None:
    assert load_domain(str(folder)).version == load_domain("retail").version


def test_any_change_is_another_version(folder: Path) -> None:
    before = load_domain(str(folder)).version
    with (folder / "articles" / "returns.md").open("a", encoding="utf-8") as file:
        file.write("Really.\n")
    assert before != load_domain(str(folder)).version


def test_every_first_sentence_is_short_enough_to_be_quick() -> None:
    """What is not in the phrase cache must begin with a short fixed sentence."""
    domain = load_domain("retail")
    openers = [sentences(slot_text.text)[0] for s in domain.slots.values() for slot_text in s.heard]
    openers += [sentences(domain.prompt(name))[0] for name in ("no_match", "resume", "repeat")]
    assert [] == [text for text in openers if len(text.split()) > 6]


def test_what_is_said_often_can_be_rendered_ahead() -> None:
    phrases = load_domain("retail").fixed_phrases()
    for phrase in (
        "Hello, this is the automated assistant of Maple Street.",
        "Thanks.",
        "It's on its way.",
        "It should arrive tomorrow.",
        "It should arrive on Tuesday.",
        "Is there anything else?",
        "What's your order number?",
        "Returns are free for thirty days.",
        "One moment, please.",
        "Thanks for calling.",
    ):
        assert phrase in phrases
    assert [] == [phrase for phrase in phrases if "{" in phrase or not phrase]
    assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (("domain.toml", 'name = "retail"\n', ""), "domain.toml:1: domain.toml has no `name`; add"),
        (("domain.toml", "act = 0.5 ", "act = 5 "), "domain.toml:6: `act` must be a number from"),
        (("domain.toml", "act = 0.5 ", "acts = 0.5 "), "domain.toml:6: `acts` is not known in"),
        (
            ("domain.toml", '"en"', '"xx"'),
            'domain.toml:3: `language = "xx"` is unknown; use one of',
        ),
        (("domain.toml", '"retail"', "retail"), "domain.toml:1: not TOML"),
        (
            ("prompts.yaml", "greeting:", "greetings:"),
            "`greetings` is not known in prompts.yaml",
        ),
        (
            ("prompts.yaml", "need:\n", "more:\n"),
            "prompts.yaml:8: `more` is written twice",
        ),
        (("prompts.yaml", "{second}", "{third}"), "`{third}` is not known here; use one of"),
        (
            ("prompts.yaml", 'resume: "', 'resume: *x\nold: "'),
            "`*x` is an alias; write the value",
        ),
        (("prompts.yaml", 'transfer: "', 'transfer: ["'), "not YAML"),
        (
            ("slots.yaml", "  digits: 5\n", ""),
            "slots.yaml:1: a code has a length; add one",
        ),
        (("slots.yaml", "kind: text", "kind: txt"), "`kind: txt` is unknown; did you mean"),
        (("slots.yaml", "{order|digits}", "{order|digit}"), "`|digit` is no spoken form; did you"),
        (("slots.yaml", "{order|digits}", "{order"), "a brace does not enclose a name"),
        (("tools.yaml", "side_effect: true", "side_effect: maybe"), "`side_effect` must be `true`"),
        (
            ("tools.yaml", "  outcomes: [cancelled", "  results: [cancelled"),
            "has no `outcomes`; add",
        ),
        (
            ("flows/cancel_order.yaml", "collect: order", "collect: ordr"),
            "flows/cancel_order.yaml:5: slot `ordr` is not in slots.yaml; did you mean `order`?",
        ),
        (
            ("flows/cancel_order.yaml", "call: find_order", "call: find_ordr"),
            "flows/cancel_order.yaml:6: tool `find_ordr` is not in tools.yaml; did you mean",
        ),
        (
            ("flows/cancel_order.yaml", "too_late:", "too_lat:"),
            "`cancel_order` never turns out as `too_lat`; did you mean `too_late`?",
        ),
        (
            ("flows/cancel_order.yaml", "too_late:", "too_lat:"),
            "`cancel_order` may turn out as `too_late`; say what follows then",
        ),
        (
            ("flows/cancel_order.yaml", "{order: order}", "{ordr: order}"),
            "`find_order` takes no `ordr`; did you mean `order`?",
        ),
        (
            ("flows/cancel_order.yaml", "{order: order}", "{order: address}"),
            "`address` is not known at this step; use one of: caller, order, summary",
        ),
        (
            (
                "flows/cancel_order.yaml",
                '  - confirm: "Shall I cancel this order?"\n'
                '    refused: "All right. I left it as it is."\n',
                "",
            ),
            "`cancel_order` changes something; put a `confirm` step before it",
        ),
        (
            ("flows/cancel_order.yaml", "then: next}", "then: nxt}"),
            "`then: nxt` is unknown; did you mean `next`?",
        ),
        (
            ("flows/cancel_order.yaml", "intent: cancel_order", "intent: cancel"),
            "intent `cancel` is not in intents/; did you mean `cancel_order`?",
        ),
        (
            ("flows/return_item.yaml", "intent: return_item", "intent: cancel_order"),
            "intent `cancel_order` already begins flows/cancel_order.yaml; keep one",
        ),
        (
            ("flows/order_status.yaml", "- collect:", "- gather:"),
            "a step begins with `collect:`, `call:`, `choose:`, `confirm:`, `verify:` or `say:`",
        ),
        (
            ("intents/controls.yaml", "repeat:", "again:"),
            "intent `repeat` is missing (wants to hear it again); add it with examples",
        ),
        (
            ("intents/controls.yaml", "repeat:", "again:"),
            "nothing follows `again`; add `reply`, `choice`, or a flow for it",
        ),
        (
            ("intents/tasks.yaml", "    - track my package\n", "    - call my mother\n"),
            "the example is already in `out_of_scope` (intents/out_of_scope.yaml:",
        ),
        (
            ("intents/tasks.yaml", "    - track my package\n", "    - [a, b]\n"),
            "`examples` must be a list of texts; quote this one",
        ),
        (
            ("intents/tasks.yaml", "options: {order_status:", "options: {order_state:"),
            "option `order_state` of `need_help_with_order` is no intent; did you mean",
        ),
        (
            ("intents/tasks.yaml", "words: [track", "wrds: [track"),
            "`order_status` is an option of `need_help_with_order`; add `words`",
        ),
        (
            ("articles/returns.md", "---\n", "--\n"),
            "articles/returns.md:1: front matter is missing",
        ),
        (
            ("articles/refunds.md", "about: ", "interruptible: perhaps\nabout: "),
            "articles/refunds.md:3: `interruptible` must be `true` or `false`",
        ),
        (
            ("prompts.yaml", 'hold: "', 'hold: {say: "x", interruptable: false}\nold: "'),
            "prompts.yaml:20: `interruptable` is not known in `hold`; did you mean `inter",
        ),
        (
            ("prompts.yaml", 'hold: "', 'hold: {interruptible: false}\nold: "'),
            "`hold` has no `say`; add one",
        ),
        (
            ("cues.yaml", "commands:", "comands:"),
            "cues.yaml:5: `comands` is not known in cues.yaml",
        ),
        (("cues.yaml", "  - stop\n", '  - "?!"\n'), "cues.yaml:6: `commands` has a phrase without"),
        (("cues.yaml", "  - stop\n", "  - Wait!\n"), "cues.yaml:5: `commands` has a phrase twice"),
        (("cues.yaml", "  - stop\n", "  - [stop]\n"), "cues.yaml:6: `commands` must be a list of"),
        (("domain.toml", "patience = 60 ", "patience = 1 "), "domain.toml:12: `patience` must be"),
        (
            ("slots.yaml", "  kind: text\n", "  kind: text\n  caller_id: true\n"),
            "a number to call from is a code; write `kind: phone`",
        ),
        (
            ("flows/call_back.yaml", "about: summary", "about: sumary"),
            "`sumary` is not known at this step; did you mean `summary`?",
        ),
        (("articles/refunds.md", "about:", "abot:"), "articles/refunds.md:3: `abot` is not known"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else value[0],
)
def test_a_mistake_is_named_with_its_place_and_its_remedy(
    mistakes: Callable[[Edit], str], edit: Edit, expected: str
) -> None:
    assert expected in mistakes(edit)


def test_cues_are_optional_and_replaced_list_by_list(folder: Path) -> None:
    (folder / "cues.yaml").write_text("tics: [Hrrm]\nhold: [Let me dig …]\n", encoding="utf-8")
    cues = load_domain(str(folder)).cues
    assert (("hrrm",), ("let me dig …",)) == (cues.tics, cues.hold)
    assert USUAL["en"].commands == cues.commands
    (folder / "cues.yaml").unlink()
    assert USUAL["en"] == load_domain(str(folder)).cues


def test_what_the_session_says_by_itself_is_rendered_ahead() -> None:
    domain = load_domain("retail")
    assert {domain.prompt("listening"), domain.prompt("hold")} <= set(domain.fixed_phrases())


def test_all_mistakes_are_listed_at_once_in_reading_order(folder: Path) -> None:
    (folder / "slots.yaml").write_text("order: [5\n", encoding="utf-8")
    (folder / "tools.yaml").write_bytes(b"\xff\xfe")
    (folder / "prompts.yaml").unlink()
    with pytest.raises(DomainError) as caught:
        load_domain(str(folder))
    places = [(mistake.file, mistake.line) for mistake in caught.value.mistakes]
    assert places == sorted(places)
    assert {"prompts.yaml", "slots.yaml", "tools.yaml"} <= {file for file, _ in places}
    assert "tools.yaml:1: not UTF-8 text; save it with UTF-8 encoding" in str(caught.value)
    assert "prompts.yaml:1: the file is missing; every hotline needs it" in str(caught.value)


def test_too_few_examples_are_refused(mistakes: Callable[[Edit], str]) -> None:
    few = "\nbonus:\n  reply: Hi.\n  examples: [what is a bonus, bonus please]\n"
    said = mistakes(("intents/small_talk.yaml", "hello:\n", few.lstrip() + "hello:\n"))
    assert "intents/small_talk.yaml:3: `bonus` has 2 examples; write at least 8" in said


@pytest.mark.parametrize("name", ["nosuch", "../retail", "", "/nonexistent"])
def test_an_unknown_hotline_is_named(name: str) -> None:
    with pytest.raises(DomainError, match=r"there is no folder|holds no domain\.toml"):
        load_domain(name)
