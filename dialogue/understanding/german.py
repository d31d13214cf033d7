"""German as a `Language`, and its words of turn-taking."""

from __future__ import annotations

from dialogue.understanding.german_brief import GERMAN_BRIEF
from dialogue.understanding.german_numbers import written
from dialogue.understanding.german_values import dictated
from dialogue.understanding.language import Language


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_POLITE = frozenset(
    _words(
        "bitte danke schön sehr vielen äh ähm öh öhm hm hmm oh ach so also na eben dann nun jetzt"
    )
    + _words("mal doch gern gerne für mich und aber okay ok hallo guten tag das ist es die der den")
    + _words("ein eine ich hätte heute ja auch eigentlich")
)
_FILLERS = frozenset(
    _words("bitte danke äh ähm öh öhm hm hmm oh ach also na und nun jetzt hallo so")
)

GERMAN = Language(
    code="de",
    name="Deutsch",
    yes=(
        "ja bitte", "ja gern", "ja gerne", "ja genau", "ja klar", "ja natürlich", "ja das stimmt",
        "ja richtig", "ja machen sie das", "ja mach das", "ja okay", "ja", "jo", "jep", "jawohl",
        "jaja", "joa", "genau", "ganz genau", "richtig", "das ist richtig", "stimmt",
        "das stimmt", "stimmt genau", "korrekt", "das ist korrekt", "passt", "das passt", "klar",
        "na klar", "natürlich", "selbstverständlich", "gern", "gerne", "sehr gern", "sehr gerne",
        "bitte", "okay", "ok", "in ordnung", "alles klar", "einverstanden", "von mir aus",
        "machen sie das", "machen sie das bitte", "mach das", "tun sie das", "bitte machen sie das",
        "mhm", "auf jeden fall", "unbedingt", "sicher", "aber sicher", "freilich", "doch",
        "gut", "sehr gut", "perfekt", "super", "prima", "so ist es", "das wäre gut",
        "das wäre nett", "das wäre toll", "ich denke schon", "ich glaube schon", "ich bitte darum",
        "dann machen wir das", "so machen wir das", "absolut", "kein problem", "bestätigt",
        "das bestätige ich", "ich stimme zu",
    ),
    no=(
        "nein danke", "nein bitte nicht", "nein das stimmt nicht", "nein auf keinen fall",
        "nein lieber nicht", "nein doch nicht", "nein noch nicht", "nein", "nee", "ne", "nö",
        "nicht", "auf keinen fall", "auf gar keinen fall", "keinesfalls", "lieber nicht",
        "bitte nicht", "besser nicht", "bloß nicht", "doch nicht", "noch nicht", "eher nicht",
        "jetzt nicht", "heute nicht", "niemals", "nie", "das stimmt nicht", "stimmt nicht",
        "das ist falsch", "falsch", "nicht richtig", "das ist nicht richtig", "das passt nicht",
        "das will ich nicht", "das möchte ich nicht", "ich will das nicht", "ich möchte das nicht",
        "ich will nicht", "ich möchte nicht", "nichts", "nichts mehr", "nichts weiter",
        "sonst nichts",
        "das war alles", "das wars", "das war's", "das ist alles", "das reicht", "danke nein",
        "keine", "kein bedarf", "nicht nötig", "nicht notwendig", "brauche ich nicht",
        "das brauche ich nicht", "lassen sie das", "lassen sie es", "lass das", "vergessen sie es",
        "machen sie das nicht", "ich habe es mir anders überlegt", "stopp", "halt",
        "unter keinen umständen",
        "auf gar keinen", "ich glaube nicht", "ich denke nicht", "wohl kaum", "natürlich nicht",
    ),
    unsure=(
        "vielleicht", "weiß nicht", "ich weiß nicht", "ich weiß es nicht", "keine ahnung",
        "nicht sicher", "ich bin nicht sicher", "ich bin mir nicht sicher", "möglich",
        "möglicherweise", "kann sein", "könnte sein", "kommt darauf an", "kommt drauf an", "hmm",
        "jein", "eventuell", "schwer zu sagen", "mal sehen", "wahrscheinlich", "vermutlich",
        "ich überlege noch", "ich muss überlegen", "weiß ich nicht", "das weiß ich nicht",
        "ja und nein",
    ),
    polite=_POLITE,
    fillers=_FILLERS,
    conditions=("wenn", "falls", "sofern", "solange", "nur wenn", "außer", "aber nur"),
    agreeing=frozenset(("ja", "jo", "okay", "ok", "gut", "gerne", "gern", "klar")),
    promising=("dann ja", "ja", "dann gerne", "dann okay", "dann ok", "dann machen sie es"),
    soft=("okay", "ok", "gut", "also gut", "alles klar", "klar", "in ordnung", "ja"),
    markers=("okay", "ok", "gut", "also gut", "alles klar", "klar", "in ordnung", "also",
             "bitte"),
    takes_back=frozenset(
        ("aber", "nicht", "nein", "warten", "warte", "moment", "welche", "welcher", "welches",
         "was", "wenn", "falls", "erst", "zuerst", "stattdessen", "doch", "behalte",
         "behalten", "lieber")
    ),
    regrets=("warte", "warten sie", "moment", "stopp", "halt", "doch nicht", "oje", "mist"),
    bare_no=frozenset(("nein", "nee", "nö", "ne")),
    negations=("nicht", "kein", "keine", "keinen", "nie"),
    negated_after=True,
    wishes=("mehr", "die", "das", "den", "meine", "eine", "bestellung", "sie", "es", "bitte",
            "doch", "möchte", "will", "ich"),
    lacking=(
        "weiß nicht", "weiß ich nicht", "weiß es nicht", "habe ich nicht", "habe sie nicht",
        "hab ich nicht", "keine ahnung", "nicht dabei", "nicht zur hand", "finde sie nicht",
        "finde ich nicht", "finde es nicht", "vergessen", "verloren", "nicht auswendig",
        "kenne ich nicht", "erinnere mich nicht", "nicht parat",
    ),
    misunderstood=(
        "das meine ich nicht", "das meinte ich nicht", "das wollte ich nicht",
        "das habe ich nicht gemeint", "sie haben mich falsch verstanden", "falsch verstanden",
        "darum geht es nicht", "ich wollte etwas anderes", "das war nicht meine frage",
    ),
    questions=(
        "was kostet", "wie viel", "wie lange", "können sie", "könnten sie", "wo ist", "wann kommt",
        "warum", "wie geht", "was ist mit",
    ),
    another=(
        "andere bestellung", "anderen bestellung", "zweite bestellung", "neue bestellnummer",
        "eine andere", "die andere", "nicht diese", "nicht die",
    ),
    instead=(
        "nein ich meine", "nein ich meinte", "ich meine", "ich meinte", "ich meinte eigentlich",
        "was ich meinte war", "ich rede von", "nein ich rede von", "es geht um", "nein es geht um",
        "nein ich sagte", "ich sagte", "nein sondern", "nein nicht das ich möchte",
    ),
    joints=(
        "und außerdem", "und dann", "und danach", "und zweitens", "und noch etwas", "und auch",
        "aber auch", "außerdem", "und",
    ),
    adding=(
        "schreiben sie auch", "schreiben sie noch dazu dass", "fügen sie hinzu dass",
        "erwähnen sie auch dass", "erwähnen sie noch dass", "und sagen sie auch dass",
    ),
    lead_ins=(
        "meine neue adresse ist", "die neue adresse ist", "neue adresse ist", "meine adresse ist",
        "die adresse ist", "die neue adresse lautet", "meine adresse lautet", "sie lautet",
        "schicken sie es an", "liefern sie an", "bitte an", "es soll an", "das ist", "das wäre",
        "es ist", "ja", "okay", "also", "so", "ähm", "äh", "na", "klar", "nein", "bitte",
    ),
    ordinals=(
        ("erste", "ersten", "erstere", "erstens", "eins", "1", "nummer 1", "nummer eins"),
        ("zweite", "zweiten", "letzteres", "zweitens", "zwei", "2", "nummer 2", "nummer zwei"),
        ("dritte", "dritten", "drittens", "drei", "3", "nummer 3", "nummer drei"),
        ("vierte", "vierten", "vier", "4", "nummer 4", "nummer vier"),
    ),
    last=("letzte", "letzten", "letzteres"),
    every=("beide", "beides", "alle", "alles", "egal", "ist egal", "eines davon"),
    whichever=("egal", "ist egal", "eines davon"),
    neither=("keine", "keins", "keines", "keine von beiden", "keins von beiden", "nichts davon",
             "etwas anderes", "was anderes", "weder noch", "nein"),
    openings=_FILLERS | frozenset(_words("ja hey okay ok ehrlich richtig guten tag morgen abend")),
    question_words=frozenset(
        _words("was wann wo warum wieso weshalb wer wem wen wie welche welcher welches wohin woher")
        + _words("kann können könnte könnten ist sind gibt haben hat darf dürfen muss wird werden")
        + _words("bin soll sollte wobei womit wofür gilt geht")
    ),
    go_on_from=("und was ist mit", "was ist mit", "und wie", "und wenn", "und dann", "was noch",
                "und", "auch", "aber", "dann"),
    pointing=frozenset(
        _words("das dies diese dieser dieses es sie dort da dann davon dafür damit dazu daran")
    ),
    asks={
        "time": ("wie lange", "wie schnell", "wie viele tage", "wie viele wochen", "wann",
                 "bis wann", "um wie viel uhr", "frist"),
        "price": ("wie viel kostet", "was kostet", "kosten", "kostet", "preis", "gebühr",
                  "gebühren", "kostenlos", "gratis", "bezahlen", "zahlen", "teuer", "porto"),
    },
    tells={
        "time": frozenset(
            _words("sekunde sekunden minute minuten stunde stunden tag tage tagen woche wochen")
            + _words("monat monate monaten jahr jahre jahren heute morgen sofort abend montag")
            + _words("dienstag mittwoch donnerstag freitag samstag sonntag sonntags wochenende")
        ),
        "price": frozenset(_words("dollar cent euro kostenlos gratis prozent")),
    },
    digit_words=_words("null eins zwei zwo drei vier fünf sechs sieben acht neun"),
    yes_no_words=("ja", "nein", "ja bitte", "nein danke", "genau", "richtig", "das stimmt"),
    wait_words=("warten", "warte", "dranbleiben", "bleibe dran", "in der leitung"),
    withdrawals=(
        "vergessen sie es", "vergiss es", "abbrechen", "nicht mehr nötig", "nicht nötig",
        "nicht verbinden", "nicht anrufen", "brauche niemanden", "brauche keinen kollegen",
        "brauche doch niemanden", "hat sich erledigt", "lassen sie es", "doch nicht",
    ),
    handover_texts={
        "sorry": "Das tut mir leid.",
        "help_first": "Vielleicht kann ich gleich helfen.",
        "closed": "Meine Kollegen sind {opens} wieder da.",
        "closed_long": "Meine Kollegen sind gerade nicht da.",
        "busy": "Alle Kollegen sprechen gerade. Es kann {wait} dauern.",
        "ask_call_back": "Soll einer von ihnen Sie zurückrufen?",
        "ask_wait": "Drücken Sie 1 zum Warten, 2 für einen Rückruf, oder sagen Sie es einfach.",
        "connecting": "Ich verbinde Sie jetzt.",
        "still_calling": "Ich rufe meinen Kollegen noch. Einen Moment, bitte.",
        "in_line": "Alle Kollegen sprechen gerade. Sie sind in der Warteschlange, und es kann "
        "{wait} dauern. Solange bin ich für Sie da.",
        "next_person": "Ich versuche es bei einem anderen Kollegen.",
        "already": "Ich rufe schon einen Kollegen. Einen Moment, bitte.",
        "nobody": "Es tut mir leid, ich konnte keinen Kollegen erreichen.",
        "withdrawn": "In Ordnung, ich verbinde Sie nicht.",
        "back": "Sie sind wieder bei mir, dem Assistenten.",
        "cut_off": "Entschuldigung, die Verbindung war kurz unterbrochen.",
        "time_short": "Zur Information: Ich habe für dieses Gespräch noch etwa eine Minute.",
        "missed": "niemand aus dem Team war zu erreichen",
        "message": "Bitte hinterlassen Sie eine Nachricht, und wir melden uns.",
    },
    brief=GERMAN_BRIEF,
    usual_prompts={
        "nothing_to_undo": "Es gibt nichts, was ich zurücknehmen könnte.",
        "cannot_change": "Das kann ich hier leider nicht ändern.",
        "not_verified": "Ohne das kann ich nicht weitermachen. Es schützt Ihre Daten.",
    },
    usual_slots={
        "partial": "Bisher habe ich {value}. Wie geht es weiter?",
        "unsure": "War das {value}?",
    },
    common=frozenset(
        _words("der die das ich ist nicht und ein eine mein meine meiner bitte wo wann wie")
        + _words("was kann")
        + _words("können möchte hätte habe haben sie mit auf für zu es ja nein guten hallo")
        + _words("mir mich")
        + _words("den dem des wird wurde bestellung noch von bin sind deutsch gern gerne wollte")
    ),
    names=("deutsch", "german"),
    asking=frozenset(
        _words("sprechen spricht sprichst reden weiter antworten wechseln lieber sprache")
    ),
    calls={"de": "Deutsch", "en": "Englisch"},
    hear_about="etwas über {about} hören",
    already="Ja, gern auf Deutsch.",
    switched="Gern auf Deutsch.",
    not_spoken="Leider spreche ich am Telefon kein {language}.",
    written=written,
    dictated=dictated,
)  # fmt: skip

