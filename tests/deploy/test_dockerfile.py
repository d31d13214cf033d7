"""The image's recipe, as far as it can be tried without a container engine."""

import fnmatch
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import BaseModel

from voicebot.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = DOCKERFILE.replace("\\\n", " ")


def health_check() -> list[str]:
    found = re.search(r"^HEALTHCHECK.*?CMD (\[.*\])$", INSTRUCTIONS, re.MULTILINE)
    assert found is not None
    command: list[str] = json.loads(found[1])
    return command


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server on loopback that answers `/healthz` with a status and everything else with 404."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Health)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def exit_code(command: list[str], port: int) -> int:
    program, *arguments = (part.replace(":8080/", f":{port}/") for part in command)
    assert program == "python"
    done = subprocess.run([sys.executable, *arguments], capture_output=True, timeout=30)
    return done.returncode


def setting_names(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from setting_names(field.annotation, f"{variable}__")
        else:
            yield variable


def test_hadolint_has_no_complaint() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which(
        "hadolint"
    )
    if hadolint is None:
        pytest.skip("hadolint is not installed: it comes with the extra `dev`")
    done = subprocess.run(
        [hadolint, "--no-color", str(ROOT / "Dockerfile")],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.stdout, done.returncode) == ("", 0)


def test_the_health_check_tells_a_living_server_from_a_failing_and_a_dead_one() -> None:
    command = health_check()
    with answering(200) as port:
        assert exit_code(command, port) == 0
    with answering(503) as port:
        assert exit_code(command, port) != 0
    assert exit_code(command, port) != 0


def test_one_port_is_served_exposed_and_checked() -> None:
    served = re.search(r'^CMD .*"--port", "(\d+)"', INSTRUCTIONS, re.MULTILINE)
    exposed = re.search(r"^EXPOSE (\d+)$", INSTRUCTIONS, re.MULTILINE)
    checked = re.search(r"127\.0\.0\.1:(\d+)/healthz", " ".join(health_check()))

    assert {match[1] for match in (served, exposed, checked) if match} == {"8080"}
    assert None not in (served, exposed, checked)


def test_it_serves_to_the_outside_and_does_not_run_as_root() -> None:
    last_user = re.findall(r"^USER (\S+)$", INSTRUCTIONS, re.MULTILINE)[-1]

    assert last_user == "10001:10001"
    assert '"--host", "0.0.0.0"' in INSTRUCTIONS


def test_every_setting_it_makes_is_a_setting() -> None:
    made = set(re.findall(r"\b(VOICEBOT_[A-Z_]+)=", INSTRUCTIONS))

    assert made
    assert set() == made - set(setting_names(Settings, "VOICEBOT_"))


def test_the_build_context_holds_what_the_wheel_needs_and_no_more() -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = [rule[1:] for rule in rules if rule.startswith("!")]

    assert "*" in rules
    assert [] == [name for name in kept if not (ROOT / name).exists()]
    for needed in ("pyproject.toml", "README.md", "voicebot", "telephony", "dialogue"):
        assert any(fnmatch.fnmatch(needed, rule) for rule in kept)
    for unwanted in (".env", ".git", "tests", "bench", "audio_fixtures", "var"):
        assert not any(fnmatch.fnmatch(unwanted, rule) for rule in kept)
