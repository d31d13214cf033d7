"""Calls that the bot makes, end to end: the whole server, a simulated carrier, and people."""
