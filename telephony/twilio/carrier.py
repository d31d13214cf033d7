"""Twilio as a carrier: how its webhooks speak."""

from __future__ import annotations

from telephony.dialect import Dialect
from telephony.twilio import twiml

TWILIO = Dialect("twilio", twiml)
