"""Plivo: XML webhooks, audio streaming over websockets."""
