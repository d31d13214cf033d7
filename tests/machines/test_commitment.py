"""What changes something waits until the turn that asked for it cannot be retracted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dialogue.acts import Act, CallTool, Say
from voicebot.call.commitment import Commitment

GRACE = 0.6
CANCEL = CallTool("cancel_order", {}, "key", side_effect=True)
FIND = CallTool("find_order", {}, "key", side_effect=False)


def test_a_look_up_runs_at_once_and_a_change_a_moment_later() -> None:
    commitment = Commitment(GRACE)
    commitment.turn_ended()

    assert [FIND] == commitment.take([FIND, CANCEL, Say("Done.")], 1.0)
    assert [] == commitment.due(1.5, speaking=False)
    assert [CANCEL, Say("Done.")] == commitment.due(1.6, speaking=False)
    assert commitment.is_final


def test_a_caller_who_goes_on_keeps_it_back_for_good() -> None:
    commitment = Commitment(GRACE)
    commitment.turn_ended()
    commitment.take([CANCEL], 1.0)

    assert [] == commitment.due(1.7, speaking=True)
    assert commitment.retracted()
    assert [] == commitment.due(9.0, speaking=False)


def test_what_follows_a_change_in_the_same_turn_waits_no_more() -> None:
    commitment = Commitment(GRACE)
    commitment.turn_ended()
    commitment.take([CANCEL], 1.0)
    commitment.due(1.6, speaking=False)

    assert [CANCEL] == commitment.take([CANCEL], 1.7)
    assert not commitment.retracted()


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["turn", "change", "look", "spoke", "voice", "quiet", "retract", "due"]),
        st.floats(0.0, 1.0),
    ),
    max_size=40,
)


@given(EVENTS)
def test_nothing_changes_before_its_turn_is_past_retraction(
    events: list[tuple[str, float]],
) -> None:
    commitment, now, speaking, number = Commitment(GRACE), 0.0, False, 0
    waiting: dict[str, float] = {}
    given_to: list[str] = []
    done: list[str] = []
    dropped: set[str] = set()

    def run(acts: list[Act], *, at_once: bool) -> None:
        for act in acts:
            assert isinstance(act, CallTool)
            if act.side_effect:
                assert at_once or (not speaking and now >= waiting[act.call_key] + GRACE)
                done.append(act.call_key)
                waiting.pop(act.call_key, None)

    for kind, later in [*events, ("quiet", 0.0), ("due", 2.0)]:
        now += later
        match kind:
            case "turn":
                commitment.turn_ended()
            case "change" | "look":
                number += 1
                final = commitment.is_final and not waiting
                act = CallTool("tool", {}, str(number), side_effect=kind == "change")
                if kind == "change":
                    given_to.append(str(number))
                    # What comes behind something that waits, waits no longer than it.
                    since = min(waiting.values(), default=now)
                    waiting |= {} if final else {str(number): since}
                run(commitment.take([act], now), at_once=final)
            case "spoke":
                waiting = dict.fromkeys(waiting, now) if waiting else waiting
                commitment.spoke(now)
            case "voice" | "quiet":
                speaking = kind == "voice"
            case "retract":
                undone = commitment.retracted()
                assert undone is not commitment.is_final
                dropped |= set(waiting)
                waiting = {}
            case _:
                run(commitment.due(now, speaking=speaking), at_once=False)

    # What was asked for and not taken back was done, once and in order.
    assert [key for key in given_to if key not in dropped] == done
