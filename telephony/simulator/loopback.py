"""A web application served on this machine, inside the running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

_BACKLOG = 256


@contextlib.asynccontextmanager
async def serve_on_loopback(app: Any, *, port: int = 0) -> AsyncIterator[str]:
    """Serve an ASGI application, and yield its root, `http://127.0.0.1:port`.

    Args:
        app: The application.
        port: 0: any.
    """
    # Named as TCP, or asyncio would not switch off Nagle's algorithm for what is accepted here,
    # and every second answer would wait 40 ms for an acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(_BACKLOG)
        config = uvicorn.Config(
            app, log_level="critical", lifespan="off", ws_per_message_deflate=False
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Leaves the process's signals to whoever owns the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
