"""Who is let in: signatures of webhooks and upgrades, and callers of this machine."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import HTTPConnection
from twilio.request_validator import RequestValidator

from telephony.requests import is_local_peer
from telephony.twilio.signature import RequestGate, SignatureCheck

TOKEN, NEXT_TOKEN = "12345", "67890"
PUBLIC = "https://mycompany.com"
CHECK = SignatureCheck([TOKEN, NEXT_TOKEN], PUBLIC)


def signed(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    """Return Twilio's signature."""
    return RequestValidator(token).compute_signature(url, form)


def connection(
    path: str = "/twilio/media",
    *,
    query: bytes = b"",
    headers: dict[str, str] | None = None,
    client: tuple[str, int] | None = ("203.0.113.9", 5),
) -> HTTPConnection:
    """Return a request as an ASGI server hands it over."""
    return HTTPConnection(
        {
            "type": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
            "client": client,
        }
    )


class TestWebhooks:
    """HMAC-SHA1 over the public address and the sorted fields."""

    def test_the_example_of_twilios_own_documentation(self) -> None:
        """twilio.com/docs/usage/security: token 12345, this address, these fields."""
        form = {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675309",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
        }

        assert CHECK.webhook_ok("/myapp.php?foo=1&bar=2", form, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")

    @pytest.mark.parametrize("token", [TOKEN, NEXT_TOKEN])
    def test_both_tokens_count_while_they_are_rotated(self, token: str) -> None:
        """Twilio switches at a moment of its own."""
        form = {"CallSid": "CA1"}

        assert CHECK.webhook_ok(
            "/twilio/voice", form, signed(f"{PUBLIC}/twilio/voice", form, token)
        )

    def test_a_field_that_came_twice(self) -> None:
        """Each distinct value counts, in order."""
        signature = signed(f"{PUBLIC}/v", {"A": "1A2"})

        assert CHECK.webhook_ok("/v", {"A": ["2", "1", "2"]}, signature)

    @pytest.mark.parametrize(
        ("path", "form", "token"),
        [
            ("/other", {"CallSid": "CA1"}, TOKEN),
            ("/twilio/voice?x=1", {"CallSid": "CA1"}, TOKEN),
            ("/twilio/voice", {"CallSid": "CA2"}, TOKEN),
            ("/twilio/voice", {}, TOKEN),
            ("/twilio/voice", {"CallSid": "CA1"}, "stolen"),
        ],
    )
    def test_what_was_not_signed_is_refused(
        self, path: str, form: dict[str, str], token: str
    ) -> None:
        """Another address, other fields, another key."""
        signature = signed(f"{PUBLIC}/twilio/voice", {"CallSid": "CA1"}, token)

        assert not CHECK.webhook_ok(path, form, signature)

    @pytest.mark.parametrize("signature", [None, "", "x", "é" * 28, "\ud800", "=" * 10_000])
    def test_garbage_is_refused(self, signature: str | None) -> None:
        """Never an exception."""
        assert not CHECK.webhook_ok("/twilio/voice", {"CallSid": "CA1"}, signature)
        assert not CHECK.upgrade_ok("/twilio/media", signature)

    @settings(max_examples=100, deadline=None)
    @given(
        path=st.text(), form=st.dictionaries(st.text(), st.text()), signature=st.none() | st.text()
    )
    def test_nothing_raises(self, path: str, form: dict[str, str], signature: str | None) -> None:
        """Whatever strangers send."""
        assert not CHECK.webhook_ok(path, form, signature)
        assert not CHECK.upgrade_ok(path, signature)


class TestUpgrades:
    """The address of a media socket begins with `wss`, as in the TwiML."""

    def test_wss_is_what_twilio_signs(self) -> None:
        """And the same address as https is not the same."""
        assert CHECK.upgrade_ok("/twilio/media", signed("wss://mycompany.com/twilio/media", {}))
        assert not CHECK.upgrade_ok("/twilio/media", signed(f"{PUBLIC}/twilio/media", {}))
        assert not CHECK.upgrade_ok("/other", signed("wss://mycompany.com/twilio/media", {}))

    def test_ws_where_the_public_address_is_plain_http(self) -> None:
        """Laboratories without certificates."""
        check = SignatureCheck([TOKEN], "http://10.0.0.5:8080/")

        assert check.upgrade_ok("/m", signed("ws://10.0.0.5:8080/m", {}))
        assert not check.upgrade_ok("/m", signed("wss://10.0.0.5:8080/m", {}))


@pytest.mark.parametrize(
    ("tokens", "url"),
    [([], PUBLIC), ([""], PUBLIC), ([TOKEN], ""), ([TOKEN], "ftp://h"), ([TOKEN], "https://")],
)
def test_a_check_that_cannot_check_is_refused(tokens: list[str], url: str) -> None:
    """At start-up, not at the first call."""
    with pytest.raises(ValueError, match=r"auth token|public address"):
        SignatureCheck(tokens, url)


class TestGate:
    """Requests as the server gets them."""

    def test_with_a_carrier_only_signatures_count(self) -> None:
        """The local machine is a stranger too."""
        gate = RequestGate(CHECK)
        path = "/twilio/stream-ended"
        header = {"X-Twilio-Signature": signed(f"{PUBLIC}{path}?stream=1", {"CallSid": "CA1"})}
        real = connection(path, query=b"stream=1", headers=header)
        local = connection(path, query=b"stream=1", client=("127.0.0.1", 5))

        assert (True, True) == (
            gate.worth_reading(real),
            gate.webhook_allowed(real, {"CallSid": ["CA1"]}),
        )
        assert not gate.webhook_allowed(real, {"CallSid": ["CA2"]})
        assert (False, False) == (gate.worth_reading(local), gate.webhook_allowed(local, {}))
        assert not gate.development

    def test_an_upgrade_with_a_carrier(self) -> None:
        """The signature of the socket's own address."""
        gate = RequestGate(CHECK)
        header = {"X-Twilio-Signature": signed("wss://mycompany.com/twilio/media", {})}

        assert gate.upgrade_allowed(connection(headers=header))
        assert not gate.upgrade_allowed(connection())

    @pytest.mark.parametrize(
        ("peer", "let_in"),
        [
            (("127.0.0.1", 5), True),
            (("127.8.8.8", 5), True),
            (("::1", 5), True),
            (("192.168.1.7", 5), False),
            (("203.0.113.9", 5), False),
            (("testclient", 5), False),
            (None, False),
        ],
    )
    def test_in_development_only_this_machine_counts(
        self, peer: tuple[str, int] | None, let_in: bool
    ) -> None:
        """By address, signatures or not."""
        gate = RequestGate(None)

        assert let_in == gate.webhook_allowed(connection(client=peer), {})
        assert let_in == gate.upgrade_allowed(connection(client=peer))
        assert let_in == gate.worth_reading(connection(client=peer))
        assert gate.development

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "Origin"])
    def test_in_development_tunnels_and_web_pages_are_strangers(self, header: str) -> None:
        """They reach us from this machine, and speak for somebody else."""
        request = connection(client=("127.0.0.1", 5), headers={header: "https://evil.example"})

        assert not is_local_peer(request)
