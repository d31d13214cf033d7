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
from dialogue.brief import Brief, Why
from dialogue.briefing import brief_of
from dialogue.composing import Use
from dialogue.domain import Domain
from dialogue.errors import DomainError
from dialogue.expected import grammar_for
from dialogue.hours import waiting
from dialogue.loading import domain_version, load_domain
from dialogue.manager import DialogueManager, known_number
from dialogue.state import DialogueState
from voicebot.actions.opening import open_actions
from voicebot.actions.runner import PythonToolRunner
from voicebot.authoring.trials import AbsentTools, Trials
from voicebot.briefs import BriefSender
from voicebot.call.parts import (
    SESSION_PROMPTS,
    TIME_SHORT,
    TRANSFER_PROMPTS,
    PersonLine,
    SessionParts,
    SessionPolicy,
)
from voicebot.chat import Chat
from voicebot.engines.bundle import Engines, load_engines
from voicebot.engines.encoder import Encoder, HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer
from voicebot.engines.models import ModelUnavailable, locate_encoder
from voicebot.engines.multilingual import MultilingualEncoder
from voicebot.engines.scheduler import Lane, Scheduler
from voicebot.hotlines import (
    Hotline,
    HotlinePolicy,
    Hotlines,
    HotlineUnavailable,
)
from voicebot.model_writing import composed, headlines
from voicebot.people import People
from voicebot.ports import (
    Ears,
    EngineError,
    Speaker,
    SpeechDetector,
    StaleWork,
    ToolError,
    ToolRunner,
)
from voicebot.scheduled import ScheduledDialogue
from voicebot.settings import LlmSettings, ModelSettings, Settings
from voicebot.staff.roster import load_roster
from voicebot.staffing import StaffDesk
from voicebot.store import Store, open_store
from voicebot.store.stored_transfers import StoredTransfers
from voicebot.turntaking.policy import TurnPolicy
from voicebot.webchat.desk import ChatDesk
from voicebot.webchat.people import People as ChatPeople

Progress = Callable[[str, int, int], None]
"""Told of a long step: its name, how much is done, of how much."""

_STARTING = 120.0
"""Seconds for the default hotline to be loaded, before there are calls that wait for it."""

_log = structlog.get_logger(__name__)


