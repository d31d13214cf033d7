"""Reads a hotline's folder into a `Domain`, and lists every mistake in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from dialogue.article_loading import article_folders, load_articles
from dialogue.catalogue import Asked
from dialogue.catalogue_loading import load_catalogue
from dialogue.documents import (
    Mistakes,
    Section,
    read_toml,
    read_yaml,
    suggestion,
)
from dialogue.domain import CONTROLS, OPTIONAL_CONTROLS, Choice, Domain, Intent
from dialogue.errors import DomainError, Mistake
from dialogue.flow_loading import check_flows, load_flow
from dialogue.flows import Flow
from dialogue.handover_loading import load_handover
from dialogue.identification_loading import load_identifications
from dialogue.languages import LANGUAGES
from dialogue.policy import Policy
from dialogue.slot_loading import check_lookups, load_slots
from dialogue.step_loading import Parts
from dialogue.text_loading import load_cues, load_feelings, load_prompts, load_vocabulary
from dialogue.tool_loading import load_tools
from dialogue.translation import Translation

PACKAGED = Path(__file__).parent / "domains"
FEWEST_EXAMPLES = 8
_BACKEND = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*\Z")
_PARTS = (".toml", ".yaml", ".md", ".txt", ".csv")


def load(name_or_folder: str) -> Domain:
    """Read and check a hotline; see `dialogue.domain.load_domain`."""
    folder = _find(name_or_folder)
    mistakes = Mistakes()
    head = read_toml(folder, "domain.toml", mistakes, "domain.toml")
    extended = _extended(head)
    shared = article_folders(folder, PACKAGED, head, mistakes)
    backend = _backend(head)
    name, title, language, policy, translations = _head(head)
    # What a hotline says and does may be that of another one, in a second language.
    source = extended or folder
    translation = Translation.load(folder, mistakes) if extended else None
    mistakes.translation = translation
    prompts = load_prompts(source, language, mistakes)
    slots = load_slots(source, mistakes)
    tools = load_tools(source, mistakes)
    check_lookups(source, slots, tools.specs, mistakes)
    identifications = load_identifications(source, slots, tools.specs, mistakes)
    parts = Parts(slots, tools.specs, identifications)
    flows: dict[str, tuple[Flow, str]] = {}
    for path in sorted((source / "flows").glob("*.yaml")):
        file = f"flows/{path.name}"
        if flow := load_flow(source, file, path.stem, parts, mistakes):
            flows[path.stem] = (flow, file)
    mistakes.translation = None
    intents = _intents(folder, mistakes)
    articles = load_articles(folder, shared, mistakes)
    check_flows(flows, intents, mistakes)
    catalogue = load_catalogue(folder, mistakes)
    if catalogue is None:
        for intent, file, line in intents.values():
            if intent.catalogue:
                mistakes.add(file, line, f"`{intent.name}` needs a catalogue.csv; add one")
    _check_effects(intents, {flow.intent for flow, _ in flows.values()}, mistakes)
    if any(flow.undo_at is not None for flow, _ in flows.values()) and "undo" not in intents:
        mistakes.add(
            "intents/controls.yaml",
            1,
            f"a flow has `undo`, but intent `undo` is missing ({CONTROLS['undo']}); add it with "
            "examples",
        )
    facts = {*slots, *(fact for tool in tools.specs.values() for fact in tool.facts)}
    mistakes.translation = translation
    handover = load_handover(source, language, facts, intents, prompts.spoken, mistakes)
    mistakes.translation = None
    if translation is not None:
        translation.check_used(mistakes)
    feelings = load_feelings(folder, language, mistakes)
    vocabulary = load_vocabulary(folder, mistakes)
    cues = load_cues(folder, language, mistakes)
    if mistakes.found:
        raise DomainError(name or folder.name, tuple(mistakes.found))
    return Domain(
        name=name,
        title=title,
        language=language,
        version=_version(folder, extended, shared),
        folder=folder,
        policy=policy,
        prompts=prompts.spoken,
        slots=slots,
        tools=tools.specs,
        intents={key: intent for key, (intent, _, _) in intents.items()},
        flows={key: flow for key, (flow, _) in flows.items()},
        articles=articles,
        vocabulary=vocabulary,
        cues=cues,
        backend=backend,
        handover=handover,
        feelings=feelings,
        uninterruptible=prompts.uninterruptible,
        written_prompts=prompts.written,
        identifications=identifications,
        service=tools.service,
        translations=translations,
        catalogue=catalogue,
    )


def current_version(name_or_folder: str) -> str:
    """Return the version that a hotline's files have now; see `dialogue.domain.domain_version`."""
    folder, mistakes = _find(name_or_folder), Mistakes()
    head = read_toml(folder, "domain.toml", mistakes, "domain.toml")
    shared = article_folders(folder, PACKAGED, head, mistakes)
    return _version(folder, _extended(head), shared)


