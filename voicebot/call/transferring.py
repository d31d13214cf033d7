"""Transferring: a session's side of a warm transfer. Sans-I/O.

The session goes on while a person is rung: it answers, tells how it gets on, and takes the caller's
change of mind. Once the person is there it says so, and only when that was heard the caller is
moved. While the caller is with the person the session has no line; it waits for them to come back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Protocol

from dialogue.acts import Connecting, Connection, Say
from dialogue.hours import waiting
from voicebot.call.parts import PersonLine
from voicebot.journal import (
    CallerBridged,
    CallerQueued,
    HandoffDecided,
    JournalEvent,
    PersonMissed,
    PersonReady,
    TransferBegan,
    TransferEnded,
)

TransferNews = (
    TransferBegan | CallerQueued | PersonMissed | PersonReady | CallerBridged | TransferEnded
)
"""What a session is told of its transfer."""

_RETURN_SECONDS = 20.0
"""Within which a caller who is on the way back has a new stream."""
_LATE_MOVE = 60.0
"""Within which the carrier may still carry out an order to move the caller that seemed to fail."""
_LONGEST_AWAY = 5 * 3_600.0
"""A talk is over by then at the latest, as the carrier ends it before."""


class Place(Enum):
    """Where the caller is."""

    BOT = "bot"
    """No transfer is under way."""
    CALLING = "calling"
    """With the bot, while people are rung."""
    ANNOUNCED = "announced"
    """Being told that they are connected now."""
    MOVING = "moving"
    """They have heard it; their stream is about to end."""
    AWAY = "away"
    """In the room, or on the way there."""
    RETURNING = "returning"
    """On the way back."""


class Host(Protocol):
    """The dialogue's side of the session."""

    def say(self, act: Say) -> None:
        """Say something."""

    def hush(self, now: float) -> None:
        """Fall silent, and forget what was to be said."""

    def submit(self, given: Connecting) -> None:
        """Give the dialogue an input."""


