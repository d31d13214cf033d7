"""Carries out what `voicebot.outbound` decides: orders calls, takes their news, remembers."""
