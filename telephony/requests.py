"""What can be told of a request, whoever's it is: its address as sent, and whether it is ours."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection

_FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via", "origin")


def path_with_query(connection: HTTPConnection) -> str:
    """Return the requested path and query, as they were sent."""
    scope = connection.scope
    raw = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string", b"")
    return bytes(raw + b"?" + query if query else raw).decode("latin-1")


def is_local_peer(connection: HTTPConnection) -> bool:
    """Return whether the other end is a program on this machine, and speaks for itself.

    A tunnel or proxy on this machine speaks for strangers, and a browser for web pages; both say
    so in their headers.
    """
    if connection.client is None or any(name in connection.headers for name in _FORWARDING):
        return False
    try:
        return ipaddress.ip_address(connection.client.host).is_loopback
    except ValueError:
        return False
