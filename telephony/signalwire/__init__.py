"""SignalWire: cXML webhooks and streams, which are nearly Twilio's."""
