"""Who may speak: machines that take facts and the time, and decide. No I/O.

`turns` routes facts to the parts: `barge_in` (sounds over the bot, each followed by `overhearing`
and judged by `overlap`), `endpointer` (the end of the caller's turn, by `endpointing`), `key_row`
(DTMF) and `silence`. `policy` holds every time and mark.
"""
