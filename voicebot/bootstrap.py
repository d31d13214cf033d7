"""The composition root: settings in, ready parts out. The only place that knows every part."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path

import structlog
from dotenv import dotenv_values

import voicebot
from dialogue.acts import Channel, Circumstances, DialogueInput, Step
from dialogue.brief import Brief, Why
from dialogue.briefing import brief_of
from dialogue.composing import Use
from dialogue.domain import Domain, domain_version, load_domain
from dialogue.errors import DomainError
from dialogue.manager import DialogueManager, known_number
from dialogue.state import DialogueState
from voicebot.actions.compositions import ComposingToolRunner
from voicebot.actions.opening import open_actions
from voicebot.actions.runner import PythonToolRunner
from voicebot.authoring.trials import AbsentTools, Trials
from voicebot.call.parts import SESSION_PROMPTS, SessionParts, SessionPolicy
from voicebot.chat import Chat
from voicebot.engines.bundle import Engines, load_engines
from voicebot.engines.encoder import Encoder, HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer
from voicebot.engines.llm import LanguageModel
from voicebot.engines.models import ModelUnavailable, locate_encoder
from voicebot.engines.multilingual import MultilingualEncoder
from voicebot.engines.scheduler import Lane, Scheduler
from voicebot.hotlines import (
    Hotline,
    HotlinePolicy,
    Hotlines,
    HotlineUnavailable,
)
from voicebot.people import People
from voicebot.ports import (
    ClosingToolRunner,
    Ears,
    EngineError,
    Priority,
    Speaker,
    SpeechDetector,
    StaleWork,
    ToolError,
    ToolRunner,
)
from voicebot.settings import LlmSettings, ModelSettings, Settings
from voicebot.store import open_store
from voicebot.turntaking.policy import TurnPolicy
from voicebot.webchat.desk import ChatDesk

Progress = Callable[[str, int, int], None]
"""Told of a long step: its name, how much is done, of how much."""

_log = structlog.get_logger(__name__)


class ScheduledDialogue:
    """The dialogue manager on the engines' threads; see `voicebot.ports.Dialogue`."""

    def __init__(
        self,
        manager: DialogueManager,
        scheduler: Scheduler,
        timeout: float = 5.0,
        *,
        circumstances: Callable[[], Circumstances] = Circumstances,
    ) -> None:
        self._manager = manager
        self._circumstances = circumstances
        self._scheduler = scheduler
        self._timeout = timeout

    async def start(self, call_id: str, caller: str = "", channel: Channel = Channel.PHONE) -> Step:
        """Return the greeting."""
        now = self._circumstances()
        return await self._run(
            lambda: self._manager.start(call_id, caller, channel, circumstances=now)
        )

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


