"""What is likely to be said where an English value is dictated: words for grammars.

The recogniser's second look at a dictated value (`dialogue.said`) writes nothing but these words.
Names of people and places are those most common in the United States; a rarer one is found by the
first look, which may write anything, or by its spelling.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dialogue.understanding.english import TEENS, TENS
from dialogue.understanding.english_address import STREETS
from dialogue.understanding.english_spelling import NATO
from dialogue.understanding.english_values import HOSTS, MONTHS, ORDINAL_DAYS, WEEKDAYS


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LEADS = ("um", "uh", "yes", "yeah", "okay", "sure", "so", "it's", "that's", "it is", "it was",
         "that would be", "the number is", "my number is", "the order number is", "it says",
         "my name is", "my email is", "my new address is", "please use", "send it to",
         "let me see")  # fmt: skip
"""Before a value."""
TAILS = ("please", "thanks", "thank you", "I think", "here", "yeah", "okay", "all lower case",
         "all lowercase")  # fmt: skip

DIGITS = _words("zero oh one two three four five six seven eight nine")
UNITS_SAID = DIGITS[2:]
_TENS_WITH_UNITS = tuple(f"{ten}-{unit}" for ten in TENS for unit in UNITS_SAID)
BELOW_HUNDRED = (*UNITS_SAID, *TEENS, *TENS, *_TENS_WITH_UNITS)

RADIO = tuple(word for word in NATO if word not in ("able", "baker", "fox"))
EXAMPLES = _words(
    "apple Adam Alice boy Bob Bertie banana cat Charlie dog David Edward egg elephant Frank "
    "Freddie George girl Harry Henry house ice Isaac ink Jack John James king Kate kilo Larry "
    "London love lemon Mary mother Michael Nancy Nora November orange Oliver Oscar Peter Paul "
    "queen Robert Roger red Sam Susan sugar Tom table Tommy umbrella uncle Victor Victoria "
    "van William water whiskey X-ray xylophone yellow young Yankee zebra zero "
)
"""Words that people spell with, besides the radio alphabet."""


@lru_cache(maxsize=2)
def spellings(*, letters: bool) -> tuple[tuple[str, str], ...]:
    """Return words and phrases that are said for characters, with the characters."""
    return tuple(_spellings(letters))


def _spellings(letters: bool) -> Iterator[tuple[str, str]]:
    digits = [(word, str(max(i - 1, 0))) for i, word in enumerate(DIGITS)]
    alphabet = [(chr(i), chr(i)) for i in range(ord("A"), ord("Z") + 1)]
    yield from digits
    for count, times in (("double", 2), ("triple", 3)):
        for word, char in (*digits, *(alphabet if letters else ())):
            yield f"{count} {word}", char * times
    yield from TEENS.items()
    yield from TENS.items()
    for ten, value in TENS.items():
        for word, char in digits[2:]:
            yield f"{ten}-{word}", f"{value[0]}{char}"
    if not letters:
        return
    yield from alphabet
    for word in RADIO:
        yield word.capitalize(), word[0].upper()
    for word in EXAMPLES:
        for join in ("as in", "for", "like"):
            yield f"{word[0].upper()} {join} {word}", word[0].upper()


MAJOR = _words("dollars dollar euros euro pounds pound")
MINOR = _words("cents cent pence")

MONTH_NAMES = tuple(
    word.capitalize() for word in MONTHS if len(word) > 4 or word in ("may", "june", "july")
)
WEEKDAY_NAMES = tuple(word.capitalize() for word in WEEKDAYS if word.endswith("day"))
DAYS_OF_MONTH = (
    *ORDINAL_DAYS, *(f"twenty-{word}" for word in list(ORDINAL_DAYS)[:9]), "thirty-first",
    *BELOW_HUNDRED[:19], "twenty", *(f"twenty-{unit}" for unit in UNITS_SAID), "thirty",
    "thirty-one",
)  # fmt: skip
YEARS = tuple(f"twenty twenty-{unit}" for unit in ("four", "five", "six", "seven", "eight"))
RELATIVE_DAYS = ("today", "tomorrow", "yesterday", "the day after tomorrow",
                 "the day before yesterday", "this morning", "last night")  # fmt: skip

SIGNS = _words("dot underscore dash hyphen")
MAIL_HOSTS = (*(f"{host} dot {ending}" for host, ending in HOSTS.items()), "example dot org")

FIRST_NAMES = _words(
    "James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara "
    "Richard Susan Joseph Jessica Thomas Sarah Charles Karen Christopher Nancy Daniel Lisa "
    "Matthew Betty Anthony Margaret Mark Sandra Donald Ashley Steven Kimberly Paul Emily "
    "Andrew Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Dorothy George Melissa "
    "Edward Deborah Ronald Stephanie Timothy Rebecca Jason Sharon Jeffrey Laura Ryan Cynthia "
    "Jacob Kathleen Gary Amy Nicholas Shirley Eric Angela Jonathan Helen Stephen Anna Larry "
    "Brenda Justin Pamela Scott Nicole Brandon Emma Benjamin Samantha Samuel Katherine Frank "
    "Christine Gregory Debra Raymond Rachel Alexander Catherine Patrick Carolyn Jack Janet "
    "Dennis Ruth Jerry Maria Tyler Heather Aaron Diane Jose Virginia Henry Julie Adam Joyce "
    "Douglas Victoria Nathan Olivia Peter Kelly Zachary Christina Kyle Lauren Walter Joan "
    "Harold Evelyn Jeremy Judith Ethan Megan Carl Cheryl Keith Andrea Roger Hannah Gerald "
    "Martha Christian Jacqueline Terry Frances Sean Gloria Arthur Ann Austin Teresa Noah "
    "Kathryn Lawrence Sara Jesse Janice Joe Jean Bryan Alice Billy Madison Jordan Doris "
    "Albert Abigail Dylan Julia Bruce Judy Willie Grace Gabriel Denise Alan Amber Juan "
    "Marilyn Logan Beverly Wayne Danielle Ralph Theresa Roy Sophia Eugene Marie Randy Diana "
    "Vincent Brittany Russell Natalie Louis Isabella Philip Charlotte Bobby Rose Johnny "
    "Alexis Bradley Kayla Jane Lucy Tom Ben Sam Mike Chris Dan Kate Omar Ali "
)
LAST_NAMES = _words(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez "
    "Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson "
    "White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott "
    "Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter "
    "Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart "
    "Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed "
    "Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood James Bennett Gray "
    "Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez "
    "Powell Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Gonzales "
    "Fisher Vasquez Simmons Romero Jordan Patterson Alexander Hamilton Graham Reynolds "
    "Griffin Wallace Moreno West Cole Hayes Bryant Herrera Gibson Ellis Tran Medina Aguilar "
    "Stevens Murray Ford Castro Marshall Owens Harrison Fernandez McDonald Woods Washington "
    "Kennedy Wells Vargas Henry Chen Freeman Webb Tucker Guzman Burns Crawford Olson Simpson "
    "Porter Hunter Gordon Mendez Silva Shaw Snyder Mason Dixon Munoz Hunt Hicks Holmes Palmer "
    "Wagner Black Robertson Boyd Rose Stone Salazar Fox Warren Mills Meyer Rice Schmidt Garza "
    "Daniels Ferguson Nichols Stephens Soto Weaver Ryan Gardner Payne Grant Dunn Kelley "
    "Spencer Hawkins Arnold Pierce Hansen Peters Santos Hart Bradley Knight Elliott "
    "Cunningham Duncan Armstrong Hudson Carroll Lane Riley Andrews Alvarado Ray Delgado Berry "
    "Perkins Hoffman Johnston Matthews Pena Richards Contreras Willis Carpenter Lawrence "
    "Sandoval "
)
STREET_NAMES = _words(
    "Main Park Oak Pine Maple Cedar Elm View Washington Lake Hill Walnut Spring North South "
    "East West Ridge Lincoln Church Willow Mill Sunset Railroad Jackson Cherry Highland "
    "Johnson Forest Jefferson Hickory Center Chestnut Valley River Franklin Meadow Dogwood "
    "Adams Madison Spruce Laurel Locust Magnolia Poplar Birch Clay Green College School Union "
    "Market Front Water Court High King Queen Victoria Station Garden Grove Garfield Monroe "
    "Wilson Grant Davis Smith Holly Ash Canyon Country Creek Summit Bridge Castle Prospect "
    "Pleasant Liberty Harrison Hamilton Woodland Sycamore Cypress Juniper Aspen Orchard Rose "
    "Lakeview Riverside Broad State Pearl Canal First Second Third Fourth Fifth Sixth Seventh "
    "Eighth Ninth Tenth "
)
CITIES = tuple(
    city.replace("_", " ")
    for city in _words(
        "New_York Los_Angeles Chicago Houston Phoenix Philadelphia San_Antonio San_Diego "
        "Dallas Austin San_Jose Fort_Worth Jacksonville Columbus Charlotte Indianapolis "
        "San_Francisco Seattle Denver Oklahoma_City Nashville Washington El_Paso Las_Vegas "
        "Boston Detroit Portland Louisville Memphis Baltimore Milwaukee Albuquerque Tucson "
        "Fresno Sacramento Mesa Atlanta Kansas_City Omaha Colorado_Springs Raleigh Long_Beach "
        "Virginia_Beach Miami Oakland Minneapolis Tulsa Bakersfield Tampa Wichita Arlington "
        "Aurora New_Orleans Cleveland Honolulu Anaheim Lexington Stockton Henderson Riverside "
        "Newark Saint_Paul Cincinnati Irvine Orlando Pittsburgh Saint_Louis Greensboro "
        "Lincoln Anchorage Plano Jersey_City Durham Buffalo Chandler Madison Toledo Lubbock "
        "Reno Glendale Norfolk Scottsdale Chesapeake Richmond Spokane Boise Tacoma Salem "
        "Eugene Rochester Albany Syracuse Hartford Providence Springfield Savannah Charleston "
        "Birmingham Montgomery Mobile Jackson Baton_Rouge Little_Rock Knoxville Cambridge "
        "London Manchester Liverpool Leeds Bristol Oxford Brighton Edinburgh Glasgow Cardiff "
        "Belfast Dublin "
    )
)
STREET_KINDS = tuple(
    word.capitalize() for word in STREETS if len(word) > 3 and not word.endswith("s")
)

DIGITS_EXAMPLE = " zero, oh, one, two, three, four, five, six, seven, eight, nine."
LETTERS_EXAMPLE = " M as in Mary, S for Sam, Tango, Bravo, four, seven, K, W, X-ray, nine."
DATE_EXAMPLE = " March the fourth. January twenty-first, twenty twenty-six. Three days ago."
AMOUNT_EXAMPLE = (
    " Forty-five twenty, one hundred and twenty dollars, thirty-two pounds and fifteen pence."
)
# No whole address and no name: what is pretended to come before may be found again.
EMAIL_EXAMPLE = " dot, underscore, dash, at gmail dot com, at yahoo dot com, at outlook dot com."
NAME_EXAMPLE = " B, R, double O, K. W as in William, A, L, T, E, R. S, M, I, T, H."
ADDRESS_EXAMPLE = " Twelve Main Street, Chicago. Four oh eight Oak Avenue, Apartment five, Dallas."
