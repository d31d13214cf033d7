"""What people ask the store."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.store.calls import MONDAY, answered, journal, put, whole_call
from voicebot.journal import CallEnded, CallId, Entry, VoiceStarted
from voicebot.store import CallNotFound, CallRow, CallState, Store, StoreError, open_store
from voicebot.store.database import normalised, open_database
from voicebot.store.tables import entries


async def test_a_call_in_the_list_is_what_its_journal_says(store: Store) -> None:
    put(store, "a", whole_call("a", carrier="CA1"))
    assert await store.flush()
    (row,) = store.calls()
    assert row == CallRow(
        call_id=CallId("a"),
        carrier_call_id="CA1",
        channel="phone",
        domain="retail",
        caller="+15550100",
        called="+15550199",
        answered_at=MONDAY,
        ended_at=MONDAY + 1.5,
        disposition="resolved",
        cause="said goodbye",
        process_id=row.process_id,
        state=CallState.ENDED,
        last_at=1.5,
    )


async def test_calls_come_newest_first_page_by_page_without_gaps(store: Store) -> None:
    """Three calls of the same second, across the edge of a page."""
    for name, at in [("a", 0), ("b", 1), ("c", 1), ("d", 1), ("e", 2)]:
        put(store, name, whole_call(name, MONDAY + at))
    assert await store.flush()
    first = [row.call_id for row in store.calls(limit=2)]
    second = [row.call_id for row in store.calls(limit=2, before=first[-1])]
    third = [row.call_id for row in store.calls(limit=2, before=second[-1])]
    assert [["e", "d"], ["c", "b"], ["a"]] == [first, second, third]
    assert [] == store.calls(limit=2, before="a")
    assert [] == store.calls(limit=2, before="no such call")


async def test_following_a_live_call_from_another_process(store: Store, database_url: str) -> None:
    with open_store(database_url) as reader:
        story = whole_call("a")
        put(store, "a", story[:2])
        assert await store.flush()
        seen = reader.entries("a")
        assert story[:2] == seen
        assert CallState.IN_PROGRESS == reader.find_call("a").state
        assert [] == reader.entries_after("a", seen[-1].seq)
        put(store, "a", story[2:])
        assert await store.flush()
        assert story[2:] == reader.entries_after("a", seen[-1].seq)
        assert CallState.ENDED == reader.find_call("a").state


async def test_a_call_goes_by_the_beginning_of_its_id_or_of_the_carriers(store: Store) -> None:
    put(store, "4f1a", whole_call("4f1a", MONDAY, carrier="CA77"))
    put(store, "4f2b", whole_call("4f2b", MONDAY + 1, carrier="CA88"))
    put(store, "4f", whole_call("4f", MONDAY - 1))
    assert await store.flush()
    names = ["4f1", "CA88", "4f2b", "last", "4f"]
    assert ["4f1a", "4f2b", "4f2b", "4f2b", "4f"] == [store.find_call(n).call_id for n in names]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("5", "No call's id begins with '5'"),
        ("", "No call's id begins with ''"),
        ("%", "No call's id begins with '%'"),
        ("4_1a", "No call's id begins with '4_1a'"),
        ("4", "More than one call's id begins with '4': 4f2b, 4f1a."),
    ],
)
async def test_a_name_that_is_not_one_calls(store: Store, name: str, complaint: str) -> None:
    put(store, "4f1a", whole_call("4f1a", MONDAY))
    put(store, "4f2b", whole_call("4f2b", MONDAY + 1))
    assert await store.flush()
    with pytest.raises(CallNotFound) as caught:
        store.find_call(name)
    assert str(caught.value).startswith(complaint)


def test_the_last_call_of_an_empty_store(store: Store) -> None:
    with pytest.raises(CallNotFound, match="There are no calls yet"):
        store.find_call("last")
    assert [] == store.entries("a")


async def test_an_end_without_a_beginning_is_kept_as_an_entry(store: Store) -> None:
    """The beginning was lost to a full queue: there is no call to list, but nothing fails."""
    end = [Entry(9, 9.0, CallEnded("resolved"))]
    put(store, "a", end)
    assert await store.flush()
    assert end == store.entries("a")
    assert [] == store.calls()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"type": "CallerSang"}, "no journal event is called 'CallerSang'"),
        ({"body": {"started": 1.0, "key": "G"}}, "VoiceStarted has no field 'key'"),
        ({"body": {"started": "loud words"}}, "a body is not what was written (ValueError)"),
        ({"body": ["loud words"]}, "a body is not what was written (AttributeError)"),
    ],
)
async def test_a_journal_that_cannot_be_read_is_one_clear_sentence(
    store: Store, database_url: str, change: dict[str, object], complaint: str
) -> None:
    put(store, "a", journal(answered("a"), VoiceStarted(0.1)))
    assert await store.flush()
    engine = open_database(normalised(database_url))
    with engine.begin() as connection:
        connection.execute(sa.update(entries).where(entries.c.seq == 1).values(**change))
    engine.dispose()
    with pytest.raises(StoreError) as caught:
        store.entries("a")
    assert complaint in str(caught.value)
    assert "loud words" not in str(caught.value)


async def test_all_calls_come_over_every_page_back_to_a_time(store: Store) -> None:
    names = [f"c{number:03}" for number in range(205)]
    for seconds, name in enumerate(names):
        put(store, name, whole_call(name, MONDAY + seconds))
    assert await store.flush()
    assert names[::-1] == [row.call_id for row in store.all_calls()]
    assert ["c204", "c203"] == [row.call_id for row in store.all_calls(MONDAY + 203)]
