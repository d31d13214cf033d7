"""What a hotline sells: products in variants, what goes well together, promotions, sizes.

Made from the hotline's CSV files. Pure data with look-ups; what is said of it is in `products`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dialogue.spoken import Template


class Asked(StrEnum):
    """What customers ask about products."""

    STOCK = "stock"
    PRICE = "price"
    SPECIFICATION = "specification"
    GOES_WITH = "goes_with"
    ADVICE = "advice"
    """What there is of a kind, or what a product is like."""
    SIZES = "sizes"
    PROMOTIONS = "promotions"


SAY: Mapping[str, tuple[str, ...]] = {
    "which": (),
    "which_of": ("names",),
    "not_found": (),
    "in_stock": ("name",),
    "in_stock_as": ("name", "variant"),
    "choices": ("name", "choices"),
    "sold_out": ("name",),
    "sold_out_as": ("name", "variant"),
    "no_such": ("name", "variant"),
    "price": ("name", "price"),
    "price_from": ("name", "price"),
    "unknown": ("name",),
    "goes_with": ("name", "names"),
    "goes_with_nothing": ("name",),
    "about": ("name", "about"),
    "there_is": ("names",),
    "measure": ("measure", "unit"),
    "size": ("name", "size"),
    "no_size": ("name",),
    "one_size": ("name",),
    "no_promotions": (),
}
"""What catalogue.yaml says, with the places of each."""


@dataclass(frozen=True, slots=True)
class Option:
    """What a product comes in several of: a color, a size."""

    name: str
    words: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    """Value as it is written to the ways in which it is said, the bot's own first."""

    def spoken(self, value: str) -> str:
        """Return a value as it is said."""
        return self.values[value][0]


@dataclass(frozen=True, slots=True)
class Specification:
    """Something that is known of each product: its material, whether it is waterproof."""

    name: str
    words: tuple[str, ...]
    """Words by which it is asked for."""
    say: tuple[Template, ...]
    """For `yes` and `no`, the answers to a question that is either; else one for any value."""
    is_flag: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing on the shelf."""

    options: Mapping[str, str]
    stock: int
    price: int | None
    """In cents."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its variants."""

    id: str
    name: str
    also: tuple[str, ...]
    """Further names."""
    category: str
    about: str
    goes_with: tuple[str, ...]
    """Ids of products."""
    specifications: Mapping[str, str]
    variants: tuple[Variant, ...]

    def matching(self, options: Mapping[str, str]) -> tuple[Variant, ...]:
        """Return the variants with these options."""
        return tuple(v for v in self.variants if options.items() <= v.options.items())


@dataclass(frozen=True, slots=True)
class Promotion:
    """Something that is cheaper for a while."""

    say: str
    products: tuple[str, ...]
    """Ids of products, or categories; none: everything."""
    begins: str
    ends: str
    """ISO dates, both included; empty: no limit."""


@dataclass(frozen=True, slots=True)
class SizeRange:
    """Which size fits a measure."""

    category: str
    measure: str
    unit: str
    least: float
    most: float
    size: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that a hotline sells."""

    products: Mapping[str, Product] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)
    specifications: Mapping[str, Specification] = field(default_factory=dict)
    say: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    promotions: tuple[Promotion, ...] = ()
    sizes: tuple[SizeRange, ...] = ()

    def chart(self, product: Product) -> tuple[SizeRange, ...]:
        """Return the size chart that a product goes by."""
        return tuple(row for row in self.sizes if row.category in (product.category, product.id))

    def in_category(self, category: str) -> tuple[Product, ...]:
        """Return the products of a category."""
        return tuple(p for p in self.products.values() if p.category == category)

    def promoted(self, product: str, today: str) -> tuple[Promotion, ...]:
        """Return what is on: for one product, or all of it.

        Args:
            product: Its id; empty: whatever is on.
            today: ISO date; empty where it is not known, and then nothing that has an end is on.
        """
        wanted = self.products.get(product)
        names = {product, wanted.category} if wanted else set()
        return tuple(
            promotion
            for promotion in self.promotions
            if (not promotion.begins or (today and promotion.begins <= today))
            and (not promotion.ends or (today and today <= promotion.ends))
            and (not wanted or not promotion.products or names.intersection(promotion.products))
        )
