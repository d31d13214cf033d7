"""Answers about products from the catalogue, with follow-ups ("and in blue?")."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from dialogue.acts import Answer
from dialogue.catalogue import Asked, Catalogue, Product, Variant
from dialogue.knowledge import kinds_asked
from dialogue.question import Question, Topic
from dialogue.references import pick
from dialogue.reply import Reply
from dialogue.spoken import Template, listing
from dialogue.state import ProductTopic
from dialogue.tools import LIST_SEPARATOR
from dialogue.understanding.answers import is_question
from dialogue.understanding.english import (
    ALSO,
    BIGGER,
    CHEAPER,
    DEARER,
    OTHER_PRODUCT,
    OWNED,
    REFERRING,
    SMALLER,
)
from dialogue.understanding.numbers import tokens
from dialogue.understanding.products import Mentions, ProductReader
from dialogue.understanding.quantities import read_quantity

REMEMBERED = 3
"""Turns for which "it" is the product that was talked about."""
_FOLLOW_UP = 7
"""Words of a turn that goes on about the product without naming it."""
_MOST_NAMED = 3
"""Products or choices in one answer; more cannot be kept in mind."""
QUESTION = "catalogue:question"
"""Source of a question about what is asked."""
_EXTENTS = ("height", "width")
"""Specifications by which one thing is bigger than another."""
_INCHES_IN_A_FOOT = 12
_PRODUCT, _MEASURE = "product", "measure"
"""What an answer waits for."""


class Products:
    """Answers about one hotline's catalogue; holds nothing of any conversation."""

    def __init__(self, catalogue: Catalogue, usual: Collection[str] = ()) -> None:
        """
        Args:
            catalogue: What is sold.
            usual: Words that callers use for other things; they are no names misheard.
        """
        self._catalogue = catalogue
        self._reader = ProductReader(catalogue, usual)

    def takes(
        self, reply: Reply, text: str, asked: Asked | None, need: str, *, sure: bool = True
    ) -> bool:
        """Answer a turn about products; False when it is about something else.

        Args:
            reply: The step being composed.
            text: The turn.
            asked: What the intent of the turn asks about products, if that is what it is for.
            need: The need that the turn would be acted on for; empty for none.
            sure: Whether `asked` is beyond doubt, and not to be what was asked before.
        """
        topic = _recent(reply)
        mentions = self._reader.read(text)
        if mentions.weak and topic is None:
            # "will it rain" is about no rain jacket.
            mentions = replace(mentions, products=())
        if asked in _OF_ONE and not (mentions.products or topic or (sure and _refers(text))):
            return False
        short = len(text.split()) <= _FOLLOW_UP
        waits = topic is not None and topic.waits_for == _PRODUCT
        if topic is not None and self._chosen(
            reply, topic, mentions, text, None if waits else asked
        ):
            return True
        if topic is not None and topic.waits_for == _MEASURE and short and not mentions.products:
            measure = read_quantity(text)
            if measure is not None:
                reply.change(question=None)
                self._fit(reply, self._catalogue.products[topic.product], measure)
                return True
        if topic is not None and asked is not None and short and self._only_names(mentions):
            # "the Aspen jacket" says which one; "what about the kettle?" asks the same of another.
            asked = (
                asked if sure and not (topic.waits_for or _goes_on(text)) else Asked(topic.asked)
            )
        if asked is None:
            if need and not (topic and self._follows(text, mentions)):
                return False
            asked = self._meant(mentions, topic)
            if asked is None or (asked is Asked.ADVICE and _asks_more(reply, text, topic)):
                return False
        elif mentions.specification and not mentions.options and asked in _LOOSE:
            asked = Asked.SPECIFICATION
        reply.decided(f"catalogue:{asked}")
        if asks(reply):
            reply.change(question=None)
        self._answer(reply, asked, mentions, topic, text)
        return True

    def corrects(self, reply: Reply, text: str) -> bool:
        """Answer anew with a measure that puts the one before right: "no sorry, it's 43"."""
        topic = _recent(reply)
        measured = topic is not None and topic.asked == Asked.SIZES and topic.product
        if topic is None or not measured or topic.turn < reply.state.turn - 1:
            return False
        measure = read_quantity(text) if len(text.split()) <= _FOLLOW_UP else None
        if measure is None:
            return False
        reply.change(question=None)
        self._fit(reply, self._catalogue.products[topic.product], measure)
        return True

    def chooses(self, reply: Reply, text: str) -> bool:
        """Answer a turn that says which of the products just named is meant."""
        topic = _recent(reply)
        if topic is None or topic.waits_for != _PRODUCT or not asks(reply):
            return False
        asked = Asked.PRICE if "price" in kinds_asked(text, reply.domain.speech) else None
        return self._chosen(reply, topic, self._reader.read(text), text, asked)

    def _chosen(
        self, reply: Reply, topic: ProductTopic, mentions: Mentions, text: str, asked: Asked | None
    ) -> bool:
        """Take which of the products is meant that were just named: "the floor one"."""
        if not topic.among or len(text.split()) > _FOLLOW_UP:
            return False
        among = [self._catalogue.products[id] for id in topic.among]
        compared = self._compared(among, text)
        names = [" ".join((one.name, *one.also)) for one in among]
        waits = topic.waits_for == _PRODUCT
        index = pick(text, names, reply.domain.speech, bare=waits)
        if compared is None and index is None and topic.product and _other(text):
            index = next(
                (i for i, one in enumerate(among) if one.id != topic.product and len(among) == 2),
                None,
            )
        product = compared or (among[index] if index is not None else None)
        if product is None:
            return False
        kind = asked if asked in _OF_ONE and asked is not None else Asked(topic.asked)
        reply.decided(f"catalogue:{kind}")
        if asks(reply):
            reply.change(question=None)
        self._about(reply, kind, product, _completed(mentions, topic), topic, text)
        return True

    def _compared(self, among: Sequence[Product], text: str) -> Product | None:
        """Return which of several products is the cheapest or dearest, where that is asked."""
        said = f" {' '.join(tokens(text))} "
        priced = [
            (float(min(prices)), one)
            for one in among
            if (prices := [v.price for v in one.variants if v.price is not None])
        ]
        sized = [(size, one) for one in among if (size := _extent(one)) is not None]
        for measured, phrases, choose in (
            (priced, CHEAPER, min),
            (priced, DEARER, max),
            (sized, SMALLER, min),
            (sized, BIGGER, max),
        ):
            if len(measured) > 1 and any(f" {phrase} " in said for phrase in phrases):
                return choose(measured, key=lambda entry: entry[0])[1]
        return None

    def names(self, reply: Reply, text: str) -> bool:
        """Whether a turn names something of the catalogue, or one was talked about just now."""
        mentions = self._reader.read(text)
        return bool(mentions.products and not mentions.weak) or _recent(reply) is not None

    def _follows(self, text: str, mentions: Mentions) -> bool:
        """Whether a turn is a short one that can only go on about the product before."""
        named = bool(mentions.options or mentions.specification) and not mentions.products
        return named and len(text.split()) <= _FOLLOW_UP

    def _only_names(self, mentions: Mentions) -> bool:
        others = mentions.options or mentions.specification
        return bool(mentions.products) and not mentions.weak and not others

    def _meant(self, mentions: Mentions, topic: ProductTopic | None) -> Asked | None:
        """Return what is asked by the words alone."""
        if not mentions.products and topic is None:
            return None
        if mentions.products and topic is not None and topic.waits_for == _PRODUCT:
            return Asked(topic.asked)
        if mentions.specification:
            return Asked.SPECIFICATION
        if mentions.options:
            return Asked.STOCK
        if mentions.products:
            return Asked(topic.asked) if topic is not None else Asked.ADVICE
        return None

    # --- what it is about --------------------------------------------------------------------

    def _answer(
        self,
        reply: Reply,
        asked: Asked,
        mentions: Mentions,
        topic: ProductTopic | None,
        text: str,
    ) -> None:
        mentions = _completed(mentions, topic)
        found = mentions.products
        if topic is not None and topic.product and (not found or mentions.weak):
            found = (topic.product,)
        if len(found) > 1 and mentions.options:
            having = (id for id in found if self._catalogue.products[id].matching(mentions.options))
            found = tuple(having) or found
        among = [self._catalogue.products[id] for id in found]
        if (chosen := self._compared(among, text)) is not None:
            priced = "price" in kinds_asked(text, reply.domain.speech) or _names_price(text)
            kind = asked if asked in _OF_ONE else Asked.PRICE if priced else Asked.ADVICE
            reply.decided(f"catalogue:{kind}")
            self._about(reply, kind, chosen, mentions, topic, text)
            self._remember_among(reply, found)
            return
        if asked is Asked.PROMOTIONS:
            self._promotions(reply, found[0] if len(found) == 1 else "")
            return
        if len(found) == 1:
            self._about(reply, asked, self._catalogue.products[found[0]], mentions, topic, text)
            return
        if not found and topic is not None and topic.waits_for == _PRODUCT:
            self._say(reply, "not_found")
            reply.change(product=None, question=None)
            return
        if asked is Asked.ADVICE and found:
            names = [self._catalogue.products[id].name for id in found[:_MOST_NAMED]]
            text = self._words(reply, "there_is", names=LIST_SEPARATOR.join(names))
            _ask(reply, text, *names)
        else:
            self._ask_which(reply, found)
        _remember(reply, asked, "", mentions, waits_for=_PRODUCT)
        self._remember_among(reply, found)

    def _remember_among(self, reply: Reply, found: Sequence[str]) -> None:
        """Keep which products were named together, for "the other one"."""
        if reply.state.product is not None and 1 < len(found) <= _MOST_NAMED:
            reply.change(product=replace(reply.state.product, among=tuple(found)))

    def _ask_which(self, reply: Reply, found: Sequence[str]) -> None:
        names = [self._catalogue.products[id].name for id in found]
        known = 1 < len(names) <= _MOST_NAMED
        places = {"names": LIST_SEPARATOR.join(names)} if known else {}
        text = self._words(reply, "which_of" if known else "which", **places)
        words = names or [product.name for product in self._catalogue.products.values()]
        _ask(reply, text, *words)

    def _about(
        self,
        reply: Reply,
        asked: Asked,
        product: Product,
        mentions: Mentions,
        topic: ProductTopic | None,
        text: str,
    ) -> None:
        _remember(reply, asked, product.id, mentions, among=topic.among if topic else ())
        reply.note(reply.domain.speech.brief.was_told.format(about=product.name))
        match asked:
            case Asked.STOCK:
                self._stock(reply, product, mentions, topic)
            case Asked.PRICE:
                self._price(reply, product, mentions)
            case Asked.SPECIFICATION:
                self._specification(reply, product, mentions.specification)
            case Asked.GOES_WITH:
                names = [self._catalogue.products[id].name for id in product.goes_with]
                kind = "goes_with" if names else "goes_with_nothing"
                names = names[:_MOST_NAMED]
                self._say(reply, kind, name=product.name, names=LIST_SEPARATOR.join(names))
            case Asked.SIZES | Asked.ADVICE | Asked.SPECIFICATION if name := self._listed(text):
                self._values(reply, product, name)
            case Asked.SIZES:
                self._sizes(reply, product, text)
            case _:
                kind = "about" if product.about else "unknown"
                self._say(reply, kind, name=product.name, about=product.about)

    # --- answers -----------------------------------------------------------------------------

    def _stock(
        self, reply: Reply, product: Product, mentions: Mentions, topic: ProductTopic | None
    ) -> None:
        wanted = dict(mentions.options)
        if (
            wanted
            and topic is not None
            and topic.product == product.id
            and topic.asked == Asked.STOCK
        ):
            # "do you have it in medium?", "and in blue?": a blue one in medium, if there is any.
            both = {**topic.options, **wanted}
            wanted = both if product.matching(both) else wanted
        _remember(reply, Asked.STOCK, product.id, replace(mentions, options=wanted))
        variant = self._spoken(wanted)
        matching = product.matching(wanted)
        there = [one for one in matching if one.stock > 0]
        places = {"name": product.name, "variant": variant}
        if there:
            self._say(reply, "in_stock_as" if wanted else "in_stock", **places)
            self._choices(reply, product, there, wanted)
            return
        kind = "sold_out_as" if wanted else "sold_out"
        self._say(reply, kind if matching else "no_such", **places)
        others = [one for one in product.variants if one.stock > 0]
        for name in wanted:
            if len(wanted) > 1 and (near := [v for v in others if _shares(v, wanted, but=name)]):
                # The same in another size, or in another color.
                self._choices(reply, product, near, {n: v for n, v in wanted.items() if n != name})
                return
        # What was asked for in vain comes first: no large one, but there is a small one.
        self._choices(reply, product, others, {}, first=tuple(wanted))

    def _listed(self, text: str) -> str:
        """Return the option all of whose values are asked for: "what sizes does it come in"."""
        said = set(tokens(text))
        return next(
            (
                name
                for name, option in self._catalogue.options.items()
                if any(f"{word}s" in said for word in option.words)
            ),
            "",
        )

    def _values(self, reply: Reply, product: Product, name: str) -> None:
        """Say in which values of an option a product can be had."""
        there = [one for one in product.variants if one.stock > 0]
        values = dict.fromkeys(one.options[name] for one in there if name in one.options)
        if not values:
            kind = "in_stock" if there else "sold_out"
            self._say(reply, kind, name=product.name)
            return
        spoken = [self._catalogue.options[name].spoken(value) for value in values]
        self._say(reply, "choices", name=product.name, choices=LIST_SEPARATOR.join(spoken))

    def _choices(
        self,
        reply: Reply,
        product: Product,
        there: Sequence[Variant],
        wanted: Mapping[str, str],
        first: Sequence[str] = (),
    ) -> None:
        """Say what can still be chosen."""
        for name in dict.fromkeys((*first, *self._catalogue.options)):
            option = self._catalogue.options[name]
            values = dict.fromkeys(v.options[name] for v in there if name in v.options)
            if name not in wanted and values:
                spoken = [option.spoken(value) for value in values]
                self._say(reply, "choices", name=product.name, choices=LIST_SEPARATOR.join(spoken))
                return

    def _price(self, reply: Reply, product: Product, mentions: Mentions) -> None:
        matching = product.matching(mentions.options) or product.variants
        prices = {variant.price for variant in matching if variant.price is not None}
        kind = "unknown" if not prices else "price" if len(prices) == 1 else "price_from"
        self._say(reply, kind, name=product.name, price=str(min(prices, default=0)))

    def _specification(self, reply: Reply, product: Product, name: str) -> None:
        one, value = self._catalogue.specifications.get(name), product.specifications.get(name)
        if one is None or value is None:
            self._say(reply, "unknown", name=product.name)
            return
        said = one.say[1 if one.is_flag and value == "no" else 0]
        text = said.fill({"name": product.name, "value": value})
        reply.say(text, f"catalogue:{product.id}")

    def _sizes(self, reply: Reply, product: Product, text: str) -> None:
        chart = self._catalogue.chart(product)
        if not chart:
            self._say(reply, "one_size", name=product.name)
            return
        measure = read_quantity(text)
        if measure is not None:
            self._fit(reply, product, measure)
            return
        _remember(reply, Asked.SIZES, product.id, Mentions(), waits_for=_MEASURE)
        row = chart[0]
        _ask(reply, self._words(reply, "measure", measure=row.measure, unit=row.unit))

    def _fit(self, reply: Reply, product: Product, measure: float) -> None:
        reply.decided("catalogue:sizes")
        _remember(reply, Asked.SIZES, product.id, Mentions())
        chart = self._catalogue.chart(product)
        size = next((row.size for row in chart if row.least <= measure <= row.most), "")
        option = next((o for o in self._catalogue.options.values() if size in o.values), None)
        spoken = option.spoken(size) if option else size
        self._say(reply, "size" if size else "no_size", name=product.name, size=spoken)

    def _promotions(self, reply: Reply, product: str) -> None:
        reply.note(reply.domain.speech.brief.was_told.format(about="promotions"))
        found = self._catalogue.promoted(product, reply.facts.get("today", ""))
        for promotion in found[:_MOST_NAMED]:
            reply.say(promotion.say, "catalogue:promotions")
        if not found:
            self._say(reply, "no_promotions")

    # --- words -------------------------------------------------------------------------------

    def _spoken(self, options: Mapping[str, str]) -> str:
        return listing([self._catalogue.options[name].spoken(v) for name, v in options.items()])

    def _words(self, reply: Reply, kind: str, /, **places: str) -> str:
        texts = tuple(template.text for template in self._catalogue.say[kind])
        return Template(reply.variant(f"catalogue:{kind}", texts)).fill(places)

    def _say(self, reply: Reply, kind: str, /, **places: str) -> None:
        reply.say(self._words(reply, kind, **places), f"catalogue:{kind}")


