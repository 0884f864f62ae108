"""Hash and check passwords with argon2id, with the least parameters that OWASP recommends (19 MiB, two passes): about 40 ms of one core.
Never call `hash_password` or `verify` on the event loop.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from core.errors import Invalid
from core.text.patterns import PASSWORD_MAX
from core.users.credentials import PASSWORD_MIN

COMMON_PASSWORDS: Final = frozenset(files("core.users").joinpath("data", "common_passwords.txt").read_text().split())
"""The most used passwords of those with at least `PASSWORD_MIN` characters, in lower case: about as many as one address can try for one account
in a day (`core/ratelimit/limits.py`)."""

_argon2 = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))


def require_strong(password: str, *, username: str, pointer: str = "/password") -> None:
    """Refuse passwords that attackers try first. There is no rule about kinds of characters, because length matters more.

    `pointer`: the JSON pointer of the field with the password, for the error.

    Raises:
        Invalid: the password is too short, too long, the username, or among the most used ones.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise Invalid.field(pointer, "bad_length", f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters.")
    if password.lower() == username.lower():
        raise Invalid.field(pointer, "same_as_username", "The password is the username; choose another.")
    if password.lower() in COMMON_PASSWORDS:
        raise Invalid.field(pointer, "too_common", "This password is among the most used ones; choose another.")


def hash_password(password: str) -> str:
    """The text to store: algorithm, parameters, salt and digest."""
    return _argon2.hash(_normalize(password))


def verify(password: str, password_hash: str | None) -> bool:
    """Whether `password_hash` is a hash of `password`. If there is no account (None), a dummy hash is checked: the answer is False, and takes
    as long as for an account, so its time does not show which usernames exist.
    """
    if password_hash is None:
        _argon2.verify(_normalize(password), _dummy_hash())
        return False
    with suppress(UnknownHashError):  # the hash of a closed account is "-"
        return _argon2.verify(_normalize(password), password_hash)
    return False


@cache
def _dummy_hash() -> str:
    return _argon2.hash("nobody has this password")


def _normalize(password: str) -> str:
    """NFKC, as NIST SP 800-63B recommends: systems that encode the same typed characters in different ways give the same text."""
    return unicodedata.normalize("NFKC", password)
