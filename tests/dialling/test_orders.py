"""Orders from the command line and over HTTP: checked, shown, stored, stopped."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi import FastAPI
from fastapi.testclient import TestClient

from voicebot.cli import main
from voicebot.outbound.contacts import Attempt
from voicebot.outbound.contacts import Result as CallResult
from voicebot.outbound.settings import OutboundSettings
from voicebot.store import Store, open_store
from voicebot.web.outbound_api import outbound_api

HEAD = "number,consent,reference,person,dispute,decision,merchant,amount_cents\n"
ROWS = (
    "+12125550143,yes,case 7,Ms. Lee,204518,rejected,Harbor Hotel,89.90\n"
    "+4930123456,yes,case 9,Frau Meier,450937,accepted,Bahn,12.00\n"
    "+12125550145,no,case 10,Ms. Cruz,450937,partly,Sun Travel,200.00\n"
)
ONE = {
    "number": "+12125550143",
    "consent": "yes",
    "person": "Ms. Lee",
    "dispute": "204518",
    "decision": "rejected",
    "merchant": "Harbor Hotel",
    "amount_cents": "89.90",
}
TOKEN = "a-token-of-the-shop"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'calls.sqlite3'}"
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", url)
    (tmp_path / "cases.csv").write_text(HEAD + ROWS)
    (tmp_path / "bad.csv").write_text(HEAD + ROWS.replace("89.90", "89"))
    with open_store(url) as opened:
        yield opened


def dial(*words: str) -> Result:
    return CliRunner().invoke(main, ["dial", *words])


def test_a_dry_run_shows_who_would_be_called_and_why_not(store: Store) -> None:
    shown = dial("cases.csv", "--hotline", "disputes", "--dry-run", "--hours", "mon-sun 0:00-24:00")
    assert 0 == shown.exit_code, shown.output
    for words in ("1 of 3 will be called", "country is not allowed", "no consent", "case 7"):
        assert words in shown.output
    assert "+12125550143" not in shown.output
    assert [] == store.outbound.lists()


def test_a_wrong_list_orders_nothing(store: Store) -> None:
    shown = dial("bad.csv", "--hotline", "disputes")
    assert 1 == shown.exit_code
    assert "line 2: `amount_cents` must be an amount with two decimals" in shown.output
    assert [] == store.outbound.lists()


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["cases.csv", "--hotline", "retail"], "has no outbound.yaml"),
        (["cases.csv", "--hotline", "disputes", "--hours", "always"], "must look like mon-fri"),
        (["nowhere.csv", "--hotline", "disputes"], "neither a number"),
        (["+12125550143", "--hotline", "disputes", "--fact", "x"], "must look like --fact"),
        (["--stop", "l0"], "there is no list l0"),
        (["--opt-out", "555"], "write the number in full"),
        (["cases.csv", "--hotline", "disputes"], "no server places calls"),
        ([], "name a number or a list"),
    ],
)
def test_what_cannot_be_done_is_one_clear_sentence(
    store: Store, words: list[str], wrong: str
) -> None:
    shown = dial(*words)
    assert shown.exit_code != 0
    assert wrong in shown.output
    assert "Traceback" not in shown.output


def test_what_is_ordered_is_followed_to_its_end(store: Store) -> None:
    book, now = store.outbound, time.time()
    book.lease("a server", now, now + 600)
    words = [f"--fact={name}={ONE[name]}" for name in ONE if name not in ("number", "consent")]
    ordered = dial("+12125550143", "--hotline", "disputes", "--consent", *words, "--no-follow")
    assert 0 == ordered.exit_code, ordered.output
    (made,) = book.lists()
    assert f"Ordered as list {made.id}" in ordered.output
    attempt = Attempt(f"{made.id}-1.1", f"{made.id}-1", ONE["number"], now)
    assert book.begin(attempt)
    book.save(
        Attempt(attempt.id, attempt.contact_id, attempt.number, now, "CA1", CallResult.REACHED, now)
    )
    assert "1 of 1 settled, 0 calling: reached 1" in dial("--state", made.id).output
    assert 0 == dial("--stop", "all").exit_code
    assert book.killed()


def test_an_opt_out_by_hand_is_for_ever(store: Store) -> None:
    assert 0 == dial("--opt-out", "+12125550143").exit_code
    shown = dial("cases.csv", "--hotline", "disputes", "--dry-run")
    assert "opted out" in shown.output


@pytest.fixture
def api(store: Store) -> TestClient:
    app = FastAPI()
    app.include_router(outbound_api(store.outbound, OutboundSettings(), TOKEN))
    return TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"})


def test_a_list_over_http_is_ordered_told_of_and_stopped(api: TestClient, store: Store) -> None:
    answer = api.post("/outbound/lists", json={"hotline": "disputes", "calls": [ONE]})
    assert (201, 1) == (answer.status_code, answer.json()["calls"])
    name = answer.json()["list"]
    state = api.get(f"/outbound/lists/{name}")
    assert 1 == len(state.json()["calls"])
    assert "+1212" not in state.text
    assert "Lee" not in state.text
    assert 200 == api.post(f"/outbound/lists/{name}/stop").status_code
    assert api.get(f"/outbound/lists/{name}").json()["stopped"]
    assert 404 == api.get("/outbound/lists/l0").status_code
    assert 404 == api.post("/outbound/lists/l0/stop").status_code
    api.post("/outbound/lists/all/stop")
    assert store.outbound.killed()


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", "Bearer \xff"])
def test_nobody_without_the_token_orders_or_sees_anything(
    api: TestClient, store: Store, header: str
) -> None:
    headers = {"Authorization": header.encode("latin-1")}
    body = {"hotline": "disputes", "calls": [ONE]}
    assert 401 == api.post("/outbound/lists", json=body, headers=headers).status_code
    assert 401 == api.get("/outbound/lists/l0", headers=headers).status_code
    assert 401 == api.post("/outbound/lists/all/stop", headers=headers).status_code
    assert [] == store.outbound.lists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100_000,
        b'{"hotline": "disputes", "calls": []}',
        b'{"hotline": "disputes", "calls": [{"number": 5}]}',
        b'{"hotline": "nowhere", "calls": [{"number": "+12125550143"}]}',
        b'{"hotline": "./disputes", "calls": [{"number": "+12125550143"}]}',
        b'{"hotline": "../../etc", "calls": [{"number": "+12125550143"}]}',
        b'{"hotline": "disputes", "calls": [{"number": "+12125550143"}], "attempts": 99}',
        b'{"hotline": "disputes", "calls": [{"number": "+12125550143", "consent": "yes"}]}',
    ],
)
def test_what_is_no_order_is_refused_with_a_reason(
    api: TestClient, store: Store, body: bytes
) -> None:
    answer = api.post("/outbound/lists", content=body)
    assert answer.status_code in (400, 422)
    assert answer.json()
    assert [] == store.outbound.lists()
