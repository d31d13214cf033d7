"""Twilio: its media stream, its TwiML, its webhooks and its REST API."""
