"""What people and programs read of calls: tables for a terminal, and JSON.

Everything that a caller said is foreign text: control characters never reach a terminal, and no
word is taken for markup.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from dialogue.brief import Brief
from dialogue.errors import BriefError
from voicebot.folds.exchanges import Fate, Segment, ToolUse
from voicebot.folds.metrics import CallMetrics
from voicebot.folds.transcript import Remark, Speaker, Transcript, Turn
from voicebot.journal import Entry, event_body, event_type
from voicebot.store import CallRow, CallState

JSON_VERSION = 1
"""Of `transcript_json`; raised when a field goes or changes its meaning, not when one is added."""

# Terminal escapes (C0, C1), line separators, surrogates that UTF-8 cannot hold, and the marks that
# turn the direction of text, with which a line can be made to read as another.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ID_SHOWN = 12


def calls_table(rows: Iterable[CallRow]) -> Table:
    """Return the list of calls: local times, and as much of each id as it takes to name a call."""
    table = Table(box=None, pad_edge=False)
    for heading in ("call", "answered", "length", "channel", "domain"):
        table.add_column(heading, justify="right" if heading == "length" else "left", no_wrap=True)
    table.add_column("outcome", overflow="fold")
    for row in rows:
        answered = datetime.fromtimestamp(row.answered_at).strftime("%Y-%m-%d %H:%M")
        table.add_row(
            readable(row.call_id[:_ID_SHOWN]),
            Text(answered),
            Text(clock(row.last_at)),
            readable(row.channel),
            readable(row.domain),
            _outcome(row),
        )
    return table


def transcript_table(transcript: Transcript) -> Table:
    """Return a transcript for a terminal: who, when, what, how long the answer took.

    Words that the caller did not hear are struck through and in brackets, so that they can be told
    where a terminal shows no strokes; unconfirmed words end with a question mark in brackets.
    """
    table = Table(box=None, pad_edge=False, caption=_caption(transcript), caption_justify="left")
    table.add_column("time", justify="right", style="dim", no_wrap=True)
    table.add_column("who", no_wrap=True)
    table.add_column("words", overflow="fold")
    table.add_column("answer", justify="right", no_wrap=True)
    lines: list[tuple[float, tuple[Text, Text, Text]]] = []
    for turn in transcript.turns:
        who = Text("caller", "bold cyan") if turn.speaker is Speaker.CALLER else Text("bot", "bold")
        latency = Text("" if turn.latency is None else f"{turn.latency:.2f} s")
        lines.append((turn.started, (who, _words(turn), latency)))
        lines += [(use.called, (Text(""), _tool(use), Text(""))) for use in turn.tools]
    for remark in transcript.remarks:
        lines.append((remark.at, (Text(""), _remark(remark), Text(""))))
        lines += [(remark.at, (Text(""), line, Text(""))) for line in _brief(remark.brief)]
    for at, cells in sorted(lines, key=lambda line: line[0]):
        table.add_row(Text(clock(at)), *cells)
    return table


def metrics_table(metrics: CallMetrics) -> Table:
    """Return the waterfall of each answer, in milliseconds, with the percentiles below."""
    stages = ("detect", "transcribe", "endpoint", "understand", "tools", "speak")
    table = Table(box=None, pad_edge=False)
    for heading in ("turn", *stages, "answer"):
        table.add_column(heading, justify="right")
    for response in metrics.responses:
        cells = [
            f"{response.stages[stage] * 1000:.0f}" if response.stages else "" for stage in stages
        ]
        total = "none" if response.answered is None else f"{response.answered * 1000:.0f} ms"
        table.add_row(str(response.turn), *cells, total)
    for name, value in (("p50", metrics.latency_p50), ("p95", metrics.latency_p95)):
        if value is not None:
            table.add_row(name, *[""] * len(stages), f"{value * 1000:.0f} ms")
    return table


def entry_text(entry: Entry) -> Text:
    """Return a journal entry as one line: time, event, fields."""
    fields = " ".join(f"{name}={_value(v)}" for name, v in event_body(entry.event).items())
    return Text.assemble(
        (f"{entry.at:9.3f}  ", "dim"), (event_type(entry.event), "bold"), "  ", readable(fields)
    )


def transcript_json(transcript: Transcript, metrics: CallMetrics | None = None) -> str:
    """Return a transcript as a JSON object with a `version` (see `JSON_VERSION`).

    Strict JSON (RFC 8259): what cannot be shown safely is escaped, and numbers that JSON does not
    know are null.
    """
    data: dict[str, Any] = {
        "version": JSON_VERSION,
        "call": asdict(transcript.call),
        "turns": [asdict(turn) for turn in transcript.turns],
        "remarks": [asdict(remark) for remark in transcript.remarks],
    }
    if metrics is not None:
        data["metrics"] = _metrics_data(metrics)
    return json_text(data)


def calls_json(rows: Iterable[CallRow]) -> str:
    """Return the list of calls as a JSON object with a `version`."""
    return json_text({"version": JSON_VERSION, "calls": [asdict(row) for row in rows]})


def json_text(data: object) -> str:
    """Return data as indented strict JSON that is safe to show on a terminal."""
    text = json.dumps(_plain(data), ensure_ascii=False, allow_nan=False, indent=2)
    # Such characters occur only inside strings here, where an escape means the same.
    return "\n".join(
        _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", line) for line in text.split("\n")
    )


def clock(seconds: float) -> str:
    """Return a time of the call clock as minutes and seconds: `1:02.3`."""
    tenths = max(0, round(seconds * 10))
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def _outcome(row: CallRow) -> Text:
    match row.state:
        case CallState.IN_PROGRESS:
            return Text(row.state.value, "green")
        case CallState.ENDED_ABNORMALLY:
            return Text(row.state.value, "red")
        case CallState.ENDED:
            return readable(": ".join(part for part in (row.disposition, row.cause) if part))


def _caption(transcript: Transcript) -> Text:
    call = transcript.call
    if call.ended is None:
        end = "no end in the journal: in progress, or ended abnormally"
    else:
        end = ": ".join(part for part in (call.disposition, call.cause) if part)
    return Text.assemble(f"{clock(call.duration)}  ", readable(end))


def _words(turn: Turn) -> Text:
    if turn.speaker is Speaker.CALLER:
        text = readable(turn.text)
        if turn.digits:
            text.append(f" [keys: {_clean(turn.digits)}]" if turn.text else _clean(turn.digits))
        if not turn.text and not turn.digits:
            text.append("(no words)", "dim")
        if not turn.complete:
            text.append(" …", "dim")
        return text
    if not turn.segments:
        return Text("(nothing said)", "dim")
    text = Text(" ").join(_segment(segment) for segment in turn.segments)
    if turn.interrupted:
        text.append(" (interrupted)", "yellow")
    return text


def _segment(segment: Segment) -> Text:
    if segment.fate is Fate.UNCONFIRMED:
        return Text.assemble(readable(segment.text), (" [?]", "dim"))
    parts = [readable(segment.heard)] if segment.heard else []
    if segment.unheard:
        parts.append(Text.assemble("[", (_clean(segment.unheard), "dim strike"), "]"))
    return Text(" ").join(parts)


def _tool(use: ToolUse) -> Text:
    match use.ok:
        case None:
            outcome = "no answer"
        case True:
            outcome = "ok"
        case False:
            outcome = f"failed: {_clean(use.error)}"
    seconds = "" if use.seconds is None else f" ({use.seconds:.2f} s)"
    return Text(f"→ {_clean(use.tool)}: {outcome}{seconds}", "dim")


def _remark(remark: Remark) -> Text:
    return Text(f"· {remark.kind.value}: {_clean(remark.detail)}", "dim")


def _brief(brief: Mapping[str, Any]) -> list[Text]:
    """Return a handoff brief, as the journal holds it, as lines for a terminal."""
    if not brief:
        return []
    try:
        return [readable(f"    {line}") for line in Brief.from_json(brief).table()]
    except BriefError as error:
        return [readable(f"    {error}")]


def _metrics_data(metrics: CallMetrics) -> dict[str, Any]:
    return {
        **asdict(metrics),
        "responses": [{**asdict(r), "stages": dict(r.stages)} for r in metrics.responses],
        "latency_p50": metrics.latency_p50,
        "latency_p95": metrics.latency_p95,
        "unanswered": metrics.unanswered,
        "contained": metrics.contained,
    }


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    match value:
        case float():
            return round(value, 6) if math.isfinite(value) else None
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case str():
            return str(value)
        case Sequence():
            return [_plain(item) for item in value]
        case _:
            return value


def readable(text: str) -> Text:
    """Return foreign text for a terminal: no markup in it, and no control characters."""
    return Text(_clean(text))


def _clean(text: str) -> str:
    return _UNSAFE.sub("�", text)
