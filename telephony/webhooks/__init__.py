"""What any carrier's webhooks have in common: read, verify, ask the desk, answer in its dialect."""
