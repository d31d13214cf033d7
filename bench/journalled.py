"""What our own server wrote down about a call, on the simulated caller's clock.

The server's clock starts when the call is answered, the caller's when the stream starts; both run
on one machine, and the journal tells when the stream started.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

from voicebot.folds.exchanges import segments_of
from voicebot.folds.metrics import metrics_of
from voicebot.journal import BargedIn, CallEnded, Entry, StreamStarted
from voicebot.store import open_store


class Journals:
    """The calls in a server's database, by the carrier's name of the call."""

    def __init__(self, database_url: str) -> None:
        with open_store(database_url) as store:
            self._entries = {
                row.carrier_call_id: store.entries(row.call_id) for row in store.calls(limit=1000)
            }

    def of(self, call_sid: str) -> list[Entry]:
        """Return a call's entries; empty if the server kept none."""
        return self._entries.get(call_sid, [])


def wait_until_ended(database_url: str, call_sids: Sequence[str], timeout: float = 10.0) -> bool:
    """Wait until the server has written the calls to their end; False if that took too long."""
    give_up = time.monotonic() + timeout
    while time.monotonic() < give_up:
        journals = Journals(database_url)
        if all(any(isinstance(e.event, CallEnded) for e in journals.of(sid)) for sid in call_sids):
            return True
        time.sleep(0.2)
    return False


def answer_without_filler(
    entries: Sequence[Entry], spoke_to: float, heard_at: float, until: float | None = None
) -> float | None:
    """Return when an answer began, given when the caller first heard something after speaking.

    All on the caller's clock. The two differ where the server put a filler or an apology first;
    None where nothing else came before the caller's next line (`until`).
    """
    offset = stream_start(entries)
    begin, end = spoke_to + offset, math.inf if until is None else until + offset
    spoken = sorted(
        (segment.started, segment.answers)
        for segment in segments_of(entries)
        if segment.started is not None and begin <= segment.started < end
    )
    if not spoken:
        # Said before the caller was done, or not ours: the ear is all there is.
        return heard_at
    if spoken[0][1]:
        return heard_at
    return next((started - offset for started, answers in spoken if answers), None)


def barge_in_decided_at(entries: Sequence[Entry]) -> float | None:
    """Return when the server first decided to yield, on the caller's clock."""
    offset = stream_start(entries)
    return next((e.at - offset for e in entries if isinstance(e.event, BargedIn)), None)


def mean_stages(entries: Sequence[Entry]) -> dict[str, float]:
    """Return the mean waterfall of the call's answers, in seconds by stage."""
    stages: dict[str, list[float]] = defaultdict(list)
    for response in metrics_of(entries).responses:
        for name, seconds in response.stages.items():
            stages[name].append(seconds)
    return {name: round(fmean(values), 4) for name, values in stages.items()}


def stream_start(entries: Sequence[Entry]) -> float:
    """Return when the caller's clock started, on the server's."""
    return next((e.at for e in entries if isinstance(e.event, StreamStarted)), 0.0)
