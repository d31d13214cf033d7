"""The people behind the bot: who they are, what they are doing, and who waits for them.

`roster` is data (`people.yaml`), `presence` the state of one person, `line` the order of those who
wait. All decide without I/O; `voicebot.store.staff` keeps their state for every process.
"""
