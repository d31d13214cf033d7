"""WarmTransfer: how a caller gets to a person, agent first, decided without I/O.

The bot keeps the caller while one person after another is rung. Who answers hears a brief and
presses a key to take the call; once they are in the room the caller hears so, and is moved. When
nobody can be had the caller stays with the bot; when the person leaves, they are brought back.

A driver tells facts, carries out commands, and comes back at `deadline`. Late, repeated, reordered
and missing facts are harmless: what no longer fits is ignored, and what does not come is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telephony.calls import CallStatus
from telephony.transfer import commands, facts
from telephony.transfer.commands import Command, Outcome, Reason, Went
from telephony.transfer.facts import Fact, Key, OfPerson, Order
from telephony.transfer.legs import Legs
from telephony.transfer.state import (
    OVER,
    WITH_BOT,
    LegState,
    Stage,
    TransferPolicy,
    TransferState,
)

MOST_CHECKS = 5
"""Looks into the room before the caller is brought back without one."""

_ENDS = {
    CallStatus.BUSY: Reason.BUSY,
    CallStatus.NO_ANSWER: Reason.NO_ANSWER,
    CallStatus.CANCELED: Reason.NO_ANSWER,
    CallStatus.FAILED: Reason.FAILED,
    CallStatus.COMPLETED: Reason.VOICEMAIL,
}
"""Why a person was not reached whose leg ended so before they took the call."""
_FATES = {
    Reason.BUSY: Went.MISSED,
    Reason.NO_ANSWER: Went.MISSED,
    Reason.VOICEMAIL: Went.MISSED,
    Reason.DECLINED: Went.DECLINED,
}
"""What is noted of a person for these reasons; else that they were not needed."""
_CALLING = (Stage.DIALING, Stage.SCREENING)
_TAKEN = (Stage.JOINING, Stage.ANNOUNCING, Stage.MOVING, Stage.BRIDGED)


class WarmTransfer:
    """One transfer; see `TransferState` for what it remembers."""

    def __init__(self, state: TransferState, policy: TransferPolicy | None = None) -> None:
        """Make one, or take one up where it stands; a new one starts with `begin`."""
        self.state = state
        self._policy = policy or TransferPolicy()
        self._legs = Legs(state.legs, self._policy)
        self._now = 0.0
        self._out: list[Command] = []
        self._before = state.legs

    @property
    def deadline(self) -> float | None:
        """When to call `expire`; None once there is nothing left to do."""
        state = self.state
        times = [state.step_at, *(leg.again_at for leg in state.legs)]
        if state.stage in _CALLING:
            times.append(state.cap_at)
        return min((at for at in times if at is not None), default=None)

    def is_wanted(self, person: int) -> bool:
        """Whether this person may hear the brief, or enter the room."""
        state = self.state
        if person != state.person or state.stage not in (*_CALLING, *_TAKEN):
            return False
        leg = state.legs[person]
        return not leg.unwanted and leg.state is not LegState.OVER

    @property
    def is_room_open(self) -> bool:
        """Whether the caller may enter the room: somebody is expected to be in it."""
        return self.state.stage in _TAKEN and self.is_wanted(self.state.person)

    def begin(self, now: float) -> list[Command]:
        """Ring the first person."""
        self._start(now)
        self._set(cap_at=now + self._policy.patience)
        if self.state.people > 0:
            self._dial()
        else:
            self._settle(Outcome.RETURNED, Reason.FAILED)
        return self._finished()

    def handle(self, fact: Fact, now: float) -> list[Command]:
        """Take a fact; return what is to be done."""
        self._start(now)
        if self.state.stage is Stage.ENDED:
            return []
        if isinstance(fact, OfPerson):
            if 0 <= fact.person < len(self.state.legs):
                self._of_person(fact)
        elif self.state.stage not in OVER:
            self._of_caller(fact)
        return self._finished()

    def expire(self, now: float) -> list[Command]:
        """Do what is due."""
        self._start(now)
        self._out += self._legs.expire(now)
        self._set()
        state = self.state
        if state.stage in _CALLING and state.cap_at is not None and state.cap_at <= now:
            self._settle(Outcome.RETURNED, Reason.TOOK_TOO_LONG)
        elif state.step_at is not None and state.step_at <= now:
            self._overdue()
        return self._finished()

    def _start(self, now: float) -> None:
        self._now, self._out, self._before = now, [], self.state.legs

    def _finished(self) -> list[Command]:
        self._out += self._legs.marks(self._before)
        if self.state.stage is Stage.CLEARING and self._legs.are_over:
            self._set(stage=Stage.ENDED)
        return self._out

    def _set(self, **changes: Any) -> None:
        self.state = replace(self.state, legs=self._legs.all, **changes)

    def _change(self, person: int, state: LegState) -> None:
        self._legs.change(person, state)
        self._set()

    def _enter(self, stage: Stage, seconds: float) -> None:
        self._set(stage=stage, step_at=self._now + seconds, checks=0)

    # --- people --------------------------------------------------------------------------------

    def _of_person(self, fact: OfPerson) -> None:
        person = fact.person
        leg = self.state.legs[person]
        if leg.state is LegState.OVER:
            return
        match fact:
            case facts.Dialled(order=Order.DONE, leg=sid):
                self._known(person, sid)
            case facts.Dialled(order=Order.UNCLEAR):
                if leg.state is LegState.ASKED:
                    self._change(person, LegState.UNCLEAR)
                    if self.is_wanted(person):
                        self._set(step_at=self._now + self._policy.slack)
            case facts.Dialled() if leg.state in (LegState.ASKED, LegState.UNCLEAR):
                self._gone(person, Reason.FAILED)
            case facts.Unavailable():
                if leg.state in (LegState.ASKED, LegState.UNCLEAR):
                    self._not_offered(person)
            case facts.LegChanged(status=status) if status in _ENDS:
                self._gone(person, _ENDS[status])
            case facts.LegChanged(status=status, leg=sid):
                self._known(person, sid)
                if status is CallStatus.IN_PROGRESS:
                    self._answered(person)
            case facts.Screened(leg=sid) | facts.Chose(leg=sid) if not self.is_wanted(person):
                # What they hear instead says goodbye, and hangs up.
                self._gone(person, Reason.FAILED)
            case facts.Screened(leg=sid):
                self._known(person, sid)
                self._answered(person)
            case facts.Chose(key=Key.ACCEPT, leg=sid):
                self._known(person, sid)
                self._answered(person)
                if self.state.stage in _CALLING:
                    self._legs.took(person)
                    self._enter(Stage.JOINING, self._policy.check)
            case facts.Chose(key=key):
                if self.state.stage in _CALLING:
                    declined = key is Key.DECLINE
                    self._gone(person, Reason.DECLINED if declined else Reason.VOICEMAIL)
            case facts.PersonJoined():
                self._answered(person)
                if self.is_wanted(person) and self.state.stage in (*_CALLING, Stage.JOINING):
                    self._legs.took(person)
                    self._announce()
            case facts.PersonLeft():
                self._gone(person, Reason.LEFT)
            case facts.Dismissed(order=order):
                self._legs.dismissed(person, order, self._now)
                self._set()

    def _dial(self) -> None:
        self._legs.add()
        self._enter(Stage.DIALING, self._policy.ring + self._policy.slack)
        self._out.append(commands.Dial(self.state.person))

    def _known(self, person: int, sid: str) -> None:
        first = self.state.legs[person].state in (LegState.ASKED, LegState.UNCLEAR)
        self._out += self._legs.named(person, sid, self._now)
        self._set()
        if first and self.is_wanted(person) and self.state.stage is Stage.DIALING:
            self._set(step_at=self._now + self._policy.ring + self._policy.slack)

    def _answered(self, person: int) -> None:
        self._change(person, LegState.ANSWERED)
        if self.is_wanted(person) and self.state.stage is Stage.DIALING:
            self._enter(Stage.SCREENING, self._policy.screen)

    def _gone(self, person: int, reason: Reason) -> None:
        """A leg is over; if it was the wanted one, that changes the transfer."""
        wanted = self.is_wanted(person)
        self._change(person, LegState.OVER)
        if not wanted:
            return
        match self.state.stage:
            case Stage.DIALING | Stage.SCREENING:
                self._next(reason)
            case Stage.JOINING | Stage.ANNOUNCING:
                self._next(Reason.LEFT)
            case Stage.MOVING if self.state.roomed and not self.state.joined:
                # They enter an empty room, which nothing but us would end.
                self._set(reason=Reason.LEFT)
                self._bring_back()
            case _:
                # Either the caller's leg is yet to ask for the room, or the room ends with them
                # and the leg asks how it goes on: it is told then.
                self._set(reason=Reason.TALK_OVER if self.state.bridged else Reason.LEFT)
                self._enter(Stage.RETURNING, self._policy.alone)

    def _next(self, reason: Reason) -> None:
        """Try the next person, if there is one and the caller has patience."""
        self._legs.fated(self.state.person, _FATES.get(reason, Went.SPARED))
        self._set(reason=reason)
        if self._has_more:
            self._out.append(commands.TellNext(reason))
            self._dial()
        else:
            self._settle(Outcome.RETURNED, reason)

    def _not_offered(self, person: int) -> None:
        """Somebody else was quicker to get this person; the caller need not know."""
        wanted = self.is_wanted(person)
        self._legs.fated(person, None)
        self._change(person, LegState.OVER)
        if not wanted:
            return
        if self._has_more:
            self._dial()
        else:
            self._settle(Outcome.RETURNED, self.state.reason or Reason.BUSY)

    @property
    def _has_more(self) -> bool:
        cap = self.state.cap_at
        return len(self.state.legs) < self.state.people and (cap is None or self._now < cap)

    def _give_up(self, reason: Reason) -> None:
        """The current person is not wanted any more."""
        self._dismiss(self.state.person)
        self._next(reason)

    def _dismiss(self, person: int) -> None:
        self._out += self._legs.dismiss(person, self._now)
        self._set()

    # --- the caller ----------------------------------------------------------------------------

    def _of_caller(self, fact: Fact) -> None:
        state = self.state
        match fact:
            case facts.CallerGone():
                self._settle_gone()
            case facts.Announced() if state.stage is Stage.ANNOUNCING:
                self._move()
            case facts.Withdrawn() if state.stage in WITH_BOT:
                self._settle(Outcome.RETURNED, Reason.WITHDRAWN)
            case facts.StreamLost() if state.stage is Stage.ANNOUNCING:
                self._move()
            case facts.StreamLost() if state.stage in WITH_BOT:
                self._settle(Outcome.MESSAGE, Reason.STREAM_LOST)
            case facts.Moved(order=order) if state.ordered and not state.returns:
                self._moved(order)
            case facts.RoomAsked() if state.stage in (Stage.MOVING, Stage.BRIDGED):
                self._set(ordered=False, roomed=True)
                if state.stage is Stage.MOVING and not state.joined:
                    self._set(step_at=self._now + self._policy.alone)
            case facts.RoomAsked() if state.stage is Stage.RETURNING:
                self._settle_back(bot=True)
            case facts.CallerJoined() if state.stage in (Stage.MOVING, Stage.RETURNING):
                if state.stage is Stage.MOVING and not state.joined:
                    self._set(step_at=self._now + self._policy.alone)
                self._set(joined=True)
            case facts.CallerLeft() if state.stage in (Stage.MOVING, Stage.BRIDGED):
                self._set(reason=Reason.TALK_OVER if state.bridged else Reason.LEFT)
                self._enter(Stage.RETURNING, self._policy.alone)
            case facts.RoomStarted(person=person) if person == state.person:
                self._started()
            case facts.CallerReleased(bot=bot) if state.stage not in WITH_BOT:
                self._settle_back(bot)
            case facts.CallerResumed() if state.stage not in WITH_BOT:
                self._settle_back(bot=True)
            case facts.BroughtBack(order=order) if state.ordered and state.returns:
                self._brought_back(order)
            case facts.RoomSeen(person_there=person, caller_there=caller):
                self._seen(person, caller)
            case facts.RoomUnseen() if state.stage is Stage.MOVING:
                self._set(step_at=self._now + self._policy.again)

    def _announce(self) -> None:
        self._enter(Stage.ANNOUNCING, self._policy.announce)
        self._out.append(commands.Announce())

    def _move(self) -> None:
        self._enter(Stage.MOVING, 2 * self._policy.alone)
        self._set(ordered=True)
        self._out.append(commands.MoveCaller())

    def _moved(self, order: Order) -> None:
        self._set(ordered=False)
        match order:
            case Order.GONE:
                self._settle_gone()
            case Order.REFUSED if not self.state.joined and not self.state.bridged:
                # The caller was never moved, and is still with the bot.
                self._settle(Outcome.RETURNED, self.state.reason or Reason.FAILED)
            case Order.UNCLEAR if self.state.stage is Stage.MOVING:
                self._check()
            case Order.UNCLEAR if self.state.stage is Stage.RETURNING:
                self._bring_back()
            case _:
                if not self.state.bridged:
                    self._set(step_at=self._now + self._policy.alone)

    def _check(self) -> None:
        if self.state.checks < MOST_CHECKS:
            self._set(checks=self.state.checks + 1, step_at=self._now + self._policy.check)
            self._out.append(commands.CheckRoom())
        else:
            self._bring_back()

    def _seen(self, person: bool, caller: bool) -> None:
        match self.state.stage:
            case Stage.JOINING if person:
                self._announce()
            case Stage.MOVING if person and caller:
                self._started()
            case Stage.MOVING if self.state.ordered and not caller:
                self._set(step_at=self._now + self._policy.check)
            case Stage.MOVING:
                self._set(reason=Reason.LEFT)
                self._bring_back()

    def _started(self) -> None:
        if self.state.stage is Stage.MOVING:
            self._enter(Stage.BRIDGED, self._policy.talk)
            self._set(bridged=True, joined=True)
            self._out.append(commands.Connected())
        elif self.state.stage is Stage.RETURNING:
            self._set(bridged=True, joined=True)

    def _bring_back(self) -> None:
        if self.state.returns >= self._policy.returns:
            self._settle_gone()
            return
        self._enter(Stage.RETURNING, self._policy.order)
        self._set(ordered=True, returns=self.state.returns + 1)
        self._out.append(commands.BringBack())

    def _brought_back(self, order: Order) -> None:
        self._set(ordered=False)
        match order:
            case Order.GONE:
                self._settle_gone()
            case Order.DONE:
                # Their leg asks how it goes on, and only then are they really back.
                self._set(step_at=self._now + self._policy.slack)
            case _:
                pause = self._policy.again * min(self.state.returns, 5)
                self._set(step_at=self._now + pause)

    # --- time, and the end ---------------------------------------------------------------------

    def _overdue(self) -> None:
        match self.state.stage:
            case Stage.DIALING:
                self._give_up(Reason.NO_ANSWER)
            case Stage.SCREENING:
                self._give_up(Reason.VOICEMAIL)
            case Stage.JOINING if self.state.checks == 0:
                self._set(checks=1, step_at=self._now + self._policy.join - self._policy.check)
                self._out.append(commands.CheckRoom())
            case Stage.JOINING:
                self._give_up(Reason.LEFT)
            case Stage.ANNOUNCING:
                self._move()
            case Stage.MOVING:
                self._check()
            case Stage.BRIDGED:
                self._settle(Outcome.BRIDGED, Reason.TALK_OVER)
            case Stage.RETURNING:
                self._bring_back()

    def _settle_back(self, bot: bool) -> None:
        if self.state.bridged:
            self._settle(Outcome.BRIDGED, Reason.TALK_OVER)
        else:
            outcome = Outcome.RETURNED if bot else Outcome.MESSAGE
            self._settle(outcome, self.state.reason or Reason.FAILED)

    def _settle_gone(self) -> None:
        self._settle(Outcome.BRIDGED if self.state.bridged else Outcome.GONE, Reason.HUNG_UP)

    def _settle(self, outcome: Outcome, reason: Reason) -> None:
        self._out.append(commands.Settle(outcome, reason))
        self._set(
            stage=Stage.CLEARING,
            step_at=None,
            cap_at=None,
            outcome=outcome,
            reason=reason,
            ordered=False,
        )
        for person in range(len(self.state.legs)):
            self._dismiss(person)
