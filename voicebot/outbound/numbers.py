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
