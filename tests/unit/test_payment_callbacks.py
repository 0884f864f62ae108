"""A callback is accepted if it is signed with our secret and not too old."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.errors import Invalid, Malformed
from core.payments import events, signature
from core.payments.provider import ChargeStatus
from core.payments.signature import CallbackNotSigned, CallbackTooOld, verify
from mockpay.callbacks import signature as providers_signature

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BODY = b'{"id": "evt_1", "type": "charge.captured", "charge_id": "01a20656-4b6d-7534-8d21-503eda47ef2d"}'


def at(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def test_both_sides_sign_alike() -> None:
    assert providers_signature("secret", "1", BODY) == signature.sign("secret", "1", BODY)


def test_a_genuine_callback_passes() -> None:
    verify("secret", at(NOW), signature.sign("secret", at(NOW), BODY), BODY, NOW)


@pytest.mark.parametrize(
    ("timestamp", "signed", "body"),
    [
        (None, signature.sign("secret", "", BODY), BODY),
        (at(NOW), None, BODY),
        (at(NOW), "", BODY),
        (at(NOW), "ß" * 64, BODY),
        (at(NOW), signature.sign("another", at(NOW), BODY), BODY),
        (at(NOW), signature.sign("secret", at(NOW), BODY), BODY + b" "),
        (at(NOW + timedelta(seconds=1)), signature.sign("secret", at(NOW), BODY), BODY),
    ],
)
def test_what_was_not_signed_like_this_is_refused(timestamp: str | None, signed: str | None, body: bytes) -> None:
    with pytest.raises(CallbackNotSigned):
        verify("secret", timestamp, signed, body, NOW)


@pytest.mark.parametrize(
    "timestamp", [at(NOW - timedelta(seconds=301)), at(NOW + timedelta(seconds=301)), "-1", "now", "٣", "1" * 400, "1" * 5000, ""]
)
def test_a_signature_is_good_for_five_minutes(timestamp: str) -> None:
    with pytest.raises(CallbackTooOld):
        verify("secret", timestamp, signature.sign("secret", timestamp, BODY), BODY, NOW)


def test_an_event_names_the_charge_and_what_became_of_it() -> None:
    event = events.read(BODY)
    assert event is not None
    assert (event.id, event.outcome.status) == ("evt_1", ChargeStatus.CAPTURED)


@pytest.mark.parametrize("amount", [b'"1500.50"', b'"1500.5"', b"1500.5", b"1500.50"])
def test_an_event_names_its_sum_as_text_or_as_a_number(amount: bytes) -> None:
    event = events.read(BODY.replace(b"{", b'{"currency": "INR", "amount": ' + amount + b", ", 1))
    assert event is not None
    assert (event.outcome.amount, event.outcome.currency) == (Decimal("1500.50"), "INR")


def test_an_event_of_another_kind_means_nothing() -> None:
    assert events.read(BODY.replace(b"charge.captured", b"payout.created")) is None
    assert events.read(b'{"id": "evt_2", "type": "refund.succeeded", "refund_id": "re_1"}') is None


@pytest.mark.parametrize("text", [b"a \\\\u0000 that is spelt out", "é".encode(), b"\\\\", b"x" * 1000])
def test_what_else_an_event_holds_is_kept(text: bytes) -> None:
    event = events.read(BODY.replace(b"{", b'{"note": "' + text + b'", ', 1))
    assert event is not None
    assert json.loads(event.payload)["note"] == text.replace(b"\\\\", b"\\").decode()


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        BODY.replace(b"evt_1", b"\\u0000"),
        BODY.replace(b"evt_1", b"evt_1\\n"),
        BODY.replace(b"01a2", b"xyz"),
        BODY.replace(b"{", b'{"note": "\\u0000", ', 1),
        BODY.replace(b"{", b'{"note": {"\\\\\\u0000": 1}, ', 1),
    ],
)
def test_what_is_not_an_event_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        events.read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        BODY.replace(b"evt_1", b"\xff"),
        BODY.replace(b"{", b'{"note": "\xff", ', 1),
        b"[" * 100_000,
        BODY.replace(b"{", b'{"note": ' + b"[" * 100 + b"]" * 100 + b", ", 1),
        BODY.replace(b"charge.captured", b"of their own").replace(b"{", b'{"note": ' + b"[" * 100 + b"]" * 100 + b", ", 1),
        BODY.replace(b"{", b'{"note": ' + b"[" * 5000 + b"]" * 5000 + b", ", 1),
    ],
)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        events.read(body)