class Service:
    """Everything that calls share: hotlines, models, store. Made once per process."""

    def __init__(self, settings: Settings, *, voice: bool = True) -> None:
        """Read the hotlines and open the store; the models wait for `load`.

        A hotline that is wrong takes no calls and is told of in the log; the default one must be
        right.

        Args:
            settings: Of the process.
            voice: Whether it can listen and speak; without, it only chats, and is there sooner.

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
        self._numbers = {settings.domain: self._number(self.domain)}
        for name in self.hotlines.names[1:]:
            try:
                self._numbers[name] = self._number(load_domain(name))
            except DomainError as error:
                _log.error("hotline takes no calls", hotline=name, reason=str(error))
        self.store = open_store(settings.database_url)
        self.transfers = StoredTransfers(self.store.transfers)
        self.staff = _staff(settings, self.store)
        self.people = People(
            settings.handoff.people,
            settings.handoff.talk,
            outlook=(lambda: staff.outlook.wait) if (staff := self.staff) else None,
        )
        self._headlines = headlines(settings.llm)
        self.briefs = BriefSender(
            settings.handoff.brief_url,
            settings.handoff.brief_key.get_secret_value(),
            head=self._headlines.head if self._headlines else None,
        )
        self.ready = False
        self.trouble = ""
        """Why loading failed, in one sentence; empty while all is well."""
        self._voice = voice
        self._engines: Engines | None = None
        self._scheduler: Scheduler | None = None
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
            resume_seconds=self._settings.limits.resume_seconds,
        )

    @property
    def recogniser_delay(self) -> float:
        """Seconds that callers' words wait for the recogniser, lately."""
        return 0.0 if self._engines is None else self._engines.scheduler.delay(Lane.RECOGNISER)

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
            asyncio.to_thread(self._open_engines),
            asyncio.to_thread(_encoder, self._settings.models),
        )
        self._scheduler = self._engines.scheduler if self._engines else Scheduler()
        async with self.hotlines.lease(self._settings.domain, deadline=_STARTING) as hotline:
            if not self._voice:
                return
            await self._loaded.synthesiser.warm(
                hotline.domain.fixed_phrases(), lambda done, of: progress("phrases", done, of)
            )

    def _open_engines(self) -> Engines | None:
        return open_engines(self._settings) if self._voice else None

    def _open_hotline(self, name: str) -> Hotline:
        """Read and train a hotline. Blocking, about a second."""
        scheduler, encoder = self._scheduler, self._encoder
        if scheduler is None or encoder is None:
            raise EngineError("the models are not loaded")
        domain = load_domain(name)
        tools = _tools(domain, self._settings)
        manager = _manager(domain, encoder, self._settings.llm)
        return Hotline(
            domain,
            ScheduledDialogue(manager, scheduler, circumstances=self.people.circumstances),
            composed(tools, domain, self._settings.llm),
            manager.translations,
        )

    def _render_ahead(self, hotline: Hotline) -> None:
        """Render what a hotline says to every caller, behind whatever is more urgent."""
        if not self.ready or not self._voice:
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

    def session_parts(
        self,
        hotline: Hotline,
        speaker: Speaker,
        ears: Ears,
        person: PersonLine | None = None,
    ) -> SessionParts:
        """Return what a session of a hotline on this leg works with."""
        engines = self._loaded
        prompts = {name: hotline.domain.prompt(name) for name in (*SESSION_PROMPTS, "one_moment")}
        said = hotline.domain.handover.say
        return SessionParts(
            dialogue=hotline.dialogue,
            recogniser=engines.recogniser,
            synthesiser=engines.synthesiser,
            turn_detector=engines.turn_detector,
            tools=hotline.tools,
            journal=self.store,
            prompts=prompts | {name: said[name].text for name in (*TRANSFER_PROMPTS, TIME_SHORT)},
            wait_words=partial(waiting, language=hotline.domain.language),
            person=person,
            cues=hotline.domain.cues,
            vocabulary=hotline.domain.vocabulary,
            grammar=partial(grammar_for, hotline.domain),
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
            people=lambda domain: ChatPeople(
                self._number(domain),
                self.briefs.goes_somewhere,
                lambda call, brief: self.briefs.send(call, brief, "chat"),
            ),
        )

    def number_for(self, called: str) -> str:
        """Return the number of the people of the hotline that a called number belongs to."""
        name = self.hotlines.name_for(called)
        if (loaded := self.hotlines.loaded(name)) is not None:
            return self._number(loaded)
        return self._numbers.get(name, self._settings.handoff.number)

    def _number(self, domain: Domain) -> str:
        return domain.handover.number or self._settings.handoff.number

    async def close(self) -> None:
        """Let go of everything; safe to call in any state."""
        self.ready = False
        for task in self._rendering:
            task.cancel()
        await self.briefs.close()
        if self._headlines is not None:
            await self._headlines.close()
        await self.hotlines.close()
        if self._engines is not None:
            await asyncio.to_thread(self._engines.close)
        elif self._scheduler is not None:
            await asyncio.to_thread(self._scheduler.close)
        await asyncio.to_thread(self.store.close)

    @property
    def _loaded(self) -> Engines:
        if self._engines is None:
            raise EngineError("the models are not loaded")
        return self._engines


def _staff(settings: Settings, store: Store) -> StaffDesk | None:
    """Return who offers callers to people; None where no roster says who they are."""
    handoff = settings.handoff
    if handoff.roster is None:
        return None
    roster = load_roster(handoff.roster)
    return StaffDesk(roster, store.staff, talk=handoff.talk, patience=handoff.patience)


def _brief(domain: Domain, state: DialogueState | None, caller: str, reason: str) -> Brief:
    if state is None:
        state = DialogueState(domain.name, caller=known_number(caller))
    return brief_of(domain, state, Why.ENGINE, reason)


Absent = Callable[[tuple[str, ...]], None]
"""Told the tools of a hotline that nothing runs yet."""


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


def open_tools(settings: Settings, absent: Absent | None = None) -> PythonToolRunner:
    """Return the business actions of the default hotline.

    Args:
        settings: Names it.
        absent: Told the tools that nothing runs yet; each run of them fails.

    Raises:
        ToolError: it has a tool without a function, and nobody is told.
    """
    return _tools(load_domain(settings.domain), settings, absent=absent)


def open_chat(
    settings: Settings, caller: str = "", absent: Absent | None = None
) -> tuple[Chat, Callable[[], None]]:
    """Return a conversation in text, and what lets go of its parts; `absent` as in `open_tools`."""
    manager = open_manager(settings)
    tools = composed(open_tools(settings, absent), manager.domain, settings.llm)
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
    trainer = LogisticIntentTrainer(encoder)
    indexer = HybridPassageIndexer(encoder, domain.language)
    return DialogueManager(domain, trainer, indexer, uses, translations=others or {})


@cache
def _multilingual() -> MultilingualEncoder:
    return MultilingualEncoder()


def _tools(
    domain: Domain,
    settings: Settings,
    *,
    today: Callable[[], date] = date.today,
    absent: Absent | None = None,
) -> PythonToolRunner:
    kept = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    environment = {**kept, **os.environ}
    return open_actions(
        domain, settings.shop_path, settings.tools, environment, today=today, absent=absent
    )
