"""The curve as a picture: backchannels ignored against yield latency, ours beside the published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bench.duplex import summary
from bench.duplex.report import PUBLISHED, systems_of

WIDTH, HEIGHT, EDGE = 760, 460, 60
LONGEST = 1.5
"""Seconds on the axis of yield latency."""


def svg(bodies: Sequence[Mapping[str, Any]]) -> str:
    """Return the chart of one or several runs' JSON."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        # What is asked for: both operating points.
        _box(0.0, 0.85, 0.45, 1.0, "#dff0d8"),
        _box(0.0, 0.92, 0.60, 1.0, "#c8e6c0"),
    ]
    for tenth in range(0, 11, 2):
        x, y = _place(0, tenth / 10)
        parts.append(
            f'<line x1="{x}" y1="{y}" x2="{WIDTH - EDGE}" y2="{y}" stroke="#ddd"/>'
            f'<text x="{x - 8}" y="{y + 4}" text-anchor="end">{tenth / 10:.1f}</text>'
        )
    for quarter in range(0, 7):
        x, y = _place(quarter / 4, 0)
        parts.append(f'<text x="{x}" y="{y + 18}" text-anchor="middle">{quarter / 4:.2f} s</text>')
    parts += [
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">yield latency, mean</text>',
        f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 16 {HEIGHT / 2})">backchannels ignored</text>',
    ]
    for name, latency, rate, selectivity, *_ in PUBLISHED:
        parts.append(_point(latency, selectivity, f"{name} (yields {rate:.2f})", "#888"))
    for system, (outcomes, _) in systems_of(bodies):
        interruptions = [o for o in outcomes if o.kind == "interruption"]
        latency_mean = summary.spread(interruptions, lambda o: o.stopped_after).mean
        yields = summary.yielded(outcomes, "interruption").share
        ignored = summary.ignored(outcomes, "backchannel").share
        if latency_mean is not None and yields is not None and ignored is not None:
            label = f"{system['system']} (yields {yields:.2f})"
            parts.append(_point(latency_mean, ignored, label, "#c0392b"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _place(latency: float, share: float) -> tuple[float, float]:
    x = EDGE + min(latency, LONGEST) / LONGEST * (WIDTH - 2 * EDGE)
    return round(x, 1), round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)


def _box(left: float, low: float, right: float, high: float, colour: str) -> str:
    (x1, y1), (x2, y2) = _place(left, high), _place(right, low)
    return f'<rect x="{x1}" y="{y1}" width="{x2 - x1}" height="{y2 - y1}" fill="{colour}"/>'


def _point(latency: float, share: float, label: str, colour: str) -> str:
    x, y = _place(latency, share)
    after = latency < LONGEST * 0.7
    anchor, shift = ("start", 9) if after else ("end", -9)
    return (
        f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/><text x="{x + shift}" y="{y + 4}" '
        f'text-anchor="{anchor}" fill="{colour}">{escape(label)}</text>'
    )
