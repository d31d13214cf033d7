"""A process in the middle of a call, to be killed: `python -m tests.store.hotline URL`.

Appends an entry every 10 ms, stamped with the call clock, and prints its number once it is taken.
"""

from __future__ import annotations

import sys
import time

from tests.store.calls import answered
from voicebot.journal import CallId, Entry, VoiceStarted
from voicebot.store import open_store


def main(database_url: str) -> None:
    store = open_store(database_url)
    began = time.monotonic()
    store.append(CallId("a"), Entry(0, 0.0, answered("a", time.time())))
    for seq in range(1, 6_000):
        time.sleep(0.01)
        at = time.monotonic() - began
        store.append(CallId("a"), Entry(seq, at, VoiceStarted(at)))
        print(seq, at, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
