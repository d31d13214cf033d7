"""`python -m bench.webhooks [SECONDS] [A_SECOND]`: how long webhooks wait for their answer.

Signed webhooks over HTTP to the real application, at a steady rate: a call rings, its stream ends,
its status is told. The hotline behind it understands nothing, so this is the webhooks' own time.
"""

from __future__ import annotations

import asyncio
import sys
import time
from urllib.parse import urlencode

import httpx
import structlog
from loguru import logger

from bench.fuzz.carriers import CARRIERS, PUBLIC, settings
from bench.fuzz.hotline import deaf_hotline
from telephony.simulator.loopback import serve_on_loopback
from voicebot.web.app import create_app

TWILIO = CARRIERS[0]
_STEPS = (
    ("voice", {"CallStatus": "ringing"}),
    ("stream-status", {"StreamEvent": "stream-started", "StreamSid": "MZ1"}),
    ("fallback-choice", {"Digits": "2"}),
    ("stream-ended", {"CallStatus": "completed"}),
)


async def measure(seconds: float, a_second: float) -> list[float]:
    """Return what each webhook took, in seconds, the shortest first."""
    app = create_app(settings(), deaf_hotline(), progress=lambda *_: None)  # type: ignore[arg-type]
    loop = asyncio.get_running_loop()
    async with (
        app.router.lifespan_context(app),
        serve_on_loopback(app) as url,
        httpx.AsyncClient(timeout=15.0) as http,
    ):

        async def send(number: int, at: float) -> float:
            await asyncio.sleep(at - loop.time())
            path, fields = _STEPS[number % len(_STEPS)]
            call = f"CA{number // len(_STEPS):032x}"
            form = {"CallSid": call, "From": "+15550100001", "To": "+15550100000", **fields}
            body = urlencode(form).encode()
            address = f"/twilio/{path}?stream=1"
            headers = {
                **TWILIO.sign(PUBLIC + address, body),
                "content-type": "application/x-www-form-urlencoded",
            }
            began = time.perf_counter()
            answer = await http.post(url + address, content=body, headers=headers)
            answer.raise_for_status()
            return time.perf_counter() - began

        start = loop.time() + 0.5
        count = round(seconds * a_second)
        sent = [send(number, start + number / a_second) for number in range(count)]
        return sorted(await asyncio.gather(*sent))


def main(seconds: float = 30.0, a_second: float = 50.0) -> int:
    """Measure and print; 1 where the slowest hundredth takes more than 0.1 s."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    logger.remove()
    took = asyncio.run(measure(seconds, a_second))
    late = took[int(len(took) * 0.99)]
    print(
        f"{len(took)} webhooks, {a_second:.0f} a second: "
        f"median {took[len(took) // 2] * 1e3:.1f} ms, "
        f"99th percentile {late * 1e3:.1f} ms, longest {took[-1] * 1e3:.1f} ms"
    )
    return 1 if late > 0.1 else 0


if __name__ == "__main__":
    sys.exit(main(*(float(argument) for argument in sys.argv[1:3])))
