"""Alembic's migrations: `versions/` holds a revision for every change of `voicebot.store.tables`.

To change the schema: change `tables.py`, write the next `versions/000N_….py`, and raise `HEAD` in
`tables.py`. The tests compare what the revisions make with what `tables.py` says, on both
databases.
"""
