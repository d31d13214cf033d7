"""What a review finds, with its place, and what it leaves alone."""

from __future__ import annotations

import json

import pytest

from tests.authoring.conftest import Reviewer
from voicebot.authoring.review import Finding, Review, Severity, Topic
from voicebot.commands.hotline_reports import review_json, review_lines

pytestmark = pytest.mark.models


def found(review: Review, topic: Topic) -> list[Finding]:
    return [finding for finding in review.findings if finding.topic is topic]


def test_a_new_hotline_has_no_errors(reviewed: Reviewer) -> None:
    review = reviewed.review()
    assert 0 == review.errors, review.findings
    assert review.understood is not None
    assert review.understood > 0.7


def test_mistakes_of_the_folder_come_alone(reviewed: Reviewer) -> None:
    review = reviewed.after("flows/call_back.yaml", "collect: phone", "collect: phon")
    assert {Topic.FOLDER} == {finding.topic for finding in review.findings}
    place = review.findings[0].place
    assert ("flows/call_back.yaml", 6) == (place.file, place.line)
    assert review.errors
    assert review.understood is None


def test_examples_that_say_the_same_are_an_error(reviewed: Reviewer) -> None:
    review = reviewed.after("intents/tasks.yaml", "please ring me later", "um, a person please")
    conflict = found(review, Topic.CONFLICTS)[0]
    assert Severity.ERROR is conflict.severity
    assert "says the same as “a person please” of `person`" in conflict.message
    assert "tasks.yaml" in conflict.place.file + conflict.message


def test_examples_that_are_nearly_the_same_are_advised_against(reviewed: Reviewer) -> None:
    review = reviewed.after(
        "articles/location.md", "  - where are you\n", "  - what are the opening hours\n"
    )
    conflict = next(f for f in found(review, Topic.CONFLICTS) if "opening" in f.message)
    assert Severity.ADVICE is conflict.severity
    assert "articles/" in conflict.message


def test_an_article_that_its_questions_do_not_find_is_an_error(reviewed: Reviewer) -> None:
    questions = "".join(
        f"  - {text}\n"
        for text in (
            "when can I come on a weekday",
            "what are the hours on friday",
            "how long are you open on saturday",
            "at what time do you open your doors",
            "when do you shut in the evening",
        )
    )
    (reviewed.folder / "articles" / "parking.md").write_text(
        f"---\ntitle: Parking\nabout: parking\nquestions:\n{questions}---\nBehind the house.\n",
        encoding="utf-8",
    )
    finding = found(reviewed.review(), Topic.ARTICLES)[0]
    assert "articles/parking.md" == finding.place.file
    assert "`opening_hours`" in finding.message


def test_what_no_flow_uses_is_named(reviewed: Reviewer) -> None:
    review = reviewed.after(
        "slots.yaml", "phone:\n", "street:\n  label: street\n  kind: text\n  ask: Where?\nphone:\n"
    )
    unused = found(review, Topic.UNUSED)
    assert ["slot `street` is used by no flow; use it, or remove it"] == [
        finding.message for finding in unused
    ]
    assert ("slots.yaml", 3) == (unused[0].place.file, unused[0].place.line)


def test_a_sentence_for_the_eye_is_named(reviewed: Reviewer) -> None:
    long = "We are open " + "and open " * 20 + "see www.example.com."
    review = reviewed.after("articles/opening_hours.md", "On Sunday we're closed.", long)
    told = " ".join(finding.message for finding in found(review, Topic.EAR))
    assert "a sentence of 45 words" in told
    assert "a link cannot be heard" in told


def test_wrong_scenarios_are_errors(reviewed: Reviewer) -> None:
    review = reviewed.after("scenarios/first.yaml", "ends: resolved", "ends: solved")
    finding = found(review, Topic.SCENARIOS)[0]
    assert (Severity.ERROR, "scenarios/first.yaml") == (finding.severity, finding.place.file)
    assert "did you mean `resolved`?" in finding.message


def test_a_review_is_read_by_people_and_programs(reviewed: Reviewer) -> None:
    review = reviewed.after("scenarios/first.yaml", "ends: resolved", "ends: [b]")
    lines = list(review_lines(review))
    data = json.loads(review_json(review))
    assert any("scenarios/first.yaml" in line for line in lines)
    assert (False, review.errors) == (data["ok"], data["errors"])
    assert {"severity", "topic", "file", "line", "message"} == set(data["findings"][0])


def test_a_backend_that_cannot_be_had_is_a_mistake_of_its_line(reviewed: Reviewer) -> None:
    backend = 'backend = "nosuch.tools:functions"'
    review = reviewed.after("domain.toml", 'language = "en"', f'language = "en"\n{backend}')
    (mistake,) = found(review, Topic.TOOLS)
    lines = (reviewed.folder / "domain.toml").read_text(encoding="utf-8").splitlines()
    place = f"domain.toml:{lines.index(backend) + 1}"
    assert (Severity.ERROR, place) == (mistake.severity, str(mistake.place))
    assert "No module named 'nosuch'" in mistake.message


def test_a_tool_that_nothing_runs_is_a_mistake_of_its_line(reviewed: Reviewer) -> None:
    tool = "weigh_parcel:\n  arguments: [phone]\n  outcomes: [weighed]\n"
    review = reviewed.after("tools.yaml", "request_call_back:", f"{tool}request_call_back:")
    (mistake,) = found(review, Topic.TOOLS)
    lines = (reviewed.folder / "tools.yaml").read_text(encoding="utf-8").splitlines()
    assert f"tools.yaml:{lines.index('weigh_parcel:') + 1}" == str(mistake.place)
    assert "`weigh_parcel` cannot run: the demo shop has no function" in mistake.message


def test_a_file_is_not_a_hotline(reviewed: Reviewer) -> None:
    folder = reviewed.folder
    reviewed.folder = folder / "domain.toml"
    (mistake,) = reviewed.review().findings
    assert f"name its folder, `{folder}`" in mistake.message
