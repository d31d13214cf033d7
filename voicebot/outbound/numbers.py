"""What a telephone number tells: its country, its time zones, and whether it costs extra to call.

Facts come from Google's libphonenumber (the `phonenumbers` package), offline.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType
from phonenumbers.timezone import time_zones_for_number

_USUAL = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
)
"""Numbers of people; what else there is costs extra or belongs to nobody (toll fraud)."""
_UNKNOWN_ZONE = "Etc/Unknown"


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What is known of a number without asking anybody."""

    country: str
    """ISO 3166 code: `US`."""
    zones: tuple[str, ...]
    """IANA time zones in which its owner may be; a mobile number may have several."""


@lru_cache(maxsize=65_536)
def facts_of(number: str) -> NumberFacts | None:
    """Return what a number in E.164 form tells; None where it is nobody's ordinary number."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) != number:
        return None
    country = phonenumbers.region_code_for_number(parsed)
    if not country or phonenumbers.number_type(parsed) not in _USUAL:
        return None
    zones = tuple(zone for zone in time_zones_for_number(parsed) if zone != _UNKNOWN_ZONE)
    return NumberFacts(country, zones)


def as_dialled(number: str, near: str) -> str:
    """Return a number in E.164 form as somebody means it who dials it in the country of another.

    Args:
        number: As it was said or shown.
        near: E.164.

    Returns:
        Empty where it cannot be one.
    """
    try:
        code = phonenumbers.parse(near).country_code or 0
        parsed = phonenumbers.parse(number, phonenumbers.region_code_for_country_code(code))
    except phonenumbers.NumberParseException:
        return ""
    written: str = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return written if phonenumbers.is_possible_number(parsed) else ""
