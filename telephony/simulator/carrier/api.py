"""The REST API over HTTP: credentials, faults, delays, checks of parameters, and routes."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from telephony.simulator.carrier import api_calls as calls
from telephony.simulator.carrier import api_conferences as conferences
from telephony.simulator.carrier import api_recordings as recordings
from telephony.simulator.carrier import parameters
from telephony.simulator.carrier import representations as shown
from telephony.simulator.carrier.api_calls import Fields
from telephony.simulator.carrier.board import Board
from telephony.simulator.carrier.faults import RestFault
from telephony.simulator.carrier.problems import Problem, not_found, too_many, unauthorised
from telephony.simulator.carrier.representations import Json

_ROOT = "/2010-04-01/Accounts/{account}"
_MAX_BODY = 262_144

Handler = Callable[[Request, Fields], Json | None]


def rest_app(board: Board) -> Starlette:
    """Return the REST API as a web application."""
    return Starlette(routes=_Api(board).routes())


class _Api:
    def __init__(self, board: Board) -> None:
        self._board = board
        self._at_once = 0

    def routes(self) -> list[Route]:
        board = self._board

        def part(request: Request, name: str) -> str:
            return str(request.path_params[name])

        return [
            self._route(".json", "GET", "", lambda r, f: shown.account(board)),
            self._route(
                "/Calls.json", "GET", "Calls.list", lambda r, f: calls.list_calls(board, f)
            ),
            self._route(
                "/Calls.json", "POST", "Calls.create", lambda r, f: calls.create_call(board, f), 201
            ),
            self._route(
                "/Calls/{call}.json",
                "GET",
                "",
                lambda r, f: shown.call(calls.find_call(board, part(r, "call"))),
            ),
            self._route(
                "/Calls/{call}.json",
                "POST",
                "Calls.update",
                lambda r, f: calls.update_call(board, part(r, "call"), f),
            ),
            self._route(
                "/Calls/{call}/Recordings.json",
                "GET",
                "Recordings.list",
                lambda r, f: recordings.list_recordings(board, part(r, "call")),
            ),
            self._route(
                "/Calls/{call}/Recordings.json",
                "POST",
                "CallRecordings.create",
                lambda r, f: recordings.start_recording(board, part(r, "call"), f),
                201,
            ),
            self._route(
                "/Calls/{call}/Recordings/{recording}.json",
                "POST",
                "CallRecordings.update",
                lambda r, f: recordings.update_recording(
                    board, part(r, "call"), part(r, "recording"), f
                ),
            ),
            self._route(
                "/Recordings.json",
                "GET",
                "Recordings.list",
                lambda r, f: recordings.list_recordings(board, f.text("CallSid")),
            ),
            self._route(
                "/Recordings/{recording}.json",
                "GET",
                "",
                lambda r, f: shown.recording(
                    board, recordings.find_recording(board, part(r, "recording"))
                ),
            ),
            self._route(
                "/Recordings/{recording}.json",
                "DELETE",
                "",
                lambda r, f: recordings.delete_recording(board, part(r, "recording")),
                204,
            ),
            Route(f"{_ROOT}/Recordings/{{recording}}.wav", self._sound, methods=["GET"]),
            Route(f"{_ROOT}/Recordings/{{recording}}", self._sound, methods=["GET"]),
            self._route(
                "/Conferences.json",
                "GET",
                "Conferences.list",
                lambda r, f: conferences.list_conferences(board, f),
            ),
            self._route(
                "/Conferences/{conference}.json",
                "GET",
                "",
                lambda r, f: shown.conference(conferences.find(board, part(r, "conference"))),
            ),
            self._route(
                "/Conferences/{conference}.json",
                "POST",
                "Conferences.update",
                lambda r, f: conferences.update_conference(board, part(r, "conference"), f),
            ),
            self._route(
                "/Conferences/{conference}/Participants.json",
                "GET",
                "Participants.list",
                lambda r, f: conferences.list_participants(board, part(r, "conference"), f),
            ),
            self._route(
                "/Conferences/{conference}/Participants.json",
                "POST",
                "Participants.create",
                lambda r, f: conferences.create_participant(board, part(r, "conference"), f),
                201,
            ),
            self._route(
                "/Conferences/{conference}/Participants/{who}.json",
                "GET",
                "",
                lambda r, f: conferences.fetch_participant(
                    board, part(r, "conference"), part(r, "who")
                ),
            ),
            self._route(
                "/Conferences/{conference}/Participants/{who}.json",
                "POST",
                "Participants.update",
                lambda r, f: conferences.update_participant(
                    board, part(r, "conference"), part(r, "who"), f
                ),
            ),
            self._route(
                "/Conferences/{conference}/Participants/{who}.json",
                "DELETE",
                "",
                lambda r, f: conferences.delete_participant(
                    board, part(r, "conference"), part(r, "who")
                ),
                204,
            ),
            Route("/{path:path}", self._unknown, methods=["GET", "POST", "PUT", "DELETE"]),
        ]

    def _route(
        self, path: str, method: str, operation: str, handler: Handler, status: int = 200
    ) -> Route:
        async def serve(request: Request) -> Response:
            return await self._serve(request, operation, handler, status)

        return Route(_ROOT + path, serve, methods=[method])

    async def _serve(
        self, request: Request, operation: str, handler: Handler, status: int
    ) -> Response:
        board = self._board
        board.note("", "rest", f"{request.method} {request.url.path}")
        fault = board.faults.next_rest(request.method, request.url.path)
        if fault is RestFault.ERROR_500:
            return JSONResponse({"code": 20500, "message": "Internal", "status": 500}, 500)
        if self._at_once >= board.options.most_requests or fault is RestFault.TOO_MANY:
            problem = too_many()
            return JSONResponse(problem.body(), problem.status)
        self._at_once += 1
        try:
            await asyncio.sleep(board.chance.delay(board.options.rest_delay / 2))
            if fault is RestFault.HANGS:
                return await self._hang()
            answer = await self._answer(request, operation, handler, status)
            if fault is RestFault.DONE_BUT_HANGS:
                return await self._hang()
            await asyncio.sleep(board.chance.delay(board.options.rest_delay / 2))
            return answer
        finally:
            self._at_once -= 1

    async def _hang(self) -> Response:
        await self._board.closing.wait()
        return Response(status_code=503)

    async def _answer(
        self, request: Request, operation: str, handler: Handler, status: int
    ) -> Response:
        try:
            self._authorise(request)
            values = await _values(request)
            if operation:
                parameters.check(operation, values)
            body = handler(request, Fields(values))
        except Problem as problem:
            if problem.mistake:
                text = f"{request.method} {request.url.path}: {problem.message}"
                self._board.alerts.add(problem.code, text, mistake=True)
            return JSONResponse(problem.body(), problem.status)
        return Response(status_code=status) if body is None else JSONResponse(body, status)

    def _authorise(self, request: Request) -> None:
        options = self._board.options
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise unauthorised() from None
        secrets = {options.account_sid: options.auth_token, **options.api_keys}
        if kind.lower() != "basic" or not secret or secrets.get(user) != secret:
            raise unauthorised()
        if request.path_params.get("account") != options.account_sid:
            raise not_found(request.url.path)

    async def _sound(self, request: Request) -> Response:
        sid = str(request.path_params["recording"])
        try:
            self._authorise(request)
            found = recordings.find_recording(self._board, sid)
        except Problem as problem:
            return JSONResponse(problem.body(), problem.status)
        return Response(recordings.wav(found), media_type="audio/wav")

    async def _unknown(self, request: Request) -> Response:
        problem = not_found(request.url.path)
        text = f"{request.method} {request.url.path} is not simulated"
        self._board.alerts.add(problem.code, text, mistake=True)
        return JSONResponse(problem.body(), problem.status)


async def _values(request: Request) -> dict[str, list[str]]:
    """Return the fields of the body, or of the query of a GET."""
    if request.method != "POST":
        return parse_qs(request.url.query, keep_blank_values=True)
    body = await request.body()
    if len(body) > _MAX_BODY:
        raise Problem(413, 20413, "Request Entity Too Large", mistake=True)
    return parse_qs(body.decode(), keep_blank_values=True)
