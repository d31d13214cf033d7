"""Reads a hotline's folder into a `Domain`, and lists every mistake in it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dialogue.documents import (
    Mistakes,
    Section,
    parse_yaml,
    read_text,
    read_toml,
    read_yaml,
    suggestion,
)
from dialogue.domain import CONTROLS, PROMPTS, Article, Choice, Domain, Intent
from dialogue.errors import DomainError, Mistake
from dialogue.flow_loading import check_flows, load_flow, load_slots, load_tools, template
from dialogue.flows import Flow
from dialogue.policy import Policy
from dialogue.spoken import Template

PACKAGED = Path(__file__).parent / "domains"
FEWEST_EXAMPLES = 8
LANGUAGES = ("en",)


def load(name_or_folder: str) -> Domain:
    """Read and check a hotline; see `dialogue.domain.load_domain`."""
    folder = _find(name_or_folder)
    mistakes = Mistakes()
    head = read_toml(folder, "domain.toml", mistakes, "domain.toml")
    prompts = _prompts(folder, mistakes)
    slots = load_slots(folder, mistakes)
    tools = load_tools(folder, mistakes)
    intents = _intents(folder, mistakes)
    articles = _articles(folder, mistakes)
    flows: dict[str, tuple[Flow, str]] = {}
    for path in sorted((folder / "flows").glob("*.yaml")):
        file = f"flows/{path.name}"
        if flow := load_flow(folder, file, path.stem, slots, tools, mistakes):
            flows[path.stem] = (flow, file)
    check_flows(flows, intents, mistakes)
    _check_effects(intents, {flow.intent for flow, _ in flows.values()}, mistakes)
    name, title, language, policy = _head(head)
    vocabulary = _vocabulary(folder, mistakes)
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
            queue=section.text("queue", usual.queue),
        )
        if policy.ask > policy.act:
            section.wrong("`ask` must not be above `act`; lower it", "ask")
        section.finish()
    head.finish()
    return name, title, language, policy


def _prompts(folder: Path, mistakes: Mistakes) -> dict[str, tuple[Template, ...]]:
    section = read_yaml(folder, "prompts.yaml", mistakes, "prompts.yaml")
    if section is None:
        return {}
    found = {
        name: tuple(
            template(section, text, line, places, mistakes)
            for text, line in section.located_texts(name, required=True, example='"…"')
        )
        for name, places in PROMPTS.items()
    }
    section.finish()
    return found


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


def _articles(folder: Path, mistakes: Mistakes) -> dict[str, Article]:
    found: dict[str, Article] = {}
    for path in sorted((folder / "articles").glob("*.md")):
        file = f"articles/{path.name}"
        text = read_text(folder, file, mistakes)
        if text is None:
            continue
        lines = text.splitlines()
        end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
        if not lines or lines[0].strip() != "---" or end is None:
            mistakes.add(
                file, 1, "front matter is missing; begin with `---`, `title: …`, `---` lines"
            )
            continue
        front = parse_yaml("\n".join(lines[1:end]), file, mistakes, "the front matter", 1)
        body = " ".join(" ".join(lines[end + 1 :]).split())
        if not body:
            mistakes.add(file, end + 2, "the answer is missing; write it below the second `---`")
        if front is None:
            continue
        questions = front.texts("questions", required=True, example="[…]")
        if "questions" in front and len(questions) < 3:
            front.wrong("write at least three `questions` that this article answers", "questions")
        found[path.stem] = Article(
            name=path.stem,
            title=front.text("title", required=True, example="Returns"),
            about=front.text("about", required=True, example="returns"),
            questions=questions,
            text=body,
            chat_text=front.text("chat"),
        )
        front.finish()
    return found


def _vocabulary(folder: Path, mistakes: Mistakes) -> tuple[str, ...]:
    path = folder / "vocabulary.txt"
    if not path.is_file():
        return ()
    text = read_text(folder, "vocabulary.txt", mistakes) or ""
    words = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return tuple(dict.fromkeys(word for word in words if word))


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(
        p for p in folder.rglob("*") if p.suffix in (".toml", ".yaml", ".md", ".txt")
    ):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
