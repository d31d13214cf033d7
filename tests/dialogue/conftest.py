"""Fixtures of the conversations."""

from tests.dialogue.conversation import call, encoder, manager, shop

__all__ = ["call", "encoder", "manager", "shop"]
