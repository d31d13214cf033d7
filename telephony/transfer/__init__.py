"""Warm transfer: reaching a person for a caller who stays with the bot meanwhile. Sans-I/O."""