_LOOSE = (Asked.STOCK, Asked.ADVICE, Asked.SPECIFICATION)
"""What is asked for a property in words that a classifier takes for one another."""


_OF_ONE = (Asked.STOCK, Asked.PRICE, Asked.SPECIFICATION, Asked.GOES_WITH)
"""What is asked of one product, named or meant by "it"."""


def asks(reply: Reply) -> bool:
    """Whether a question about products is open."""
    question = reply.state.question
    return question is not None and question.source == QUESTION


def is_owned(text: str) -> bool:
    """Whether a turn is about something that was bought already."""
    said = f" {' '.join(tokens(text))} "
    return any(f" {phrase} " in said for phrase in OWNED)


def _asks_more(reply: Reply, text: str, topic: ProductTopic | None) -> bool:
    """Whether a turn that no intent explains asks something of a product which it only names:
    "can I rent a table" is not answered by what a table is."""
    return topic is None and not _goes_on(text) and is_question(text, reply.domain.speech)


def _goes_on(text: str) -> bool:
    """Whether a turn asks the same of something else."""
    said = f"{' '.join(tokens(text))} "
    return any(said.startswith(f"{phrase} ") for phrase in ALSO)


def _names_price(text: str) -> bool:
    said = f" {' '.join(tokens(text))} "
    return any(f" {phrase} " in said for phrase in (*CHEAPER, *DEARER))


