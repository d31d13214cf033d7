"""`voicebot dev`: who speaks in the call, before anything is started."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from telephony.simulator.carrier import Answer
from voicebot.cli import main
from voicebot.commands.dev import AGENTS, DevPlan, agent_of, caller_lines
from voicebot.media.recordings import BadRecording


def test_without_recordings_the_caller_asks_for_a_person() -> None:
    (line,) = caller_lines(DevPlan())
    assert line.label.startswith("person_please")
    assert len(line.audio) > 8_000


def test_recordings_are_given_as_for_a_simulated_call() -> None:
    (keys,) = caller_lines(DevPlan(("keys:12#",)))
    assert "12#" == keys.digits
    with pytest.raises(BadRecording):
        caller_lines(DevPlan(("nowhere.wav",)))


def test_who_is_behind_the_number() -> None:
    takes = agent_of(DevPlan())
    assert ["1", ""] == [line.digits for line in takes.lines]
    assert len(takes.lines[1].audio) > 4_000
    assert Answer.BUSY is agent_of(DevPlan(agent="busy")).answer


def test_the_choices_are_the_people() -> None:
    result = CliRunner().invoke(main, ["dev", "--agent", "martian"])

    assert 2 == result.exit_code
    assert all(name in result.output for name in AGENTS)
    assert not Path("voicebot-dev").exists()
