"""The hotline in a web page: the same dialogue manager over HTTP and WebSocket.

`rates` bounds what a client may ask for, `events` turns acts into what a page shows, `people` are
those who take over, `talk` is one conversation, and `desk` keeps all of them. `routes` is the wire,
told in docs/web-chat.md, and `page` a page that speaks it.
"""
