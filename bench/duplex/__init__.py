"""How the hotline listens while it speaks: events over the bot's speech, judged at the ear."""
