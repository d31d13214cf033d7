"""How well dictated values are understood: `python -m bench.dialogue.entities text|voice`."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bench.dialogue.dictation import TODAY, dictations
from bench.recordings import DATA
from dialogue.flows import Slot, SlotKind
from dialogue.said import alternatives_of
from dialogue.spoken import Template
from dialogue.understanding.values import put_right, read_among


def slot(kind: SlotKind, **fields: Any) -> Slot:
    """Return a slot with nothing to say."""
    plain = {"digits": 0, "ask": (), "rephrase": "", "heard": (), "kept": (),
             "partial": Template(""), "vocabulary": (), "keep": True}  # fmt: skip
    return Slot(name="value", label="value", kind=kind, **{**plain, **fields})


SLOTS = {
    "order number": slot(SlotKind.CODE, digits=5),
    "MS-44117": slot(SlotKind.CODE, pattern=r"MS-\d{5}"),
    "A4B9": slot(SlotKind.CODE, pattern=r"[A-Z]\d[A-Z]\d"),
    "phone": slot(SlotKind.PHONE, digits=10),
    "date": slot(SlotKind.DATE),
    "amount": slot(SlotKind.AMOUNT),
    "ZIP": slot(SlotKind.POSTCODE, country="us"),
    "UK postcode": slot(SlotKind.POSTCODE, country="uk"),
    "email": slot(SlotKind.EMAIL),
    "name": slot(SlotKind.NAME),
    "address": slot(SlotKind.ADDRESS),
}
"""What is asked for, by the kinds of `bench.dialogue.dictation`."""


def understood(
    kind: str, turns: Sequence[str], others: Sequence[Sequence[tuple[str, float]]] = ()
) -> str:
    """Return the value that turns come to, of a kind that was asked for; empty for none."""
    asked = SLOTS[kind.partition(",")[0]]
    value = begun = ""
    for i, turn in enumerate(turns):
        if value and (changed := put_right(asked, turn, value)):
            value = changed
            continue
        also = alternatives_of(others[i] if i < len(others) else ())
        read = read_among(asked, turn, also, before=value or begun, today=TODAY)
        if read.whole:
            value = read.whole[0].value
        else:
            begun = read.begun or begun
    return value


def text_scores(each: int) -> list[dict[str, Any]]:
    """Return, for each kind and form, how many of its values were understood."""
    counts: dict[tuple[str, str, bool, bool], list[int]] = defaultdict(lambda: [0, 0])
    for said in dictations(each):
        count = counts[said.kind, said.form, said.held_out, said.corrects]
        count[0] += understood(said.kind, said.turns) == said.value
        count[1] += 1
    return [
        {"kind": k, "form": f, "held_out": h, "corrects": c, "right": right, "of": of}
        for (k, f, h, c), (right, of) in counts.items()
    ]


def table(scores: Sequence[dict[str, Any]]) -> str:
    """Return the scores as a Markdown table, one row a kind, and what falls short below it."""
    rows = ["| value | forms | right | held-out forms |", "|---|---|---|---|"]
    for kind in dict.fromkeys(s["kind"] for s in scores):
        of = [s for s in scores if s["kind"] == kind]
        rows.append(f"| {kind} | {len(of)} | {_share(of)} | "
                    f"{_share([s for s in of if s['held_out']])} |")  # fmt: skip
    plain = [s for s in scores if not s["corrects"]]
    corrected = [s for s in scores if s["corrects"]]
    for name, of in (("all, said straight", plain), ("all, put right", corrected)):
        rows.append(f"| {name} | {len(of)} | {_share(of)} | "
                    f"{_share([s for s in of if s['held_out']])} |")  # fmt: skip
    short = [s for s in scores if s["right"] < 0.97 * s["of"]]
    notes = [f"{s['kind']}, {s['form']}: {s['right']} of {s['of']}" for s in short]
    return "\n".join([*rows, "", *(f"- below 97 %: {note}" for note in notes)])


def _share(scores: Iterable[dict[str, Any]]) -> str:
    kept = list(scores)
    of = sum(s["of"] for s in kept)
    return f"{100 * sum(s['right'] for s in kept) / of:.1f} % of {of}" if of else ""


@click.group()
def main() -> None:
    """Measure how well dictated values are understood."""


@main.command()
@click.option("--each", default=100, show_default=True, help="Values of every kind in every form.")
@click.option("--misses", default=0, help="Show this many misses of each form.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
def text(each: int, misses: int, output: Path | None) -> None:
    """Values in written words, as a recogniser would write them."""
    scores = text_scores(each)
    if output is not None:
        output.write_text(json.dumps({"text": scores}, indent=1) + "\n", encoding="utf-8")
    click.echo(table(scores))
    shown: dict[tuple[str, str], int] = defaultdict(int)
    for said in dictations(each) if misses else ():
        got = understood(said.kind, said.turns)
        if got != said.value and shown[said.kind, said.form] < misses:
            shown[said.kind, said.form] += 1
            click.echo(f"{said.kind}, {said.form}: {said.value} {list(said.turns)} → {got}")


@main.command()
@click.option("--each", default=50, show_default=True, help="Order numbers of every speaker.")
@click.option("--seed", default=3, show_default=True)
@click.option("--snr", type=float, help="Decibels over recorded noise; without it a quiet line.")
@click.option("--misses", is_flag=True, help="Show the calls that did not end at once.")
def voice(each: int, seed: int, snr: float | None, misses: bool) -> None:
    """Order numbers in recorded digits, through the recogniser and the dialogue."""
    if not (DATA / "digits").is_dir():
        raise click.ClickException("the development recordings (../shared/data) are not here")
    # The models take seconds to import, and `text` needs none of them.
    from bench.dialogue.spoken_digits import calls, voice_table

    done = asyncio.run(calls(each, seed, snr))
    click.echo(voice_table(done))
    for call in done if misses else ():
        if call.captured != call.code or call.attempts > 1:
            click.echo(f"{call.speaker}: {call.code} → {call.captured or '–'}, {call.heard}")


@main.command()
@click.option("--each", default=40, show_default=True, help="Values of every kind.")
@click.option("--seed", default=3, show_default=True)
@click.option("--snr", type=float, help="Decibels over recorded noise; without it a quiet line.")
@click.option("--split", default="tune", show_default=True, type=click.Choice(["tune", "figures"]))
@click.option("--kind", "kinds", multiple=True)
@click.option("--search/--no-search", default=True, help="Look twice, with a grammar.")
@click.option("--misses", is_flag=True, help="Show the values that were not understood.")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="Keep what is heard.")
@click.option("--again", type=click.Path(dir_okay=False, exists=True, path_type=Path),
              help="Read once more what was kept.")  # fmt: skip
def values(
    each: int,
    seed: int,
    snr: float | None,
    split: str,
    kinds: tuple[str, ...],
    search: bool,
    misses: bool,
    keep: Path | None,
    again: Path | None,
) -> None:
    """Values of every kind in synthetic voices, through the recogniser and the readers."""
    if snr is not None and not (DATA / "noise").is_dir():
        raise click.ClickException("the development recordings (../shared/data) are not here")
    from bench.dialogue.spoken_values import Utterance, hear, planned, values_missed, values_table

    if again is not None:
        kept = json.loads(again.read_text(encoding="utf-8"))
        done = [Utterance(**{**one, "said": tuple(one["said"]), "heard": tuple(one["heard"]),
                             "others": tuple(one.get("others", ()))})
                for one in kept if not kinds or one["kind"] in kinds]  # fmt: skip
    else:
        done = asyncio.run(hear(planned(each, seed, split, kinds), seed, snr, search=search))
    if keep is not None:
        keep.write_text(json.dumps([asdict(one) for one in done], indent=1) + "\n", "utf-8")
    click.echo(values_table(done))
    for line in values_missed(done) if misses else ():
        click.echo(line)


if __name__ == "__main__":
    main()
