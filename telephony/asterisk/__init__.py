"""Asterisk: a company's own exchange, by its websocket channel driver."""
