"""Calls that the bot makes: whom it may call, when, how fast and how often. Sans-I/O."""
