"""FakeCarrier: a stand-in for Twilio on this machine, with people behind its numbers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from twilio.rest import Client

from telephony.simulator.carrier.alerts import Alerts, CarrierComplains
from telephony.simulator.carrier.api import rest_app
from telephony.simulator.carrier.board import Board, Happening, Number
from telephony.simulator.carrier.call import Call, Span
from telephony.simulator.carrier.client import CarrierHttpClient, twilio_client
from telephony.simulator.carrier.conference import Conference
from telephony.simulator.carrier.faults import CarrierFaults
from telephony.simulator.carrier.handset import FRAME_SECONDS
from telephony.simulator.carrier.instructions import follow
from telephony.simulator.carrier.leg import Leg
from telephony.simulator.carrier.options import CarrierOptions
from telephony.simulator.carrier.people import Person
from telephony.simulator.carrier.postman import Webhook
from telephony.simulator.carrier.run import Source
from telephony.simulator.loopback import serve_on_loopback
from telephony.simulator.player import LinePlayer
from telephony.simulator.script import CallerLine

_CLIENT_TIMEOUT = 5.0


class FakeCarrier:
    """A carrier with one account: REST API, documents, conferences, callbacks, people.

    Use it as an asynchronous context manager. On leaving, live calls end without further
    callbacks, and mistakes in the server's documents and requests raise `CarrierComplains`
    (`options.strict`).

    Args:
        options: Delays and the like.
        reach: Where public addresses really are, as in
            `{"https://bot.example.com": "http://127.0.0.1:8080"}`; webhooks are signed for the
            public ones.
        port: Of the REST API; 0: any.
    """

    def __init__(
        self,
        options: CarrierOptions | None = None,
        *,
        reach: Mapping[str, str] | None = None,
        port: int = 0,
    ) -> None:
        self.options = options or CarrierOptions()
        self._reach = dict(reach or {})
        self._port = port
        self._clients: list[CarrierHttpClient] = []

    async def __aenter__(self) -> FakeCarrier:
        """Open the carrier."""
        self.board = Board(self.options, self._reach)
        self._serving = serve_on_loopback(rest_app(self.board), port=self._port)
        self.api_url = self.board.api_url = await self._serving.__aenter__()
        """Root of the REST API."""
        self._ticking = asyncio.create_task(self.board.exchange.run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the carrier."""
        self.board.closing.set()
        self._ticking.cancel()
        await asyncio.gather(self._ticking, return_exceptions=True)
        await self.board.close()
        for client in self._clients:
            await client.close()
        await self._serving.__aexit__(None, None, None)
        if error is None and self.options.strict and self.alerts.mistakes:
            raise CarrierComplains(self.alerts.mistakes)

    @property
    def account_sid(self) -> str:
        """The account."""
        return self.options.account_sid

    @property
    def auth_token(self) -> str:
        """Its token: REST password, and key of all signatures."""
        return self.options.auth_token

    @property
    def alerts(self) -> Alerts:
        """The error log."""
        return self.board.alerts

    @property
    def faults(self) -> CarrierFaults:
        """What is to go wrong."""
        return self.board.faults

    @property
    def log(self) -> Sequence[Happening]:
        """Everything that happened, in order; print it when a test fails."""
        return tuple(self.board.log)

    @property
    def calls(self) -> Sequence[Call]:
        """All calls, the oldest first."""
        return tuple(Call(leg) for leg in self.board.book(Leg).values())

    @property
    def conferences(self) -> Sequence[Conference]:
        """All conferences, the oldest first."""
        return tuple(self.board.book(Conference).values())

    @property
    def busy(self) -> int:
        """How much runs in the background: live calls, taps, waiting music and the like."""
        return self.board.busy

    def seconds(self) -> float:
        """Return the time since the carrier opened; all times here are such."""
        return self.board.exchange.seconds()

    def add_number(
        self, number: str, voice_url: str, *, status_callback: str = "", fallback_url: str = ""
    ) -> None:
        """Give the account a number.

        Args:
            number: E.164.
            voice_url: Asked for instructions when it is rung.
            status_callback: Told when a call to it is over.
            fallback_url: Asked, once a call, when instructions cannot be had.
        """
        self.board.numbers[number] = Number(voice_url, status_callback, fallback_url)

    def add_person(self, number: str, person: Person) -> None:
        """Put somebody behind a number, or somebody else than before."""
        self.board.people[number] = person

    async def call(
        self,
        to: str,
        lines: Sequence[CallerLine] = (),
        *,
        caller: str = "+15550100001",
        player: Callable[[], LinePlayer] | None = None,
        hang_up_after: float | None = None,
        person: Person | None = None,
    ) -> Call:
        """Ring one of the account's numbers, and return at once; the call goes on by itself.

        Args:
            to: The number.
            lines: What the caller says, in order.
            caller: Who rings, E.164.
            player: A caller who finds out what to say as the call goes, instead of lines.
            hang_up_after: Seconds of silence after the last line at which the caller hangs up.
            person: The caller as a whole, instead of all that.
        """
        number = self.board.numbers[to]
        leg = Leg(
            self.board,
            direction="inbound",
            to=to,
            from_=caller,
            person=person
            or Person(lines=tuple(lines), hang_up_after=hang_up_after, make_player=player),
            program=follow(Source(number.voice_url)),
            callback=Webhook(number.status_callback, events=frozenset({"completed"}))
            if number.status_callback
            else None,
            fallback=Webhook(number.fallback_url) if number.fallback_url else None,
        )
        self.board.own(leg.live_through())
        await asyncio.sleep(0)
        return Call(leg)

    def call_to(self, number: str, index: int = -1) -> Call:
        """Return a call that was made to a number; the last one.

        Raises:
            LookupError: there is none.
        """
        return [call for call in self.calls if call.to == number][index]

    async def rung(self, number: str, timeout: float = 30.0) -> Call:
        """Return the next call to a number, once it is made; at once if there is one.

        Raises:
            TimeoutError: nobody rang it.
        """
        legs = self.board.book(Leg)
        await self.until(lambda: any(leg.to == number for leg in legs.values()), timeout)
        return self.call_to(number)

    def heard_by(self, listener: Call, speaker: Call) -> Sequence[Span]:
        """Return when one party could hear another, through a conference or a bridge."""
        return tuple(self.board.paths.get((listener.sid, speaker.sid), ()))

    def together(self, one: Call, other: Call) -> Sequence[Span]:
        """Return when two parties could both hear each other."""
        spans = []
        for begin, end in self.heard_by(one, other):
            for first, last in self.heard_by(other, one):
                if (start := max(begin, first)) < (stop := min(end, last)):
                    spans.append((start, stop))
        return tuple(spans)

    async def met(self, one: Call, other: Call, timeout: float = 30.0) -> float:
        """Return when two parties could first hear each other, once they can.

        Raises:
            TimeoutError: they cannot.
        """
        await self.until(lambda: bool(self.together(one, other)), timeout)
        return self.together(one, other)[0][0]

    async def until(self, holds: Callable[[], bool], timeout: float = 30.0) -> None:
        """Return once something holds; looked at whenever something happens, and every 20 ms.

        Raises:
            TimeoutError: it does not.
        """
        async with asyncio.timeout(timeout):
            while not holds():
                # Nothing beats while nobody is on the telephone.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.board.exchange.pulse.wait(), FRAME_SECONDS)

    async def settled(self) -> None:
        """Return once every callback has arrived or been given up."""
        await self.board.postman.settled()

    def twilio_client(self) -> Client:
        """Return the real `twilio` client, pointed here; its `…_async` methods work."""
        http = CarrierHttpClient(self.api_url, _CLIENT_TIMEOUT)
        self._clients.append(http)
        return twilio_client(self.account_sid, self.auth_token, http)
