"""Lists as people make them: read whole, or refused with every line and what to write instead."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.loading import load_domain
from dialogue.outbound import Outbound
from voicebot.outbound.contacts import Contact
from voicebot.outbound.lists import BadList, read_list, read_rows


def described() -> Outbound:
    outbound = load_domain("disputes").outbound
    assert outbound is not None
    return outbound


OUTBOUND = described()
HEAD = "number,consent,reference,timezone,person,dispute,decision,merchant,amount_cents,reason\n"
LEE = "+12125550143,yes,case 7,,Ms. Lee,204518,rejected,Harbor Hotel,89.90,They signed.\n"


def read(text: str) -> tuple[Contact, ...]:
    return read_list(text, OUTBOUND, "en", "l1")


def problems(text: str) -> list[str]:
    with pytest.raises(BadList) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_row_becomes_a_contact() -> None:
    (lee,) = read(HEAD + LEE)
    assert ("l1-1", "+12125550143", True, "case 7") == (
        lee.id,
        lee.number,
        lee.consent,
        lee.reference,
    )
    assert ("Ms. Lee", "8990") == (lee.facts["person"], lee.facts["amount_cents"])
    assert "refund_by" not in lee.facts
    assert "+1212" not in repr(lee)
    assert "Lee" not in repr(lee)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEAD + LEE,
        (HEAD + LEE).replace("\n", "\r\n"),
        (HEAD + LEE).replace(",", ";"),
        HEAD.upper() + LEE.replace("+12125550143", "+1 (212) 555-0143") + ",,,,,,,,,\n\n",
        HEAD + LEE.replace("They signed.", '"They signed.\nTwice."').replace("\nTwice", " Twice"),
    ],
)
def test_what_spreadsheets_write_is_read(text: str) -> None:
    assert ["+12125550143"] == [contact.number for contact in read(text)]


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("+12125550143", "2125550143", "line 2: `number` must be written in full"),
        ("yes", "ok", "line 2: `consent` must be yes or no"),
        ("yes", "", "line 2: `consent` must be yes or no"),
        ("case 7,,", "case 7,EST5,", "line 2: `timezone` must be an IANA name"),
        ("89.90", "89", "line 2: `amount_cents` must be an amount with two decimals"),
        ("Ms. Lee", " ", "line 2: `person` is empty"),
        ("They signed.", "They, signed.", "line 2: 11 values for 10 columns; put quotes"),
        ("They signed.", '"They', "cannot be read as CSV"),
        ("They signed.", "x" * 1001, "line 2: `reason` must be"),
        ("consent,", "agreed,", "line 1: column `consent` is missing"),
        ("consent,", "agreed,", "line 1: column `agreed` is not known; columns are number"),
        ("reference,", "number,", "line 1: column `number` is there twice"),
        (LEE, "", "nobody is on the list"),
        (LEE, LEE + LEE, "line 3: the same number and reference are on line 2"),
    ],
)
def test_mistakes_are_told_with_line_and_remedy(old: str, new: str, wrong: str) -> None:
    text = (HEAD + LEE).replace(old, new, 1)
    assert any(wrong in problem for problem in problems(text)), problems(text)


def test_all_mistakes_are_told_at_once_and_nothing_is_taken() -> None:
    found = problems(HEAD + LEE.replace("yes", "maybe") + LEE + LEE.replace("89.90", "a lot"))
    assert ["line 2", "line 3", "line 4", "line 4"] == [one.split(":")[0] for one in found]


def test_a_row_in_another_language_is_refused_with_its_way_out() -> None:
    row = "+12125550143,yes,de,Ms. Lee,204518,rejected,Hotel,89.90\n"
    head = "number,consent,language,person,dispute,decision,merchant,amount_cents\n"
    assert "put the row into a list for a hotline in that language" in problems(head + row)[0]


def test_rows_over_http_know_no_other_names() -> None:
    with pytest.raises(BadList, match="`admin` is not known"):
        read_rows([{"number": "+12125550143", "admin": "yes"}], OUTBOUND, "en", "l1")


@given(st.text(max_size=300))
def test_whatever_the_file_holds_is_read_or_refused(text: str) -> None:
    for content in (text, HEAD + text, HEAD + LEE + text):
        with contextlib.suppress(BadList):
            assert read(content)
