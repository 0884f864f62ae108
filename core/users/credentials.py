"""What a username and a password may look like, whoever chooses them."""

from __future__ import annotations

import re
from typing import Final

from core.errors import Invalid
from core.text.patterns import PASSWORD_MAX, USERNAME

PASSWORD_MIN: Final = 8
_USERNAME: Final = re.compile(USERNAME)


def is_username(username: str) -> bool:
    """Whether somebody may be called that."""
    return _USERNAME.fullmatch(username) is not None


def canonical_username(username: str) -> str:
    """The spelling that is stored and compared: lower case. Raises `Invalid` when nobody can be called that."""
    if not is_username(username):
        raise Invalid.field(
            "/username",
            "bad_format",
            "A username has 3 to 64 letters (a-z), digits, or what e-mail addresses have: _ . @ + - and the like.",
        )
    return username.lower()


def require_usable(password: str) -> None:
    """Raise `Invalid` for what is no password at all. An operator may choose a weak one; a traveller may not (`passwords.py`)."""
    if not 1 <= len(password) <= PASSWORD_MAX:
        raise Invalid.field("/password", "bad_length", f"A password has at most {PASSWORD_MAX} characters, and at least one.")
