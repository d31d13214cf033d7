"""One call: `session` routes events to the machines and carries out what they decide."""
