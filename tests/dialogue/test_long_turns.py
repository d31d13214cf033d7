"""The need in one clause of five, another task in the middle of a question, and sounds of names."""

from __future__ import annotations

import pytest

from dialogue.loading import load_domain
from dialogue.sounds import heard_as, likeness
from dialogue.understanding.answers import free_text
from dialogue.understanding.products import ProductReader
from dialogue.understanding.wishes import told_parts, wishes
from tests.dialogue.conversation import Conversation
from voicebot.actions.demo_shop import DemoShop


@pytest.mark.models
class TestGist:
    """What a long turn asks for."""

    @pytest.mark.parametrize(
        ("text", "flow"),
        [
            (
                "I've been on hold for twenty minutes, this is the third time I'm calling, nobody "
                "ever helps me, I just want to know where my order is, it's unbelievable how you "
                "treat people",
                "order_status",
            ),
            (
                "hi yes so my name is Bob and my wife ordered a rug for our anniversary which was "
                "last week and it was supposed to be a surprise but now we have seen it and "
                "honestly it doesn't go with the carpet, so we were wondering if we could send it "
                "back somehow",
                "return_item",
            ),
            ("where the fuck is my shit", "order_status"),
            ("the jacket is too small I need it in large instead", "exchange"),
            ("I want to trade the lamp for the taller model", "exchange"),
        ],
    )
    def test_one_clause_says_what_is_wanted(
        self, withheld: Conversation, text: str, flow: str
    ) -> None:
        withheld.say(text)
        assert withheld.state.task is not None, withheld.said
        assert flow == withheld.state.task.flow

    @pytest.mark.parametrize("asked", ["where is my order", "I want to return something"])
    @pytest.mark.parametrize("line", ["cancel order 44118", "no wait, I want to cancel 44118"])
    def test_a_number_with_another_task_is_for_that_task(
        self, call: Conversation, shop: DemoShop, asked: str, line: str
    ) -> None:
        call.say(asked)
        assert "Shall I cancel this order?" in call.say(line)
        assert "packing" == shop.find_order("44118")["outcome"]

    def test_a_number_with_the_same_task_is_its_value(self, call: Conversation) -> None:
        call.say("where is my order")
        assert "on its way" in call.say("the order I want to track is 44117")

    def test_the_number_is_a_yes_to_the_one_task_that_takes_it(self, call: Conversation) -> None:
        call.say("how does sending something back work")
        assert call.said.endswith("Shall I start a return for you?")
        assert "Shall I start the return?" in call.say("55203")

    def test_a_question_in_between_is_no_free_text(self, call: Conversation) -> None:
        call.say("I want to make a complaint")
        call.say("oh and before I forget, what would shipping set me back")
        assert "complaint" not in call.state.slots
        assert "file_complaint" not in str(call.called)

    def test_a_thing_alone_is_no_danger(self, withheld: Conversation) -> None:
        withheld.say("where is my order")
        withheld.say("the toaster")
        assert withheld.handoff is None

    def test_a_question_at_a_confirmation_leaves_it_open(self, call: Conversation) -> None:
        call.say("cancel order 44118")
        assert "Shall I cancel this order?" in call.say("what do I get back")
        assert "It's cancelled." in call.say("okay then do it")

    def test_what_waits_is_in_the_brief(self, withheld: Conversation) -> None:
        withheld.say("I want to cancel my order and also change the address of another one")
        withheld.say("get me a human")
        assert withheld.handoff is not None
        assert withheld.handoff.brief is not None
        assert (
            "wants to cancel an order",
            "wants an order sent to another address (not taken up yet)",
        ) == withheld.handoff.brief.needs


def test_parts_of_a_story() -> None:
    assert ("The jacket is too small", "I need it in large") == told_parts(
        "The jacket is too small I need it in large", _ENGLISH
    )
    assert wishes("we were wondering if we could send it back", _ENGLISH)
    assert not wishes("it was supposed to be a surprise", _ENGLISH)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("okay so the new address would be 12 Elm Street in Salem", "12 Elm Street in Salem"),
        ("um I think I'd like to have it in medium please", "in medium"),
        ("well the thing is that the driver was rude", "the driver was rude"),
    ],
)
def test_what_people_say_before_a_value_is_left_out(said: str, value: str) -> None:
    assert value == free_text(said)


@pytest.mark.parametrize(
    ("said", "product"),
    [
        ("is the ass pen jacket waterproof", "aspen"),
        ("do you have the rich parker in green", "ridge"),
        ("how heavy is the kettel", "kettle"),
        ("is the birch sweat her washable", "birch"),
        ("the book shelf", "bookshelf"),
    ],
)
def test_products_are_known_by_their_sound(said: str, product: str) -> None:
    domain = load_domain("retail")
    assert domain.catalogue is not None
    assert (product,) == ProductReader(domain.catalogue).read(said).products


def test_usual_words_are_no_names_misheard() -> None:
    domain = load_domain("retail")
    assert domain.catalogue is not None
    reader = ProductReader(domain.catalogue, ("stock", "hello", "turn"))
    for text in ("hello there", "is it in stock", "turn it off", "hola"):
        assert () == reader.read(text).products


def test_a_name_in_a_product_is_no_color_of_it() -> None:
    domain = load_domain("retail")
    assert domain.catalogue is not None
    found = ProductReader(domain.catalogue).read("do you have the oak tabel")
    assert (("oak",), {}) == (found.products, found.options)


def test_sounds() -> None:
    assert likeness("parker", "parka") == 1.0
    assert likeness("dusk", "desk") > 0.8 > 0.6 > likeness("order", "harbor")
    assert "aspen" == heard_as(("ass", "pen"), ("aspen", "ridge"))
    assert "" == heard_as(("a",), ("aspen",))


_ENGLISH = load_domain("retail").speech
