"""A simulated customer: knows what they want and hears only the bot's words.

Answers are found as a person finds them: by what the last question sounds like. The customer never
sees intents, slots or states. Everything is decided by one seeded source of chance.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from bench.dialogue.floor import Facts
from bench.dialogue.goals import Goal
from bench.dialogue.houses import BY_NAME
from bench.dialogue.wording import Wording, dictated, in_words, spelled
from dialogue.spoken import sentences

PATIENCE = 18
"""Turns after which a customer gives up."""


class Manner(StrEnum):
    """How a customer talks."""

    PLAIN = "plain"
    HURRIED = "hurried"
    """In fragments, everything at once."""
    RAMBLING = "rambling"
    """Around the matter, with questions in between."""
    CORRECTING = "correcting"
    """Says values wrong first, and puts them right."""
    CONFUSED = "confused"
    """Begins vaguely, asks to hear things again, hesitates."""
    ANGRY = "angry"
    CHUNKED = "chunked"
    """Gives numbers in two turns."""
    CODE_SWITCH = "code_switch"
    """Mixes in words of another language."""
    SILENT = "silent"
    """Says nothing now and then."""
    INTERRUPTING = "interrupting"
    """Answers before the bot has finished."""


class Move(StrEnum):
    """What a customer does."""

    SAY = "say"
    SILENCE = "silence"
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a customer does."""

    move: Move
    text: str = ""
    interrupts: bool = False
    """It begins when the bot is half through."""


_ASKS = (
    ("birth_year", r"which year were you born|year you were born"),
    ("patient", r"patient number|six digits"),
    ("postcode", r"zip code|postcode|post code"),
    ("phone", r"which number can we reach|ten digits|phone number"),
    ("wish", r"like instead|like in its place"),
    ("details", r"what's wrong with it|what is broken"),
    ("complaint", r"what happened\?|what went wrong"),
    ("address", r"new address|street with the number"),
    ("email", r"e-?mail address"),
    ("chest", r"your chest"),
    ("name", r"(?:last|full|your) name"),
    ("order", r"order number|which order|five digits"),
)
"""Facts, by what the question for them sounds like; the first that fits counts."""

_OF_ONE_GOAL = ("address", "wish", "details", "complaint", "email", "chest")
"""Facts that only some goals are asked for; who wants another has been taken wrong."""

_READ_BACK = ("wish", "details")
"""Words of the customer's own that the bot says again before it acts on them."""

_LISTENING = r"(?:(?:mm-hm|uh-huh|go on|yes|i'm listening)[.,!?]? ?)+"
_SILENCE = r"still there|can't hear you"
_MORE = r"anything else|what else can"
_GO_ON = r"shall i go on"
_PERSON = r"connect you to a colleague\?|or have one call you back"
_NEED = r"how can i help|what can i do for you|what do you need|what is it\?|^go ahead"
_REST = r"what comes next"
_CONFIRM = (
    r"\b(?:shall|should) (?:i|we|a colleague)\b|is that right|was that|is that correct|is it .+ at "
)
_CHOICE = r"do you want to (.+?)\?|please say track, return"


