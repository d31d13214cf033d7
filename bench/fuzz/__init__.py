"""Inputs that nobody should send, to every webhook and media socket of the real application."""
