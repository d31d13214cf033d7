"""The hotline in a web page: the same dialogue manager over HTTP and WebSocket.

`rates` bounds what a client may ask for, `events` turns acts into what a page shows, `talk` is one
conversation, `desk` keeps all of them, `routes` is the wire. The wire is told in
docs/web-chat.md.
"""
