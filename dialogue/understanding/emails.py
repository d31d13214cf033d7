"""Email addresses as people say them: "j dot smith at gmail dot com", spelled in parts or whole."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from dialogue.understanding.edits import Edit, parts
from dialogue.understanding.english import REPEATS, TEENS, TENS, UNITS
from dialogue.understanding.english_spelling import LETTERS, NATO
from dialogue.understanding.english_values import (
    AT,
    EMAIL_NOISE,
    ENDINGS,
    HEARD_FOR_COM,
    HOSTS,
    MISHEARD_HOSTS,
    SIGNS,
)
from dialogue.understanding.shapes import Pattern
from dialogue.understanding.symbols import Token, readings, tokens_of

ADDRESS = re.compile(r"[a-z0-9][a-z0-9._+-]*@[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_WRITTEN = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_LETTERS = Pattern(r"[A-Z0-9]{1,30}")
_GLUED = re.compile(
    rf"\b(\w+?)at({'|'.join(host for host in HOSTS if len(host) > 4)})\b", re.IGNORECASE
)
"""A name, "at" and a host written as one word."""
_FUSED = 0.65
"""Likeness from which words are taken for "at" and a well-known host."""
_LONGEST = 40
"""Characters of a beginning; more is a sentence and no address."""
_WORDS_OF_A_NAME = 4
_SHORT = 4
_WORDS_OF_A_HOST = 3
_GUESSED = 2.4
"""Price of an address whose host is a guess: it is asked back."""
_NEAR = 0.75
"""Likeness from which a host is taken for a well-known one."""


def read_emails(text: str, before: str = "") -> tuple[list[tuple[str, float]], str]:
    """Return the addresses that a turn may give, with prices in nats, and the beginning of one.

    Args:
        text: The turn.
        before: What was said before `@`, or of the whole, in an earlier turn.
    """
    if written := _WRITTEN.findall(text):
        address = written[-1].lower().rstrip(".")
        return [(address, 0.0)], ""
    found: list[tuple[str, float]] = []
    begun = before
    for part in parts(tokens_of(_marked(text))):
        if part.restarts:
            begun, found = "", []
        if part.edit is not None:
            found = [(value, price) for address, paid in found
                     for value, price in _edited(address, part.edit, paid)] or found  # fmt: skip
            continue
        if not part.tokens:
            continue
        said, price = _said(part.tokens)
        if not said:
            continue
        whole = _repaired(found[0][0] if found else begun, said, repairs=part.repairs)
        if ADDRESS.fullmatch(whole):
            found, begun = _variants(whole, price, text), ""
        else:
            begun = whole
    if found or len(begun) > _LONGEST or (begun != before and _is_sentence(text)):
        begun = ""
    return found, begun


def _is_sentence(text: str) -> bool:
    """Whether words go on and on without a sign that an address has."""
    tokens = tokens_of(_marked(text))
    words = [token.text for token in tokens if token.text not in EMAIL_NOISE]
    if any(word in _SIGNS or word in AT for word in words):
        return False
    plain = [word for i, word in enumerate(words)
             if not _is_spelling([Token(w, False) for w in words], i, continues=False)]  # fmt: skip
    return len(plain) > _WORDS_OF_A_NAME


def _marked(text: str) -> str:
    """Write signs as words, and misheard hosts as they are called."""
    plain = text.replace("’", "'")
    plain = re.sub(r"\b(?:all )?(?:as )?one word\b", " ", plain, flags=re.IGNORECASE)
    plain = re.sub(r"@", " at ", plain)
    plain = re.sub(r"(?<=\w)\.(?=\w)", " dot ", plain)
    plain = re.sub(r"(?<=\w)_|_(?=\w)", " underscore ", plain)
    for heard, host in MISHEARD_HOSTS.items():
        plain = re.sub(rf"\b{heard}\b", host, plain, flags=re.IGNORECASE)
    plain = _GLUED.sub(r"\1 at \2", plain)
    plain = re.sub(r"(?<=[a-z]{2})-(?=[a-z]{2})", " dash ", plain)
    for sign in ("full stop", "under score", "under bar"):
        plain = re.sub(rf"\b{sign}\b", sign.replace(" ", ""), plain, flags=re.IGNORECASE)
    return plain


_SIGNS = {name.replace(" ", ""): sign for name, sign in SIGNS.items()}


def _said(tokens: Sequence[Token]) -> tuple[str, float]:
    """Return the characters of a stretch, and what is doubtful about them."""
    words = [token.text for token in tokens]
    at = _at(words)
    if at is None:
        local, price = _local(tokens)
        guessed = _guessed(tokens)
        return guessed or (local, price)
    local, price = _local(tokens[:at])
    host, doubt = _host(tokens[at + 1 :])
    return f"{local}@{host}", price + doubt


def _guessed(tokens: Sequence[Token]) -> tuple[str, float] | None:
    """Return the address where "at" and a well-known host were heard as one: "tom atahoo dot com".

    Of all ways to cut the words before the ending, the one that sounds most like a host is taken.
    """
    words = [token.text for token in tokens]
    end = next((i for i in range(len(words) - 1, 0, -1) if words[i] in ENDINGS
                and _SIGNS.get(words[i - 1]) == "."), None)  # fmt: skip
    if end is None:
        return None
    best = (_FUSED, "", 0)
    for start in range(max(0, end - 1 - _WORDS_OF_A_HOST), end - 1):
        said = "".join(words[start : end - 1])
        for host, ending in HOSTS.items():
            if ending == words[end]:
                likeness = difflib.SequenceMatcher(None, said, f"at{host}").ratio()
                best = max(best, (likeness, host, start))
    likeness, host, start = best
    if not host:
        return None
    local, price = _local(tokens[:start])
    return f"{local}@{host}.{words[end]}", price + _GUESSED


def _at(words: Sequence[str]) -> int | None:
    """Return where `@` was said: an "at" that a host follows."""
    places = [i for i, word in enumerate(words) if word in AT]
    for i in places:
        # The first: who says it twice, or goes on talking, begins with the address.
        if words[i + 1 : i + 2] and words[i + 1] in HOSTS:
            return i
    for i in reversed(places):
        if any(word in _SIGNS for word in words[i + 1 :]):
            return i
    return next((i for i in reversed(places) if words[i] == "at" and i), None)


def _local(tokens: Sequence[Token]) -> tuple[str, float]:
    # What leads to the address is no part of it; a sign after a word joins the word to it.
    words = [token.text for token in tokens]
    start, end = 0, len(tokens)
    while start < end and words[start] in EMAIL_NOISE and not _joins(words, start):
        start += 1
    while end > start and words[end - 1] in EMAIL_NOISE and words[end - 2 : end - 1] != ["dot"]:
        end -= 1
    return _spelled(tokens[start:end])


def _joins(words: Sequence[str], i: int) -> bool:
    """Whether a sign comes next, so that the word before it belongs to the address."""
    return i + 1 < len(words) and words[i + 1] in _SIGNS and words[i] not in ("is", "it's", "my")


def _host(tokens: Sequence[Token]) -> tuple[str, float]:
    words = [token.text for token in tokens]
    end = len(tokens)
    for i in range(1, len(words)):
        if words[i] in ENDINGS and words[i - 1] in ("dot", "point", "period"):
            end = i + 1
    if len(words) > 1 and words[0] in HOSTS and words[1] in HEARD_FOR_COM:
        # "At example, come. What did you say?"
        return f"{words[0]}.com", 0.3
    tokens = tokens[:end]
    noise = EMAIL_NOISE - {"email", "mail", "address"}
    while tokens and tokens[0].text in noise and not _joins([t.text for t in tokens], 0):
        tokens = tokens[1:]
    said, price = _spelled(tokens)
    if not said:
        return "", price
    name, dot, ending = said.partition(".")
    ending = "com" if ending in HEARD_FOR_COM else ending
    near = difflib.get_close_matches(name, HOSTS, 1, _NEAR)
    if near and near[0] != name and (not dot or ending == HOSTS[near[0]]):
        name, price = near[0], price + 0.6
    if dot and name not in HOSTS and (short := _short_host(name, ending)):
        name, price = short, price + _GUESSED
    if not dot:
        # "at gmail": everybody knows the rest.
        return (f"{name}.{HOSTS[name]}" if name in HOSTS else name), price + 0.3
    return f"{name}.{ending}", price


def _short_host(name: str, ending: str) -> str:
    """Return the well-known host of three letters that a short word sounds like: "all" is AOL."""
    if not 0 < len(name) <= _SHORT:
        return ""
    return next(
        (host for host, usual in HOSTS.items()
         if len(host) == 3 and usual == ending and host[0] == name[0] and host[-1] == name[-1]), ""
    )  # fmt: skip


def _spelled(tokens: Sequence[Token]) -> tuple[str, float]:
    """Write words, letters, digits and signs one after the other."""
    made, price = "", 0.0
    for stretch, is_spelling in _stretches(tokens):
        if is_spelling:
            said = [option for option in readings(stretch, _LETTERS) if option[0]]
            if said:
                made += said[0][0].lower()
                price += min(said[0][1], 1.0)
                continue
        for i, token in enumerate(stretch):
            if token.text in _SIGNS:
                made += _SIGNS[token.text]
            elif token.text in REPEATS and i + 1 < len(stretch):
                continue
            elif token.text not in ("um", "uh", "er", "erm"):
                made += token.text.replace("'", "")
    return made, price


def _stretches(tokens: Sequence[Token]) -> Iterator[tuple[list[Token], bool]]:
    """Cut at signs, and between words and what is spelled."""
    held: list[Token] = []
    spelling = False
    for i, token in enumerate(tokens):
        if token.text in _SIGNS:
            if held:
                yield held, spelling
            yield [token], False
            held = []
            continue
        kind = _is_spelling(tokens, i, continues=spelling and bool(held))
        if held and kind != spelling:
            yield held, spelling
            held = []
        held.append(token)
        spelling = kind
    if held:
        yield held, spelling


def _is_spelling(tokens: Sequence[Token], i: int, *, continues: bool) -> bool:
    """Whether a word names characters here, rather than being written as it is."""
    word = tokens[i].text
    before = [token.text for token in tokens[max(i - 2, 0) : i]]
    after = [token.text for token in tokens[i + 1 : i + 3]]
    if word.isdigit() or word in UNITS or word in TEENS or word in TENS or word in REPEATS:
        return True
    if len(word) == 1:
        return True
    if after[:1] == ["as"] or before[-1:] == ["as"] or before == ["as", "in"]:
        return True
    if word in ("as", "in", "for", "like") and before and before[-1] in LETTERS:
        return continues
    if before[-1:] in (["for"], ["like"], ["in"]) and continues:
        return True
    if word in LETTERS or word in NATO:
        # "bee dot smith" has a letter, "bee" in front of a word is a word.
        near = [w for w in (*before[-1:], *after[:1]) if w not in _SIGNS]
        return any(len(w) == 1 or w in NATO or w in LETTERS for w in near)
    return False


def _repaired(before: str, said: str, *, repairs: bool) -> str:
    """Put a new stretch to what was said before of the address."""
    if not before or ("@" in said and not said.startswith("@")):
        if repairs or not before or "@" in before:
            return said
        return before + said
    if said.startswith("@"):
        return before.partition("@")[0] + said
    if "@" in before:
        local, _, host = before.partition("@")
        name, _, ending = said.partition(".")
        if repairs and (name in HOSTS or ending in ENDINGS):
            return f"{local}@{_host(tokens_of(_marked(said)))[0]}"
        if said.rpartition(".")[2] in ENDINGS:
            # An address whose "at" was not heard.
            return before
        return f"{said}@{host}" if repairs else f"{local}@{host}{said}"
    return said if repairs else before + said


def _edited(address: str, edit: Edit, paid: float) -> Iterator[tuple[str, float]]:
    local, _, host = address.partition("@")
    for value, price in edit.apply(local.upper()):
        yield f"{value.lower()}@{host}", paid + price


def _variants(address: str, price: float, text: str) -> list[tuple[str, float]]:
    """Return the address, and with a dot after an initial: "J. Smith" is how "j dot smith" and
    "j smith" are written alike."""
    found = [(address, price)]
    local, _, host = address.partition("@")
    for initial, word in re.findall(r"\b([A-Za-z])\.\s+([A-Za-z]+)", text):
        joined = f"{initial}{word}".lower()
        if joined in local:
            dotted = local.replace(joined, f"{initial}.{word}".lower(), 1)
            found.append((f"{dotted}@{host}", price + 0.2))
    return found
