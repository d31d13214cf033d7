"""Conversations of the web chat: bounded, resumed, ended, and journalled like calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from dialogue.acts import (
    Answer,
    Ask,
    CallTool,
    Channel,
    DialogueInput,
    EndCall,
    Expectation,
    Handoff,
    Say,
    ToolReturned,
    UserTurn,
)
from dialogue.brief import Brief, Route, Why
from dialogue.briefing import brief_of
from dialogue.loading import load_domain
from dialogue.question import Question, Topic
from dialogue.state import DialogueState
from dialogue.step import Step, Trace
from voicebot.folds.transcript import transcript_of
from voicebot.hotlines import Hotline, Hotlines
from voicebot.journal import (
    CallAnswered,
    CallEnded,
    CallId,
    EngineFailed,
    Entry,
    HandoffDecided,
    JournalEvent,
    QuestionUnanswered,
    ToolAnswered,
    ToolCalled,
)
from voicebot.ports import EngineError, ToolError
from voicebot.settings import ChatSettings
from voicebot.webchat.desk import ChatDesk
from voicebot.webchat.events import written
from voicebot.webchat.people import People
from voicebot.webchat.refusals import ChatRefused
from voicebot.webchat.talk import Talk

DOMAIN, GERMAN = load_domain("retail"), load_domain("retail_de")


class Scripted:
    """A dialogue by a table of the customer's words."""

    def __init__(self) -> None:
        self.fails = False
        self.channels: list[Channel] = []

    async def start(
        self,
        call_id: str,
        caller: str = "",
        channel: Channel = Channel.PHONE,
        occasion: Mapping[str, str] | None = None,
    ) -> Step:
        self.channels.append(channel)
        return self._step([Ask("Hello.")], DialogueState("retail", channel=channel))

    async def handle(self, state: DialogueState, given: DialogueInput) -> Step:
        if self.fails:
            raise EngineError("out of order")
        match given:
            case UserTurn(text="returns"):
                article = DOMAIN.articles["returns"]
                return self._step([Say(article.text, "article:returns", chat_text=article.written)])
            case UserTurn(text="cancel"):
                yes_no = Expectation(Answer.YES_NO)
                return self._step([Ask("Shall I?", yes_no)])
            case UserTurn(text="order"):
                options = ("order_status", "cancel_order")
                question = Question(Topic.CHOICE, "Which?", options=options)
                asked = Ask("Which?", Expectation(Answer.CHOICE))
                return self._step([asked], DialogueState("retail", question=question))
            case UserTurn(text="do it"):
                return self._step([CallTool("act", {"order": "1"}, "k1", True, "One moment.")])
            case UserTurn(text="person"):
                handoff = Handoff("service", "asked", ("The caller said a secret.",))
                return self._step([Say("I'll connect you."), handoff])
            case UserTurn(text="nobody"):
                brief = brief_of(DOMAIN, state, Why.ASKED, route=Route.MESSAGE)
                handoff = Handoff("service", "asked", (), brief)
                return self._step([Say("Please leave a message."), handoff])
            case UserTurn(text="auf Deutsch"):
                asked = Ask("Ja?", Expectation(Answer.YES_NO))
                return self._step([asked], DialogueState(GERMAN.name))
            case UserTurn(text="bye"):
                return self._step([Say("Goodbye."), EndCall("resolved")])
            case UserTurn(text="do you sell tents"):
                return self._step([Ask("I don't know.")], rule="unknown:1")
            case ToolReturned(ok=ok):
                return self._step([Say("Done." if ok else "It failed.")])
            case _:
                return self._step([Ask("What?")])

    def _step(self, acts: list[Any], state: DialogueState | None = None, rule: str = "") -> Step:
        state = state or DialogueState("retail")
        return Step(state, tuple(acts), Expectation(), Trace(rule=rule))


