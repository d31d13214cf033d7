"""Reads a hotline's folder into a `Domain`, and lists every mistake in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from dialogue.article_loading import article_folders, load_articles
from dialogue.catalogue_loading import load_catalogue
from dialogue.documents import (
    Mistakes,
    Section,
    read_toml,
    suggestion,
)
from dialogue.domain import CONTROLS, Domain
from dialogue.errors import DomainError, Mistake
from dialogue.flow_loading import check_flows, load_flow
from dialogue.flows import Flow
from dialogue.handover_loading import load_handover
from dialogue.identification_loading import load_identifications
from dialogue.intent_loading import check_effects, load_intents
from dialogue.languages import LANGUAGES
from dialogue.outbound_loading import fact_names, load_outbound, read_outbound
from dialogue.policy import Policy
from dialogue.slot_loading import check_lookups, load_slots
from dialogue.step_loading import Parts
from dialogue.stray_files import check_files
from dialogue.text_loading import load_cues, load_feelings, load_prompts, load_vocabulary
from dialogue.tool_loading import load_tools
from dialogue.translation import Translation

PACKAGED = Path(__file__).parent / "domains"
_BACKEND = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*\Z")
_PARTS = (".toml", ".yaml", ".md", ".txt", ".csv")


def load_domain(name_or_folder: str) -> Domain:
    """Read and check a hotline: a packaged name (`retail`) or a folder.

    Raises:
        DomainError: there is none, or it has mistakes; the message lists each with file, line and
            what to write instead.
    """
    folder = _find(name_or_folder)
    mistakes = Mistakes()
    head = read_toml(folder, "domain.toml", mistakes, "domain.toml")
    extended = _extended(head)
    if mistakes.found:
        # All else would be missed because it cannot be found.
        raise DomainError(folder.name, tuple(mistakes.found))
    shared = article_folders(folder, PACKAGED, head, mistakes)
    backend = _backend(head)
    name, title, language, policy, translations = _head(head)
    # What a hotline says and does may be that of another one, in a second language.
    source = extended or folder
    translation = Translation.load(folder, mistakes) if extended else None
    mistakes.translation = translation
    prompts = load_prompts(source, language, mistakes)
    slots = load_slots(source, language, mistakes)
    tools = load_tools(source, mistakes)
    check_lookups(source, slots, tools.specs, mistakes)
    identifications = load_identifications(source, slots, tools.specs, mistakes)
    outbound_file = read_outbound(source, mistakes)
    parts = Parts(slots, tools.specs, identifications, fact_names(outbound_file))
    flows: dict[str, tuple[Flow, str]] = {}
    for path in sorted((source / "flows").glob("*.yaml")):
        file = f"flows/{path.name}"
        if flow := load_flow(source, file, path.stem, parts, mistakes):
            flows[path.stem] = (flow, file)
    mistakes.translation = None
    intents = load_intents(folder, tools.specs, mistakes)
    articles = load_articles(folder, shared, mistakes)
    check_flows(flows, intents, slots, mistakes)
    check_files(folder, mistakes)
    catalogue = load_catalogue(folder, mistakes)
    if catalogue is None:
        for intent, file, line in intents.values():
            if intent.catalogue:
                mistakes.add(file, line, f"`{intent.name}` needs a catalogue.csv; add one")
    check_effects(intents, {flow.intent for flow, _ in flows.values()}, mistakes)
    if any(flow.undo_at is not None for flow, _ in flows.values()) and "undo" not in intents:
        mistakes.add(
            "intents/controls.yaml",
            1,
            f"a flow has `undo`, but intent `undo` is missing ({CONTROLS['undo']}); add it with "
            "examples",
        )
    mistakes.translation = translation
    outbound = load_outbound(
        outbound_file,
        {key: flow for key, (flow, _) in flows.items()},
        slots,
        identifications,
        intents,
        mistakes,
    )
    mistakes.translation = None
    facts = {*slots, *parts.given, *(fact for tool in tools.specs.values() for fact in tool.facts)}
    mistakes.translation = translation
    handover = load_handover(source, language, facts, intents, prompts.spoken, mistakes)
    mistakes.translation = None
    if translation is not None:
        translation.check_used(mistakes)
    feelings = load_feelings(folder, language, mistakes)
    vocabulary = load_vocabulary(folder, mistakes)
    cues = load_cues(folder, language, mistakes)
    if mistakes.found:
        raise DomainError(name or folder.name, mistakes.worth_telling())
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
        outbound=outbound,
    )


def domain_version(name_or_folder: str) -> str:
    """Return the `Domain.version` that a hotline would have if it were read now; some milliseconds.

    Raises:
        DomainError: there is none.
        OSError: a file of it cannot be read.
    """
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
    if folder.is_dir():
        what = "the folder holds no domain.toml; add one"
    elif folder.is_file():
        what = f"`{name_or_folder}` is a file; name its folder, `{folder.parent}`"
    else:
        what = (
            f"there is no folder `{name_or_folder}`; make one with `voicebot domain new "
            f"{name_or_folder}`, or name a packaged hotline: {', '.join(known)}"
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
    language = head.choice("language", sorted(LANGUAGES, key=lambda code: code != "en"))
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
            other = translations[code] = section.text(code, required=True, example='"retail_de"')
            try:
                _find(other)
            except DomainError as error:
                section.wrong(f'`{code} = "{other}"`: {error.mistakes[0].message}', code)
        section.finish()
    head.finish()
    return name, title, language or "en", policy, translations


def folder_version(folder: Path, shared: Sequence[Path] = ()) -> str:
    """Return what changes with any file of a hotline's folder, or of the folders it includes."""
    digest = hashlib.sha256()
    for place in (folder, *shared):
        for path in sorted(p for p in place.rglob("*") if p.suffix in _PARTS and p.is_file()):
            digest.update(path.relative_to(place).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
