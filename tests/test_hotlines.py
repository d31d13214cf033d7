"""Many hotlines in one process: found by number, loaded when needed, kept within bounds."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from dialogue.domain import Domain
from dialogue.loading import load_domain
from tests.calls.story import ScriptedDialogue
from voicebot.hotlines import Hotline, HotlinePolicy, Hotlines, HotlineUnavailable

DOMAIN = load_domain("retail")


class Tools:
    def __init__(self) -> None:
        self.closed = False

    async def run(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Mapping[str, Any]:
        return {}

    def close(self) -> None:
        self.closed = True


class Disk:
    """Folders with versions; some are wrong, some hang."""

    def __init__(self) -> None:
        self.versions = {"retail": "1", "clinic": "1", "bank": "1", "broken": "1"}
        self.wrong = {"broken"}
        self.hangs: dict[str, threading.Event] = {}
        self.loads: list[str] = []
        self.tools: list[Tools] = []

    def load(self, name: str) -> Hotline:
        assert threading.current_thread() is not threading.main_thread()
        self.loads.append(name)
        if name in self.hangs:
            self.hangs[name].wait(10)
        if name in self.wrong:
            raise ValueError(f"{name}/domain.toml:1: not TOML")
        self.tools.append(Tools())
        return Hotline(self.domain(name), ScriptedDialogue({}), self.tools[-1])

    def domain(self, name: str) -> Domain:
        return replace(DOMAIN, name=name, version=self.versions[name])

    def version(self, name: str) -> str:
        return self.versions[name]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


NUMBERS = {"+15550100001": "clinic", "+15550100002": "bank", "+15550100003": "broken"}


class House:
    """The hotlines of a process, over a disk and a clock of the test's."""

    def __init__(self, most: int = 8, deadline: float = 5.0) -> None:
        self.disk, self.clock = Disk(), Clock()
        self.told: list[str] = []
        self.hotlines = Hotlines(
            "retail",
            NUMBERS,
            load=self.disk.load,
            version=self.disk.version,
            policy=HotlinePolicy(most, deadline, recheck=5.0),
            loaded=lambda hotline: self.told.append(hotline.domain.name),
            clock=self.clock,
        )

    async def version(self, name: str) -> str:
        async with self.hotlines.lease(name) as hotline:
            return hotline.domain.version


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.hotlines.close()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("+15550100001", "clinic"),
        ("+1 (555) 010-0002", "bank"),
        ("+15559999999", "retail"),
        ("", "retail"),
        ("anonymous", "retail"),
    ],
)
async def test_a_number_leads_to_its_hotline(house: House, called: str, name: str) -> None:
    assert name == house.hotlines.name_for(called)


async def test_nothing_is_loaded_before_it_is_called(house: House) -> None:
    assert {"not loaded"} == set(house.hotlines.states().values())
    await house.version("clinic")
    assert ["clinic"] == house.disk.loads == house.told
    assert "loaded" == house.hotlines.states()["clinic"]


async def test_calls_at_once_load_it_once(house: House) -> None:
    await asyncio.gather(*(house.version("clinic") for _ in range(20)))
    assert ["clinic"] == house.disk.loads


async def test_one_that_is_announced_is_being_loaded_before_its_stream_comes(house: House) -> None:
    assert house.hotlines.expect("clinic")
    await until(lambda: house.told == ["clinic"])
    assert house.hotlines.expect("clinic")
    await house.version("clinic")
    assert ["clinic"] == house.disk.loads


async def test_the_least_recently_used_makes_room() -> None:
    house = House(most=2)
    for name in ("retail", "clinic", "retail", "bank"):
        await house.version(name)
    assert {"retail": "loaded", "clinic": "not loaded", "bank": "loaded"} == {
        name: state for name, state in house.hotlines.states().items() if name != "broken"
    }
    assert [False, True, False] == [tools.closed for tools in house.disk.tools]
    await house.version("clinic")
    assert ["retail", "clinic", "bank", "clinic"] == house.disk.loads
    await house.hotlines.close()
    assert all(tools.closed for tools in house.disk.tools)


async def test_a_call_keeps_a_hotline_that_had_to_make_room() -> None:
    house = House(most=1)
    async with house.hotlines.lease("retail") as kept:
        await house.version("clinic")
        assert "not loaded" == house.hotlines.states()["retail"]
        assert not kept.tools.closed  # type: ignore[attr-defined]
    assert kept.tools.closed  # type: ignore[attr-defined]
    await house.hotlines.close()


async def test_a_broken_one_says_why_and_harms_no_other(house: House) -> None:
    with pytest.raises(HotlineUnavailable, match=r"broken/domain\.toml:1: not TOML"):
        await house.version("broken")
    assert not house.hotlines.expect("broken")
    with pytest.raises(HotlineUnavailable):
        await house.version("broken")
    assert ["broken"] == house.disk.loads, "it is not tried again at once"
    assert "1" == await house.version("clinic")
    assert {"failed", "loaded", "not loaded"} == set(house.hotlines.states().values())


async def test_one_that_was_mended_is_tried_again(house: House) -> None:
    with pytest.raises(HotlineUnavailable):
        await house.version("broken")
    house.disk.wrong.clear()
    house.clock.now += 6
    assert house.hotlines.expect("broken")
    assert "1" == await house.version("broken")


async def test_one_that_hangs_keeps_its_callers_no_longer_than_they_wait() -> None:
    house = House(deadline=0.05)
    house.disk.hangs["clinic"] = threading.Event()
    began = time.monotonic()
    with pytest.raises(HotlineUnavailable, match=r"not loaded within 0\.05 s"):
        await house.version("clinic")
    assert time.monotonic() - began < 2
    assert "1" == await house.version("bank")
    house.disk.hangs["clinic"].set()
    await until(lambda: "clinic" in house.told)
    assert "1" == await house.version("clinic")
    await house.hotlines.close()


async def test_a_changed_folder_takes_the_next_call_and_drops_none(house: House) -> None:
    async with AsyncExitStack() as calls:
        first = await calls.enter_async_context(house.hotlines.lease("retail"))
        house.disk.versions["retail"] = "2"
        house.clock.now += 1
        assert "1" == await house.version("retail"), "not looked at yet"
        house.clock.now += 6
        assert "1" == await house.version("retail"), "nobody waits for it"
        await until(lambda: house.told == ["retail", "retail"])
        assert "2" == await house.version("retail")
        assert "1" == first.domain.version
        assert not first.tools.closed  # type: ignore[attr-defined]
    assert first.tools.closed  # type: ignore[attr-defined]


async def test_a_folder_that_was_spoiled_leaves_the_old_one_in_place(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.version("clinic")
    house.disk.versions["clinic"] = "2"
    house.disk.wrong.add("clinic")
    house.clock.now += 6
    await house.version("clinic")
    await until(lambda: house.disk.loads == ["clinic", "clinic"])
    assert "1" == await house.version("clinic")
    house.disk.wrong.clear()
    house.clock.now += 6
    await house.version("clinic")
    await until(lambda: len(house.told) == 2)
    assert "2" == await house.version("clinic")
