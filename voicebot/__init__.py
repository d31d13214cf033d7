"""The hotline: when to say it, and everything composed.

`telephony` knows the wire, `dialogue` knows what to say; this package decides *when*, runs the
models, keeps the journal and puts the parts together (`voicebot.bootstrap`).
"""

__version__ = "0.1.0"
