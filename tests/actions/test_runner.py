"""Actions run off the loop, once for each key, within their deadline."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from dialogue.tools import ToolSpec
from voicebot.actions.runner import PythonToolRunner
from voicebot.ports import ToolError


def spec(name: str, *, side_effect: bool = False) -> ToolSpec:
    return ToolSpec(name, ("order",), ("ok",), (), side_effect, "")


class Till:
    """Counts what it is asked to do; can be held up."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.threads: set[str] = set()
        self.open = threading.Event()
        self.open.set()

    def look(self, order: str) -> Mapping[str, Any]:
        self.threads.add(threading.current_thread().name)
        return {"outcome": "ok", "order": order}

    def pay(self, order: str, call_key: str) -> Mapping[str, Any]:
        self.open.wait(10)
        self.keys.append(call_key)
        return {"outcome": "ok", "times": len(self.keys)}


@pytest.fixture
def till() -> Iterator[Till]:
    made = Till()
    yield made
    made.open.set()


@pytest.fixture
def run(till: Till) -> Iterator[PythonToolRunner]:
    specs = {"look": spec("look"), "pay": spec("pay", side_effect=True)}
    runner = PythonToolRunner({"look": till.look, "pay": till.pay}, specs, timeout=2.0)
    yield runner
    runner.close()


async def test_an_action_runs_in_a_thread_of_its_own(run: PythonToolRunner, till: Till) -> None:
    value = await run.run("look", {"order": "44117"}, "k")
    assert {"outcome": "ok", "order": "44117"} == value
    assert all(name.startswith("tool") for name in till.threads)


async def test_a_side_effect_happens_once_for_each_key(run: PythonToolRunner, till: Till) -> None:
    values = [await run.run("pay", {"order": "1"}, key) for key in ("a", "a", "b", "a")]
    assert [1, 1, 2, 1] == [value["times"] for value in values]
    assert ["a", "b"] == till.keys


async def test_a_retry_joins_the_run_that_is_still_under_way(till: Till) -> None:
    specs = {"pay": spec("pay", side_effect=True)}
    run = PythonToolRunner({"pay": till.pay}, specs, timeout=0.05)
    till.open.clear()
    with pytest.raises(ToolError, match=r"did not answer within 0\.05 s"):
        await run.run("pay", {"order": "1"}, "a")
    retry = asyncio.create_task(run.run("pay", {"order": "1"}, "a"))
    await asyncio.sleep(0)
    till.open.set()
    assert {"outcome": "ok", "times": 1} == await retry
    assert ["a"] == till.keys
    run.close()


async def test_simultaneous_retries_share_one_run(run: PythonToolRunner, till: Till) -> None:
    values = await asyncio.gather(*(run.run("pay", {"order": "1"}, "a") for _ in range(20)))
    assert [{"outcome": "ok", "times": 1}] * 20 == values


async def test_a_question_is_asked_anew_each_time() -> None:
    answers = iter(range(3))
    specs = {"look": spec("look")}
    run = PythonToolRunner({"look": lambda order: {"n": next(answers)}}, specs)
    seen = [(await run.run("look", {"order": "1"}, "same"))["n"] for _ in range(3)]
    assert [0, 1, 2] == seen
    run.close()


async def test_a_failed_side_effect_may_be_tried_again() -> None:
    outcomes: Iterator[Exception | None] = iter([OSError("full disk"), None])

    def pay(order: str) -> Mapping[str, Any]:
        if (error := next(outcomes)) is not None:
            raise error
        return {"outcome": "ok"}

    run = PythonToolRunner({"pay": pay}, {"pay": spec("pay", side_effect=True)})
    with pytest.raises(ToolError, match="pay failed: OSError"):
        await run.run("pay", {"order": "1"}, "a")
    assert {"outcome": "ok"} == await run.run("pay", {"order": "1"}, "a")
    run.close()


async def test_foreign_messages_stay_out_of_the_error() -> None:
    def leak(order: str) -> Mapping[str, Any]:
        raise ValueError(f"no such order {order}")

    run = PythonToolRunner({"leak": leak}, {"leak": spec("leak")})
    with pytest.raises(ToolError) as caught:
        await run.run("leak", {"order": "44117"}, "k")
    assert "44117" not in str(caught.value)
    run.close()


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("nosuch", {}, "there is no tool 'nosuch'"),
        ("look", {}, "look refused its arguments: missing a required argument: 'order'"),
        ("look", {"order": "1", "x": 2}, "look refused its arguments: got an unexpected keyword"),
    ],
)
async def test_what_cannot_be_called_is_refused(
    run: PythonToolRunner, tool: str, arguments: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(ToolError, match=message):
        await run.run(tool, arguments, "k")


@pytest.mark.parametrize("junk", [None, 5, ["a"], {"x": object()}, {"x": float("nan")}])
async def test_junk_is_a_failure(junk: Any) -> None:
    function: Callable[..., Any] = lambda order: junk  # noqa: E731
    run = PythonToolRunner({"junk": function}, {"junk": spec("junk")})
    with pytest.raises(ToolError, match=r"junk (returned what is no JSON data|must return)"):
        await run.run("junk", {"order": "1"}, "k")
    run.close()


async def test_a_crowd_is_refused_instead_of_queued_without_end(till: Till) -> None:
    specs = {"pay": spec("pay", side_effect=True)}
    run = PythonToolRunner({"pay": till.pay}, specs, threads=1, queued=2)
    till.open.clear()
    crowd = [asyncio.create_task(run.run("pay", {"order": "1"}, key)) for key in "ab"]
    await asyncio.sleep(0)
    with pytest.raises(ToolError, match="2 actions are waiting"):
        await run.run("pay", {"order": "1"}, "c")
    till.open.set()
    assert [1, 2] == sorted(value["times"] for value in await asyncio.gather(*crowd))
    assert {"outcome": "ok", "times": 3} == await run.run("pay", {"order": "1"}, "c")
    run.close()


async def test_after_closing_nothing_runs(run: PythonToolRunner) -> None:
    run.close()
    with pytest.raises(ToolError, match="shut down"):
        await run.run("look", {"order": "1"}, "k")


def test_a_tool_without_a_function_is_found_at_the_start() -> None:
    with pytest.raises(ToolError, match="no function for the hotline's tool 'fly'"):
        PythonToolRunner({}, {"fly": spec("fly")})