class Service:
    """Everything that calls share: hotlines, models, store. Made once per process."""

    def __init__(self, settings: Settings) -> None:
        """Read the hotlines and open the store; the models wait for `load`.

        A hotline that is wrong takes no calls and is told of in the log; the default one must be
        right.

        Raises:
            DomainError: the default hotline's folder has mistakes; the message lists them.
            StoreError: the database cannot be used.
        """
        self._settings = settings
        self.domain = load_domain(settings.domain)
        self.hotlines = Hotlines(
            settings.domain,
            settings.hotlines,
            load=self._open_hotline,
            version=domain_version,
            policy=HotlinePolicy(settings.limits.hotlines, settings.limits.hotline_seconds),
            loaded=self._render_ahead,
        )
        for name in self.hotlines.names[1:]:
            try:
                load_domain(name)
            except DomainError as error:
                _log.error("hotline takes no calls", hotline=name, reason=str(error))
        self.store = open_store(settings.database_url)
        self.people = People(settings.handoff.people, settings.handoff.talk)
        self.ready = False
        self.trouble = ""
        """Why loading failed, in one sentence; empty while all is well."""
        self._engines: Engines | None = None
        self._encoder: MiniLmEncoder | None = None
        self._rendering: set[asyncio.Task[None]] = set()

    def versions(self, domain: Domain) -> Mapping[str, str]:
        """Return what runs, for the journal."""
        return {
            "voicebot": voicebot.__version__,
            "recogniser": self._settings.models.whisper,
            "voice": self._settings.models.voice,
            "domain": domain.version,
        }

    @property
    def session_policy(self) -> SessionPolicy:
        """The times that sessions keep."""
        return SessionPolicy(
            turns=TurnPolicy.from_settings(self._settings.turns),
            call_seconds=self._settings.limits.call_seconds,
        )

    async def load(self, progress: Progress) -> None:
        """Load the models and the default hotline, and render its fixed phrases.

        Sets `ready`, or `trouble`.
        """
        try:
            await self._load(progress)
        except (ModelUnavailable, EngineError, StaleWork, HotlineUnavailable) as error:
            self.trouble = str(error)
            _log.error("the hotline could not be loaded", reason=self.trouble)
        else:
            self.ready = True

    async def _load(self, progress: Progress) -> None:
        progress("models", 0, 0)
        self._engines, self._encoder = await asyncio.gather(
            asyncio.to_thread(open_engines, self._settings),
            asyncio.to_thread(_encoder, self._settings.models),
        )
        async with self.hotlines.lease(self._settings.domain) as hotline:
            await self._loaded.synthesiser.warm(
                hotline.domain.fixed_phrases(), lambda done, of: progress("phrases", done, of)
            )

    def _open_hotline(self, name: str) -> Hotline:
        """Read and train a hotline. Blocking, about a second."""
        engines, encoder = self._engines, self._encoder
        if engines is None or encoder is None:
            raise EngineError("the models are not loaded")
        domain = load_domain(name)
        tools = _tools(domain, self._settings)
        dialogue = ScheduledDialogue(
            _manager(domain, encoder, self._settings.llm),
            engines.scheduler,
            circumstances=self.people.circumstances,
        )
        return Hotline(domain, dialogue, _composed(tools, domain, self._settings.llm))

    def _render_ahead(self, hotline: Hotline) -> None:
        """Render what a hotline says to every caller, behind whatever is more urgent."""
        if not self.ready:
            return  # `load` renders the default one, and waits for it.
        task = asyncio.create_task(self._warm(hotline))
        self._rendering.add(task)
        task.add_done_callback(self._rendering.discard)

    async def _warm(self, hotline: Hotline) -> None:
        try:
            await self._loaded.synthesiser.warm(hotline.domain.fixed_phrases())
        except (EngineError, StaleWork) as error:
            # Its calls render what they need as they need it.
            _log.warning("phrases not rendered", hotline=hotline.domain.name, reason=str(error))

    def speech_detector(self) -> SpeechDetector:
        """Return a detector for one call."""
        return self._loaded.speech_detector()

    def session_parts(self, hotline: Hotline, speaker: Speaker, ears: Ears) -> SessionParts:
        """Return what a session of a hotline on this leg works with."""
        engines = self._loaded
        return SessionParts(
            dialogue=hotline.dialogue,
            recogniser=engines.recogniser,
            synthesiser=engines.synthesiser,
            turn_detector=engines.turn_detector,
            tools=hotline.tools,
            journal=self.store,
            prompts={name: hotline.domain.prompt(name) for name in SESSION_PROMPTS},
            cues=hotline.domain.cues,
            vocabulary=hotline.domain.vocabulary,
            brief=partial(_brief, hotline.domain),
            speaker=speaker,
            ears=ears,
        )

    def chat_desk(self) -> ChatDesk:
        """Return the desk of the web chat."""
        return ChatDesk(
            self.hotlines,
            self.store,
            self._settings.chat,
            ready=lambda: self.ready,
            versions=self.versions,
            brief=lambda domain: partial(_brief, domain),
        )

    async def close(self) -> None:
        """Let go of everything; safe to call in any state."""
        self.ready = False
        for task in self._rendering:
            task.cancel()
        await self.hotlines.close()
        if self._engines is not None:
            await asyncio.to_thread(self._engines.close)
        await asyncio.to_thread(self.store.close)

    @property
    def _loaded(self) -> Engines:
        if self._engines is None:
            raise EngineError("the models are not loaded")
        return self._engines


