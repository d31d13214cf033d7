"""One-use tokens of media streams."""

import pytest

from telephony.tokens import StreamTokens


def test_a_token_serves_once() -> None:
    """For its own call."""
    tokens = StreamTokens()
    token = tokens.mint("CA1", now=0.0)

    assert [True, False] == [tokens.redeem(token, "CA1", now=1.0) for _ in range(2)]
    assert 0 == len(tokens)


def test_a_token_has_128_bits_and_no_two_are_alike() -> None:
    """Thirty-two hexadecimal digits."""
    tokens = StreamTokens()
    minted = {tokens.mint(f"CA{n}", now=0.0) for n in range(500)}

    assert 500 == len(minted)
    assert {16} == {len(bytes.fromhex(token)) for token in minted}


def test_a_token_is_bound_to_its_call() -> None:
    """Another call's token does not serve, and is not used up by the attempt."""
    tokens = StreamTokens()
    first, second = tokens.mint("CA1", now=0.0), tokens.mint("CA2", now=0.0)

    assert not tokens.redeem(first, "CA2", now=1.0)
    assert not tokens.redeem(first, "CA3", now=1.0)
    assert tokens.redeem(first, "CA1", now=1.0)
    assert tokens.redeem(second, "CA2", now=1.0)


@pytest.mark.parametrize(("now", "served"), [(59.9, True), (60.0, False), (3_600.0, False)])
def test_a_token_ages(now: float, served: bool) -> None:
    """Sixty seconds by default."""
    tokens = StreamTokens(life=60.0)
    token = tokens.mint("CA1", now=0.0)

    assert served == tokens.redeem(token, "CA1", now=now)
    assert not tokens.redeem(token, "CA1", now=1.0)


def test_a_new_token_voids_the_old_one() -> None:
    """One a call at a time."""
    tokens = StreamTokens()
    old, new = tokens.mint("CA1", now=0.0), tokens.mint("CA1", now=1.0)

    assert [False, True] == [tokens.redeem(token, "CA1", now=2.0) for token in (old, new)]


@pytest.mark.parametrize("wrong", ["", "x", "ünïcode", "\ud800", "0" * 100_000])
def test_a_wrong_token_spoils_nothing(wrong: str) -> None:
    """The caller with the right one still gets through."""
    tokens = StreamTokens()
    token = tokens.mint("CA1", now=0.0)

    assert not tokens.redeem(wrong, "CA1", now=1.0)
    assert tokens.redeem(token, "CA1", now=1.0)


def test_their_number_is_bounded() -> None:
    """The oldest go first, and expired ones go when new ones come."""
    tokens = StreamTokens(life=60.0, limit=3)
    first, *others = [tokens.mint(f"CA{n}", now=float(n)) for n in range(4)]

    assert 3 == len(tokens)
    assert not tokens.redeem(first, "CA0", now=5.0)
    assert tokens.redeem(others[0], "CA1", now=5.0)
    tokens.mint("CA9", now=100.0)
    assert 1 == len(tokens)
