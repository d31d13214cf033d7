"""Reviews a hotline as a colleague would: what is wrong with it, and what would make it better.

Errors keep the hotline from being used, or from doing what it is for; advice is for the ear and for
being understood. How callers are understood is found out by leaving examples out: the classifier is
trained without some of them and asked what they mean.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dialogue.domain import ARTICLE_PREFIX, CALL_BACK, CONTROLS, Domain
from dialogue.errors import DomainError
from dialogue.flows import Call
from dialogue.loading import load_domain
from dialogue.ports import IntentTrainer
from dialogue.scenario_loading import load_scenarios
from dialogue.scenarios import Scenario
from dialogue.spoken import sentences
from dialogue.understanding.intents import normalised
from voicebot.authoring.places import Example, Place, Places
from voicebot.authoring.tool_review import tool_mistakes
from voicebot.engines.encoder import Encoder

FOLDS = 5
SAME = 0.995
"""Cosine from which two examples say the same."""
ALIKE = 0.93
"""Cosine from which two examples can hardly be told apart."""
ENOUGH_EXAMPLES = 10
LONGEST_SENTENCE = 20
"""Words of a sentence that is still understood when it is only heard."""
_SEEN = 0.5
"""Share of its left-out examples that must lead to a need."""

_PLACE = re.compile(r"\{[^}]*\}")
_UNSAYABLE = (
    (re.compile(r"https?://|www\.|\.com\b"), "a link cannot be heard; put it into `chat`"),
    (re.compile(r"\S+@\S+\.\w+"), "an e-mail address is hard to hear; put it into `chat`"),
    (re.compile(r"[*_#`]{2,}|\[[^\]]*\]\("), "markup is read out; write plain words"),
    (re.compile(r"\b(?:e\.g\.|i\.e\.|etc\.)"), "write abbreviations out: “for example”"),
    (re.compile(r"\b\d+/\d+\b"), "write it as it is spoken: “around the clock”"),
)


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    ADVICE = "advice"


class Topic(StrEnum):
    """What a finding is about; the order is that of the report."""

    FOLDER = "mistakes in the folder"
    TOOLS = "tools that cannot run"
    SCENARIOS = "scenarios"
    CONFLICTS = "examples that lead two ways"
    EXAMPLES = "few examples"
    MISREAD = "examples taken for something else"
    REACH = "what callers hardly reach"
    ARTICLES = "articles that their questions do not find"
    UNUSED = "unused"
    EAR = "hard on the ear"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend, or to think about."""

    severity: Severity
    topic: Topic
    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Review:
    """What was found; in the order of the report."""

    name: str
    findings: tuple[Finding, ...]
    understood: float | None = None
    """Share of left-out examples that were understood; None where it could not be tried."""

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def advice(self) -> int:
        """How many are advice."""
        return len(self.findings) - self.errors


def review(name_or_folder: str, learn: Callable[[str], tuple[Encoder, IntentTrainer]]) -> Review:
    """Review a hotline.

    Args:
        name_or_folder: A packaged name, or a folder.
        learn: Opens the models for a language; not called for a folder with mistakes.
    """
    try:
        domain = load_domain(name_or_folder)
    except DomainError as error:
        return Review(error.name, tuple(_mistakes(error, Topic.FOLDER)))
    findings: list[Finding] = []
    scenarios: tuple[Scenario, ...] = ()
    try:
        scenarios = load_scenarios(domain)
    except DomainError as error:
        findings += _mistakes(error, Topic.SCENARIOS)
    places = Places(domain.folder)
    findings += [
        Finding(Severity.ERROR, Topic.TOOLS, *found) for found in tool_mistakes(domain, places)
    ]
    encoder, trainer = learn(domain.language)
    findings += _untried(domain, scenarios)
    findings += _conflicts(places, encoder)
    findings += _few(domain, places)
    verdicts = _left_out(places, trainer)
    findings += _misread(domain, places, verdicts)
    if (domain.folder / "slots.yaml").is_file():
        # Else its flows are those of the hotline that it extends.
        findings += _unused(domain, places)
    findings += _hard_on_the_ear(places)
    order = list(Topic)
    findings.sort(key=lambda f: (order.index(f.topic), f.severity is Severity.ADVICE, f.place))
    right = sum(verdict.right for verdict in verdicts)
    return Review(domain.name, tuple(findings), right / len(verdicts) if verdicts else None)


