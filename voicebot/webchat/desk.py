"""The desk of the web chat: opens conversations, finds them again, and ends those left behind."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from dialogue.domain import Domain
from voicebot.call.parts import BriefMaker
from voicebot.hotlines import Hotline, Hotlines, HotlineUnavailable
from voicebot.journal import CallAnswered
from voicebot.ports import JournalSink
from voicebot.settings import ChatSettings
from voicebot.webchat.people import People
from voicebot.webchat.rates import Rate
from voicebot.webchat.refusals import ChatRefused
from voicebot.webchat.talk import Talk

_SWEEP = 5.0
"""Seconds between two looks for conversations that were left."""

_log = structlog.get_logger(__name__)


class ChatDesk:
    """All conversations of a process: bounded in number, rate, length and time."""

    def __init__(
        self,
        hotlines: Hotlines,
        journal: JournalSink,
        settings: ChatSettings,
        *,
        ready: Callable[[], bool],
        versions: Callable[[Domain], Mapping[str, str]],
        brief: Callable[[Domain], BriefMaker],
        people: Callable[[Domain], People],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            hotlines: Those that can be talked to.
            journal: Where conversations are kept.
            settings: The bounds.
            ready: Whether the models are loaded.
            versions: What runs, for the journal.
            brief: What makes a hotline's brief for a person where its dialogue fails.
            people: Who takes over from a hotline.
            clock: Seconds.
        """
        self._hotlines = hotlines
        self._journal = journal
        self._settings = settings
        self._ready = ready
        self._versions = versions
        self._brief = brief
        self._people = people
        self._clock = clock
        self._talks: OrderedDict[str, tuple[Talk, AsyncExitStack]] = OrderedDict()
        self._opening = 0
        self._opened = Rate(settings.opens_per_minute)
        self._messages = Rate(settings.messages_per_minute)
        self._names = {Path(name).name: name for name in reversed(hotlines.names)}

    @property
    def live(self) -> int:
        """Conversations that are not over."""
        return sum(not talk.over for talk, _ in self._talks.values())

    @property
    def longest_message(self) -> int:
        """In characters."""
        return self._settings.message_chars

    async def domain(self, hotline: str = "") -> Domain:
        """Return a hotline as it is now, for a page that is made before anybody talks.

        Raises:
            ChatRefused: there is none of that name, or it is not to be had.
        """
        async with AsyncExitStack() as lease:
            return (await self._lease(lease, self._named(hotline))).domain

    async def open(self, client: str, hotline: str = "") -> Talk:
        """Open a conversation and greet.

        Args:
            client: Whose it is: their address.
            hotline: Its packaged name, or the name of its folder; empty: the default one.

        Raises:
            ChatRefused: there is no such hotline, no room, or too much was asked for.
        """
        name = self._named(hotline)
        if wait := self._opened.wait(client, self._clock()):
            raise ChatRefused("too_many", 429, "Too many conversations were opened.", wait)
        mine = sum(talk.client == client and not talk.over for talk, _ in self._talks.values())
        if mine >= self._settings.per_client:
            raise ChatRefused("too_many", 429, "Too many conversations are open here.", 60)
        if self.live + self._opening >= self._settings.conversations:
            _log.warning("chat not opened", live=self.live)
            raise ChatRefused("full", 503, "All lines are busy. Please try again later.", 30)
        self._opening += 1
        try:
            return await self._open(client, name)
        finally:
            self._opening -= 1

    def _named(self, hotline: str) -> str:
        if not self._ready():
            raise ChatRefused("not_ready", 503, "The hotline is starting.", 5)
        name = self._names.get(hotline) if hotline else self._hotlines.names[0]
        if name is None:
            raise ChatRefused("no_hotline", 404, "There is no hotline of that name.")
        return name

    async def _lease(self, lease: AsyncExitStack, name: str) -> Hotline:
        try:
            return await lease.enter_async_context(self._hotlines.lease(name))
        except HotlineUnavailable as trouble:
            _log.error("chat without its hotline", reason=str(trouble))
            raise ChatRefused(
                "unavailable", 503, "This hotline is not available right now.", 10
            ) from trouble

    async def _open(self, client: str, name: str) -> Talk:
        lease = AsyncExitStack()
        hotline = await self._lease(lease, name)
        call = CallAnswered(
            call_id=f"w{secrets.token_hex(8)}",
            channel="chat",
            domain=hotline.domain.name,
            answered_at=time.time(),
            versions=self._versions(hotline.domain),
        )
        talk = Talk(
            call,
            hotline,
            self._journal,
            client=client,
            brief=self._brief(hotline.domain),
            people=self._people(hotline.domain),
            clock=self._clock,
        )
        self._talks[talk.id] = (talk, lease)
        await talk.begin()
        return talk

    def find(self, chat_id: str) -> Talk:
        """Return a conversation.

        Raises:
            ChatRefused: there is none of that name, or not any more.
        """
        found = self._talks.get(chat_id)
        if found is None:
            raise ChatRefused("not_found", 404, "There is no such conversation, or not any more.")
        return found[0]

    def say(self, talk: Talk, text: str, name: str = "") -> asyncio.Task[int]:
        """Take a message; see `Talk.submit`.

        Raises:
            ChatRefused: it is empty, too long, or one too many.
        """
        words = " ".join(text.split())
        if not words:
            raise ChatRefused("empty", 422, "The message has no words.")
        if len(words) > self._settings.message_chars:
            raise ChatRefused(
                "too_long", 413, f"At most {self._settings.message_chars} characters, please."
            )
        if wait := self._messages.wait(talk.id, self._clock()):
            raise ChatRefused("too_fast", 429, "Not so fast, please.", wait)
        return talk.submit(words, name)

    async def run(self) -> None:
        """End what was left behind, and forget what is long over, until cancelled."""
        while True:
            await asyncio.sleep(_SWEEP)
            await self.sweep()

    async def sweep(self) -> None:
        """Do so once."""
        now = self._clock()
        for chat_id, (talk, lease) in list(self._talks.items()):
            idle = now - talk.active >= self._settings.idle_seconds
            if not talk.over and (idle or now - talk.began >= self._settings.conversation_seconds):
                talk.end("abandoned", "idle" if idle else "too long")
            if talk.over:
                await lease.aclose()
                if idle:
                    del self._talks[chat_id]
        # What is over stays to be read again, as long as there is room for it.
        ended = [chat_id for chat_id, (talk, _) in self._talks.items() if talk.over]
        for chat_id in ended[: max(0, len(self._talks) - 2 * self._settings.conversations)]:
            del self._talks[chat_id]

    async def close(self) -> None:
        """End all conversations."""
        for talk, lease in self._talks.values():
            talk.end("failed", "shutdown")
            await talk.close()
            await lease.aclose()
        self._talks.clear()