def _extent(product: Product) -> float | None:
    """Return how tall or wide a product is, in inches; None where that is not known."""
    for name in _EXTENTS:
        said = product.specifications.get(name, "")
        if (size := read_quantity(said)) is not None:
            return size * (_INCHES_IN_A_FOOT if "f" in said.rpartition(" ")[2] else 1)
    return None


def _other(text: str) -> bool:
    return any(f" {phrase} " in f" {' '.join(tokens(text))} " for phrase in OTHER_PRODUCT)


def _refers(text: str) -> bool:
    return not REFERRING.isdisjoint(tokens(text))


def _recent(reply: Reply) -> ProductTopic | None:
    topic = reply.state.product
    return topic if topic and reply.state.turn - topic.turn <= REMEMBERED else None


def _completed(mentions: Mentions, topic: ProductTopic | None) -> Mentions:
    """Add what was asked before the product was known ("is it waterproof?", "the Aspen")."""
    if topic is None or topic.waits_for != _PRODUCT:
        return mentions
    return replace(
        mentions,
        options={**topic.options, **mentions.options},
        specification=mentions.specification or topic.specification,
    )


def _remember(
    reply: Reply,
    asked: Asked,
    product: str,
    mentions: Mentions,
    *,
    waits_for: str = "",
    among: tuple[str, ...] = (),
) -> None:
    topic = ProductTopic(
        product,
        asked.value,
        mentions.specification,
        dict(mentions.options),
        waits_for,
        reply.state.turn,
        among,
    )
    reply.change(product=topic)


def _ask(reply: Reply, text: str, *words: str) -> None:
    expects = reply.expects(Answer.OPEN, *words)
    reply.ask(Question(Topic.NEED, text, expects=expects, source=QUESTION))


def _shares(variant: Variant, wanted: Mapping[str, str], *, but: str) -> bool:
    return all(variant.options.get(n) == value for n, value in wanted.items() if n != but)