def _mistakes(error: DomainError, topic: Topic) -> Iterator[Finding]:
    for mistake in error.mistakes:
        place = Place(mistake.file, mistake.line)
        yield Finding(Severity.ERROR, topic, place, mistake.message)


def _untried(domain: Domain, scenarios: Sequence[Scenario]) -> Iterator[Finding]:
    """Tasks that change something should be tried."""
    called = {line.tool for scenario in scenarios for line in scenario.calls or ()}
    for flow in domain.flows.values():
        tools = {step.tool for step in flow.steps if isinstance(step, Call)}
        for tool in sorted(tools):
            if domain.tools[tool].side_effect and tool not in called:
                message = f"no scenario has `{tool}` among its `calls`; try it in scenarios/"
                place = Place(f"flows/{flow.name}.yaml", 1)
                yield Finding(Severity.ADVICE, Topic.SCENARIOS, place, message)


# --- examples ------------------------------------------------------------------------------------


def _conflicts(places: Places, encoder: Encoder) -> Iterator[Finding]:
    examples = places.examples
    vectors = np.asarray(encoder.encode([normalised(example.text) for example in examples]))
    likeness = vectors @ vectors.T
    for i, j in zip(*np.nonzero(likeness >= ALIKE), strict=True):
        example, other, alike = examples[i], examples[j], likeness[i, j]
        if j < i and other.need != example.need:
            severity = Severity.ERROR if alike >= SAME else Severity.ADVICE
            how = "says the same as" if alike >= SAME else "is hard to tell from"
            message = (
                f"“{example.text}” {how} “{other.text}” of `{other.need}` ({other.place}); "
                "keep it in one of them, or reword it"
            )
            yield Finding(severity, Topic.CONFLICTS, example.place, message)


