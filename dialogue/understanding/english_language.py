"""English as a `Language`."""

from __future__ import annotations

from dialogue.understanding import english as words
from dialogue.understanding import english_handover as handover
from dialogue.understanding.english_brief import ENGLISH_BRIEF
from dialogue.understanding.language import Language


def _as_it_is(text: str, kind: str = "") -> str:
    return text


ENGLISH = Language(
    code="en",
    name="English",
    yes=words.YES,
    no=words.NO,
    unsure=words.UNSURE,
    polite=words.POLITE,
    fillers=words.FILLERS,
    conditions=words.CONDITIONS,
    agreeing=frozenset(("yes", "yeah", "okay", "ok", "sure", "fine")),
    promising=("then", "yes", "okay", "ok", "go ahead", "do it"),
    soft=("okay", "ok", "right", "alright", "all right", "sure", "fine", "great", "perfect"),
    markers=(
        "okay", "ok", "right", "alright", "all right", "sure", "fine", "great", "perfect",
        "please", "i do", "i would", "i am", "it is",
    ),
    takes_back=frozenset(
        (
            *("but", "not", "don't", "no", "wait", "which", "what", "if", "first", "instead"),
            *("keep", "keeps", "keeping", "rather", "stay", "stays", "still", "second", "moment"),
        )
    ),
    regrets=(
        "wait", "wait a minute", "wait a second", "stop", "hang on", "hold on", "hold it", "don't",
        "oops", "dammit", "oh god", "shoot",
    ),
    bare_no=frozenset(("no", "nope", "nah")),
    negations=("don't", "do not", "not", "never"),
    negated_after=False,
    wishes=(
        "want to", "wanna", "like to", "need to", "wish to", "have to", "the", "my", "a",
    ),
    lacking=words.LACKING,
    misunderstood=words.MISUNDERSTOOD,
    questions=words.QUESTIONS,
    another=words.ANOTHER,
    instead=words.INSTEAD,
    joints=words.JOINTS,
    adding=words.ADDING,
    lead_ins=words.LEAD_INS,
    ordinals=words.ORDINALS,
    last=words.LAST,
    every=words.ALL,
    whichever=words.ANY,
    neither=words.NEITHER,
    openings=words.OPENINGS,
    question_words=words.QUESTION_WORDS,
    go_on_from=words.GO_ON_FROM,
    pointing=words.POINTING,
    asks=words.ASKS,
    tells=words.TELLS,
    digit_words=words.DIGIT_WORDS,
    yes_no_words=words.YES_NO_WORDS,
    wait_words=handover.WAIT_WORDS,
    withdrawals=handover.WITHDRAWALS,
    handover_texts=handover.SAY,
    brief=ENGLISH_BRIEF,
    usual_prompts={
        "nothing_to_undo": "There is nothing that I could take back.",
        "cannot_change": "I'm sorry, I can't change that here.",
        "not_verified": "I can't go on without that. It keeps your data safe.",
    },
    usual_slots={
        "partial": "So far I have {value}. What comes next?",
        "unsure": "Was that {value}?",
    },
    common=frozenset(
        (
            *("the", "my", "is", "i", "i'd", "i'm", "to", "a", "an", "and", "you", "your", "where"),
            *("what", "when", "how", "can", "do", "does", "it", "please", "want", "have", "with"),
            *("would", "like", "order", "this", "that", "are", "yes", "hello", "of", "for"),
        )
    ),
    names=("english", "englisch"),
    asking=frozenset(
        ("speak", "speaks", "talk", "continue", "switch", "answer", "reply", "prefer", "language")
    ),
    calls={"en": "English", "de": "German"},
    hear_about="hear about {about}",
    already="Yes, I speak English.",
    switched="Sure, let's speak English.",
    not_spoken="I'm sorry, I can't speak {language} on the phone.",
    written=_as_it_is,
    dictated=_as_it_is,
)  # fmt: skip
