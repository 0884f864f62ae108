"""Access tokens without HTTP around them; forged ones are in `tests/integration/test_accounts.py`."""

from __future__ import annotations

import time

import pytest

from core.clock import new_id
from core.users import tokens
from core.users.models import Role
from core.users.tokens import AccessTokens, Principal, Unauthenticated, WeakSecret

SECRET = "s" * 32
ANN = Principal(new_id(), "ann", Role.TRAVELLER)


@pytest.mark.parametrize("secret", [None, "", "changeme", "s" * 31])
def test_a_secret_that_can_be_guessed_is_refused(secret: str | None) -> None:
    with pytest.raises(WeakSecret, match="SKYQUEUE_JWT_SECRET"):
        AccessTokens(secret, lifetime_minutes=15)


def test_a_token_proves_the_same_principal_in_every_process_with_the_secret() -> None:
    token = AccessTokens(SECRET, lifetime_minutes=15).issue(ANN)
    assert AccessTokens(SECRET, lifetime_minutes=1).verify(token) == ANN
    with pytest.raises(Unauthenticated):
        AccessTokens("t" * 32, lifetime_minutes=15).verify(token)


def test_a_cached_token_is_not_valid_after_its_expiry(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = AccessTokens(SECRET, lifetime_minutes=1)
    token = issuer.issue(ANN)
    assert issuer.verify(token) == ANN
    after = time.time() + 60 + tokens.LEEWAY_SECONDS + 1
    monkeypatch.setattr("core.users.tokens.time.time", lambda: after)
    monkeypatch.setattr(issuer, "_check", lambda _: _refuse())
    with pytest.raises(Unauthenticated):
        issuer.verify(token)


def _refuse() -> tuple[float, Principal]:
    raise Unauthenticated("expired")


def test_a_token_is_checked_once_and_then_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = AccessTokens(SECRET, lifetime_minutes=15)
    token = issuer.issue(ANN)
    issuer.verify(token)
    monkeypatch.setattr(issuer, "_check", lambda _: _refuse())
    assert issuer.verify(token) == ANN


def test_the_token_cache_is_bounded_and_has_no_invalid_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_CACHED_TOKENS", 3)
    issuer = AccessTokens(SECRET, lifetime_minutes=15)
    for number in range(10):
        issuer.verify(issuer.issue(Principal(new_id(), f"user{number}", Role.TRAVELLER)))
        with pytest.raises(Unauthenticated):
            issuer.verify(f"forged.{number}.token")
    assert len(issuer._verified) <= 3
