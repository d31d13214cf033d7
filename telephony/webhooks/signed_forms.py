"""Reading a webhook: within bounds, and only if the carrier signed it."""

from __future__ import annotations

import asyncio

import structlog
from fastapi import Request
from starlette.responses import PlainTextResponse, Response

from telephony.dialect import Dialect, Form, Gate
from telephony.webhooks import forms

_BODY_SECONDS = 10.0

_log = structlog.get_logger(__name__)


async def signed_form(
    request: Request, gate: Gate, dialect: Dialect, *, of_call: bool = True
) -> Form | Response:
    """Return the fields of a webhook, or what a request gets that is none.

    Args:
        request: Of anybody.
        gate: Knows the carrier's signature.
        dialect: The carrier's names of the fields.
        of_call: Whether it must be about one call; what befalls a conference is not.
    """
    try:
        if not gate.worth_reading(request):
            return _forbidden(request)
        async with asyncio.timeout(_BODY_SECONDS):
            body = await forms.read_body(request)
        form = forms.parse_form(body)
        if not gate.webhook_allowed(request, form, body):
            return _forbidden(request)
        form = dialect.fields(form)
        request.state.call_sid = forms.call_sid(form, required=of_call)
        return form
    except TimeoutError:
        return PlainTextResponse("the body did not come in time\n", status_code=400)
    except forms.BadForm as error:
        return bad_form(error)


def bad_form(error: forms.BadForm) -> Response:
    """Return what a webhook gets whose fields are odd."""
    return PlainTextResponse(f"{error}\n", status_code=400)


def _forbidden(request: Request) -> Response:
    _log.warning("webhook_forbidden", path=request.url.path)
    return PlainTextResponse("not signed by the carrier\n", status_code=403)
