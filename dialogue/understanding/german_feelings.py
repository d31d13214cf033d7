"""German words that show how a caller feels; see `dialogue.understanding.english_feelings`."""

from __future__ import annotations

ANGRY = (
    "stinksauer", "ich hasse sie", "das macht mich wahnsinnig", "das macht mich wütend",
    "unverschämt", "unverschämtheit", "frechheit", "sauladen", "saftladen", "sie idiot",
    "sie idioten", "ihr idioten", "betrüger", "abzocke", "abzocker", "verarschen", "verarscht",
    "halten sie den mund", "halt die klappe", "mir reicht es", "mir reicht's", "jetzt reicht es",
    "scheißladen", "unerhört", "eine schande", "skandal",
)  # fmt: skip
ANNOYED = (
    "lächerlich", "nervig", "das nervt", "sie nerven", "inakzeptabel", "die nase voll",
    "zum kotzen",
    "zeitverschwendung", "nutzlos", "so ein mist", "schlechter service", "furchtbar", "schrecklich",
    "unsinn", "quatsch mit soße", "enttäuscht", "enttäuschend", "das hilft mir nicht",
    "sie verstehen mich nicht", "sie hören nicht zu", "wie oft noch", "habe ich doch schon gesagt",
    "das habe ich schon gesagt", "zum dritten mal", "immer noch nicht da", "seit wochen",
    "das darf doch nicht wahr sein",
)  # fmt: skip
UPSET = (
    "verzweifelt", "ich bin am ende", "ich weiß nicht mehr weiter", "ich habe angst", "ich weine",
    "am boden zerstört", "völlig fertig", "gestorben", "todesfall", "beerdigung",
)  # fmt: skip
PLEASED = (
    "wunderbar", "großartig", "sehr freundlich", "vielen herzlichen dank", "toller service",
    "das ist nett", "sie haben mir sehr geholfen", "ich freue mich", "fantastisch",
)  # fmt: skip
FELT_ANGRY = ("wütend", "sauer", "zornig", "empört")
FELT_ANNOYED = ("genervt", "verärgert", "frustriert", "unzufrieden")
FELT_UPSET = ("traurig", "besorgt", "ängstlich", "gestresst", "aufgelöst")
OWN = ("ich", "mich", "mir", "ich bin", "wir", "uns")
OTHERS = ("er", "frau", "mann", "kind", "tochter", "sohn", "mutter", "vater", "hund", "nachbar")
NEGATIONS = ("nicht", "kein", "keine", "keinen", "nie", "ohne", "nein")
DENIALS = ("nicht dass", "ich bin gar nicht", "überhaupt nicht")
SUBJECTS = ("ich", "sie", "das", "es", "wir", "er")
UNREAL = ("ich wäre", "wenn ich", "falls ich")
OVER = ("alles gut jetzt", "hat sich geklärt", "war nicht so gemeint", "entschuldigung für den ton")
HARMLESS = ("süß sauer", "saure gurken")
SWEARING = ("scheiße", "scheiß", "verdammt", "verdammte", "verdammten", "verflucht", "arschloch")
STRONGER = ("sehr", "so", "wirklich", "total", "richtig", "extrem", "absolut", "völlig", "echt")
WEAKER = ("etwas", "ein bisschen", "ein wenig", "leicht")
REPEATED = ("hallo", "mitarbeiter", "nein", "mensch")
