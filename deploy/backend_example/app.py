"""A shop's HTTP API as the retail hotline's tools.yaml describes it; behind it is the demo shop.

Start it, and let the hotline use it:

    SHOP_API_TOKEN=secret uvicorn --factory deploy.backend_example.app:application --port 8090
    VOICEBOT_TOOLS=http SHOP_API_URL=http://127.0.0.1:8090 SHOP_API_TOKEN=secret voicebot chat

What a backend of your own has to do alike: check the token; do under one `Idempotency-Key` what it
is asked for once, and answer the same again; answer within seconds; and compare what a caller says
with what is on file by itself, so that no private data leaves it unproved.
"""

from __future__ import annotations

import hmac
import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse

from voicebot.actions.demo_shop import DemoShop

_REMEMBERED = 10_000
"""Answers kept for repeated requests."""
_STATES = {"on_its_way": "shipped", "packing": "in_warehouse"}
"""What this backend calls the states of an order, where the hotline has other words."""

Answer = tuple[int, dict[str, Any]]
Fields = Annotated[dict[str, str], Body(default_factory=dict)]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


class Requests:
    """Answers by idempotency key, so that a request that is repeated takes effect once."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = Lock()

    def once(self, key: str, action: Callable[[], Answer]) -> JSONResponse:
        """Do it, or answer as before."""
        with self._lock:
            if key not in self._answers:
                self._answers[key] = action()
                while len(self._answers) > _REMEMBERED:
                    self._answers.popitem(last=False)
            status, content = self._answers[key]
        return JSONResponse(content, status)


def application() -> FastAPI:
    """Return the API over the demo shop; its token and file come from the environment."""
    path = Path(os.environ.get("VOICEBOT_SHOP_PATH", "var/demo-shop.sqlite3"))
    return api(DemoShop.open(path), os.environ["SHOP_API_TOKEN"])


def api(shop: DemoShop, token: str) -> FastAPI:
    """Return the API over a shop."""

    def allowed(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401)

    app = FastAPI(dependencies=[Depends(allowed)])
    requests = Requests()

    @app.get("/orders/{order}")
    def order(order: str) -> dict[str, Any]:
        found = shop.find_order(order)
        if found["outcome"] == "unknown":
            raise HTTPException(404)
        return {
            "state": _STATES.get(found["outcome"], found["outcome"]),
            "lines": [{"name": name} for name in found["items"]],
            "total": {"cents": found["total_cents"]},
            "delivery": {
                name: found.get(name)
                for name in ("expected", "delivered", "days_since", "address")
                if name in found
            },
        }

    @app.post("/orders/{order}/verification")
    def verification(order: str, given: Fields) -> dict[str, Any]:
        return _result(shop.verify_order(order, **given))

    @app.get("/orders/{order}/payment")
    def payment(order: str) -> dict[str, Any]:
        return _result(shop.check_payment(order))

    @app.post("/orders/{order}/cancellation")
    def cancel(order: str, key: Key) -> JSONResponse:
        def answer() -> Answer:
            done = shop.cancel_order(order)
            status = {"cancelled": 201, "too_late": 409, "unknown": 404}[done["outcome"]]
            return status, {"refund_cents": done.get("refund_cents")}

        return requests.once(key, answer)

    changes: dict[tuple[str, str], Callable[..., dict[str, Any]]] = {
        ("DELETE", "cancellation"): shop.restore_order,
        ("PUT", "address"): shop.change_address,
        ("DELETE", "address"): shop.restore_address,
        ("POST", "return"): shop.start_return,
        ("DELETE", "return"): shop.withdraw_return,
        ("POST", "exchange"): shop.request_exchange,
        ("POST", "damage"): shop.settle_damage,
        ("DELETE", "job"): shop.withdraw_job,
        ("POST", "invoice"): shop.send_invoice,
        ("POST", "payment-link"): shop.send_payment_link,
        ("POST", "double-charge"): shop.refund_double_charge,
    }
    for (method, what), action in changes.items():
        app.add_api_route(f"/orders/{{order}}/{what}", _change(action, requests), methods=[method])

    @app.post("/accounts/verification")
    def account(given: Fields) -> dict[str, Any]:
        return _result(shop.verify_account(**given))

    @app.post("/customers/verification")
    def owner(given: Fields) -> dict[str, Any]:
        return _result(shop.verify_owner(**given))

    @app.get("/customers/orders")
    def orders(phone: str) -> dict[str, Any]:
        return _result(shop.orders_of(phone))

    @app.get("/accounts/orders")
    def orders_by_email(email: str) -> dict[str, Any]:
        return _result(shop.orders_by_email(email))

    @app.get("/customers/newest-order")
    def newest_order(phone: str) -> dict[str, Any]:
        return _result(shop.caller_orders(phone))

    @app.get("/membership")
    def membership(email: str) -> dict[str, Any]:
        return _result(shop.find_membership(email))

    requested: dict[str, Callable[..., dict[str, Any]]] = {
        "reset-links": shop.send_reset_link,
        "complaints": shop.file_complaint,
        "call-backs": shop.request_call_back,
    }
    for what, action in requested.items():
        app.add_api_route(f"/{what}", _request(action, requests), methods=["POST"])
    return app


def _change(action: Callable[..., dict[str, Any]], requests: Requests) -> Callable[..., Any]:
    def change(order: str, key: Key, given: Fields) -> JSONResponse:
        keyed = {"call_key": key} if "call_key" in action.__annotations__ else {}
        return requests.once(key, lambda: (200, _result(action(order, **given, **keyed))))

    return change


def _request(action: Callable[..., dict[str, Any]], requests: Requests) -> Callable[..., Any]:
    def request(key: Key, given: Fields) -> JSONResponse:
        return requests.once(key, lambda: (200, _result(action(**given, call_key=key))))

    return request


def _result(found: dict[str, Any]) -> dict[str, Any]:
    return {"result": found["outcome"]} | {k: v for k, v in found.items() if k != "outcome"}
