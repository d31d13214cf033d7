"""The same flows over HTTP: the hotline, the example backend, a real socket between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from deploy.backend_example.app import api
from dialogue.loading import load_domain
from dialogue.manager import DialogueManager
from tests.actions.service import serving
from tests.dialogue.conversation import IRIS, Conversation
from voicebot.actions.demo_shop import DemoShop
from voicebot.actions.opening import open_actions
from voicebot.ports import ToolError

pytestmark = pytest.mark.models

CONVERSATIONS = {
    "status": ["where is my order 44117", "and where is order 99999"],
    "cancel": ["cancel my order 44118", "yes", "undo that", "yes"],
    "late": ["cancel my order 44117"],
    "return": ["I'd like to return order 55203", "yes", "undo that", "yes"],
    "address": [
        "change the address on my order 44118",
        "12 Oak Street in Salem",
        "that's right",
        "undo that",
        "yes",
    ],
    "exchange": ["can I exchange it for another size", "31415", "the same in medium", "yes"],
    "damage": ["my item arrived broken", "16180", "two of the plates are in pieces", "no", "yes"],
    "invoice": ["I need an invoice for order 55203", "yes"],
    "twice": ["you charged me twice for order 16180", "yes"],
    "declined": ["my card was declined, order 27182", "yes"],
    "membership": ["how many points do I have", "it's iris dot clark at example dot com"],
    "password": ["I forgot my password", "it's iris dot clark at example dot com", "yes"],
    "complaint": ["I want to make a complaint", "the courier threw my parcel around", "yes"],
    "call back": ["call me back", "yes"],
}


class Behind:
    """The hotline's tools as plain functions over the runner that calls use."""

    def __init__(self, shop: DemoShop, url: str, token: str = "s3cret") -> None:
        environment = {"SHOP_API_URL": url, "SHOP_API_TOKEN": token}
        self._runner = open_actions(
            load_domain("retail"), shop._path, "http", environment, today=shop._today
        )

    def tools(self) -> Mapping[str, Callable[..., Mapping[str, Any]]]:
        return {name: partial(self._run, name) for name in load_domain("retail").tools}

    def _run(self, tool: str, call_key: str, **arguments: str) -> Mapping[str, Any]:
        try:
            return asyncio.run(self._runner.run(tool, arguments, call_key))
        except ToolError as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        self._runner.close()


@pytest.fixture
def url(shop: DemoShop) -> Iterator[str]:
    with serving(api(shop, "s3cret")) as url:
        yield url


def heard(call: Conversation, lines: list[str]) -> list[str]:
    return [call.say(line) for line in lines]


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_caller_hears_the_same_over_http(
    manager: DialogueManager, shop: DemoShop, url: str, tmp_path_factory: Any, name: str
) -> None:
    other = DemoShop.open(tmp_path_factory.mktemp("other") / "shop.sqlite3", today=shop._today)
    behind = Behind(shop, url)
    lines = CONVERSATIONS[name]
    over_http = Conversation(manager, behind.tools(), caller=IRIS.phone)
    in_process = Conversation(manager, other.tools(), caller=IRIS.phone)
    assert heard(in_process, lines) == heard(over_http, lines)
    assert in_process.state.done == over_http.state.done
    assert other.jobs() == shop.jobs()
    assert ["44118", "55203"] == [
        order
        for order in ("44118", "55203")
        if other.find_order(order)["outcome"] == shop.find_order(order)["outcome"]
    ]
    behind.close()


def test_a_backend_that_refuses_the_token_is_a_failing_shop(
    manager: DialogueManager, shop: DemoShop, url: str
) -> None:
    behind = Behind(shop, url, token="wrong")
    call = Conversation(manager, behind.tools(), caller=IRIS.phone)
    said = call.say("where is my order 44117")
    assert "Sorry, our system is slow." in said
    assert said.endswith("I can't reach our order system. I'll connect you to a colleague.")
    assert call.handoff is not None
    behind.close()
