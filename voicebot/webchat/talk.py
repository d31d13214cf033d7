"""One conversation of a web chat: its turns in order, its journal, and who watches it."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

import structlog

from dialogue.acts import (
    Ask,
    CallTool,
    Channel,
    DialogueInput,
    EndCall,
    Handoff,
    Say,
    ToolReturned,
    UserTurn,
)
from dialogue.brief import Route
from dialogue.domain import Domain
from dialogue.state import DialogueState
from dialogue.step import Step
from voicebot.call.conversation import Decided
from voicebot.call.parts import BriefMaker
from voicebot.hotlines import Hotline
from voicebot.journal import (
    CallAnswered,
    CallEnded,
    CallerTurnEnded,
    CallId,
    EngineFailed,
    Entry,
    HandoffDecided,
    JournalEvent,
    SpeechHeard,
    SpeechQueued,
    SpeechStarted,
    StreamEnded,
    StreamStarted,
    ToolAnswered,
    ToolCalled,
)
from voicebot.ports import EngineError, JournalSink, ToolError
from voicebot.webchat.events import Event, shown
from voicebot.webchat.people import People
from voicebot.webchat.refusals import ChatRefused

_EVENTS = 500
"""Events kept for who comes back; older ones are gone from the page, not from the journal."""
_WAITING = 3
"""Messages that may wait for the one being answered."""
_WATCHERS = 4
_REMEMBERED = 64
"""Names of messages by which one that is sent again is known."""
_FAILURES = 2
"""Failures of the dialogue in a row after which a person is needed."""
_TOOLS_A_TURN = 16

_log = structlog.get_logger(__name__)


class Talk:
    """A conversation. Lives on one event loop; whoever knows its `id` may take part."""

    def __init__(
        self,
        call: CallAnswered,
        hotline: Hotline,
        journal: JournalSink,
        *,
        client: str,
        brief: BriefMaker,
        people: People,
        clock: Callable[[], float],
    ) -> None:
        """Make a conversation; nothing is said before `begin`.

        Args:
            call: The first entry of its journal.
            hotline: Leased for it.
            journal: Where it is kept.
            client: Whose it is, for limits.
            brief: Makes the brief for a person where the dialogue itself fails.
            people: Who takes over where a person is needed.
            clock: Seconds.
        """
        self.id = secrets.token_urlsafe(24)
        """Not to be guessed: it is all that it takes to read along."""
        self.client = client
        self.began = self.active = clock()
        self.over = False
        self._call = call
        self._hotline = hotline
        self._journal = journal
        self._brief = brief
        self._people = people
        self._clock = clock
        self._state: DialogueState | None = None
        self._lock = asyncio.Lock()
        self._turns: set[asyncio.Task[int]] = set()
        self._watchers: set[asyncio.Queue[Event]] = set()
        self._events: deque[Event] = deque(maxlen=_EVENTS)
        self._seen: OrderedDict[str, int] = OrderedDict()
        self._ending: tuple[str, str] | None = None
        self._entries = 0
        self._shown = 0
        self._turn = 0
        self._failures = 0
        self._handoff: HandoffDecided | None = None
        self._message_for: HandoffDecided | None = None
        """People who are not there are left a message; it is what the customer says next."""

    # --- what the page asks for ---------------------------------------------------------------

    async def begin(self) -> None:
        """Greet."""
        self._record(self._call)
        self._record(StreamStarted("web"))
        async with self._lock:
            await self._answer(None)
            self._end_if_asked()

    def after(self, seq: int) -> list[Event]:
        """Return the events after one, oldest first, as far as they are kept."""
        return [event for event in self._events if event["seq"] > seq]

    @property
    def newest(self) -> int:
        """The `seq` of the newest event; 0 before the first."""
        return self._shown

    def submit(self, text: str, name: str = "") -> asyncio.Task[int]:
        """Take a message; the task ends with its answer, as the `seq` of the event before it.

        It goes on whether or not somebody waits for it.

        Args:
            text: The words.
            name: The page's own name of the message; one that comes again is not taken twice.

        Raises:
            ChatRefused: the conversation is over, or too many messages wait.
        """
        if self.over or self._ending:
            raise ChatRefused("over", 410, "This conversation is over; open a new one.")
        if len(self._turns) > _WAITING:
            raise ChatRefused("busy", 429, "The last messages are still being answered.", 1)
        self.active = self._clock()
        again = name in self._seen
        if name and not again:
            self._seen[name] = self.newest
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        task = asyncio.create_task(self._told_again(name) if again else self._take(text, name))
        self._turns.add(task)
        task.add_done_callback(self._turn_ended)
        return task

    def watch(self, seq: int) -> asyncio.Queue[Event]:
        """Return a queue of the events after `seq` and of all to come; give it back to `leave`.

        Raises:
            ChatRefused: too many watch already.
        """
        if len(self._watchers) >= _WATCHERS:
            raise ChatRefused("watched", 409, "This conversation is open in too many places.")
        queue: asyncio.Queue[Event] = asyncio.Queue(2 * _EVENTS)
        for event in self.after(seq):
            queue.put_nowait(event)
        self._watchers.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[Event]) -> None:
        """Stop watching."""
        self._watchers.discard(queue)

    def end(self, disposition: str, cause: str = "") -> None:
        """End the conversation, once; a turn under way, with its actions, is finished first."""
        if self._lock.locked():
            self._ending = self._ending or (disposition, cause)
        elif not self.over:
            self._end(disposition, cause)

    def _end(self, disposition: str, cause: str = "") -> None:
        if self._message_for is not None:
            self._people.tell(self._call.call_id, self._message_for)
            self._message_for = None
        if self._handoff is None and cause:
            self._record(StreamEnded(cause))
        self._record(CallEnded(disposition, cause), durable=True)
        self._show({"type": "end", "disposition": disposition})
        self.over = True

    async def close(self) -> None:
        """Let turns under way come to their end, for a moment."""
        if self._turns:
            _, late = await asyncio.wait(self._turns, timeout=5.0)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # --- a turn -------------------------------------------------------------------------------

    async def _told_again(self, name: str) -> int:
        async with self._lock:
            return self._seen.get(name, self.newest)

    async def _take(self, text: str, name: str) -> int:
        async with self._lock:
            before = self.newest
            if self.over:
                return before
            self._turn += 1
            now = self._now()
            self._record(CallerTurnEnded(self._turn, text, now, now))
            self._show({"type": "said", "text": text} | ({"id": name} if name else {}))
            if name in self._seen:
                self._seen[name] = before
            if self._message_for is not None:
                self._take_message(self._message_for, text)
            else:
                await self._answer(UserTurn(text))
            self._end_if_asked()
            return before

    def _end_if_asked(self) -> None:
        if self._ending is not None and not self.over:
            self._end(*self._ending)

    async def _answer(self, given: DialogueInput | None) -> None:
        """Answer an input, and the results of the tools that it takes."""
        inputs: deque[DialogueInput | None] = deque([given])
        tools = 0
        while inputs and not self.over:
            step = await self._decide(inputs.popleft())
            if step is None:
                return
            for act in step.acts:
                match act:
                    case Say() | Ask():
                        self._say(act, step)
                    case CallTool():
                        tools += 1
                        if tools > _TOOLS_A_TURN:
                            self._hand_over("the dialogue called tools without end")
                            return
                        inputs.append(await self._run(act))
                    case Handoff():
                        brief = act.brief.to_json() if act.brief else {}
                        self._transfer(HandoffDecided(act.queue, act.reason, act.summary, brief))
                    case EndCall():
                        self._end(act.disposition)

    async def _decide(self, given: DialogueInput | None) -> Step | None:
        before, began = self._state, self._clock()
        try:
            if given is None or before is None:
                step = await self._hotline.dialogue.start(
                    self._call.call_id, self._call.caller, Channel.CHAT
                )
            else:
                step = await self._hotline.dialogue.handle(before, given)
        except EngineError as error:
            self._record(EngineFailed("dialogue", str(error)))
            self._failures += 1
            if self._failures >= _FAILURES:
                self._hand_over("the dialogue failed")
            else:
                self._say(self._prompted("apology"), None)
            return None
        self._failures = 0
        self._state = step.state
        decided = Decided(given, self._turn, step, self._clock() - began)
        for event in decided.journalled(before):
            self._record(event)
        return step

    async def _run(self, act: CallTool) -> ToolReturned:
        self._record(
            ToolCalled(act.tool, act.call_key, dict(act.arguments), act.side_effect), durable=True
        )
        self._show({"type": "busy", "busy": True, "text": act.filler})
        began = self._clock()
        ok, value, error = True, dict[str, Any](), ""
        try:
            if act.side_effect:
                await self._journal.flush()
            value = dict(await self._hotline.tools.run(act.tool, act.arguments, act.call_key))
        except ToolError as failure:
            ok, error = False, str(failure)
        seconds = self._clock() - began
        self._record(ToolAnswered(act.tool, act.call_key, ok, value, error, seconds), durable=True)
        self._show({"type": "busy", "busy": False})
        return ToolReturned(act.call_key, ok, value, error)

    def _say(self, act: Say | Ask, step: Step | None) -> None:
        if not act.text:
            return
        name = f"s{self._shown + 1}"
        text = act.chat_text or act.text
        self._record(SpeechQueued(name, text, self._turn, act.source, act.interruptible))
        self._record(SpeechStarted(name))
        if step is None:
            told: Event = {"type": "message", "text": text, "format": "plain", "source": act.source}
            self._show(told | {"lang": self._domain.language})
        else:
            self._show(shown(act, step.state, self._domain))
        self._record(SpeechHeard(name))

    def _hand_over(self, reason: str) -> None:
        """A person is needed although the dialogue did not say so."""
        self._say(self._prompted("fallback"), None)
        brief = self._brief(self._state, self._call.caller, reason)
        said = tuple(f"{heading}: {text}" for heading, text in brief.lines())
        self._transfer(HandoffDecided(brief.queue, reason, said, brief.to_json()), "failed")

    def _transfer(self, handoff: HandoffDecided, disposition: str = "transferred") -> None:
        self._handoff = handoff
        self._record(handoff, durable=True)
        route = Route(handoff.brief.get("route", Route.TRANSFER))
        self._show(self._people.event(self._call.call_id, handoff, route.value))
        if route is Route.MESSAGE:
            self._message_for = handoff
            return
        self._people.tell(self._call.call_id, handoff)
        self._end(disposition)

    def _take_message(self, handoff: HandoffDecided, text: str) -> None:
        """Pass on what the customer leaves for people who are not there."""
        self._message_for = None
        self._people.tell(self._call.call_id, handoff, text)
        self._say(self._prompted("goodbye"), None)
        self._end("transferred")

    @property
    def _domain(self) -> Domain:
        """The hotline in the language that the conversation is in."""
        return self._hotline.domain_of(self._state)

    def _prompted(self, name: str) -> Say:
        domain = self._domain
        texts = domain.written_prompts.get(name, domain.prompts[name])
        return Say(texts[0].text, f"prompt:{name}")

    # --- out ----------------------------------------------------------------------------------

    def _now(self) -> float:
        return self._clock() - self.began

    def _record(self, event: JournalEvent, *, durable: bool = False) -> None:
        if self.over:
            # The end comes last, whatever was still under way.
            return
        entry = Entry(self._entries, self._now(), event)
        self._entries += 1
        self._journal.append(CallId(self._call.call_id), entry, durable=durable)

    def _show(self, event: Event) -> None:
        if self.over:
            return
        self._shown += 1
        numbered = {"seq": self._shown, **event}
        self._events.append(numbered)
        for queue in list(self._watchers):
            try:
                queue.put_nowait(numbered)
            except asyncio.QueueFull:
                # It does not read; it may come back and ask for what it missed.
                self._watchers.discard(queue)

    def _turn_ended(self, task: asyncio.Task[int]) -> None:
        self._turns.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A defect of ours ends this conversation, and harms no other.
            _log.error("chat failed", call_id=self._call.call_id, error=type(error).__name__)
            if not self.over:
                self._hand_over(type(error).__name__)
