"""Warm transfers in bulk: random histories of carriers, people and callers."""
