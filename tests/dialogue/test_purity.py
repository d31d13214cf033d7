"""A step is a pure function of state and input, and a state survives storage."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from dialogue.acts import DialogueInput, Interrupted, NoInput, ToolReturned, UserTurn, act_to_dict
from dialogue.errors import StateError
from dialogue.manager import DialogueManager
from dialogue.state import DialogueState
from dialogue.step import Step

pytestmark = pytest.mark.models

PACKING = {"outcome": "packing", "items": "a lamp", "expected": "2026-03-05", "today": "2026-03-02"}


def story(manager: DialogueManager) -> list[tuple[DialogueState, DialogueInput, Step]]:
    """A conversation that touches every field of the state."""
    step = manager.start("call-1", "+1 555 234 0142")
    steps: list[tuple[DialogueState, DialogueInput, Step]] = []

    def give(given: DialogueInput) -> None:
        nonlocal step
        before = step.state
        step = manager.handle(before, given)
        steps.append((before, given, step))

    give(UserTurn("where is my order"))
    give(UserTurn("four four"))
    give(UserTurn("hold on"))
    give(NoInput())
    give(UserTurn("", "44118"))
    assert step.state.pending is not None
    give(ToolReturned(step.state.pending.call_key, True, PACKING))
    give(Interrupted("It's still being packed.", "It should arrive on Thursday. Anything else?"))
    give(UserTurn("slower please"))
    give(UserTurn("hubba bubba"))
    give(UserTurn("change the address of my order"))
    assert step.state.pending is not None
    give(ToolReturned(step.state.pending.call_key, False, error="boom"))
    assert step.state.pending is not None
    give(ToolReturned(step.state.pending.call_key, True, PACKING))
    give(UserTurn("12 Elm Street"))
    give(UserTurn("yes"))
    assert step.state.pending is not None
    give(ToolReturned(step.state.pending.call_key, True, {"outcome": "changed"}))
    give(UserTurn("cancel my order"))
    assert step.state.pending is not None
    give(UserTurn("", "2"))
    give(ToolReturned(step.state.pending.call_key, True, PACKING))
    give(UserTurn("hold on"))
    give(UserTurn("call me back"))
    give(UserTurn("a person please"))
    return steps


def test_the_same_state_and_input_give_the_same_step(manager: DialogueManager) -> None:
    for before, given, step in story(manager):
        assert step == manager.handle(before, given)


def test_the_given_state_is_left_alone(manager: DialogueManager) -> None:
    for before, given, _ in story(manager):
        kept = json.dumps(before.to_json())
        manager.handle(before, given)
        assert kept == json.dumps(before.to_json())


def test_a_stored_state_goes_on_as_if_it_had_never_left(manager: DialogueManager) -> None:
    for before, given, step in story(manager):
        restored = DialogueState.from_json(json.loads(json.dumps(before.to_json())))
        assert before == restored
        assert step == manager.handle(restored, given)


def test_a_state_from_before_pauses_and_keys_still_loads(manager: DialogueManager) -> None:
    """Journals hold states of earlier builds; what they do not know is at its default."""
    for before, _, _ in story(manager):
        old = json.loads(json.dumps(before.to_json()))
        for name in ("patience", "keys", "caller"):
            del old[name]
        for part in (*old["spoken"], *([old["question"]] if old["question"] else [])):
            del part["interruptible"]
            part.pop("manners", None)
        if old["question"]:
            del old["question"]["expects"]["patience"]
        restored = DialogueState.from_json(old)
        assert (None, "", "") == (restored.patience, restored.keys, restored.caller)
        assert [p.text for p in before.spoken] == [p.text for p in restored.spoken]


def test_threads_share_a_manager(manager: DialogueManager) -> None:
    alone = [step for _, _, step in story(manager)]
    with ThreadPoolExecutor(4) as pool:
        together = [run.result() for run in [pool.submit(story, manager) for _ in range(4)]]
    assert [alone] * 4 == [[step for _, _, step in steps] for steps in together]


def test_acts_are_plain_data_with_their_kind(manager: DialogueManager) -> None:
    acts = [act_to_dict(act) for _, _, step in story(manager) for act in step.acts]
    assert acts == json.loads(json.dumps(acts))
    assert {"say", "ask", "call_tool", "handoff"} == {act["kind"] for act in acts}


@pytest.mark.parametrize(
    "data",
    [{}, {"domain": "retail", "spoken": 3}, {"domain": "retail", "unknown": 1}, {"pace": "warp"}],
)
def test_what_is_no_state_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(StateError):
        DialogueState.from_json(data)


def test_memory_is_bounded(manager: DialogueManager) -> None:
    state = manager.start().state
    for _ in range(60):
        for line in ("when are you open", "how can I pay", "blah blah", "where is my order 44117"):
            state = manager.handle(state, UserTurn(line)).state
    assert len(json.dumps(state.to_json())) < 8_000
