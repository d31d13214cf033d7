"""Parts of a turn that may each be a need of its own."""

from __future__ import annotations

import re
from functools import lru_cache

from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.language import Language
from dialogue.understanding.numbers import tokens

_MOST = 5


@lru_cache(maxsize=8)
def _joint(language: Language) -> re.Pattern[str]:
    joints = "|".join(re.escape(joint) for joint in language.joints)
    return re.compile(rf"[.?!;]+\s+|\s*,?\s*\b(?:{joints})\b\s+", re.IGNORECASE)


def clauses(text: str, language: Language = ENGLISH) -> tuple[str, ...]:
    """Return the parts between sentence ends and words such as "and also".

    They are only candidates: "black and white shoes" has two of them, and one meaning. Turns of
    more than five parts are left whole, because they tell a story.
    """
    parts = tuple(part.strip(" ,") for part in _joint(language).split(text) if tokens(part))
    return parts if len(parts) <= _MOST else (text,)