# --- turn-taking: see `dialogue.cues.Cues` ------------------------------------------------------

COMMANDS = (
    "stopp", "stop", "halt", "warten", "warten sie", "warte", "moment", "moment mal",
    "einen moment", "einen moment bitte", "einen augenblick", "augenblick", "sekunde",
    "entschuldigung", "nein warte", "nein stopp", "nein nein", "pause", "ruhe", "genug",
    "abbrechen", "vergessen sie es", "mitarbeiter", "mitarbeiterin", "mensch", "ein mensch",
    "kundenservice", "von vorn", "zurück", "wiederholen",
)  # fmt: skip
STRONG = (
    "nein", "nee", "nö", "nicht", "aber", "eigentlich", "entschuldigung", "wie bitte", "ich meine",
    "ich meinte", "falsch", "das ist falsch", "das stimmt nicht", "was", "wo", "wann", "warum",
    "wieso", "wer", "wie", "welche", "kann", "können", "könnten", "ist", "sind", "haben",
    "ich will",
    "ich möchte", "ich brauche", "ich hätte", "ich habe", "noch etwas", "hören sie", "bitte",
)  # fmt: skip
BACKCHANNELS = (
    "ja", "jaja", "jo", "jep", "mhm", "mm", "mmm", "mm hm", "hm", "hmm", "aha", "ah", "ah ja",
    "ach so", "achso", "ach ja", "oh", "genau", "richtig", "stimmt", "okay", "ok", "alles klar",
    "klar", "gut", "sehr gut", "schön", "prima", "super", "perfekt", "verstehe", "ich verstehe",
    "verstanden", "in ordnung", "interessant", "wirklich", "natürlich", "ja genau", "ja klar",
    "weiter",
)  # fmt: skip
TICS = (
    "äh", "ähm", "öh", "öhm", "em", "ehm", "um", "uh", "hust", "husten", "hustet", "räuspern",
    "räuspert sich", "niesen", "seufzen", "seufzt", "lachen", "lacht", "gähnen", "haha", "hatschi",
)  # fmt: skip
HOLD = (
    "moment", "einen moment", "einen moment bitte", "moment bitte", "einen kleinen moment",
    "augenblick", "einen augenblick", "einen augenblick bitte", "eine sekunde", "sekunde",
    "eine minute", "warten sie", "warten sie kurz", "warten sie bitte", "warten sie einen moment",
    "warte", "warte kurz", "bleiben sie dran", "bleiben sie bitte dran", "nicht auflegen",
    "legen sie nicht auf", "ich bin gleich wieder da", "bin gleich wieder da", "ich schaue nach",
    "ich schaue kurz nach", "ich muss nachsehen", "ich muss kurz nachsehen", "ich muss nachschauen",
    "ich muss kurz …", "ich suche …", "ich hole …", "lassen sie mich …", "ich guck mal …",
    "ich schau mal …",
)  # fmt: skip
RETURNS = (
    "da bin ich wieder", "ich bin wieder da", "bin wieder da", "wieder da", "so", "ich habe es",
    "ich habe sie", "ich hab's", "ich hab sie", "hier ist sie", "gefunden", "ich habe sie gefunden",
    "fertig", "bereit", "es kann weitergehen", "weiter", "okay", "ok", "gut", "hallo",
    "sind sie noch da", "danke fürs warten", "entschuldigung", "jetzt",
)  # fmt: skip
DISMISSALS = (
    "stopp", "stop", "halt", "genug", "das reicht", "ruhe", "seien sie still", "ich weiß",
    "das weiß ich", "das weiß ich schon", "weiß ich", "das habe ich schon gehört",
    "das haben sie schon gesagt", "überspringen", "hören sie auf", "pause",
)  # fmt: skip
CUE_FILLERS = (*sorted(_FILLERS - {"danke"}), "ja", "okay", "ok", "mal", "bitte", "eben", "kurz")
