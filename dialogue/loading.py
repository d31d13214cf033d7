"""Reads a hotline's folder into a `Domain`, and lists every mistake in it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dialogue.documents import (
    Mistakes,
    Section,
    read_toml,
    read_yaml,
    suggestion,
)
from dialogue.domain import CONTROLS, Choice, Domain, Intent
from dialogue.errors import DomainError, Mistake
from dialogue.flow_loading import check_flows, load_flow, load_slots, load_tools
from dialogue.flows import Flow
from dialogue.policy import Policy
from dialogue.text_loading import load_articles, load_cues, load_prompts, load_vocabulary

PACKAGED = Path(__file__).parent / "domains"
FEWEST_EXAMPLES = 8
LANGUAGES = ("en",)


def load(name_or_folder: str) -> Domain:
    """Read and check a hotline; see `dialogue.domain.load_domain`."""
    folder = _find(name_or_folder)
    mistakes = Mistakes()
    head = read_toml(folder, "domain.toml", mistakes, "domain.toml")
    prompts, uninterruptible = load_prompts(folder, mistakes)
    slots = load_slots(folder, mistakes)
    tools = load_tools(folder, mistakes)
    intents = _intents(folder, mistakes)
    articles = load_articles(folder, mistakes)
    flows: dict[str, tuple[Flow, str]] = {}
    for path in sorted((folder / "flows").glob("*.yaml")):
        file = f"flows/{path.name}"
        if flow := load_flow(folder, file, path.stem, slots, tools, mistakes):
            flows[path.stem] = (flow, file)
    check_flows(flows, intents, mistakes)
    _check_effects(intents, {flow.intent for flow, _ in flows.values()}, mistakes)
    name, title, language, policy = _head(head)
    vocabulary = load_vocabulary(folder, mistakes)
    cues = load_cues(folder, language, mistakes)
    if mistakes.found:
        raise DomainError(name or folder.name, tuple(mistakes.found))
    return Domain(
        name=name,
        title=title,
        language=language,
        version=_version(folder),
        folder=folder,
        policy=policy,
        prompts=prompts,
        slots=slots,
        tools=tools,
        intents={key: intent for key, (intent, _, _) in intents.items()},
        flows={key: flow for key, (flow, _) in flows.items()},
        articles=articles,
        vocabulary=vocabulary,
        cues=cues,
        uninterruptible=uninterruptible,
    )


def _find(name_or_folder: str) -> Path:
    packaged = PACKAGED / name_or_folder
    if name_or_folder.isidentifier() and (packaged / "domain.toml").is_file():
        return packaged
    folder = Path(name_or_folder)
    if (folder / "domain.toml").is_file():
        return folder
    known = sorted(path.parent.name for path in PACKAGED.glob("*/domain.toml"))
    what = (
        "the folder holds no domain.toml; add one"
        if folder.is_dir()
        else f"no such hotline or folder; packaged hotlines: {', '.join(known)}"
    )
    raise DomainError(name_or_folder, (Mistake("domain.toml", 1, what),))


def _head(head: Section | None) -> tuple[str, str, str, Policy]:
    if head is None:
        return "", "", "", Policy()
    name = head.text("name", required=True, example='"retail"')
    title = head.text("title", required=True, example='"Maple Street"')
    language = head.choice("language", LANGUAGES)
    usual = Policy()
    policy = usual
    if section := head.section("policy"):
        policy = Policy(
            act=section.number("act", usual.act, 0.05, 1),
            ask=section.number("ask", usual.ask, 0.01, 1),
            grounds=section.number("grounds", usual.grounds, 0, 1),
            switch=section.number("switch", usual.switch, 0, 1),
            article=section.number("article", usual.article, 0, 1),
            attempts=int(section.number("attempts", usual.attempts, 1, 5)),
            patience=section.number("patience", usual.patience, 5, 600),
            queue=section.text("queue", usual.queue),
        )
        if policy.ask > policy.act:
            section.wrong("`ask` must not be above `act`; lower it", "ask")
        section.finish()
    head.finish()
    return name, title, language, policy


def _intents(folder: Path, mistakes: Mistakes) -> dict[str, tuple[Intent, str, int]]:
    """Return (intent, file, line) by name."""
    found: dict[str, tuple[Intent, str, int]] = {}
    said: dict[str, tuple[str, str, int]] = {}
    files = sorted((folder / "intents").glob("*.yaml"))
    if not files:
        mistakes.add(
            "intents/", 1, "no intents; add intents/tasks.yaml with `name: {examples: […]}`"
        )
    for path in files:
        file = f"intents/{path.name}"
        top = read_yaml(folder, file, mistakes, file)
        for name in top.names() if top else ():
            section = top.section(name) if top else None
            if section is None:
                continue
            examples = section.located_texts("examples", required=True, example="[…]")
            for text, line in examples:
                key = " ".join(text.lower().split())
                if key in said:
                    other, where, at = said[key]
                    mistakes.add(
                        file, line, f"the example is already in `{other}` ({where}:{at}); keep one"
                    )
                said[key] = (name, file, line)
            if "examples" in section and len(examples) < FEWEST_EXAMPLES:
                section.wrong(
                    f"`{name}` has {len(examples)} examples; write at least {FEWEST_EXAMPLES}, "
                    "as different from each other as callers are",
                    "examples",
                )
            intent = Intent(
                name,
                tuple(text for text, _ in examples),
                section.texts("reply"),
                _choice(section.section("choice")),
                section.texts("words"),
            )
            section.finish()
            if name in found:
                mistakes.add(
                    file, section.line, f"intent `{name}` is also in {found[name][1]}; keep one"
                )
            else:
                found[name] = (intent, file, section.line)
    return found


def _choice(section: Section | None) -> Choice | None:
    if section is None:
        return None
    question = section.text("question", required=True, example='"Do you want to …, or …?"')
    options = section.texts("options", required=True, example="[order_status, cancel_order]")
    choice = Choice(question, section.text("rephrase", question), options)
    if "options" in section and not 2 <= len(options) <= 4:
        section.wrong(
            "a spoken choice has two to four options; more cannot be kept in mind", "options"
        )
    section.finish()
    return choice


def _check_effects(
    intents: dict[str, tuple[Intent, str, int]], with_flow: set[str], mistakes: Mistakes
) -> None:
    """Every intent must lead somewhere, and to one place only."""
    for name in CONTROLS:
        if name not in intents:
            mistakes.add(
                "intents/controls.yaml",
                1,
                f"intent `{name}` is missing ({CONTROLS[name]}); add it with examples",
            )
    for name, (intent, file, line) in intents.items():
        effects = [
            label
            for label, present in (
                ("a flow", name in with_flow),
                ("`reply`", bool(intent.reply)),
                ("`choice`", intent.choice is not None),
                ("a built-in meaning", name in CONTROLS),
            )
            if present
        ]
        if not effects:
            mistakes.add(
                file, line, f"nothing follows `{name}`; add `reply`, `choice`, or a flow for it"
            )
        elif len(effects) > 1:
            mistakes.add(file, line, f"`{name}` leads to {' and '.join(effects)}; keep one of them")
        for option in intent.choice.options if intent.choice else ():
            if option not in intents:
                hint = suggestion(option, sorted(with_flow))
                mistakes.add(file, line, f"option `{option}` of `{name}` is no intent; {hint}")
            elif option not in with_flow:
                mistakes.add(
                    file,
                    line,
                    f"option `{option}` of `{name}` has no flow; only tasks can be chosen",
                )
            elif not intents[option][0].words:
                other = intents[option]
                mistakes.add(
                    other[1],
                    other[2],
                    f"`{option}` is an option of `{name}`; add `words` that pick it, "
                    "like `words: [track, where]`",
                )


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(
        p for p in folder.rglob("*") if p.suffix in (".toml", ".yaml", ".md", ".txt")
    ):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
