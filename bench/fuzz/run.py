"""Fuzzing: sends inputs to the application and counts what came of them."""

from __future__ import annotations

import asyncio
import re
import resource
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.fuzz import asgi
from bench.fuzz.carriers import BASIC, CARRIERS, PUBLIC, SECRET, Carrier, Headers, settings
from bench.fuzz.hotline import deaf_hotline
from bench.fuzz.inputs import Inputs
from voicebot.web.app import create_app

MESSAGES = 60
"""Sent to a media socket, at most."""
AT_ONCE = 8
_SETTLE_SECONDS = 15.0
_KNOWN = 64
"""Calls that webhooks are made about, besides such as nobody knows."""
_TOKEN = re.compile(rb'name="token" value="([0-9a-f]+)"')
_PLIVO_TOKEN = re.compile(rb"token=([0-9a-f]+)")


@dataclass(slots=True)
class Findings:
    """What came of it."""

    webhooks: int = 0
    messages: int = 0
    sockets: int = 0
    accepted: int = 0
    sessions: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    tasks_left: int = 0
    megabytes: tuple[float, float] = (0.0, 0.0)
    """Resident after a tenth, and at the end."""

    @property
    def inputs(self) -> int:
        """All that was sent."""
        return self.webhooks + self.messages


class Fuzzer:
    """Sends inputs to one application.

    Args:
        app: The application.
        seed: Of all chance.
    """

    def __init__(self, app: Any, seed: int) -> None:
        self._app = app
        self._inputs = Inputs(seed)
        self._calls: list[str] = []
        self.found = Findings()

    async def webhook(self) -> None:
        """Send one webhook: signed, forged or not signed at all."""
        inputs, carrier = self._inputs, self._inputs.pick(CARRIERS)
        if inputs.one_in(12):
            await self._exchange()
            return
        path, query = inputs.webhook(carrier.name)
        body = inputs.form(tuple(self._calls[-_KNOWN:]))
        url = f"{PUBLIC}{path}" + (f"?{query}" if query else "")
        signed = not inputs.one_in(5)
        headers = dict(carrier.sign(url, body)) if signed else {}
        if not signed and inputs.one_in(2):
            headers = {name: value[:-2] + "x=" for name, value in carrier.sign(url, body).items()}
        kinds = ("application/x-www-form-urlencoded",) * 9 + ("application/json", "", "x")
        answer = await asgi.request(
            self._app,
            "POST",
            path,
            query,
            {**headers, "content-type": inputs.pick(kinds)},
            body,
        )
        self._answered(f"{carrier.name} {path.split('/')[-1]}", answer, allowed=signed)

    async def _exchange(self) -> None:
        inputs = self._inputs
        allowed = inputs.one_in(2)
        query = f"id={inputs.call()}&dialed={inputs.pick(('', 'BUSY', 'x' * 300, '%00'))}"
        answer = await asgi.request(
            self._app, "GET", "/asterisk/next", query, BASIC if allowed else {}, b""
        )
        self._answered("asterisk next", answer, allowed=allowed)

    def _answered(self, what: str, answer: asgi.Answer, *, allowed: bool) -> None:
        self.found.webhooks += 1
        self.found.statuses[str(answer.status)] += 1
        if answer.status >= 500 or answer.status == 0:
            self.found.wrong.append(f"{what}: {answer.status or 'hung'}")
        elif not allowed and answer.status < 400:
            self.found.wrong.append(f"{what}: served although it was not signed")

    async def socket(self) -> None:
        """Open a media socket of some carrier, mostly with a token, and send messages."""
        inputs = self._inputs
        if inputs.one_in(4):
            await self._other_socket()
            return
        carrier = inputs.pick(CARRIERS)
        call = inputs.call()
        token = await self._ring(carrier, call) if not inputs.one_in(6) else "0" * 32
        start = carrier.start(call, token)
        headers = carrier.socket() if not inputs.one_in(10) else {}
        path = f"/{carrier.name}/media"
        opened = await self._open(path, "", headers, start)
        if opened.sent and inputs.one_in(4):
            replayed = await self._open(path, "", headers, start)
            if replayed.sent:
                self.found.wrong.append(f"{path}: a token served twice")

    async def _other_socket(self) -> None:
        inputs = self._inputs
        if inputs.one_in(2):
            start = (
                '{"event":"MEDIA_START","connection_id":"c","channel":"WebSocket/c","channel_id":"1",'
                '"format":"ulaw","optimal_frame_size":160,"ptime":20}'
            )
            await self._open("/asterisk/media", f"id={inputs.call()}", BASIC, start)
        else:
            start = f'{{"event":"start","token":"{SECRET}","called":""}}'
            await self._open("/phone/media", "", {}, start)

    async def _ring(self, carrier: Carrier, call: str) -> str:
        body = (
            f"CallSid={call}&CallUUID={call}&From=%2B15550100001&To=%2B15550100000"
            "&CallStatus=ringing"
        ).encode()
        path = f"/{carrier.name}/voice"
        headers = {
            **carrier.sign(PUBLIC + path, body),
            "content-type": "application/x-www-form-urlencoded",
        }
        answer = await asgi.request(self._app, "POST", path, "", headers, body)
        self._answered(f"{carrier.name} voice", answer, allowed=True)
        self._calls = [*self._calls[-_KNOWN:], call]
        token = _TOKEN.search(answer.body) or _PLIVO_TOKEN.search(answer.body)
        return token[1].decode() if token else "0" * 32

    async def _open(self, path: str, query: str, headers: Headers, start: str) -> asgi.SocketAnswer:
        inputs = self._inputs
        messages = list(inputs.messages(start, MESSAGES))
        code = inputs.pick((1000, 1001, 1006, 1005, 1011))
        answer = await asgi.socket(self._app, path, query, headers, messages, code)
        self.found.sockets += 1
        self.found.messages += len(messages)
        self.found.accepted += answer.accepted
        self.found.sessions += answer.sent > 0
        if answer.raised or answer.hung:
            self.found.wrong.append(f"{path}: {answer.raised or 'hung'}")
        return answer


async def fuzz(inputs: int, seed: int) -> Findings:
    """Send so many inputs, half of them to media sockets."""
    app = create_app(settings(), deaf_hotline(), progress=lambda *_: None)  # type: ignore[arg-type]
    async with app.router.lifespan_context(app):
        fuzzer = Fuzzer(app, seed)
        found = fuzzer.found
        before = len(asyncio.all_tasks())
        early = 0.0
        while found.inputs < inputs:
            if found.messages <= found.webhooks:
                await asyncio.gather(*(fuzzer.socket() for _ in range(AT_ONCE)))
            else:
                for _ in range(MESSAGES * AT_ONCE):
                    await fuzzer.webhook()
            if not early and found.inputs >= inputs / 10:
                early = _megabytes()
        found.tasks_left = await _settled(before)
        found.megabytes = (early, _megabytes())
    return found


async def _settled(before: int) -> int:
    """Return how many tasks are left that were not there before, once the rest had time to end."""
    try:
        async with asyncio.timeout(_SETTLE_SECONDS):
            while True:
                if (left := len(asyncio.all_tasks()) - before) <= 0:
                    return 0
                await asyncio.sleep(0.1)
    except TimeoutError:
        return left


def _megabytes() -> float:
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[1])
    return pages * resource.getpagesize() / 2**20
