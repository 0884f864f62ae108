"""Passwords as they are stored and compared."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from core.users.credentials import PASSWORD_MIN
from core.users.passwords import COMMON_PASSWORDS, hash_password, require_strong, verify


def test_only_the_password_matches_its_hash() -> None:
    stored = hash_password("a long walk in the rain")
    assert verify("a long walk in the rain", stored)
    assert not verify("a long walk in the Rain", stored)
    assert not verify("", stored)


def test_the_same_password_is_stored_differently_each_time() -> None:
    assert hash_password("a long walk") != hash_password("a long walk")


def test_the_same_keys_on_another_system_are_the_same_password() -> None:
    assert verify("cafe\u0301 \ufb01ne", hash_password("caf\u00e9 fine"))


def test_no_password_matches_a_missing_account() -> None:
    assert not verify("nobody has this password", None)


def test_the_list_of_common_passwords_can_be_hit() -> None:
    assert all(len(password) >= PASSWORD_MIN and password == password.lower() for password in COMMON_PASSWORDS)


@pytest.mark.parametrize("password", ["samantha", "q1w2e3r4t5", "Qwerty123", "skyqueue"])
def test_a_common_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_strong(password, username="asha")
    assert refused.value.data["errors"][0]["code"] == "too_common"
