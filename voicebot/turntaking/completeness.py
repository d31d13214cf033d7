"""What the words of a turn tell about whether more will come. Pure text, English.

Each cue is a number, mostly 0 or 1, with a name; what a cue is worth was learned from recordings
(`voicebot.turntaking.endpointing`). Texts are as the recogniser writes them: with or without marks,
digits as words or figures, spelled letters with hyphens or as capitals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dialogue.acts import Answer
from dialogue.understanding.english import REPEATS, TEENS, TENS, UNITS
from dialogue.understanding.numbers import read_code

_WORD = re.compile(r"\d+|[a-z]+(?:'[a-z]+)?")

_FILLERS = frozenset(
    ("um", "umm", "uh", "uhm", "er", "erm", "hm", "hmm", "mm", "well", "so", "like")
)
_FUNCTION_WORDS = frozenset(
    (
        *("a", "an", "the", "my", "your", "his", "her", "our", "their", "this", "these", "those"),
        *("and", "or", "but", "because", "so", "if", "whether", "although", "though", "while"),
        *("when", "that", "which", "who", "where", "than", "as", "until", "since", "unless"),
        *("to", "for", "of", "with", "at", "by", "from", "in", "on", "into", "about", "between"),
        *("is", "are", "was", "were", "be", "been", "am", "has", "have", "had", "will", "would"),
        *("can", "could", "should", "do", "does", "did", "i", "i'm", "i'd", "i've", "it's"),
        *("that's", "there's", "we", "we're", "they", "he", "she", "says", "very", "not", "then"),
    )
)
_ANSWER = (
    r"(?:yes|yeah|yep|yup|no|nope|nah|sure|okay|ok|correct|right|please|thanks?|thank you|"
    r"of course|that's (?:right|correct|it|all|wrong)|certainly|absolutely|definitely|exactly|"
    r"go ahead|do it|don't|not yet|not really|maybe|(?:it|i|that) (?:is|do|did|am|was)|"
    r"(?:it|that) isn't|it's not|i don't|i (?:don't )?think so|i don't know|i'm not sure)"
)
_BEFORE_ANSWER = (
    r"(?:u+[hm]+|er+m?|h?m+|well|so|oh|let me (?:see|think|check)|hold on|(?:one|just a) "
    r"(?:moment|second)|wait|sorry|i mean|actually)"
)
_YES_NO = re.compile(rf"(?:(?:{_BEFORE_ANSWER}|{_ANSWER}) )*{_ANSWER}")
_REPAIR = re.compile(
    r"\b(?:no wait|wait no|no sorry|i mean|i meant|scratch that|make that|sorry|wait|actually|"
    r"correction|rather|oh)$"
)
_HOLDING = re.compile(
    r"\b(?:hold on|hang on|hold the line|bear with me|one (?:moment|second|sec|minute)|"
    r"(?:just )?(?:a|one|wait a|give me a) (?:moment|second|sec|minute)|"
    r"let me (?:see|look|find|check|think|get)|i'm looking for|i need to (?:find|look))"
    r"(?: \S+){0,3}$"
)
_CLOSING = re.compile(
    r"\b(?:thanks|thank you(?: very much)?|bye|goodbye|please|that's (?:all|it)|"
    r"(?:that was|that's) everything)$"
)
_ANNOUNCEMENT = re.compile(
    r"(?:(?:yes|yeah|okay|so|um|uh|well|hi|hello|sure|and) )*(?:(?:my|the|it's|it|for|that's) )*"
    r"(?:(?:new|order|phone|account|email|last|first|full|street|post) )*"
    r"(?:number|name|surname|address|email|mail|code|postcode|order)(?: is| was| would be| says)?"
)
_QUESTION = re.compile(
    r"(?:(?:hi|hello|and|so|okay|yes|well) )*(?:where|what|when|which|who|why|how)(?: \S+){3,}$"
)
_EMAIL = re.compile(r"@|\b(?:dot|underscore|gmail|outlook|hotmail|yahoo|e-?mail)\b")
_DOMAIN_END = re.compile(r"(?:\.|\bdot )(?:com|org|net|edu|info|co uk|uk|de|eu)$")
_STREET = re.compile(
    r"\b(?:street|road|avenue|lane|drive|court|park|way|place|square|close|boulevard|terrace|"
    r"highway|row|hill|crescent)\b"
)
_SPELLED = re.compile(r"(?:\b[A-Za-z][-.,]? ?){2,}$|\b[A-Z]{2,6}$|\b[A-Z]-?$")
_AS_IN = re.compile(r"\b[a-z] (?:as in|for|like) [a-z]+$")


def cues(text: str, last: str, answer: Answer, digits: int | None) -> Mapping[str, float]:
    """Return what the words say, by the name of each cue that is there.

    Args:
        text: All words of the turn so far.
        last: Those of its last stretch.
        answer: What kind of answer the bot asked for.
        digits: How many digits were asked for, if that is known.
    """
    bare = _bare(text)
    words = bare.split()
    tail = words[-1] if words else ""
    ending = text.rstrip()
    found: dict[str, float] = {
        "asks": float(ending.endswith("?") or bool(_QUESTION.match(bare))),
        "ends": float(ending.endswith((".", "!")) and not ending.endswith("..")),
        "trails_off": float(ending.endswith(("...", "…", "-", "—"))),
        "repair": float(bool(_REPAIR.search(bare))),
        "holding": float(bool(_HOLDING.search(_bare(last)))),
        "closing": float(bool(_CLOSING.search(bare)) and not _REPAIR.search(bare)),
    }
    if _ANNOUNCEMENT.fullmatch(bare):
        found["announcement"] = 1.0
    elif tail in _FILLERS:
        found["filler"] = 1.0
    elif tail in _FUNCTION_WORDS and not ending.endswith("?"):
        found["function_word"] = 1.0
    match answer:
        case Answer.YES_NO | Answer.CHOICE if _YES_NO.fullmatch(bare):
            # What came before the answer no longer tells of more to come.
            found |= {"yes_no_answer": 1.0, "holding": 0.0, "repair": 0.0}
            found |= {"function_word": 0.0, "filler": 0.0}
        case Answer.CODE:
            found |= _code_cues(text, digits, spelled=_is_spelled(text, answer))
        case Answer.TEXT:
            found |= _text_cues(text, bare, tail, spelled=_is_spelled(text, answer))
        case Answer.OPEN:
            found["bare_yes_no"] = float(bool(_YES_NO.fullmatch(bare)) and not found["closing"])
            found["spelling"] = float(_is_spelled(text, answer) and len(words) <= 8)
            if _is_number(tail) and (tail != "one" or (len(words) > 1 and _is_number(words[-2]))):
                found["number"] = 1.0
                found["number_length"] = min(digits_in(text), 10) / 5
    return {name: value for name, value in found.items() if value}


def is_answer(text: str) -> bool:
    """Whether the words are an answer in themselves: a yes, a no, a number."""
    bare = _bare(text)
    return bool(_YES_NO.fullmatch(bare)) or digits_in(text) > 0


def digits_in(text: str) -> int:
    """Return about how many digits were named: enough to see a number grow."""
    count, repeat = 0, 1
    for token in _WORD.findall(text.lower()):
        if token in REPEATS:
            repeat = REPEATS[token]
            continue
        if token.isdigit():
            count += len(token)
        elif token in UNITS:
            count += repeat
        elif token in TEENS or token in TENS:
            count += 2
        repeat = 1
    return count


def _code_cues(text: str, digits: int | None, *, spelled: bool) -> dict[str, float]:
    # Recognisers write "to" and "for" for digits, so they say nothing at the end of a code.
    digit_like = {"function_word": 0.0} if digits_in(text) else {}
    reading = read_code(text, digits, expected=True) if digits else None
    if reading is not None and reading.complete:
        return {"code_complete": 1.0, "holding": 0.0, **digit_like}
    count = digits_in(text)
    # More digits than asked for, none of them taken back: nothing of the code is missing.
    surplus = digits is not None and count > digits and not _REPAIR.search(_bare(text))
    if reading is not None and not surplus:
        return {"code_partial": 1.0, **digit_like}
    if digits is None and (count or spelled):
        return {
            "dictating": 1.0,
            "dictated_length": min(count, 12) / 10,
            "spelling": float(spelled),
            **digit_like,
        }
    return {"codeless": 1.0}


def _text_cues(text: str, bare: str, tail: str, *, spelled: bool) -> dict[str, float]:
    if spelled:
        return {"spelling": 1.0}
    if _EMAIL.search(text.lower()):
        done = bool(_DOMAIN_END.search(re.sub(r"[.!?,\s]+$", "", text.lower())))
        return {"email_complete" if done else "email_partial": 1.0}
    if street := list(_STREET.finditer(bare)):
        after = bare[street[-1].end() :].strip()
        return {"place_complete" if after and not _is_number(tail) else "place_missing": 1.0}
    if digits_in(bare):
        return {"street_missing": 1.0}
    return {}


def _is_spelled(text: str, answer: Answer) -> bool:
    """Tell whether the turn ends in letters said one by one, or a word that names a letter."""
    stripped = text.strip().rstrip(".,;!?")
    if _AS_IN.search(_bare(text)):
        return True
    if stripped.lower() in ("i", "a", "ok") or re.search(r"\b(?:and|am|do|can|or) I$", stripped):
        return False
    one = re.search(r"(?:^|[\s,.-])([A-Za-z])$", stripped)
    if one and answer in (Answer.CODE, Answer.TEXT):
        return True
    return bool(_SPELLED.search(stripped)) and stripped[-2:] not in ("OK", "TV")


def _is_number(word: str) -> bool:
    return word.isdigit() or word in UNITS or word in TEENS or word in TENS or word in REPEATS


def _bare(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9@']+", text.lower().replace("’", "'")))
