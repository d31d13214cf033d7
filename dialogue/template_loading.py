"""Reads templates and conditions, and checks that all they name is known where they stand."""

from __future__ import annotations

from collections.abc import Collection

from dialogue.conditions import Condition, ConditionError, read_condition
from dialogue.documents import Mistakes, Section, suggestion
from dialogue.spoken import FORMS, Template


def template(
    section: Section, text: str, line: int, places: Collection[str], mistakes: Mistakes
) -> Template:
    """Return a template whose places are all known, or note what is wrong with it."""
    made = Template(text)
    for name, form in made.places:
        if name not in places:
            hint = suggestion(name, places) if places else "write the words out"
            mistakes.add(section.file, line, f"`{{{name}}}` is not known here; {hint}")
        if form not in FORMS:
            hint = suggestion(form, [known for known in FORMS if known])
            mistakes.add(section.file, line, f"`|{form}` is no spoken form; {hint}")
    bare = text
    for name, form in made.places:
        bare = bare.replace(f"{{{name}|{form}}}" if form else f"{{{name}}}", "")
    if "{" in bare or "}" in bare:
        mistakes.add(section.file, line, "a brace does not enclose a name; write `{order}`")
    return made


def templates(
    section: Section, key: str, places: Collection[str], mistakes: Mistakes, *, required: bool
) -> tuple[Template, ...]:
    """Return the templates of a key that holds one text or a list of variants."""
    texts = section.located_texts(key, required=required, example='"…"')
    return tuple(template(section, text, line, places, mistakes) for text, line in texts)


def condition(
    section: Section, key: str, places: Collection[str], mistakes: Mistakes
) -> Condition | None:
    """Return the condition of a key; None where there is none, or it was noted as wrong."""
    if key not in section:
        return None
    text = section.text(key, required=True, example="state is delivered")
    line = section.line_of(key)
    try:
        made = read_condition(text)
    except ConditionError as error:
        if text:
            mistakes.add(section.file, line, f"`{key}: {text}`: {error}")
        return None
    for name in made.names():
        if name not in places:
            hint = suggestion(name, places)
            mistakes.add(section.file, line, f"`{name}` is not known at this step; {hint}")
    return made if set(made.names()) <= set(places) else None
