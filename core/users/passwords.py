"""Hash and check passwords with argon2id, with the least parameters that OWASP recommends (19 MiB, two passes): about 40 ms of one core.
Never call `hash_password` or `verify` on the event loop.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from core.errors import Invalid
from core.text.patterns import PASSWORD_MAX
from core.users.credentials import PASSWORD_MIN

COMMON_PASSWORDS = frozenset(
    """
    00000000 11111111 12121212 12341234 12345678 123123123 123456789 1234567890 12345678910 1q2w3e4r 1q2w3e4r5t 1qaz2wsx
    66666666 87654321 88888888 987654321 a1b2c3d4 aa123456 aaaaaaaa abc12345 abcd1234 abcdefgh admin123 administrator asdfasdf
    asdfghjk asdfghjkl baseball basketball changeme charlie1 computer corvette dragon123 football iloveyou iloveyou1 internet
    jennifer letmein1 liverpool master123 michelle mustang1 p@ssw0rd passw0rd password password1 password12 password123
    pokemon1 princess princess1 q1w2e3r4 qazwsxedc qwer1234 qwerty12 qwerty123 qwertyui qwertyuiop qwertyuiop1 samsung1
    starwars sunshine sunshine1 superman trustno1 welcome1 welcome123 whatever x1x1x1x1 zaq12wsx zxcvbnm1
    """.split()  # noqa: SIM905 - a list this long is read as words
)
"""The most used passwords of those with at least `PASSWORD_MIN` characters, in lower case. Attackers try them first."""

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
        raise Invalid.field(pointer, "same_as_username", "The password is the username.")
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
