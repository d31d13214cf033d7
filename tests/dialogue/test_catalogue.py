"""What is sold: read from CSV files, and answered from them with follow-ups."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.catalogue import Catalogue
from dialogue.errors import DomainError
from dialogue.knowledge import ADMITTED
from dialogue.loading import load_domain
from dialogue.understanding.products import ProductReader
from dialogue.understanding.quantities import read_quantity
from tests.dialogue.conversation import Conversation

models = pytest.mark.models


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    found = load_domain("retail").catalogue
    assert found is not None
    return found


# --- conversations -------------------------------------------------------


@models
def test_a_property_is_told_and_it_is_the_product_from_then_on(call: Conversation) -> None:
    assert "Yes, you can wear the Aspen jacket in the rain." in call.say(
        "is the Aspen jacket waterproof?"
    )
    assert "The material of the Aspen jacket is recycled nylon." in call.say("what is it made of")
    assert "The price of the Aspen jacket is 129 dollars and up." in call.say("how much is it?")
    assert "our Birch sweater and Harbor boots" in call.say("what goes well with it")


@models
def test_what_is_in_stock_is_told_with_what_there_is_instead(call: Conversation) -> None:
    assert "Yes, we have the Aspen jacket in medium. There is blue." in call.say(
        "do you have the Aspen jacket in medium?"
    )
    assert (
        "we're out of the Aspen jacket in medium and black. There is small, large and extra large."
        in call.say("and in black?")
    )
    assert "Yes, we have the Aspen jacket in extra large and black." in call.say(
        "and in extra large?"
    )


@models
def test_what_does_not_exist_is_not_sold(call: Conversation) -> None:
    assert "There is no Alder oak table in white." in call.say("is the oak table there in white")
    assert "we're out of the Ember toaster" in call.say("is the toaster available")


@models
def test_several_products_lead_to_the_question_which(call: Conversation) -> None:
    assert call.say("do you sell lamps") == (
        "There is the Arc floor lamp and Luna desk lamp. Which one would you like to hear about?"
    )
    assert "dimmed by touch. Is there anything else?" in call.say("the desk lamp")
    assert "The height of the Luna desk lamp is sixteen inches." in call.say("how tall is it")


@models
def test_a_question_without_a_product_is_answered_once_it_is_named(call: Conversation) -> None:
    assert call.say("which size should I take") == "Which product is it?"
    assert call.say("the Aspen jacket") == "What is your chest, in inches?"
    assert "Take the Aspen jacket in medium." in call.say("it's about thirty eight")


@models
def test_the_property_decides_between_products(call: Conversation) -> None:
    assert "Yes, we have the Ridge parka in green. There is medium and large." in call.say(
        "do you have a jacket in green"
    )


@models
def test_another_product_is_asked_the_same(call: Conversation) -> None:
    call.say("is the toaster available")
    assert "Yes, we have the Brook kettle." in call.say("what about the kettle")


@models
def test_a_product_in_a_digression_leaves_the_task_alone(call: Conversation) -> None:
    call.say("cancel my order 44118")
    assert call.say("how wide is the bookshelf") == (
        "The width of the Stack bookshelf is thirty two inches. Shall I cancel this order?"
    )


@models
@pytest.mark.parametrize(
    ("line", "task"),
    [
        ("the Aspen jacket I ordered is too small, can I return it", "return_item"),
        ("where is the floor lamp I ordered", "order_status"),
    ],
)
def test_a_task_about_a_product_is_a_task(call: Conversation, line: str, task: str) -> None:
    call.say(line)
    assert call.state.task is not None
    assert task == call.state.task.flow


@models
def test_promotions_are_those_that_are_on(call: Conversation) -> None:
    said = call.say("are there any special offers")
    assert "Members get ten percent off lamps" in said
    assert "In December" not in said
    assert "Two kettles" in call.say("is there a discount on kettles")


@models
def test_what_the_catalogue_does_not_say_is_not_made_up(call: Conversation) -> None:
    assert "I don't know that about the Harbor boots" in call.say("how heavy are the Harbor boots")


@models
@pytest.mark.parametrize(
    "line", ["can you send the rack to my pharmacy", "can you refer me to a parka"]
)
def test_what_is_asked_of_a_product_beyond_the_catalogue_is_not_known(
    call: Conversation, line: str
) -> None:
    """It names something that is sold, and asks what no intent does."""
    call.say(line)
    assert call.step.trace.rule.startswith(ADMITTED)


def test_who_only_names_a_product_hears_about_it(call: Conversation) -> None:
    call.say("the floor lamp")
    assert call.step.trace.rule.startswith("catalogue:")


def test_it_is_forgotten_after_a_while(call: Conversation) -> None:
    call.say("is the Aspen jacket waterproof?")
    for _ in range(4):
        call.say("when are you open")
    assert "Aspen" not in call.say("how much is it")


# --- reading -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("the aspin jacket", ("aspen",)),
        ("Aspen rain jackets", ("aspen",)),
        ("your harbour boots", ("harbor",)),
        ("a jacket", ("aspen", "ridge")),
        ("the wool rug", ("rug",)),
        ("something else", ()),
        ("", ()),
    ],
)
def test_products_are_found_as_they_are_said(
    catalogue: Catalogue, text: str, products: tuple[str, ...]
) -> None:
    found = ProductReader(catalogue).read(text).products
    if products == ("aspen", "ridge"):
        assert set(products) <= set(found)
    else:
        assert products == found


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    read = _reader().read(text)
    assert len(read.products) == len(set(read.products))


@cache
def _reader() -> ProductReader:
    found = load_domain("retail").catalogue
    assert found is not None
    return ProductReader(found)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("38", 38),
        ("it's about 38 inches", 38),
        ("thirty eight", 38),
        ("thirty-eight and a half", 38.5),
        ("ten point three", 10.3),
        ("10.3", 10.3),
        ("one hundred eighty two", 182),
        ("between 38 and 40", None),
        ("44117", None),
        ("I don't know", None),
        ("", None),
    ],
)
def test_a_measure_is_read(text: str, value: float | None) -> None:
    assert value == read_quantity(text)


# --- loading -------------------------------------------------------------


def test_promotions_keep_to_their_days(catalogue: Catalogue) -> None:
    on = {
        day: [promotion.say[:11] for promotion in catalogue.promoted("aspen", day)]
        for day in ("", "2026-11-30", "2026-12-01", "2026-12-31", "2027-01-15")
    }
    assert {
        "": [],
        "2026-11-30": [],
        "2026-12-01": ["In December"],
        "2026-12-31": ["In December"],
        "2027-01-15": ["In January,"],
    } == on


ASPEN = "aspen,Aspen jacket,,jackets,blue,m,129.00,7,yes,yes,recycled nylon,,,,,"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("catalogue.csv", "product,name", "id,name", "catalogue.csv:1: column `product` is miss"),
        ("catalogue.csv", ",weight,", ",wieght,", "column `wieght`: catalogue.yaml does not descr"),
        ("catalogue.csv", ",weight,", ",width,", "catalogue.csv:1: column `width` is there twice"),
        ("catalogue.csv", ASPEN, "aspen", "catalogue.csv:3: 1 cells where the first line has 16"),
        ("catalogue.csv", ASPEN, ASPEN.replace("aspen", ""), "3: `product` is empty; write somet"),
        ("catalogue.csv", ASPEN, ASPEN.replace("129.00", "$129"), "`price` must be an amount, lik"),
        ("catalogue.csv", ASPEN, ASPEN.replace("129.00", "NaN"), "`price` must be an amount, like"),
        ("catalogue.csv", ASPEN, ASPEN.replace("129.00", "1e99"), "`price` must be an amount, lik"),
        ("catalogue.csv", ASPEN, ASPEN.replace(",7,", ",many,"), "`stock` must be a count, like 1"),
        ("catalogue.csv", ASPEN, ASPEN.replace("yes,yes", "maybe,yes"), "`waterproof` must be `ye"),
        ("catalogue.csv", ASPEN, ASPEN.replace("Aspen", "Asten"), "`aspen` is named 'Aspen jacke"),
        ("catalogue.csv", ASPEN, f"{ASPEN}\n{ASPEN}", "catalogue.csv:4: `aspen` is there twice"),
        ("catalogue.csv", "birch;harbor,It's a light", "brich,It's a light", "no product 'brich';"),
        ("catalogue.csv", ASPEN, f'{ASPEN}"x', "not CSV ("),
        ("catalogue.yaml", "which_of:", "which_off:", "`which_off` is not known in `say`; did yo"),
        ("catalogue.yaml", "{price|money}", "{cost|money}", "`{cost}` is not known here; use one"),
        ("catalogue.yaml", "  width:", "  price:", "`price` is a column with a meaning of its ow"),
        ("catalogue.yaml", "      s: [small]", "      xs: [tiny]", "no product has `size` xs;"),
        ("promotions.csv", "2026-12-31", "end of year", "`ends` must be a day, like 2026-12-31"),
        ("promotions.csv", "2026-12-01", "2027-12-01", "promotions.csv:4: it ends before it beg"),
        ("promotions.csv", ",lamps,", ",lmaps,", "no product or category 'lmaps'; did you mean"),
        ("sizes.csv", "32,36,s", "36,32,s", "sizes.csv:2: `least` and `most` must be numbers"),
        ("sizes.csv", "jackets,chest,inches,37", "jackets,waist,inches,37", "measured in two way"),
        ("sizes.csv", "boots,", "bots,", "no product or category 'bots'; did you mean `boots`?"),
        ("intents/products.yaml", "catalogue: stock", "catalogue: stok", "did you mean `stock`?"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_remedy(
    tmp_path: Path, file: str, old: str, new: str, expected: str
) -> None:
    folder = shutil.copytree(load_domain("retail").folder, tmp_path / "shop")
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DomainError) as caught:
        load_domain(str(folder))
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "catalogue.csv").unlink(),
        lambda folder: (folder / "catalogue.yaml").unlink(),
        lambda folder: (folder / "catalogue.csv").write_bytes(b"\xff\xfe"),
        lambda folder: (folder / "catalogue.csv").write_text(""),
        lambda folder: (folder / "catalogue.csv").write_text("x" * 200_000),
        lambda folder: (folder / "catalogue.csv").write_text('a"b\n"'),
        lambda folder: (folder / "catalogue.csv").write_text("product,name\n\0,\0\n"),
    ],
)
def test_a_file_that_is_no_catalogue_is_a_mistake(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    folder = shutil.copytree(load_domain("retail").folder, tmp_path / "shop")
    spoil(folder)
    with pytest.raises(DomainError, match="catalogue"):
        load_domain(str(folder))
