"""Reads tools.yaml: what a hotline says about its business actions, and where they run."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dialogue.documents import Mistakes, Section, read_yaml, suggestion
from dialogue.endpoints import METHODS, REPEATABLE, Endpoint, Service
from dialogue.tools import USUAL_TIMEOUT, ToolSpec, ValueType

ALWAYS_KNOWN = ("today",)
"""Facts that every tool may return without describing them: what dates are spoken against."""
FOR_PEOPLE = ("summary",)
"""What every tool may be given besides values and facts: the conversation in words for a person."""
FAILED = "failed"
"""The outcome of a tool that did not answer; a flow may say what follows then."""
OTHERS = "others"
"""Stands for all outcomes of a tool that a step does not name."""

_HTTP = "http"
"""The key of tools.yaml that describes the backend, and that of a tool for its endpoint."""
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
_PLACE = re.compile(r"\{([a-z_]+)\}")
_RESULT_PATH = re.compile(r"[A-Za-z0-9_-]+(?:\[\])?(?:\.[A-Za-z0-9_-]+(?:\[\])?)*\Z")
_MOST_RETRIES = 3


@dataclass(frozen=True, slots=True)
class Tools:
    """What tools.yaml holds."""

    specs: Mapping[str, ToolSpec] = field(default_factory=dict)
    service: Service | None = None
    """The backend of those that run over HTTP."""


def load_tools(folder: Path, mistakes: Mistakes) -> Tools:
    """Read tools.yaml."""
    top = read_yaml(folder, "tools.yaml", mistakes, "tools.yaml")
    found: dict[str, ToolSpec] = {}
    service: Service | None = None
    if top is not None and _HTTP in top:
        described = top.section(_HTTP)
        service = _service(described) if described else None
    for name in top.names() if top else ():
        section = top.section(name) if top and name != _HTTP else None
        if section is None:
            continue
        found[name] = _tool(name, section)
        if found[name].endpoint and service is None and top and _HTTP not in top:
            section.wrong(
                f"`{name}` runs over HTTP, but where is not said; add `http: {{base_url: "
                "SHOP_API_URL}` at the top of the file, the name of an environment variable",
                _HTTP,
            )
    return Tools(found, service)


def _tool(name: str, section: Section) -> ToolSpec:
    types: dict[str, ValueType] = {}
    arguments = _typed(section, "arguments", types)
    private: set[str] = set()
    facts = _typed(section, "facts", types, private)
    outcomes = section.texts("outcomes", required=True, example="[found, unknown]")
    for word, meaning in ((FAILED, "a tool does not answer"), (OTHERS, "no other is named")):
        if word in outcomes:
            section.wrong(f"`{word}` is what follows when {meaning}; use another word", "outcomes")
    side_effect = section.flag("side_effect")
    verify = section.text("verify")
    if private and not verify:
        section.wrong(
            f"`{sorted(private)[0]}` is private, but for whom is not said; add `verify:` with the "
            "name of an identification",
            "facts",
        )
    spec = ToolSpec(
        name=name,
        arguments=arguments,
        outcomes=outcomes,
        facts=tuple(dict.fromkeys((*facts, *ALWAYS_KNOWN))),
        side_effect=side_effect,
        filler=section.text("filler"),
        types=types,
        private=frozenset(private),
        verify=verify,
        timeout=section.number("timeout", USUAL_TIMEOUT, 0.1, 30),
        endpoint=_endpoint(section, arguments, outcomes, facts, side_effect),
    )
    section.finish()
    return spec


def _typed(
    section: Section, key: str, types: dict[str, ValueType], private: set[str] | None = None
) -> tuple[str, ...]:
    """Return the names of a list, or of a mapping from names to types."""
    if not section.is_mapping(key):
        return section.texts(key)
    inner = section.section(key)
    names = inner.names() if inner else ()
    for name in names:
        if inner is None:
            break
        kinds = [kind.value for kind in ValueType]
        if private is not None and inner.is_mapping(name) and (fact := inner.section(name)):
            types[name] = ValueType(fact.choice("type", kinds, ValueType.ANY.value))
            if fact.flag("private"):
                private.add(name)
            fact.finish()
        else:
            types[name] = ValueType(inner.choice(name, kinds))
    return names


# --- over HTTP -------------------------------------------------------------------------------


def _service(section: Section) -> Service:
    headers = section.section("headers")
    service = Service(
        base_url=_variable(section, "base_url", required=True),
        bearer=_variable(section, "bearer"),
        basic=_variable(section, "basic"),
        headers={name: _variable(headers, name) for name in headers.names()} if headers else {},
    )
    for name in service.headers:
        if headers and not _HEADER.match(name):
            headers.wrong(f"`{name}` is no header; write one like `X-Api-Key`", name)
    if service.bearer and service.basic:
        section.wrong("`bearer` and `basic` exclude each other; keep one", "basic")
    section.finish()
    return service


def _variable(section: Section, key: str, *, required: bool = False) -> str:
    name = section.text(key, required=required, example="SHOP_API_URL")
    if name and not _VARIABLE.match(name):
        section.wrong(
            f"`{key}` must be the name of an environment variable, like SHOP_API_URL; put its "
            "value into the environment and not into this file",
            key,
        )
    return name


def _endpoint(
    section: Section,
    arguments: Collection[str],
    outcomes: Collection[str],
    facts: Collection[str],
    side_effect: bool,
) -> Endpoint | None:
    if _HTTP not in section or (inner := section.section(_HTTP)) is None:
        return None
    method = inner.choice("method", METHODS)
    path = inner.text("path", required=True, example="/orders/{order}")
    in_path = tuple(_PLACE.findall(path))
    left = [name for name in arguments if name not in in_path]
    named = {"query": inner.section("query"), "body": inner.section("body")}
    given = {key: _mapped(part, arguments) for key, part in named.items()}
    if "query" not in inner and "body" not in inner:
        # What has no place in the path goes where the method has room for it.
        given["query" if method in ("GET", "DELETE") else "body"] = {name: name for name in left}
    elif missing := [n for n in left if all(n not in part.values() for part in given.values())]:
        inner.wrong(f"`{missing[0]}` is sent nowhere; put it in `path`, `query` or `body`")
    if method == "GET" and given["body"]:
        inner.wrong("a GET has no body; use `query`", "body")
    _check_path(inner, path, arguments)
    outcome = inner.text("outcome")
    words = _mapped(inner.section("outcomes"), outcomes, "outcome")
    statuses = _statuses(inner, outcomes)
    result = _paths(inner, facts)
    if outcome and not _RESULT_PATH.match(outcome):
        inner.wrong("`outcome` is a path in the answer, like `order.state`", "outcome")
    if not outcome and not any(status < 300 for status in statuses):
        inner.wrong("what the answer means is not said; add `outcome: state`, its path in the "
                    "answer, or `statuses: {200: …}`")  # fmt: skip
    made = Endpoint(
        method=method,
        path=path,
        query=given["query"],
        body=given["body"],
        idempotency_key=_header(inner, side_effect),
        retries=int(inner.number("retries", 0, 0, _MOST_RETRIES)),
        statuses=statuses,
        outcome=outcome,
        outcomes=words,
        result=result,
    )
    if made.retries and not made.idempotency_key and method not in REPEATABLE:
        inner.wrong(
            f"a {method} is not repeated without an idempotency key; add `idempotency_key: "
            "Idempotency-Key`, or remove `retries`",
            "retries",
        )
    inner.finish()
    return made


def _check_path(inner: Section, path: str, arguments: Collection[str]) -> None:
    bare = _PLACE.sub("", path)
    if path and (not path.startswith("/") or path.startswith("//") or "{" in bare or "}" in bare):
        inner.wrong("`path` stands below `base_url`, like `/orders/{order}`", "path")
    if "?" in bare or "#" in bare:
        inner.wrong("`path` has no `?` and no `#`; use `query`", "path")
    for name in _PLACE.findall(path):
        if name not in arguments:
            hint = suggestion(name, arguments)
            inner.wrong(f"`{{{name}}}` is not among the tool's arguments; {hint}", "path")


def _header(inner: Section, side_effect: bool) -> str:
    header = inner.text("idempotency_key", required=side_effect, example="Idempotency-Key")
    if header and not _HEADER.match(header):
        inner.wrong("`idempotency_key` is the name of a header", "idempotency_key")
    return header


def _mapped(
    section: Section | None, known: Collection[str], what: str = "argument"
) -> dict[str, str]:
    found: dict[str, str] = {}
    for key in section.names() if section else ():
        if section is None:
            break
        found[key] = section.text(key)
        if found[key] not in known:
            hint = suggestion(found[key], known)
            section.wrong(f"`{found[key]}` is no {what} of the tool; {hint}", key)
    return found


def _statuses(inner: Section, outcomes: Collection[str]) -> dict[int, str]:
    section = inner.section("statuses")
    found: dict[int, str] = {}
    for key, outcome in _mapped(section, outcomes, "outcome").items():
        if key.isdecimal() and 200 <= int(key) <= 499 and len(key) == 3:
            found[int(key)] = outcome
        elif section:
            section.wrong(f"`{key}` is no status that can be an outcome; use 200 to 499", key)
    return found


def _paths(inner: Section, facts: Collection[str]) -> dict[str, str]:
    section = inner.section("result")
    if section is None:
        return {name: name for name in facts}
    found: dict[str, str] = {}
    for name in section.names():
        found[name] = section.text(name)
        if name not in facts:
            section.wrong(f"`{name}` is no fact of the tool; {suggestion(name, facts)}", name)
        if not _RESULT_PATH.match(found[name]):
            section.wrong(f"`{name}` is a path in the answer, like `delivery.date`", name)
    return found
