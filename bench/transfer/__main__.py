"""`python -m bench.transfer [HISTORIES]`: random transfer histories with faults, 10,000 of them."""

from __future__ import annotations

import sys
import time

from bench.transfer.histories import tally


def main(histories: int = 10_000) -> int:
    """Play histories and print what they came to; 1 where a caller was lost."""
    began = time.perf_counter()
    total = tally(range(histories))
    alone = sorted(total.alone)
    print(f"{total.histories} histories in {time.perf_counter() - began:.0f} s")
    print(f"settled: {dict(total.outcomes.most_common())}")
    print(f"heard each other: {total.bridged}")
    if alone:
        median, worst = alone[len(alone) // 2], alone[-1]
        print(f"alone in a room: {len(alone)} times, median {median:.1f} s, longest {worst:.1f} s")
    print(f"wrong: {len(total.wrongs)}")
    for wrong in total.wrongs[:20]:
        print(f"  {wrong}")
    return 1 if total.wrongs else 0


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:2])))