def _few(domain: Domain, places: Places) -> Iterator[Finding]:
    counts: dict[str, int] = defaultdict(int)
    for example in places.examples:
        counts[example.need] += 1
    for need, count in counts.items():
        enough = 5 if need.startswith(ARTICLE_PREFIX) else ENOUGH_EXAMPLES
        if count < enough and need not in CONTROLS:
            what = "questions" if need.startswith(ARTICLE_PREFIX) else "examples"
            message = (
                f"`{_bare(need)}` has {count} {what}; {enough} or more, each in other words, "
                "are understood better"
            )
            yield Finding(Severity.ADVICE, Topic.EXAMPLES, places.need(need), message)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an example is taken for when it is left out."""

    example: Example
    taken: str
    share: float
    """Probability of it."""

    @property
    def right(self) -> bool:
        """Whether that is what it is an example of."""
        return self.taken == self.example.need


def _left_out(places: Places, trainer: IntentTrainer) -> list[Verdict]:
    """Return what each example is taken for by a classifier that did not see it."""
    examples = places.examples
    verdicts: list[Verdict] = []
    by_need: dict[str, int] = defaultdict(int)
    fold_of = []
    for example in examples:
        # Dealt out need by need, so that every fold has something of each.
        fold_of.append(by_need[example.need] % FOLDS)
        by_need[example.need] += 1
    for fold in range(FOLDS):
        seen = [
            (normalised(example.text), example.need)
            for example, of in zip(examples, fold_of, strict=True)
            if of != fold
        ]
        if len({need for _, need in seen}) < 2:
            continue
        model = trainer.train(seen)
        for example, of in zip(examples, fold_of, strict=True):
            if of == fold:
                ranked = model.probabilities(normalised(example.text))
                verdicts.append(Verdict(example, *ranked[0]))
    return verdicts


def _misread(domain: Domain, places: Places, verdicts: Sequence[Verdict]) -> Iterator[Finding]:
    by_need: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_need[verdict.example.need].append(verdict)
    changing = {
        flow.intent
        for flow in domain.flows.values()
        if any(isinstance(s, Call) and domain.tools[s.tool].side_effect for s in flow.steps)
    }
    for need, of_need in by_need.items():
        wrong = [verdict for verdict in of_need if not verdict.right]
        if len(of_need) - len(wrong) < _SEEN * len(of_need):
            yield _hardly_reached(places, need, len(of_need), wrong)
        for verdict in wrong:
            # What is less sure is asked about, and does no harm.
            acted_on = verdict.share >= domain.policy.act
            if acted_on and (verdict.taken in changing or need in changing):
                message = (
                    f"“{verdict.example.text}” would be taken for `{_bare(verdict.taken)}` if it "
                    f"were not written here; add more like it to `{_bare(need)}`"
                )
                place = verdict.example.place
                yield Finding(Severity.ADVICE, Topic.MISREAD, place, message)


def _hardly_reached(places: Places, need: str, count: int, wrong: Sequence[Verdict]) -> Finding:
    takers = Counter(_bare(verdict.taken) for verdict in wrong)
    named = ", ".join(f"`{name}`" for name, _ in takers.most_common(3))
    article = need.startswith(ARTICLE_PREFIX)
    message = (
        f"only {count - len(wrong)} of {count} {'questions' if article else 'lines'} that were "
        f"left out lead to `{_bare(need)}`; the others lead to {named}: write more, or make the "
        "two differ"
    )
    none = len(wrong) == count >= FOLDS
    return Finding(
        Severity.ERROR if none else Severity.ADVICE,
        Topic.ARTICLES if article else Topic.REACH,
        places.need(need),
        message,
    )


def _bare(need: str) -> str:
    return need.removeprefix(ARTICLE_PREFIX)


# --- the rest ------------------------------------------------------------------------------------


def _unused(domain: Domain, places: Places) -> Iterator[Finding]:
    collected = {slot for flow in domain.flows.values() for slot in flow.slots()}
    called = {s.tool for flow in domain.flows.values() for s in flow.steps if isinstance(s, Call)}
    for kind, names, used in (
        ("slot", domain.slots, collected),
        ("tool", domain.tools, called),
    ):
        for name in names:
            if name not in used:
                message = f"{kind} `{name}` is used by no flow; use it, or remove it"
                place = places.entry(f"{kind}s.yaml", name)
                yield Finding(Severity.ADVICE, Topic.UNUSED, place, message)
    options = {
        option
        for intent in domain.intents.values()
        if intent.choice
        for option in intent.choice.options
    }
    for flow in domain.flows.values():
        intent = domain.intents[flow.intent]
        if not intent.words and flow.intent in options:
            message = f"`{flow.intent}` has no `words`; add those by which a caller picks it"
            yield Finding(Severity.ADVICE, Topic.UNUSED, places.need(flow.intent), message)
    if domain.flow_for(CALL_BACK) is None and not domain.tools:
        message = "nothing can be done here, only answered; a flow for `call_back` would help"
        yield Finding(Severity.ADVICE, Topic.UNUSED, Place("tools.yaml", 1), message)


def _hard_on_the_ear(places: Places) -> Iterator[Finding]:
    for spoken in places.spoken():
        text = _PLACE.sub("this", spoken.text)
        for sentence in sentences(text):
            count = len(sentence.split())
            if count > LONGEST_SENTENCE:
                message = (
                    f"a sentence of {count} words (“{sentence[:40]}…”); "
                    f"split it, {LONGEST_SENTENCE} words are plenty for the ear"
                )
                yield Finding(Severity.ADVICE, Topic.EAR, spoken.place, message)
        for pattern, remedy in _UNSAYABLE:
            if found := pattern.search(text):
                message = f"“{found[0]}”: {remedy}"
                yield Finding(Severity.ADVICE, Topic.EAR, spoken.place, message)
