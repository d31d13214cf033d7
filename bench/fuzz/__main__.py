"""`python -m bench.fuzz [INPUTS] [SEED]`: odd inputs to every webhook and media socket."""

from __future__ import annotations

import asyncio
import sys
import time

import structlog
from loguru import logger

from bench.fuzz.run import fuzz


def main(inputs: int = 100_000, seed: int = 1) -> int:
    """Send inputs and print what they came to; 1 where something went wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    logger.remove()
    began = time.perf_counter()
    found = asyncio.run(fuzz(inputs, seed))
    early, late = found.megabytes
    print(f"{found.inputs} inputs in {time.perf_counter() - began:.0f} s, seed {seed}")
    print(f"webhooks: {found.webhooks}, by status: {dict(sorted(found.statuses.items()))}")
    print(
        f"media sockets: {found.sockets} with {found.messages} messages; "
        f"{found.accepted} accepted, {found.sessions} with a session that spoke"
    )
    print(f"memory: {early:.0f} MB after a tenth, {late:.0f} MB at the end")
    print(f"tasks left: {found.tasks_left}; wrong: {len(found.wrong)}")
    for wrong in found.wrong[:20]:
        print(f"  {wrong}")
    return 1 if found.wrong or found.tasks_left else 0


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:3])))
