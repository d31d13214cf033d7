"""Fixtures of the conversations."""

from tests.dialogue.conversation import call, encoder, manager, shop, withheld
from tests.dialogue.staffed import calls, managers

__all__ = ["call", "calls", "encoder", "manager", "managers", "shop", "withheld"]
