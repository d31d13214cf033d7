"""The HTTP API of the outbound side: one call or a list of them, its state, stop. Token only."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import time
from collections import Counter
from collections.abc import Collection

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dialogue.errors import DomainError
from voicebot.dialling.orders import BadOrder, Order, order_rows, overview
from voicebot.outbound.lists import MOST_BYTES, BadList
from voicebot.outbound.settings import OutboundSettings
from voicebot.store import OutboundBook, StoreError


class CallsWanted(BaseModel):
    """What is posted: people, and how they are called."""

    model_config = ConfigDict(extra="forbid")

    hotline: str = Field(min_length=1, max_length=200)
    name: str = Field("", max_length=200)
    calls: list[dict[str, str]] = Field(min_length=1)
    hours: str = ""
    attempts: int = Field(4, ge=1, le=10)
    on_machine: str = "hang_up"


def outbound_api(
    book: OutboundBook, settings: OutboundSettings, token: str, hotlines: Collection[str] = ()
) -> APIRouter:
    """Return the routes `/outbound/lists…`.

    Args:
        book: Where lists are kept.
        settings: What lists are called under unless they say otherwise.
        token: Whoever brings it may place calls.
        hotlines: Those that may call besides the packaged ones; no other folder is opened.
    """

    def known(request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "bring the token of VOICEBOT_OUTBOUND__API_TOKEN")

    router = APIRouter(dependencies=[Depends(known)], include_in_schema=False)

    @router.post("/outbound/lists")
    async def add(request: Request) -> JSONResponse:
        wanted = await _wanted(request)
        if not (wanted.hotline.isidentifier() or wanted.hotline in hotlines):
            raise HTTPException(422, "`hotline` is none that this server has")
        order = Order(wanted.hotline, wanted.name, wanted.hours, wanted.attempts, wanted.on_machine)
        list_id = f"l{secrets.token_hex(6)}"
        try:
            made, contacts = await asyncio.to_thread(
                order_rows, order, wanted.calls, settings, list_id, time.time()
            )
            await asyncio.to_thread(book.add_list, made, contacts)
        except BadList as error:
            problems = [{"row": one.line, "message": one.message} for one in error.problems]
            return JSONResponse({"problems": problems}, status_code=422)
        except (BadOrder, DomainError) as error:
            return JSONResponse({"problems": [{"message": str(error)}]}, status_code=422)
        except StoreError as error:
            raise HTTPException(503, str(error)) from error
        return JSONResponse({"list": list_id, "calls": len(contacts)}, status_code=201)

    @router.get("/outbound/lists/{list_id}")
    async def state(list_id: str) -> JSONResponse:
        try:
            found = await asyncio.to_thread(overview, book, settings, list_id, time.time())
        except StoreError as error:
            raise HTTPException(503, str(error)) from error
        if found is None:
            raise HTTPException(404, "there is no such list")
        made, prospects = found
        return JSONResponse(
            {
                "list": made.id,
                "name": made.name,
                "stopped": made.stopped,
                "results": Counter(p.result.value for p in prospects if p.result is not None),
                "calls": [
                    {
                        "reference": p.contact.reference,
                        "attempts": p.attempts,
                        "result": p.result.value if p.result else None,
                        "calling": p.calling,
                        "why_not_now": p.obstacle.value if p.obstacle else None,
                        "not_before": p.at,
                    }
                    for p in prospects
                ],
            }
        )

    @router.post("/outbound/lists/{list_id}/stop")
    async def stop(list_id: str) -> JSONResponse:
        try:
            # "all" is the kill switch: no call of any list is placed until it is lifted.
            name = "" if list_id == "all" else list_id
            found = await asyncio.to_thread(book.stop, name, time.time())
        except StoreError as error:
            raise HTTPException(503, str(error)) from error
        if not found:
            raise HTTPException(404, "there is no such list")
        return JSONResponse({"list": list_id, "stopped": True})

    return router


async def _wanted(request: Request) -> CallsWanted:
    body = bytearray()
    async with asyncio.timeout(30.0):
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise HTTPException(413, f"the body is larger than {MOST_BYTES} bytes")
    try:
        return CallsWanted.model_validate(json.loads(body))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise HTTPException(422, f"`{where}`: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "the body is no JSON") from error
