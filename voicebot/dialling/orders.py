"""Orders of calls: hotline, terms and people, checked and made a list; and where a list stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dialogue.domain import Domain
from dialogue.loading import load_domain
from voicebot.outbound.contacts import Contact, OnMachine, Terms
from voicebot.outbound.dialler import Dialler, Prospect
from voicebot.outbound.hours import CallingHours
from voicebot.outbound.lists import read_list, read_rows
from voicebot.outbound.pace import Limits
from voicebot.outbound.permission import AllowList
from voicebot.outbound.settings import OutboundSettings
from voicebot.store import CallList, OutboundBook


class BadOrder(ValueError):
    """An order cannot be carried out; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Order:
    """How people are to be called."""

    hotline: str
    name: str = ""
    hours: str = ""
    """Empty: those of the settings."""
    attempts: int = 4
    on_machine: str = OnMachine.HANG_UP.value


def order_text(
    order: Order, text: str, settings: OutboundSettings, list_id: str, now: float
) -> tuple[CallList, tuple[Contact, ...]]:
    """Return the list that a CSV file asks for.

    Raises:
        DomainError: the hotline has mistakes.
        BadOrder, BadList: the order, or a row, cannot be carried out.
    """
    domain, made = _checked(order, settings, list_id, now)
    assert domain.outbound is not None
    return made, read_list(text, domain.outbound, domain.language, list_id)


def order_rows(
    order: Order,
    rows: Iterable[Mapping[str, str]],
    settings: OutboundSettings,
    list_id: str,
    now: float,
) -> tuple[CallList, tuple[Contact, ...]]:
    """Return the list that some rows ask for; raises as `order_text` does."""
    domain, made = _checked(order, settings, list_id, now)
    assert domain.outbound is not None
    return made, read_rows(rows, domain.outbound, domain.language, list_id)


def overview(
    book: OutboundBook, settings: OutboundSettings, list_id: str, now: float
) -> tuple[CallList, list[Prospect]] | None:
    """Return where a list stands, as the store tells; None if there is none.

    Raises:
        StoreError: the database failed.
    """
    made = next((one for one in book.lists() if one.id == list_id), None)
    if made is None:
        return None
    dialler = _dialler(settings, book.opted_out())
    dialler.add_list(made.id, made.terms)
    if made.stopped or book.killed():
        dialler.stop(made.id)
    for record in book.records(list_id):
        dialler.add(record.contact, now, record.attempts)
    return made, dialler.prospects(now)


def forecast(
    made: CallList,
    contacts: Iterable[Contact],
    settings: OutboundSettings,
    opted_out: Iterable[str],
    now: float,
) -> list[Prospect]:
    """Return who of a list would be called when, and why not, before it is stored."""
    dialler = _dialler(settings, opted_out)
    dialler.add_list(made.id, made.terms)
    for contact in contacts:
        dialler.add(contact, now)
    return dialler.prospects(now)


def limits_of(settings: OutboundSettings) -> Limits:
    """Return how fast and how often calls may be placed."""
    return Limits(settings.per_second, settings.at_once, settings.a_day, settings.number_a_day)


def allowed_by(settings: OutboundSettings) -> AllowList:
    """Return where calls may go."""
    return AllowList(frozenset(settings.countries), settings.prefixes)


def _dialler(settings: OutboundSettings, opted_out: Iterable[str]) -> Dialler:
    return Dialler(limits_of(settings), allowed_by(settings), opted_out)


def _checked(
    order: Order, settings: OutboundSettings, list_id: str, now: float
) -> tuple[Domain, CallList]:
    domain = load_domain(order.hotline)
    if domain.outbound is None:
        raise BadOrder(
            f"hotline {order.hotline!r} has no outbound.yaml, so it calls nobody; see "
            "docs/outbound.md"
        )
    try:
        hours = CallingHours.parse(order.hours or settings.hours)
        on_machine = OnMachine(order.on_machine)
    except ValueError as error:
        raise BadOrder(str(error)) from error
    if on_machine is OnMachine.MESSAGE and not domain.outbound.message:
        raise BadOrder(f"hotline {order.hotline!r} has no `message` for machines in outbound.yaml")
    terms = Terms(
        order.hotline,
        hours,
        attempts=order.attempts,
        on_machine=on_machine,
        ring=settings.ring,
    )
    return domain, CallList(list_id, order.name, terms, now)