class Customer:
    """One caller with an errand, or several one after the other."""

    def __init__(
        self, goal: Goal, facts: Facts, manner: Manner, wording: Wording, random: Random
    ) -> None:
        self.facts = facts
        self.manner = manner
        self.goals = [goal]
        while self.goals[-1].then:
            self.goals.append(BY_NAME[self.goals[-1].then])
        self.slipped: dict[str, str] = {}
        """Values that were said wrong at first, by fact."""
        self.given: set[str] = set()
        """Facts that were told, whole."""
        self._wording = wording
        self._random = random
        self._at = 0
        self._heard = ""
        """All that was said since the goal at hand began."""
        self._turns = 0
        self._asked = ""
        """The fact that was given last."""
        self._to_correct = ""
        self._rest = ""
        """What is left of a number that is given in pieces."""
        self._needs_said = 0
        self._hesitated = False
        self._repeated = False
        self._digressed = False
        self._goodbye = False

    @property
    def goal(self) -> Goal:
        """The goal at hand."""
        return self.goals[self._at]

    def hear(self, text: str) -> Action:
        """Return what the customer does after the bot said this."""
        if re.fullmatch(_LISTENING, text.strip().lower()):
            # "Mm-hm" asks for nothing but what is still to come.
            return Action(Move.SAY, self._rest_of_it()) if self._rest else Action(Move.SILENCE)
        self._turns += 1
        self._heard += f" {text}"
        if self._turns > PATIENCE:
            return Action(Move.HANG_UP)
        if self.manner is Manner.SILENT and self._turns > 1 and self._chance(0.3):
            return Action(Move.SILENCE)
        return self._said(self._reply(text), text)

    def _said(self, words: str, heard: str) -> Action:
        interrupts = (
            self.manner is Manner.INTERRUPTING
            and len(heard.split()) > 5
            and self._turns > 1
            and self._chance(0.6)
        )
        return Action(Move.SAY, words, interrupts) if words else Action(Move.SILENCE)

    # --- reading -----------------------------------------------------------------------------

    def _reply(self, text: str) -> str:
        said = [part.lower() for part in sentences(text)]
        question = next((part for part in reversed(said) if part.endswith("?")), "")
        last = said[-1] if said else ""
        # "Please say the five digits one by one" asks, too.
        asked = last if last.endswith("?") else " ".join([question, *said[-2:]]).strip()
        if self._misread(text) or self._to_correct:
            return self._correct(self._to_correct or self._asked)
        if re.search(_REST, asked):
            return self._rest_of_it()
        if re.search(_PERSON, asked):
            return self._about_person(text)
        if re.search(_GO_ON, asked):
            return self._pick("yes") if self.goal.told and not self._satisfied else "no thanks"
        if choice := re.search(_CHOICE, asked):
            return self._choose(choice[1] or asked)
        if re.search(_CONFIRM, asked):
            return self._confirm(text)
        for fact, pattern in _ASKS:
            if re.search(pattern, asked):
                return self._give(fact)
        if re.search(_MORE, asked):
            return self._next()
        if re.search(_NEED, asked) or re.search(_SILENCE, asked):
            return self._next() if self._satisfied and self.goal.told else self._need()
        if self.manner is Manner.CONFUSED and not self._repeated:
            self._repeated = True
            return self._pick("again")
        return self._need()

    @property
    def _satisfied(self) -> bool:
        return all(re.search(p, self._heard, re.IGNORECASE) for p in self.goal.told)

    def _misread(self, text: str) -> bool:
        """Whether a number of the customer's was read back wrong."""
        for group in re.findall(r"\d(?:[ ,]+\d)+", text):
            digits = re.sub(r"\D", "", group)
            for fact in ("order", "patient", "phone"):
                mine = self.facts.get(fact, "")
                theirs = fact in self.given if fact == "patient" else self._asked == fact
                if len(digits) == len(mine) and digits != mine and theirs:
                    self._to_correct = fact
                    return True
        return False

    # --- what is said ------------------------------------------------------------------------

    def _need(self) -> str:
        self._needs_said += 1
        goal, vague = self.goal, self._wording.all("vague")
        if self.manner is Manner.CONFUSED and self._needs_said == 1 and goal.pick:
            return f"{self._pick('preamble', 'confused')} {self._random.choice(vague)}"
        if self._needs_said > 3 and goal.takes_person:
            return self._pick("needs", "person")
        short = self.manner is Manner.HURRIED or self._needs_said > 2
        need = self._pick("needs", f"{goal.need}_short" if short else goal.need)
        if self.manner is Manner.HURRIED and "order" in goal.facts_wanted and self._chance(0.7):
            self._asked = "order"
            self.given.add("order")
            return self._pick("with_order", need=need, order=self._dictated("order"))
        preamble = self._pick("preamble", self.manner.value) if self._needs_said == 1 else ""
        return f"{preamble} {need}".strip()

    def _give(self, fact: str) -> str:
        value = self.facts.get(fact)
        if value is None or (fact in _OF_ONE_GOAL and fact not in self.goal.facts_wanted):
            # They were taken for somebody who wants something else.
            return f"{self._pick('not_that')}, {self._need()}"
        if self._digress():
            return self._digression()
        self._asked = fact
        self.given.add(fact)
        said = self._dictated(fact)
        slips = value.isdigit() or fact == "address"
        if self.manner is Manner.CORRECTING and slips and fact not in self.slipped:
            return self._slip(fact, said)
        if self.manner is Manner.CHUNKED and value.isdigit() and len(value) >= 5:
            cut = self._random.choice((2, 3)) if len(value) == 5 else 6
            self._rest = value[cut:]
            return spelled(value[:cut])
        filler = self._pick("filler", self.manner.value) if self._chance(0.7) else ""
        return f"{filler} {self._pick('give', fact, value=said) or said}".strip()

    def _dictated(self, fact: str) -> str:
        value = self.facts[fact]
        return dictated(value, self._random) if value.isdigit() else value

    def _slip(self, fact: str, said: str) -> str:
        """Say it wrong, and put it right at once or in the next turn."""
        wrong = self._wrong(self.facts[fact])
        self.slipped[fact] = wrong
        shown = dictated(wrong, self._random) if wrong.isdigit() else wrong
        if self._chance(0.5):
            return self._pick("slip", wrong=shown, value=said)
        self._to_correct = fact
        return self._pick("give", fact, value=shown) or shown

    def _wrong(self, value: str) -> str:
        if not value.isdigit():
            number, _, rest = value.partition(" ")
            return f"{int(number) + 1 if number.isdigit() else number} {rest}"
        at = self._random.randrange(len(value))
        digit = self._random.choice([d for d in "123456789" if d != value[at]])
        return value[:at] + digit + value[at + 1 :]

    def _correct(self, fact: str) -> str:
        self._to_correct = ""
        self._asked = fact
        return self._pick("correct", value=self._dictated(fact))

    def _rest_of_it(self) -> str:
        rest, self._rest = self._rest, ""
        if rest:
            return spelled(rest)
        return self._dictated(self._asked) if self._asked in self.facts else self._need()

    def _digress(self) -> bool:
        if self.manner is not Manner.RAMBLING or self._digressed:
            return False
        self._digressed = self._chance(0.6)
        return self._digressed

    def _digression(self) -> str:
        return str(self._random.choice(self._wording.all("digression"))["question"])

    def _confirm(self, text: str) -> str:
        if (fact := self._said_wrong(text.lower())) or (fact := self._not_mine(text)):
            return self._correct(fact)
        if not self._means_mine(text):
            return self._pick("not_that")
        if self.manner is Manner.CONFUSED and not self._hesitated:
            self._hesitated = True
            return self._pick("unsure")
        return self._pick("yes" if self.goal.agrees else "no")

    def _not_mine(self, text: str) -> str:
        """Return the fact that was given last where a number is asked back that is none of mine."""
        asked = re.search(r"was that ([\d ,]+)", text.lower())
        digits = re.sub(r"\D", "", asked[1]) if asked else ""
        mine = {re.sub(r"\D", "", value) for value in self.facts.values()}
        return self._asked if digits and digits not in mine and self._asked in self.facts else ""

    def _means_mine(self, text: str) -> bool:
        """Whether what is to be confirmed is what the customer wants."""
        question = text.lower()
        if "is that right" in question and "address" not in self.facts:
            return False
        asked = re.search(r"(?:shall|should) (?:i|we|a colleague) (.*)\?", question)
        return asked is None or not self.goal.agreed or bool(re.search(self.goal.agreed, asked[1]))

    def _said_wrong(self, question: str) -> str:
        """Return which of the customer's facts is to be confirmed wrong; nothing for none."""
        if "address" in self.facts and "is that right" in question:
            return "" if _names(question, self.facts["address"]) else "address"
        if self._asked in _READ_BACK and "i have" in question:
            return "" if _names(question, self.facts[self._asked]) else self._asked
        if "email" in self.given and re.search(r" at .+ dot ", question):
            wanted = re.sub(r"\W", "", in_words(self.facts["email"]))
            return "" if re.sub(r"\W", "", question).endswith(wanted) else "email"
        number = re.sub(r"\D", "", question)
        mine = self.facts.get("phone", "") if "phone" in self.goal.facts_wanted else ""
        return "phone" if len(number) == len(mine) > 0 and number != mine else ""

    def _choose(self, named: str) -> str:
        options = re.split(r", (?:or )?| or ", named)
        if len(options) > 2 and self.goal.pick:
            return self._pick("pick", self.goal.pick)
        for number, option in enumerate(options):
            if any(word in option for word in self.goal.words):
                if len(options) == 1:
                    return self._pick("yes")
                return ("the first one", "the second one")[min(number, 1)]
        return "neither of them" if len(options) > 1 else "no"

    def _about_person(self, text: str) -> str:
        if self.goal.takes_person or self._needs_said > 2:
            return "connect me please" if "or have one call" in text.lower() else self._pick("yes")
        return "no thanks"

    def _next(self) -> str:
        if self._satisfied or not self.goal.told:
            if self._at + 1 < len(self.goals):
                self._at += 1
                self._heard, self._needs_said = "", 0
                return self._need()
            return self._pick("done")
        return self._need() if self._needs_said < 4 else self._pick("done")

    # --- chance ------------------------------------------------------------------------------

    def _pick(self, *path: str, **places: str) -> str:
        return self._wording.pick(self._random, *path, **places)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


def manners(names: Sequence[str] = ()) -> tuple[Manner, ...]:
    """Return the manners of these names; all where none are given."""
    return tuple(Manner(name) for name in names) or tuple(Manner)


def _names(said: str, value: str) -> bool:
    """Whether all words of a value were said."""
    words = re.findall(r"\w+", said)
    return all(word in words for word in re.findall(r"\w+", value.lower()))