def _brief(domain: Domain, state: DialogueState | None, caller: str, reason: str) -> Brief:
    if state is None:
        state = DialogueState(domain.name, caller=known_number(caller))
    return brief_of(domain, state, Why.ENGINE, reason)


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
    domain, encoder = load_domain(settings.domain), _encoder(settings.models)
    return _manager(domain, encoder, settings.llm)


def open_tools(settings: Settings) -> PythonToolRunner:
    """Return the business actions of the default hotline.

    Raises:
        ToolError: it has a tool without a function.
    """
    return _tools(load_domain(settings.domain), settings)


def open_chat(settings: Settings, caller: str = "") -> tuple[Chat, Callable[[], None]]:
    """Return a conversation in text, and what lets go of its parts."""
    manager = open_manager(settings)
    tools = _composed(open_tools(settings), manager.domain, settings.llm)
    chat = Chat(
        manager,
        tools,
        f"t{secrets.token_hex(8)}",
        caller,
        circumstances=People().circumstances,
    )
    return chat, tools.close


def open_learning(models: ModelSettings, language: str) -> tuple[Encoder, LogisticIntentTrainer]:
    """Return what hotlines in a language learn their examples with.

    Raises:
        ModelUnavailable: the sentence encoder is not to be had.
        EngineError: it cannot be loaded.
    """
    encoder: Encoder = _encoder(models) if language == "en" else _multilingual()
    return encoder, LogisticIntentTrainer(encoder)


def open_trials(settings: Settings) -> Trials:
    """Return what plays a hotline's scenarios; raises as `open_manager` does."""
    manager = open_manager(settings)

    def tools(shop: Path, today: date) -> tuple[ToolRunner, Callable[[], None]]:
        at_shop = settings.model_copy(update={"shop_path": shop})
        try:
            runner = _tools(manager.domain, at_shop, today=lambda: today)
        except ToolError as error:
            # What scenarios declare needs no tool.
            return AbsentTools(str(error)), lambda: None
        return runner, runner.close

    return Trials(manager, tools)


def _encoder(models: ModelSettings) -> MiniLmEncoder:
    files = locate_encoder(models)
    return MiniLmEncoder(files.model, files.tokenizer)


def _manager(domain: Domain, encoder: MiniLmEncoder, llm: LlmSettings) -> DialogueManager:
    uses = frozenset(map(Use, llm.uses)) if llm.base_url else frozenset()
    # What a language model writes is checked in English only.
    own = uses if domain.language == "en" else frozenset()
    others = {
        code: _trained(load_domain(name), encoder) for code, name in domain.translations.items()
    }
    return _trained(domain, encoder, own, others)


def _trained(
    domain: Domain,
    english: MiniLmEncoder,
    uses: frozenset[Use] = frozenset(),
    others: Mapping[str, DialogueManager] | None = None,
) -> DialogueManager:
    encoder: Encoder = english if domain.language == "en" else _multilingual()
    trainer, indexer = LogisticIntentTrainer(encoder), HybridPassageIndexer(encoder)
    return DialogueManager(domain, trainer, indexer, uses, translations=others or {})


@cache
def _multilingual() -> MultilingualEncoder:
    return MultilingualEncoder()


def _composed(tools: ClosingToolRunner, domain: Domain, llm: LlmSettings) -> ClosingToolRunner:
    """Return tools by which a language model may write, where one is set."""
    if not llm.base_url:
        return tools
    writer = LanguageModel(llm.base_url, llm.model, llm.key.get_secret_value())

    def article(name: str) -> str:
        return domain.articles[name].text

    return ComposingToolRunner(tools, writer, article, first=llm.first, whole=llm.whole)


def _tools(
    domain: Domain, settings: Settings, *, today: Callable[[], date] = date.today
) -> PythonToolRunner:
    kept = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    environment = {**kept, **os.environ}
    return open_actions(domain, settings.shop_path, settings.tools, environment, today=today)
