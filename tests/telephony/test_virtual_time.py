"""Virtual time with real I/O: hours pass at once, but never past what is under way."""

import asyncio
import time

from telephony.simulator.virtual_time import run_on_virtual_time


def test_an_hour_passes_at_once() -> None:
    """To the second, in order."""
    seen: list[tuple[str, float]] = []

    async def story() -> None:
        loop = asyncio.get_running_loop()

        async def sleeper(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append((name, loop.time()))

        await asyncio.gather(sleeper("long", 3_600), sleeper("short", 1), sleeper("mid", 60))

    began = time.monotonic()
    run_on_virtual_time(story())

    assert [("short", 1.0), ("mid", 60.0), ("long", 3_600.0)] == seen
    assert time.monotonic() - began < 60


def test_time_stands_still_while_a_thread_works() -> None:
    """A deadline of a millisecond outlives a tenth of a second of real work."""

    async def story() -> float:
        async with asyncio.timeout(0.001):
            await asyncio.to_thread(time.sleep, 0.1)
        return asyncio.get_running_loop().time()

    assert run_on_virtual_time(story()) < 0.001


def test_time_stands_still_while_bytes_are_under_way() -> None:
    """A thousand messages back and forth take no time, whoever waits beside them."""

    async def story() -> float:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                writer.write(line)
            writer.close()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        alarm = asyncio.create_task(asyncio.sleep(0.02))
        for _ in range(1_000):
            writer.write(b"hello\n")
            assert b"hello\n" == await reader.readline()
        passed = asyncio.get_running_loop().time()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        alarm.cancel()
        return passed

    assert run_on_virtual_time(story()) <= 0.02