def _version(folder: Path, extended: Path | None, shared: Sequence[tuple[Path, str]]) -> str:
    return folder_version(
        folder, (*(place for place, _ in shared), *((extended,) if extended else ()))
    )


def _extended(head: Section | None) -> Path | None:
    """Return the folder of the hotline that this one translates, if it does."""
    wanted = head.text("extends") if head else ""
    if not head or not wanted:
        return None
    try:
        return _find(wanted)
    except DomainError as error:
        what = error.mistakes[0].message
        head.wrong(f'`extends = "{wanted}"`: {what}', "extends")
        return None


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


def _backend(head: Section | None) -> str:
    backend = head.text("backend") if head else ""
    if head and backend and not _BACKEND.match(backend):
        head.wrong(
            f"`{backend}` names no Python function; write `backend = "
            '"my_package.my_module:my_function"`',
            "backend",
        )
    return backend


def _head(head: Section | None) -> tuple[str, str, str, Policy, Mapping[str, str]]:
    if head is None:
        return "", "", "en", Policy(), {}
    name = head.text("name", required=True, example='"retail"')
    title = head.text("title", required=True, example='"Maple Street"')
    language = head.choice("language", sorted(LANGUAGES))
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
    translations: dict[str, str] = {}
    if section := head.section("languages"):
        for code in section.names():
            if code not in LANGUAGES or code == language:
                hint = suggestion(code, set(LANGUAGES) - {language})
                section.wrong(f"`{code}` is no other language; {hint}", code)
            translations[code] = section.text(code, required=True, example='"retail_de"')
        section.finish()
    head.finish()
    return name, title, language or "en", policy, translations


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
                section.choice("stakes", ("usual", "high"), "usual") == "high",
                section.text("summary"),
                _asked(section),
            )
            if intent.high_stakes and not intent.summary:
                section.wrong(
                    f"`{name}` has `stakes: high`; add `summary` for the person who takes over, "
                    "like `summary: threatens to go to court`",
                    "stakes",
                )
            section.finish()
            if name in found:
                mistakes.add(
                    file, section.line, f"intent `{name}` is also in {found[name][1]}; keep one"
                )
            else:
                found[name] = (intent, file, section.line)
    return found


def _asked(section: Section) -> Asked | None:
    if "catalogue" not in section:
        return None
    return Asked(section.choice("catalogue", [asked.value for asked in Asked]))


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
        if name not in intents and name not in OPTIONAL_CONTROLS:
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
                ("`stakes: high`", intent.high_stakes),
                # What is said before a person takes over is no effect of its own.
                ("`reply`", bool(intent.reply) and not intent.high_stakes),
                ("`choice`", intent.choice is not None),
                ("`catalogue`", intent.catalogue is not None),
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


def folder_version(folder: Path, shared: Sequence[Path] = ()) -> str:
    """Return what changes with any file of a hotline's folder, or of the folders it includes."""
    digest = hashlib.sha256()
    for place in (folder, *shared):
        for path in sorted(p for p in place.rglob("*") if p.suffix in _PARTS and p.is_file()):
            digest.update(path.relative_to(place).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
