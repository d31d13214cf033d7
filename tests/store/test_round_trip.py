"""Every event of the journal survives storage; the events are built from their own type hints."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voicebot.journal import (
    CallId,
    Entry,
    JournalEvent,
    entry_from_json,
    entry_to_json,
    event_type,
)
from voicebot.store import Store

EVENT_TYPES = get_args(JournalEvent)

# Any text whatever: `st.text` leaves out lone surrogates, which JSON holds.
texts = st.text(st.characters(exclude_categories=()), max_size=20)
floats = st.floats(allow_nan=False, allow_infinity=False)
# Whole numbers as JSON readers agree on them (RFC 8259, 6).
integers = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
json_data = st.recursive(
    st.none() | st.booleans() | integers | floats | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for one field's type; fails on a type that it does not know."""
    plain: Mapping[Any, st.SearchStrategy[Any]] = {
        str: texts,
        float: floats,
        int: integers,
        bool: st.booleans(),
        Any: json_data,
    }
    if hint in plain:
        return plain[hint]
    arguments = get_args(hint)
    if get_origin(hint) is Mapping:
        return st.dictionaries(values_of(arguments[0]), values_of(arguments[1]), max_size=3)
    if get_origin(hint) is tuple and arguments[-1] is Ellipsis:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if get_origin(hint) is tuple:
        return st.tuples(*(values_of(argument) for argument in arguments))
    if isinstance(hint, types.UnionType):
        return st.one_of(*(values_of(argument) for argument in arguments))
    if hint is type(None):
        return st.none()
    raise AssertionError(f"no strategy for {hint}")


def events(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{f.name: values_of(hints[f.name]) for f in fields(kind)})


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_event_survives_as_a_line_of_json(kind: type[Any], data: st.DataObject) -> None:
    event = data.draw(events(kind))
    entry = Entry(7, 1.25, event)
    assert entry == entry_from_json(entry_to_json(entry))


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    # Each example writes under a name of its own, so one store may serve them all.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_every_event_survives_in_the_database(store: Store, data: st.DataObject) -> None:
    call_id = f"call-{next(_numbers)}"
    entries = [
        Entry(seq, 0.25 * seq, data.draw(events(kind))) for seq, kind in enumerate(EVENT_TYPES)
    ]
    for entry in entries:
        store.append(CallId(call_id), entry)
    assert await store.flush(timeout=10.0)
    stored = store.entries(call_id)
    assert [event_type(entry.event) for entry in entries] == [
        event_type(entry.event) for entry in stored
    ]
    assert entries == stored


_numbers = iter(range(1_000_000))
