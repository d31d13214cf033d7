"""Fixtures of the conversations."""

from tests.dialogue.conversation import call, encoder, manager, shop, withheld

__all__ = ["call", "encoder", "manager", "shop", "withheld"]