class Tools:
    def __init__(self) -> None:
        self.ran: list[str] = []
        self.wait: asyncio.Event | None = None
        self.fails = False
        self.closed = False

    async def run(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Mapping[str, Any]:
        self.ran.append(call_key)
        if self.wait:
            await self.wait.wait()
        if self.fails:
            raise ToolError("no")
        return {"outcome": "done"}

    def close(self) -> None:
        self.closed = True


class Journal:
    def __init__(self) -> None:
        self.calls: dict[str, list[Entry]] = {}
        self.durable: list[str] = []

    def append(self, call_id: CallId, entry: Entry, *, durable: bool = False) -> None:
        entries = self.calls.setdefault(call_id, [])
        assert entry.seq == len(entries)
        entries.append(entry)

    async def flush(self, timeout: float = 2.0) -> bool:
        self.durable = [type(entry.event).__name__ for e in self.calls.values() for entry in e]
        return True


class House:
    def __init__(self, **settings: Any) -> None:
        self.dialogue, self.tools, self.journal = Scripted(), Tools(), Journal()
        self.now = 0.0
        self.told: list[tuple[str, Mapping[str, Any]]] = []
        self.people = People("+15551234567", True, lambda *told: self.told.append(told))
        self.ready = True
        self.hotlines = Hotlines(
            "retail",
            {"+15550100003": "broken"},
            load=self._load,
            version=lambda name: DOMAIN.version,
        )
        self.desk = ChatDesk(
            self.hotlines,
            self.journal,
            ChatSettings(**settings),
            ready=lambda: self.ready,
            versions=lambda domain: {"domain": domain.version},
            brief=lambda domain: self._brief,
            people=lambda domain: self.people,
            clock=lambda: self.now,
        )

    def _load(self, name: str) -> Hotline:
        if name == "broken":
            raise ValueError("wrong")
        return Hotline(DOMAIN, self.dialogue, self.tools, (GERMAN,))

    def _brief(self, state: DialogueState | None, caller: str, reason: str) -> Brief:
        return brief_of(DOMAIN, state or DialogueState("retail"), Why.ENGINE, reason)

    async def say(self, talk: Talk, text: str, name: str = "") -> list[dict[str, Any]]:
        self.now += 1
        return talk.after(await self.desk.say(talk, text, name))

    def events(self) -> list[JournalEvent]:
        (entries,) = self.journal.calls.values()
        return [entry.event for entry in entries]

    def found(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events() if isinstance(event, kind)]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.desk.close()
    await house.hotlines.close()


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


async def test_a_conversation_is_journalled_like_a_call(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    assert [Channel.CHAT] == house.dialogue.channels
    assert [(1, "question", "Hello.")] == [
        (event["seq"], event["type"], event["text"]) for event in talk.after(0)
    ]
    assert ["said", "message"] == kinds(await house.say(talk, "returns"))
    assert ["said", "message", "end"] == kinds(await house.say(talk, "bye"))
    assert ("chat", "retail") == (house.events()[0].channel, house.events()[0].domain)  # type: ignore[union-attr]
    assert CallEnded("resolved") == house.events()[-1]
    (entries,) = house.journal.calls.values()
    turns = [(turn.speaker.value, turn.heard_text) for turn in transcript_of(entries).turns]
    assert [
        ("assistant", "Hello."),
        ("caller", "returns"),
        ("assistant", DOMAIN.articles["returns"].written),
        ("caller", "bye"),
        ("assistant", "Goodbye."),
    ] == turns


async def test_an_article_is_shown_with_links_images_and_cards(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    _, shown = await house.say(talk, "returns")
    assert ("markdown", "article:returns") == (shown["format"], shown["source"])
    assert [{"text": "our return policy", "url": "https://www.example.com/return-policy"}] == (
        shown["links"]
    )
    assert ["A parcel with a return label on it"] == [image["alt"] for image in shown["images"]]
    assert ["Start a return"] == [card["title"] for card in shown["cards"]]
    assert "https://www.example.com/returns" == shown["cards"][0]["link"]["url"]


@pytest.mark.parametrize(
    ("spoken", "shown"),
    [
        ("Thanks. Order 4 4 1 1 8.", "Thanks. Order 44118."),
        ("Press 1 or 2, in 3 to 5 days.", "Press 1 or 2, in 3 to 5 days."),
        ("12 Elm Street 5 5 5", "12 Elm Street 555"),
    ],
)
def test_digits_for_the_ear_are_written_together(spoken: str, shown: str) -> None:
    assert shown == written(spoken)


async def test_choices_have_quick_replies(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    *_, yes_no = await house.say(talk, "cancel")
    assert ["yes", "no"] == [reply["text"] for reply in yes_no["quick_replies"]]
    *_, choice = await house.say(talk, "order")
    assert [("Track an order", "track"), ("Cancel an order", "cancel")] == [
        (reply["title"], reply["text"]) for reply in choice["quick_replies"]
    ]


async def test_it_is_busy_while_an_action_runs_and_the_action_is_on_disk_before(
    house: House,
) -> None:
    talk = await house.desk.open("10.0.0.1")
    shown = await house.say(talk, "do it")
    assert ["said", "busy", "busy", "message"] == kinds(shown)
    assert [True, False] == [event["busy"] for event in shown if event["type"] == "busy"]
    assert "ToolCalled" in house.journal.durable
    assert "ToolAnswered" not in house.journal.durable
    assert ["k1"] == house.tools.ran
    house.tools.fails = True
    assert "It failed." == (await house.say(talk, "do it"))[-1]["text"]


async def test_a_person_on_the_way_is_an_event_without_what_only_people_read(
    house: House,
) -> None:
    talk = await house.desk.open("10.0.0.1")
    shown = await house.say(talk, "person")
    assert ["said", "message", "handoff", "end"] == kinds(shown)
    assert "secret" not in str(shown)
    assert ("The caller said a secret.",) == house.found(HandoffDecided)[0].summary
    handoff = shown[2]
    assert ("transfer", "+15551234567", True) == tuple(
        handoff[key] for key in ("route", "number", "told")
    )
    assert house.events()[0].call_id.startswith(handoff["reference"])
    with pytest.raises(ChatRefused) as refused:
        house.desk.say(talk, "hello")
    assert 410 == refused.value.status


async def test_people_are_told_once(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    await house.say(talk, "person")
    talk.end("caller_hung_up")
    ((name, brief),) = house.told
    assert (house.events()[0].call_id, {}) == (name, brief)


async def test_a_dialogue_that_fails_tells_people_too(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    house.dialogue.fails = True
    for _ in range(2):
        await house.say(talk, "hello")
    ((_, brief),) = house.told
    assert "the dialogue failed" == brief["reason"]


async def test_people_who_are_not_there_get_the_message_that_is_left(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    shown = await house.say(talk, "nobody")
    assert ["said", "message", "handoff"] == kinds(shown)
    assert "message" == shown[-1]["route"]
    assert [] == house.told
    shown = await house.say(talk, "Please call me about my kettle.")
    assert ["said", "message", "end"] == kinds(shown)
    assert "Thank you. Goodbye." == shown[1]["text"], "and not what is said on the phone"
    ((_, brief),) = house.told
    assert "Please call me about my kettle." == brief["message"]
    assert "transferred" == house.found(CallEnded)[0].disposition


async def test_who_leaves_without_a_message_is_told_of_all_the_same(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    await house.say(talk, "nobody")
    talk.end("abandoned", "idle")
    ((_, brief),) = house.told
    assert "message" not in brief


async def test_what_stands_around_an_answer_is_in_its_language(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    assert "en" == talk.after(0)[0]["lang"]
    *_, question = await house.say(talk, "auf Deutsch")
    assert "de" == question["lang"]
    assert ["ja", "nein"] == [reply["text"] for reply in question["quick_replies"]]
    house.dialogue.fails = True
    *_, apology = await house.say(talk, "hallo")
    assert ("de", GERMAN.prompt("apology")) == (apology["lang"], apology["text"])


async def test_a_question_without_an_answer_is_noted(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    await house.say(talk, "do you sell tents")
    assert ["do you sell tents"] == [event.text for event in house.found(QuestionUnanswered)]


async def test_who_comes_back_sees_what_they_missed(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    await house.say(talk, "order")
    again = house.desk.find(talk.id)
    assert ["said", "question"] == kinds(again.after(1))
    queue = again.watch(2)
    assert "question" == queue.get_nowait()["type"]
    await house.say(talk, "cancel")
    assert ["said", "question"] == [queue.get_nowait()["type"] for _ in range(2)]
    again.leave(queue)


async def test_a_message_that_is_sent_again_is_taken_once(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    first = await house.say(talk, "do it", "m1")
    assert first == await house.say(talk, "do it", "m1")
    assert 1 == len(house.found(ToolCalled))
    await house.say(talk, "do it", "m2")
    assert 2 == len(house.found(ToolCalled))


async def test_messages_are_answered_in_order_and_few_may_wait(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    house.tools.wait = asyncio.Event()
    tasks = [house.desk.say(talk, "do it")]
    tasks += [house.desk.say(talk, text) for text in ("order", "cancel", "order")]
    with pytest.raises(ChatRefused) as refused:
        house.desk.say(talk, "order")
    assert ("busy", 429) == (refused.value.code, refused.value.status)
    house.tools.wait.set()
    await asyncio.gather(*tasks)
    said = [event["text"] for event in talk.after(0) if event["type"] == "said"]
    assert ["do it", "order", "cancel", "order"] == said


async def test_leaving_in_the_middle_of_an_action_lets_it_end(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    house.tools.wait = asyncio.Event()
    turn = house.desk.say(talk, "do it")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    talk.end("caller_hung_up", "closed")
    assert not talk.over
    house.tools.wait.set()
    await turn
    assert talk.over
    assert 1 == len(house.found(ToolAnswered))
    assert CallEnded("caller_hung_up", "closed") == house.events()[-1]


async def test_a_dialogue_that_fails_apologises_and_then_hands_over(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    house.dialogue.fails = True
    assert "Something went wrong" in (await house.say(talk, "order"))[-1]["text"]
    assert ["said", "message", "handoff", "end"] == kinds(await house.say(talk, "order"))
    assert 2 == len(house.found(EngineFailed))
    assert "failed" == house.events()[-1].disposition  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), ("  \n ", "empty"), ("x" * 1_001, "too_long")]
)
async def test_what_is_no_message_is_refused(house: House, text: str, code: str) -> None:
    talk = await house.desk.open("10.0.0.1")
    with pytest.raises(ChatRefused) as refused:
        house.desk.say(talk, text)
    assert code == refused.value.code
    assert 1 == talk.newest


async def test_too_fast_is_told_when_to_try_again() -> None:
    house = House(messages_per_minute=2)
    talk = await house.desk.open("10.0.0.1")
    for _ in range(2):
        await house.say(talk, "order")
    with pytest.raises(ChatRefused) as refused:
        house.desk.say(talk, "order")
    assert ("too_fast", 29) == (refused.value.code, refused.value.retry_after)
    house.now += 31
    await house.say(talk, "order")
    await house.desk.close()


async def test_the_number_of_conversations_is_bounded() -> None:
    house = House(conversations=3, per_client=2)
    first = await house.desk.open("10.0.0.1")
    await house.desk.open("10.0.0.1")
    with pytest.raises(ChatRefused, match="Too many conversations are open here"):
        await house.desk.open("10.0.0.1")
    await house.desk.open("10.0.0.2")
    with pytest.raises(ChatRefused) as refused:
        await house.desk.open("10.0.0.3")
    assert ("full", 503) == (refused.value.code, refused.value.status)
    first.end("caller_hung_up", "closed")
    await house.desk.open("10.0.0.3")
    assert 3 == house.desk.live
    await house.desk.close()


async def test_opening_has_a_rate_of_its_own() -> None:
    house = House(opens_per_minute=1)
    await house.desk.open("10.0.0.1")
    with pytest.raises(ChatRefused, match="Too many conversations were opened"):
        await house.desk.open("10.0.0.1")
    await house.desk.open("10.0.0.2")
    await house.desk.close()


async def test_what_is_left_behind_ends_and_is_forgotten_later(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    house.now += 899
    await house.desk.sweep()
    assert not talk.over
    await house.say(talk, "order")
    house.now += 901
    await house.desk.sweep()
    assert talk.over
    assert CallEnded("abandoned", "idle") == house.events()[-1]
    with pytest.raises(ChatRefused):
        house.desk.find(talk.id)


async def test_one_that_never_ends_is_ended(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    for _ in range(9):
        house.now += 850
        await house.say(talk, "order")
        await house.desk.sweep()
    assert CallEnded("abandoned", "too long") == house.events()[-1]


async def test_ids_are_long_and_are_not_those_of_the_journal(house: House) -> None:
    talks = [await house.desk.open("10.0.0.1") for _ in range(5)]
    assert 5 == len({talk.id for talk in talks})
    assert all(len(talk.id) >= 32 for talk in talks)
    for entries in house.journal.calls.values():
        answered = entries[0].event
        assert isinstance(answered, CallAnswered)
        assert answered.call_id not in {talk.id for talk in talks}


@pytest.mark.parametrize(
    ("name", "code"), [("nowhere", "no_hotline"), ("broken", "unavailable"), ("..", "no_hotline")]
)
async def test_a_hotline_that_is_not_there_is_named(house: House, name: str, code: str) -> None:
    with pytest.raises(ChatRefused) as refused:
        await house.desk.open("10.0.0.1", name)
    assert code == refused.value.code
    await house.desk.open("10.0.0.1", "retail")


async def test_nothing_opens_before_the_models_are_loaded(house: House) -> None:
    house.ready = False
    with pytest.raises(ChatRefused) as refused:
        await house.desk.open("10.0.0.1")
    assert 503 == refused.value.status


async def test_at_the_end_of_the_process_all_are_ended() -> None:
    house = House()
    talk = await house.desk.open("10.0.0.1")
    await house.desk.close()
    assert talk.over
    assert CallEnded("failed", "shutdown") == house.events()[-1]


async def test_only_so_many_may_watch(house: House) -> None:
    talk = await house.desk.open("10.0.0.1")
    queues = [talk.watch(0) for _ in range(4)]
    with pytest.raises(ChatRefused):
        talk.watch(0)
    talk.leave(queues[0])
    talk.watch(0)
