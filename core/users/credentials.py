"""The rules that every username and password obeys, whether a traveller or an operator chooses it."""

from __future__ import annotations

import re
from typing import Final

from core.errors import Invalid
from core.text.patterns import PASSWORD_MAX, USERNAME

PASSWORD_MIN: Final = 8
_USERNAME: Final = re.compile(USERNAME)


def is_username(username: str) -> bool:
    """Whether the text is a valid username."""
    return _USERNAME.fullmatch(username) is not None


def canonical_username(username: str) -> str:
    """The form of a username that is stored and compared: lower case.

    Raises:
        Invalid: it is no valid username.
    """
    if not is_username(username):
        raise Invalid.field(
            "/username",
            "bad_format",
            "A username has 3 to 64 letters (a-z), digits, or what e-mail addresses have: _ . @ + - and the like.",
        )
    return username.lower()


def require_usable(password: str) -> None:
    """Check only the length of a password. An operator may choose a weak one; a traveller may not (`passwords.require_strong`).

    Raises:
        Invalid: the password is empty or too long.
    """
    if not 1 <= len(password) <= PASSWORD_MAX:
        raise Invalid.field("/password", "bad_length", f"A password has at most {PASSWORD_MAX} characters, and at least one.")
