"""SimulatedCaller: places a call as the carrier would, and is the person who calls."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidURI

from telephony.calls import CallStatus, DialStatus
from telephony.simulator.events import CallerEvent, EndedBy, EventKind
from telephony.simulator.line import SimulatedLine
from telephony.simulator.media_socket import StreamIdentity
from telephony.simulator.player import LinePlayer, ScriptPlayer
from telephony.simulator.recording import (
    CallRecording,
    StreamRecord,
    TwimlDocument,
    measure_turns,
)
from telephony.simulator.script import CallerLine, Faults
from telephony.simulator.stream import LineEffect, SimulatedStream, StreamExit
from telephony.simulator.web import CarrierWeb, WebhookFailed, carrier_client
from telephony.twilio.signature import HEADER

MOST_DOCUMENTS = 30
"""Documents carried out in one call; more of them is a loop."""

_HANDSHAKE_SECONDS = 10.0
_GRACE_SECONDS = 5.0
_MAX_MESSAGE = 2**20
_DRAIN_SECONDS = 5.0

_Step = tuple[str, dict[str, str]] | EndedBy | None
"""Another document to ask for, the end of the call, or on to the next verb."""


class SimulatedCaller:
    """One call to one server.

    Args:
        voice_url: The server's voice webhook, `http(s)://host/twilio/voice`.
        lines: What the caller says, in order; or a player that finds out as the call goes.
        auth_token: Signs requests; empty: they are unsigned.
        account_sid: The carrier account that the number belongs to.
        caller: Who rings, E.164.
        called: Whose number is rung, E.164.
        hang_up_after: Seconds of the bot's silence, after the last line, at which the caller hangs
            up; None: the caller waits for the bot to do it. A player decides by itself.
        on_event: Told of everything as it happens; must not block.
        public_url: The server's own idea of its address, where that is not how it is reached from
            here; see `telephony.simulator.web.CarrierWeb`.
        max_seconds: Bound of the call, on the call clock.
        menu_digits: Keys pressed at the fallback menu, one each time it is offered.
        dial_status: What comes of ringing a person.
        faults: What goes wrong.
        effect: What the line does to the caller's sound, such as noise; must not block.
    """

    def __init__(
        self,
        voice_url: str,
        lines: Sequence[CallerLine] | LinePlayer,
        *,
        auth_token: str = "",
        account_sid: str = "AC00000000000000000000000000000000",
        caller: str = "+15550100001",
        called: str = "+15550100000",
        hang_up_after: float | None = None,
        on_event: Callable[[CallerEvent], None] | None = None,
        public_url: str = "",
        max_seconds: float = 300.0,
        menu_digits: str = "",
        dial_status: DialStatus = DialStatus.COMPLETED,
        faults: Faults | None = None,
        effect: LineEffect | None = None,
    ) -> None:
        self._voice_url = voice_url
        self._public_url = public_url
        self._auth_token = auth_token
        self._account_sid = account_sid
        self._caller = caller
        self._called = called
        self._on_event = on_event
        self._max_seconds = max_seconds
        self._menu_digits: Iterator[str] = iter(menu_digits)
        self._dial_status = dial_status
        self._faults = faults or Faults()
        self._effect = effect
        self._player = (
            lines
            if isinstance(lines, LinePlayer)
            else ScriptPlayer(lines, hang_up_after=hang_up_after)
        )
        self.call_sid = _sid("CA")
        self._streams: list[StreamRecord] = []
        self._documents: list[TwimlDocument] = []
        self._callbacks: set[asyncio.Task[None]] = set()
        self._gone: EndedBy | None = None

    async def run(self) -> CallRecording:
        """Place the call and return once it is over; to be used once.

        Whatever the server does wrong is in the recording, not raised.

        Raises:
            ValueError: the voice webhook's address is no web address.
        """
        loop = asyncio.get_running_loop()
        self._line = SimulatedLine(loop.time, self._on_event)
        async with carrier_client(self._voice_url) as http:
            self._web = CarrierWeb(self._voice_url, self._public_url, self._auth_token, http)
            self._line.happened(EventKind.RINGING, self.call_sid)
            try:
                ended_by = await self._call()
                if self._callbacks:
                    await asyncio.wait(self._callbacks, timeout=_DRAIN_SECONDS)
            finally:
                for task in self._callbacks:
                    task.cancel()
        self._line.close()
        self._line.happened(EventKind.ENDED, ended_by)
        ear_track = bytes(self._line.ear.track)
        return CallRecording(
            call_sid=self.call_sid,
            caller_track=bytes(self._line.caller_track),
            ear_track=ear_track,
            events=tuple(self._line.events),
            turns=measure_turns(self._player.said, ear_track),
            ended_by=ended_by,
            streams=tuple(self._streams),
            twiml_log=tuple(self._documents),
        )

    async def _call(self) -> EndedBy:
        url = self._web.voice_url
        form = self._form(CallStatus.RINGING)
        for _ in range(MOST_DOCUMENTS):
            try:
                document = await self._web.post(url, form)
            except WebhookFailed as error:
                self._line.happened(EventKind.WARNING, str(error))
                return self._gone or EndedBy.FAILED
            self._documents.append(document)
            if self._gone is not None:
                return self._gone
            step = await self._carry_out(document, url)
            if isinstance(step, EndedBy):
                return step
            url, form = step
        self._line.happened(EventKind.WARNING, f"more than {MOST_DOCUMENTS} documents")
        return EndedBy.FAILED

    async def _carry_out(
        self, document: TwimlDocument, url: str
    ) -> tuple[str, dict[str, str]] | EndedBy:
        if document.status != 200:
            self._line.happened(EventKind.WARNING, f"{document.path}: status {document.status}")
            return EndedBy.FAILED
        try:
            response = ElementTree.fromstring(document.body)
        except ElementTree.ParseError:
            self._line.happened(EventKind.WARNING, f"{document.path}: 12100 not XML")
            return EndedBy.FAILED
        if response.tag != "Response":
            self._line.happened(EventKind.WARNING, f"{document.path}: 12100 not TwiML")
            return EndedBy.FAILED
        for verb in response:
            text = " ".join((verb.text or "").split())
            self._line.happened(EventKind.VERB, f"{verb.tag} {text}".strip())
            step = await self._verb(verb, url)
            if step is not None:
                return step
        return EndedBy.BOT

    async def _verb(self, verb: ElementTree.Element, url: str) -> _Step:
        match verb.tag:
            case "Say" | "Play" | "Pause":
                return None
            case "Hangup":
                return EndedBy.BOT
            case "Reject":
                return EndedBy.REJECTED
            case "Redirect":
                target = self._web.resolve((verb.text or "").strip(), url)
                return target, self._form(CallStatus.IN_PROGRESS)
            case "Connect":
                return await self._connect(verb, url)
            case "Gather":
                return self._gather(verb, url)
            case "Dial":
                return self._action(verb, url, DialCallStatus=self._dial_status.value)
            case "Record":
                return self._action(
                    verb,
                    url,
                    RecordingSid=_sid("RE"),
                    RecordingUrl="https://recordings.invalid/message",
                    RecordingDuration="3",
                )
            case _:
                self._line.happened(EventKind.WARNING, f"{verb.tag} cannot be simulated")
                return EndedBy.FAILED

    def _action(self, verb: ElementTree.Element, url: str, **fields: str) -> _Step:
        action = verb.get("action")
        if action is None:
            return None
        return self._web.resolve(action, url), self._form(CallStatus.IN_PROGRESS) | fields

    def _gather(self, verb: ElementTree.Element, url: str) -> _Step:
        for prompt in verb:
            text = " ".join((prompt.text or "").split())
            self._line.happened(EventKind.VERB, f"{prompt.tag} {text}".strip())
        digit = next(self._menu_digits, "")
        if not digit and verb.get("actionOnEmptyResult", "false") != "true":
            return None
        return self._action(verb, url, Digits=digit)

    async def _connect(self, verb: ElementTree.Element, url: str) -> _Step:
        stream = verb.find("Stream")
        if stream is None:
            self._line.happened(EventKind.WARNING, "Connect without Stream cannot be simulated")
            return EndedBy.FAILED
        stream_sid = _sid("MZ")
        exit_ = await self._stream(stream, url, stream_sid)
        if exit_ is StreamExit.CALLER:
            self._gone = EndedBy.CALLER
        elif exit_ is StreamExit.TIME_LIMIT:
            self._gone = EndedBy.TIME_LIMIT
        step = self._action(verb, url, StreamSid=stream_sid)
        if self._gone is None or step is None or isinstance(step, EndedBy):
            return self._gone or step
        # Twilio still tells that the call is over; the answer to that is not carried out.
        target, form = step
        return target, form | {"CallStatus": CallStatus.COMPLETED.value}

    async def _stream(
        self, element: ElementTree.Element, url: str, stream_sid: str
    ) -> StreamExit | None:
        """Run one media stream; None if its socket could not be opened."""
        socket_url = self._web.socket_url(element.get("url", ""), url)
        callback = element.get("statusCallback")
        if callback is not None:
            callback = self._web.resolve(callback, url)
        headers = self._web.signed(socket_url, {})
        if self._faults.bad_signature and headers:
            headers = {HEADER: headers[HEADER][::-1]}
        try:
            socket = await connect(
                self._web.reachable(socket_url),
                additional_headers=headers,
                compression=None,
                open_timeout=_HANDSHAKE_SECONDS,
                ping_interval=None,
                max_size=_MAX_MESSAGE,
                proxy=None,
            )
        except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as error:
            problem = f"31920 handshake failed: {error}"
            self._line.happened(EventKind.WARNING, problem)
            self._report(callback, stream_sid, "stream-error", StreamError=problem)
            return None
        self._report(callback, stream_sid, "stream-started")
        started = self._line.seconds()
        stream = SimulatedStream(
            socket,
            line=self._line,
            player=self._player,
            identity=StreamIdentity(stream_sid, self.call_sid, self._account_sid),
            parameters={
                parameter.get("name", ""): parameter.get("value", "")
                for parameter in element.iterfind("Parameter")
            },
            faults=self._faults,
            first=not self._streams,
            until=self._max_seconds,
            effect=self._effect,
        )
        try:
            # A server that stops reading would otherwise hold the call for ever.
            async with asyncio.timeout(self._max_seconds - started + _GRACE_SECONDS):
                exit_ = await stream.run()
        except TimeoutError:
            self._line.happened(EventKind.WARNING, "31930 the server does not read")
            exit_ = StreamExit.TIME_LIMIT
        closed_by = "caller" if exit_ is StreamExit.TIME_LIMIT else exit_.value
        code = socket.close_code or 1006
        self._streams.append(
            StreamRecord(stream_sid, started, self._line.seconds(), code, closed_by)
        )
        self._line.happened(EventKind.STREAM_ENDED, f"{code} {closed_by}")
        self._report(callback, stream_sid, "stream-stopped")
        return exit_

    def _report(self, url: str | None, stream_sid: str, event: str, **fields: str) -> None:
        """Tell the status callback, without waiting for it."""
        if url is None:
            return
        form = {
            "AccountSid": self._account_sid,
            "CallSid": self.call_sid,
            "StreamSid": stream_sid,
            "StreamName": stream_sid,
            "StreamEvent": event,
            **fields,
        }
        task = asyncio.create_task(self._post_report(url, form))
        self._callbacks.add(task)
        task.add_done_callback(self._callbacks.discard)

    async def _post_report(self, url: str, form: dict[str, str]) -> None:
        try:
            answer = await self._web.post(url, form)
        except WebhookFailed as error:
            self._line.happened(EventKind.WARNING, str(error))
            return
        if answer.status >= 300:
            self._line.happened(EventKind.WARNING, f"{answer.path}: status {answer.status}")

    def _form(self, status: CallStatus) -> dict[str, str]:
        return {
            "AccountSid": self._account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.call_sid,
            "CallStatus": status.value,
            "Called": self._called,
            "Caller": self._caller,
            "Direction": "inbound",
            "From": self._caller,
            "To": self._called,
        }


async def run_calls(callers: Sequence[SimulatedCaller]) -> list[CallRecording]:
    """Run calls at once, in this process, and return their recordings in the same order."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(caller.run()) for caller in callers]
    return [task.result() for task in tasks]


def _sid(prefix: str) -> str:
    return prefix + uuid.uuid4().hex
