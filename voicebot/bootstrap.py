"""The composition root: settings in, ready parts out. The only place that knows every part."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

import voicebot
from dialogue.acts import DialogueInput, Step
from dialogue.domain import Domain, load_domain
from dialogue.manager import DialogueManager
from dialogue.state import DialogueState
from voicebot.actions.demo_shop import DemoShop
from voicebot.actions.runner import PythonToolRunner
from voicebot.chat import Chat
from voicebot.engines.bundle import Engines, load_engines
from voicebot.engines.encoder import (
    HybridPassageIndexer,
    LogisticIntentTrainer,
    MiniLmEncoder,
)
from voicebot.engines.models import ModelUnavailable, locate_encoder
from voicebot.engines.scheduler import Lane, Scheduler
from voicebot.ports import Ears, EngineError, Priority, Speaker, SpeechDetector, StaleWork
from voicebot.session_parts import SESSION_PROMPTS, SessionParts, SessionPolicy
from voicebot.settings import ModelSettings, Settings
from voicebot.store import open_store
from voicebot.turn_policy import TurnPolicy

Progress = Callable[[str, int, int], None]
"""Told of a long step: its name, how much is done, of how much."""

_log = structlog.get_logger(__name__)


class ScheduledDialogue:
    """The dialogue manager on the engines' threads; see `voicebot.ports.Dialogue`."""

    def __init__(
        self, manager: DialogueManager, scheduler: Scheduler, timeout: float = 5.0
    ) -> None:
        self._manager = manager
        self._scheduler = scheduler
        self._timeout = timeout

    async def start(self, call_id: str, caller: str = "") -> Step:
        """Return the greeting."""
        return await self._run(lambda: self._manager.start(call_id, caller))

    async def handle(self, state: DialogueState, given: DialogueInput) -> Step:
        """Return the answer to one input."""
        return await self._run(lambda: self._manager.handle(state, given))

    async def _run(self, work: Callable[[], Step]) -> Step:
        try:
            done = await self._scheduler.run(
                Lane.DIALOGUE, work, priority=Priority.FINAL, timeout=self._timeout
            )
        except StaleWork as stale:
            raise EngineError(str(stale)) from stale
        return done.value


class Hotline:
    """Everything that calls share: domain, models, tools, store. Loaded once per process."""

    def __init__(self, settings: Settings) -> None:
        """Read the domain and open the store; the models wait for `load`.

        Raises:
            DomainError: the hotline's folder has mistakes; the message lists them.
            StoreError: the database cannot be used.
        """
        self._settings = settings
        self.domain = load_domain(settings.domain)
        self.store = open_store(settings.database_url)
        self.ready = False
        self.trouble = ""
        """Why loading failed, in one sentence; empty while all is well."""
        self._engines: Engines | None = None
        self._tools: PythonToolRunner | None = None
        self._dialogue: ScheduledDialogue | None = None

    @property
    def versions(self) -> Mapping[str, str]:
        """What runs, for the journal."""
        return {
            "voicebot": voicebot.__version__,
            "recogniser": self._settings.models.whisper,
            "voice": self._settings.models.voice,
            "domain": self.domain.version,
        }

    @property
    def session_policy(self) -> SessionPolicy:
        """The times that sessions keep."""
        return SessionPolicy(
            turns=TurnPolicy.from_settings(self._settings.turns),
            call_seconds=self._settings.limits.call_seconds,
        )

    async def load(self, progress: Progress) -> None:
        """Load the models and render the fixed phrases; sets `ready`, or `trouble`."""
        try:
            await self._load(progress)
        except (ModelUnavailable, EngineError, StaleWork) as error:
            self.trouble = str(error)
            _log.error("models could not be loaded", reason=self.trouble)
        else:
            self.ready = True

    async def _load(self, progress: Progress) -> None:
        settings = self._settings
        progress("models", 0, 0)
        engines, manager, tools = await asyncio.gather(
            asyncio.to_thread(open_engines, settings),
            asyncio.to_thread(_manager, self.domain, settings.models),
            asyncio.to_thread(_tools, self.domain, settings.shop_path),
        )
        self._engines, self._tools = engines, tools
        self._dialogue = ScheduledDialogue(manager, engines.scheduler)
        await engines.synthesiser.warm(
            self.domain.fixed_phrases(), lambda done, of: progress("phrases", done, of)
        )

    def speech_detector(self) -> SpeechDetector:
        """Return a detector for one call."""
        return self._loaded.speech_detector()

    def session_parts(self, speaker: Speaker, ears: Ears) -> SessionParts:
        """Return what a session on this leg works with."""
        engines = self._loaded
        assert self._dialogue is not None
        assert self._tools is not None
        return SessionParts(
            dialogue=self._dialogue,
            recogniser=engines.recogniser,
            synthesiser=engines.synthesiser,
            turn_detector=engines.turn_detector,
            tools=self._tools,
            journal=self.store,
            prompts={name: self.domain.prompt(name) for name in SESSION_PROMPTS},
            cues=self.domain.cues,
            vocabulary=self.domain.vocabulary,
            speaker=speaker,
            ears=ears,
        )

    async def close(self) -> None:
        """Let go of everything; safe to call in any state."""
        self.ready = False
        if self._engines is not None:
            await asyncio.to_thread(self._engines.close)
        if self._tools is not None:
            await asyncio.to_thread(self._tools.close)
        await asyncio.to_thread(self.store.close)

    @property
    def _loaded(self) -> Engines:
        if self._engines is None:
            raise EngineError("the models are not loaded")
        return self._engines


def open_engines(settings: Settings) -> Engines:
    """Return the models, loaded.

    Raises:
        ModelUnavailable: one is not to be had.
    """
    return load_engines(settings.models, lambda part: None)


def open_manager(settings: Settings) -> DialogueManager:
    """Return the dialogue manager of a hotline, trained on its examples.

    Raises:
        DomainError: the hotline's folder has mistakes.
        ModelUnavailable: the sentence encoder is not to be had.
        EngineError: it cannot be loaded.
    """
    return _manager(load_domain(settings.domain), settings.models)


def open_tools(settings: Settings) -> PythonToolRunner:
    """Return the business actions of a hotline, over the demo shop."""
    return _tools(load_domain(settings.domain), settings.shop_path)


def open_chat(settings: Settings) -> tuple[Chat, Callable[[], None]]:
    """Return a conversation in text, and what lets go of its parts."""
    tools = open_tools(settings)
    return Chat(open_manager(settings), tools, f"t{secrets.token_hex(8)}"), tools.close


def _manager(domain: Domain, models: ModelSettings) -> DialogueManager:
    files = locate_encoder(models)
    encoder = MiniLmEncoder(files.model, files.tokenizer)
    return DialogueManager(domain, LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder))


def _tools(domain: Domain, shop_path: Path) -> PythonToolRunner:
    return PythonToolRunner(DemoShop.open(shop_path).tools(), domain.tools)
