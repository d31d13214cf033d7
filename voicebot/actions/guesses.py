"""Stops guessing what proves that somebody is a customer, in one conversation after another.

A conversation allows a few wrong proofs; nobody is kept from beginning another. Counted here are
the wrong proofs of one record, whoever brings them: after too many of them even the right one does
not match any more, for a while. Who has guessed cannot tell, and who is the customer is helped by a
person, as after a wrong proof.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from functools import wraps
from threading import Lock
from typing import Any

from dialogue.identification import UNVERIFIED, Identification

MOST_WRONG = 8
"""Wrong proofs of one record within `WHILE`: two conversations' worth."""
WHILE = 24 * 3600.0
"""Seconds for which a wrong proof counts."""
_REMEMBERED = 10_000
"""Records with wrong proofs; those longest ago are forgotten beyond that."""

Function = Callable[..., Mapping[str, Any]]


class Guesses:
    """Counts wrong proofs by record while the process lasts. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._wrong: OrderedDict[tuple[str, ...], deque[float]] = OrderedDict()

    def counted(self, function: Function, one: Identification) -> Function:
        """Return the function that compares proofs, with its wrong answers counted.

        Args:
            function: The tool of an identification.
            one: Tells which of its arguments are the record, and which are proofs.
        """

        @wraps(function)
        def compare(**arguments: Any) -> Mapping[str, Any]:
            if not any(arguments.get(name) for name in one.proofs.values()):
                # The number that the caller rings from is no guess.
                return function(**arguments)
            record = (one.name, *(str(arguments.get(name, "")) for name in one.arguments))
            if self._too_many(record):
                return {"outcome": UNVERIFIED}
            found = function(**arguments)
            if found.get("outcome") == UNVERIFIED:
                self._count(record)
            return found

        return compare

    def _too_many(self, record: tuple[str, ...]) -> bool:
        with self._lock:
            wrong = self._wrong.get(record)
            while wrong and wrong[0] < self._clock() - WHILE:
                wrong.popleft()
            return wrong is not None and len(wrong) >= MOST_WRONG

    def _count(self, record: tuple[str, ...]) -> None:
        with self._lock:
            self._wrong.setdefault(record, deque(maxlen=MOST_WRONG)).append(self._clock())
            self._wrong.move_to_end(record)
            while len(self._wrong) > _REMEMBERED:
                self._wrong.popitem(last=False)
