"""Tools behind HTTP endpoints, against a real server that behaves and one that does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from dialogue.endpoints import Endpoint, Service
from dialogue.tools import ToolSpec, ValueType, read_result
from tests.actions.service import serving
from voicebot.actions.breaker import Breaker
from voicebot.actions.http_backend import LARGEST_ANSWER, HttpBackend
from voicebot.actions.runner import PythonToolRunner
from voicebot.ports import ToolError

SERVICE = Service("SHOP_URL", bearer="SHOP_TOKEN", headers={"X-Shop": "SHOP_NAME"})
LOOK = ToolSpec(
    "look",
    ("order",),
    ("ready", "unknown"),
    ("items", "cents", "today"),
    False,
    "",
    types={"items": ValueType.LIST, "cents": ValueType.MONEY},
    timeout=0.5,
    endpoint=Endpoint(
        "GET",
        "/orders/{order}",
        retries=1,
        statuses={404: "unknown"},
        outcome="order.state",
        outcomes={"done": "ready"},
        result={"items": "order.lines[].name", "cents": "order.total.cents"},
    ),
)
PAY = ToolSpec(
    "pay",
    ("order", "cents"),
    ("paid",),
    (),
    True,
    "",
    types={"cents": ValueType.MONEY},
    timeout=0.5,
    endpoint=Endpoint(
        "POST",
        "/orders/{order}/payment",
        body={"amount": "cents"},
        idempotency_key="Idempotency-Key",
        retries=1,
        statuses={201: "paid"},
    ),
)


@dataclass
class Till:
    """A backend that can be told to misbehave."""

    answers: list[Any] = field(default_factory=list)
    """What to do about the next requests: a response, seconds to sleep before the usual one, or
    seconds to sleep after the payment took effect."""
    asked: list[Request] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    paid: dict[str, int] = field(default_factory=dict)
    """Amounts by idempotency key."""

    async def order(self, request: Request) -> Response:
        self.asked.append(request)
        if self.answers and (answer := self.answers.pop(0)) is not None:
            if isinstance(answer, Response):
                return answer
            await asyncio.sleep(answer)
        if request.path_params["order"] == "0":
            return Response(status_code=404)
        lines = [{"name": "a lamp"}, {"name": "a rug"}]
        return JSONResponse(
            {"order": {"state": "done", "lines": lines, "total": {"cents": 1990}, "secret": "x"}}
        )

    async def pay(self, request: Request) -> Response:
        self.asked.append(request)
        body = await request.json()
        self.bodies.append(body)
        self.paid.setdefault(request.headers["Idempotency-Key"], body["amount"])
        if self.answers and (answer := self.answers.pop(0)) is not None:
            if isinstance(answer, Response):
                return answer
            await asyncio.sleep(answer)
        return JSONResponse({}, 201)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/orders/{order}/payment", self.pay, methods=["POST"]),
                Route("/api/orders/{order:path}", self.order),
            ]
        )


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Till, str]]:
    till = Till()
    with serving(till.app()) as url:
        yield till, url


@pytest.fixture
def till(shared: tuple[Till, str]) -> Till:
    shared[0].__init__()  # type: ignore[misc]
    return shared[0]


@pytest.fixture
def environment(shared: tuple[Till, str]) -> dict[str, str]:
    return {"SHOP_URL": f"{shared[1]}/api/", "SHOP_TOKEN": "s3cret", "SHOP_NAME": "maple"}


@pytest.fixture
def run(till: Till, environment: Mapping[str, str]) -> Iterator[PythonToolRunner]:
    specs = {"look": LOOK, "pay": PAY}
    backend = HttpBackend(SERVICE, specs, environment)
    runner = PythonToolRunner(backend.tools(), specs, on_close=backend.close)
    yield runner
    runner.close()


async def test_an_answer_becomes_an_outcome_with_typed_facts(
    run: PythonToolRunner, till: Till
) -> None:
    value = await run.run("look", {"order": "44117"}, "k")
    result = read_result(LOOK, value)
    assert result is not None
    assert ("ready", "a lamp\na rug", "1990") == (
        result.outcome,
        result.facts["items"],
        result.facts["cents"],
    )
    assert "secret" not in str(value)


async def test_the_environment_gives_address_and_secrets(run: PythonToolRunner, till: Till) -> None:
    await run.run("look", {"order": "44117"}, "k")
    headers = till.asked[0].headers
    assert ("Bearer s3cret", "maple") == (headers["authorization"], headers["x-shop"])


async def test_a_status_can_be_an_outcome(run: PythonToolRunner, till: Till) -> None:
    assert "unknown" == (await run.run("look", {"order": "0"}, "k"))["outcome"]


@pytest.mark.parametrize("order", ["a/b", "x?y=1", "ü #", "%2e", "..;"])
async def test_a_value_stays_one_part_of_the_path(
    run: PythonToolRunner, till: Till, order: str
) -> None:
    await run.run("look", {"order": order}, "k")
    assert order == till.asked[0].path_params["order"]
    assert till.asked[0].scope["raw_path"].count(b"/") == 3


@pytest.mark.parametrize("order", ["", ".", ".."])
async def test_a_value_that_would_be_another_address_is_not_sent(
    run: PythonToolRunner, till: Till, order: str
) -> None:
    with pytest.raises(ToolError, match="`order` is empty"):
        await run.run("look", {"order": order}, "k")
    assert [] == till.asked


async def test_arguments_are_sent_with_their_types_and_the_key(
    run: PythonToolRunner, till: Till
) -> None:
    assert {"outcome": "paid"}.items() <= (
        await run.run("pay", {"order": "44117", "cents": "1990"}, "call/1")
    ).items()
    assert ({"call/1": 1990}, [{"amount": 1990}]) == (till.paid, till.bodies)


async def test_an_argument_that_is_not_of_its_type_is_not_sent(
    run: PythonToolRunner, till: Till
) -> None:
    with pytest.raises(ToolError, match="not of its type"):
        await run.run("pay", {"order": "44117", "cents": "lots"}, "k")
    assert [] == till.asked


async def test_a_failure_that_passes_is_tried_again(run: PythonToolRunner, till: Till) -> None:
    till.answers = [Response(status_code=503)]
    assert "ready" == (await run.run("look", {"order": "44117"}, "k"))["outcome"]
    assert 2 == len(till.asked)


async def test_a_payment_that_took_effect_but_answered_too_late_is_not_made_twice(
    run: PythonToolRunner, till: Till
) -> None:
    till.answers = [1.5]
    with pytest.raises(ToolError, match="pay failed: ReadTimeout"):
        await run.run("pay", {"order": "44117", "cents": "1990"}, "call/1")
    # What the dialogue does: once more, under the same key.
    retried = await run.run("pay", {"order": "44117", "cents": "1990"}, "call/1")
    assert "paid" == retried["outcome"]
    keys = [request.headers["Idempotency-Key"] for request in till.asked]
    assert (["call/1", "call/1"], {"call/1": 1990}) == (keys, till.paid)


async def test_a_payment_whose_answer_was_lost_is_repeated_with_its_key(
    run: PythonToolRunner, till: Till
) -> None:
    till.answers = [Response(status_code=502)]
    await run.run("pay", {"order": "44117", "cents": "1990"}, "call/1")
    assert ({"call/1": 1990}, 2) == (till.paid, len(till.asked))


def dripping() -> StreamingResponse:
    async def drops() -> Any:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.1)

    return StreamingResponse(drops(), media_type="application/json")


def endless() -> StreamingResponse:
    async def flood() -> Any:
        for _ in range(LARGEST_ANSWER // 1024 + 10):
            yield b"x" * 1024

    return StreamingResponse(flood())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda: Response("<html>", 200), "the answer is no JSON"),
        (lambda: Response("[" * 90_000, 200), "the answer is no JSON"),
        (lambda: Response(status_code=500), "status 500"),
        (lambda: Response(status_code=429), "status 429"),
        (lambda: Response(status_code=403), "status 403 has no meaning"),
        (lambda: RedirectResponse("http://192.0.2.1/"), "status 307 has no meaning"),
        (lambda: Response(b"x", headers={"Content-Encoding": "gzip"}), "a packed answer"),
        (endless, "an answer of more than"),
        (dripping, "came too slowly|ReadTimeout|did not answer"),
        (lambda: 1.5, "ReadTimeout"),
    ],
    ids=str,
)
async def test_what_is_no_answer_is_a_failure_within_the_time(
    run: PythonToolRunner, till: Till, answer: Any, reason: str
) -> None:
    till.answers = [answer(), answer()]
    began = time.monotonic()
    with pytest.raises(ToolError, match=reason):
        await run.run("look", {"order": "44117"}, "k")
    assert time.monotonic() - began < LOOK.timeout + 0.5


@pytest.mark.parametrize("body", ["[]", '"x"', "5", '{"order": 5}', '{"order": {"state": {}}}'])
async def test_json_of_another_shape_is_no_outcome(
    run: PythonToolRunner, till: Till, body: str
) -> None:
    till.answers = [Response(body)]
    assert read_result(LOOK, await run.run("look", {"order": "44117"}, "k")) is None


async def test_facts_of_another_type_are_no_result(run: PythonToolRunner, till: Till) -> None:
    till.answers = [Response('{"order": {"state": "done", "total": {"cents": "19.90"}}}')]
    assert read_result(LOOK, await run.run("look", {"order": "44117"}, "k")) is None


async def test_a_backend_that_is_down_is_not_asked_for_a_while(
    till: Till, environment: Mapping[str, str]
) -> None:
    now = [0.0]
    specs = {"look": replace(LOOK, endpoint=replace(LOOK.endpoint, retries=0))}  # type: ignore[type-var]
    breaker = Breaker(failures=3, pause=10.0, clock=lambda: now[0])
    backend = HttpBackend(SERVICE, specs, environment, breaker=breaker)
    run = PythonToolRunner(backend.tools(), specs, on_close=backend.close)
    till.answers = [Response(status_code=500)] * 4

    async def asks() -> str:
        try:
            return str((await run.run("look", {"order": "1"}, "k"))["outcome"])
        except ToolError as error:
            return str(error)

    said = [await asks() for _ in range(5)]
    assert 3 == len(till.asked)
    assert ["look was not asked: its backend has been failing"] * 2 == said[3:]
    now[0] = 11.0
    assert "look failed: status 500" == await asks()
    assert "look was not asked: its backend has been failing" == await asks()
    now[0] = 22.0
    assert ["ready", "ready"] == [await asks(), await asks()]
    run.close()


async def test_nobody_listening_is_a_failure(till: Till) -> None:
    specs = {"look": LOOK}
    environment = {"SHOP_URL": "http://127.0.0.1:9", "SHOP_TOKEN": "x", "SHOP_NAME": "x"}
    run = PythonToolRunner(HttpBackend(SERVICE, specs, environment).tools(), specs)
    with pytest.raises(ToolError, match="look failed: ConnectError"):
        await run.run("look", {"order": "44117"}, "k")
    run.close()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SHOP_TOKEN": ""}, "SHOP_TOKEN is not set"),
        ({"SHOP_URL": "shop.example.com"}, "SHOP_URL must be an address like https://"),
        ({"SHOP_URL": "file:///etc/passwd"}, "SHOP_URL must be an address like https://"),
    ],
)
def test_a_wrong_environment_is_found_at_the_start(
    environment: Mapping[str, str], change: Mapping[str, str], message: str
) -> None:
    with pytest.raises(ToolError, match=message):
        HttpBackend(SERVICE, {"look": LOOK}, {**environment, **change})


async def test_neither_values_nor_secrets_are_in_an_error(
    run: PythonToolRunner, till: Till
) -> None:
    till.answers = [Response("s3cret 44117", 500)] * 2
    with pytest.raises(ToolError) as caught:
        await run.run("look", {"order": "44117"}, "call/1")
    assert [] == [word for word in ("44117", "s3cret", "127.0.0.1") if word in str(caught.value)]


def test_a_breaker_lets_one_try_through_at_a_time() -> None:
    now = [0.0]
    breaker = Breaker(failures=2, pause=5.0, clock=lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now[0] = 6.0
    assert [True, False, False] == [breaker.allows() for _ in range(3)]
    breaker.worked()
    assert breaker.allows()