class Transferring:
    """Where the caller of one session is, and what follows from it."""

    def __init__(
        self,
        line: PersonLine | None,
        prompts: Mapping[str, str],
        host: Host,
        record: Callable[[JournalEvent], None],
        finish: Callable[[str, str], None],
        wait_words: Callable[[float], str] = waiting,
    ) -> None:
        """
        Args:
            line: Rings people; None where a call ends when a person is needed.
            prompts: `TRANSFER_PROMPTS` by name.
            host: Speaks, and asks the dialogue.
            record: Journals facts.
            finish: Ends the session: how, and why.
            wait_words: Says how long it takes, from seconds.
        """
        self._wait_words = wait_words
        self._line = line
        self._prompts = prompts
        self._host = host
        self._record = record
        self._finish = finish
        self.place = Place.BOT
        self._wait: float | None = None
        """Seconds that the caller was told to wait in the line; None: somebody is rung."""
        self._ready = False
        """A person waits, and the caller was not told yet, or not to the end."""
        self._ended: TransferEnded | None = None
        self._came_back = False
        self._late_until = 0.0
        """Until when a stream that stops may mean that the caller is moved all the same."""
        self._left_at = 0.0
        self.away_seconds = 0.0
        """How long the caller has been without the bot, in all; it does not count as the bot's."""
        self.deadline: float | None = None
        """When to call `expire`, on the call clock."""

    @property
    def is_away(self) -> bool:
        """Whether the session has no line."""
        return self.place in (Place.AWAY, Place.RETURNING)

    @property
    def bot_has_caller(self) -> bool:
        """Whether the caller is the bot's to keep: nobody waits for them."""
        return self.place is Place.BOT or (self.place is Place.CALLING and not self._ready)

    @property
    def is_quiet(self) -> bool:
        """Whether the dialogue has nothing to say now."""
        return self.place not in (Place.BOT, Place.CALLING)

    @property
    def is_waiting(self) -> bool:
        """Whether the caller waits for a person, and was not told that one is there."""
        return self.place in (Place.CALLING, Place.MOVING)

    def begin(self, handoff: HandoffDecided) -> bool:
        """Begin to ring people; False where nobody can be, and the call ends with the handoff."""
        if self.place is not Place.BOT or self._line is None or not self._line.begin(handoff):
            return False
        self.place, self._ready, self._ended = Place.CALLING, False, None
        self._late_until = 0.0
        self._wait = None
        self._came_back = False
        self._host.submit(Connecting(Connection.CALLING))
        return True

    def cancel(self) -> None:
        """The caller does not want a person any more."""
        if self.place in (Place.CALLING, Place.ANNOUNCED) and self._line is not None:
            self.place = Place.BOT
            self._line.withdrawn()

    def told(self, news: TransferNews, now: float, *, floor_is_free: bool) -> None:
        """Take what became of the transfer."""
        self._record(news)
        match news:
            case CallerQueued(wait) if self.place is Place.CALLING:
                self._wait = wait
                self._say("in_line")
            case PersonMissed() if self.place is not Place.BOT and not self.is_away:
                told, self.place, self._ready = self.is_quiet, Place.CALLING, False
                if told:
                    # They left while the caller was being told that they are there.
                    self._host.hush(now)
                self._say("next_person")
            case PersonReady() if self.place is Place.CALLING:
                self._ready, self._wait = True, None
                self.has_spoken(now, floor_is_free=floor_is_free)
            case TransferEnded():
                self._is_over(news, now)

    def has_spoken(self, now: float, *, floor_is_free: bool) -> None:
        """All that was to be said was heard, or there was nothing: is it time for the next?"""
        if self.place is Place.ANNOUNCED and self._line is not None:
            self.place = Place.MOVING
            self._line.announced()
        elif self.place is Place.CALLING and self._ready and floor_is_free:
            self._ready = False
            self._host.hush(now)
            self.place = Place.ANNOUNCED
            self._say("connecting", interruptible=False)

    def interrupted(self) -> None:
        """The caller would not hear it to the end: they have something to say first."""
        if self.place is Place.ANNOUNCED:
            self.place, self._ready = Place.CALLING, True

    def reassures(self) -> bool:
        """Break a silence; False where it means something else."""
        if self.place is Place.CALLING:
            self._say("still_calling" if self._wait is None else "in_line")
        elif self.place is Place.MOVING:
            self._say("one_moment")
        return self.place is not Place.BOT

    # --- the line --------------------------------------------------------------------------------

    def stream_ended(self, reason: str, now: float) -> bool:
        """A media stream is over; return whether the session goes on without one."""
        if self._line is None:
            return False
        if self.place is Place.BOT:
            return reason == "stop" and self._moved_late(now)
        if self.place is Place.CALLING and not self._ready:
            if reason == "stop":
                self._line.caller_gone()
            else:
                self._line.stream_lost()
            self.place = Place.BOT
            return False
        if reason != "stop":
            self._line.stream_lost()
        if not self.is_away:
            self.place, self._left_at = Place.AWAY, now
            self.deadline = now + _LONGEST_AWAY
        return True

    def _moved_late(self, now: float) -> bool:
        """Expect a caller back whose leg was sent to a room that nobody is in any more."""
        if now >= self._late_until:
            return False
        self.place, self._left_at, self._came_back = Place.RETURNING, now, False
        self.deadline = now + _RETURN_SECONDS
        return True

    def stream_started(self, now: float) -> None:
        """The caller has a line to the bot again."""
        if self._line is not None and self.is_away:
            if not self._came_back:
                self.away_seconds += now - self._left_at
            self._came_back = True
            self._line.returned()
            self._go_on()

    def expire(self, now: float) -> None:
        """Give up on a caller who did not come back."""
        if self.is_away and self.deadline is not None and self.deadline <= now:
            self.deadline = None
            bridged = self._ended is None or self._ended.outcome == "bridged"
            if now < self._late_until + _RETURN_SECONDS:
                # They were not moved, but have hung up.
                self._finish("caller_hung_up", "")
                return
            self._finish("transferred" if bridged else "failed", "did not come back")

    def close(self, disposition: str) -> None:
        """The session is over; nobody is to be rung for it any more."""
        if self._line is None or self.place is Place.BOT or self.is_away:
            return
        self.place = Place.BOT
        if disposition == "caller_hung_up":
            self._line.caller_gone()
        elif disposition == "failed":
            self._line.stream_lost()
        else:
            self._line.withdrawn()

    # --- the end ---------------------------------------------------------------------------------

    def _is_over(self, ended: TransferEnded, now: float) -> None:
        self._ended = ended
        if self.place is Place.BOT:
            return
        if self.is_away or self.place is Place.MOVING:
            self._is_over_away(ended, now)
        elif ended.outcome == "returned":
            self.place = Place.BOT
            if ended.reason == "withdrawn":
                # What they said instead is being answered.
                self._host.submit(Connecting(Connection.BOOKED))
                return
            self._host.hush(now)
            self._host.submit(Connecting(Connection.MISSED))
        elif ended.outcome in ("gone", "bridged"):
            self.place = Place.BOT
            self._finish("caller_hung_up", "")

    def _is_over_away(self, ended: TransferEnded, now: float) -> None:
        if self._came_back:
            self._go_on()
        elif ended.comes_back and self.place is Place.MOVING:
            # They were never moved.
            self.place, self._late_until = Place.BOT, now + _LATE_MOVE
            self._host.submit(Connecting(Connection.MISSED))
        elif ended.comes_back:
            self.place = Place.RETURNING
            self.deadline = now + _RETURN_SECONDS
        elif ended.outcome == "bridged":
            self._finish("transferred", "")
        elif ended.outcome == "gone":
            self._finish("caller_hung_up", "")
        else:
            self._finish("failed", "nobody could be reached")

    def _go_on(self) -> None:
        if self._ended is None:
            return
        self.place, self.deadline = Place.BOT, None
        talked = self._ended.outcome == "bridged"
        self._host.submit(Connecting(Connection.TALKED if talked else Connection.MISSED))

    def _say(self, name: str, *, interruptible: bool = True) -> None:
        text = self._prompts[name].replace("{wait}", self._wait_words(self._wait or 0.0))
        self._host.say(Say(text, f"prompt:{name}", interruptible))
