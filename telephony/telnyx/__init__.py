"""Telnyx: TeXML webhooks, media streaming over websockets."""
