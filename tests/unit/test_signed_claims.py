"""Our own check of access tokens, compared with PyJWT: it accepts nothing that PyJWT refuses, and reads the same claims."""

from __future__ import annotations

import time
from typing import Any, Final
from uuid import UUID

import jwt
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import new_id
from core.users.models import Role
from core.users.tokens import LEEWAY_SECONDS, AccessTokens, Principal, Unauthenticated

SECRET: Final = "a secret of tests that is long enough for SHA-512, too: 64 bytes at least"
TOKENS: Final = AccessTokens(SECRET, lifetime_minutes=15)
OWN: Final = TOKENS.issue(Principal(new_id(), "ann", Role.TRAVELLER))
PARTS: Final = OWN.split(".")


def claims_of_pyjwt(token: str) -> dict[str, Any] | None:
    """What PyJWT says of a token, with every check that we promise; None where it refuses."""
    try:
        return jwt.decode(
            token,
            SECRET,
            algorithms=["HS256"],
            audience="skyqueue-api",
            issuer="skyqueue",
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "sub", "aud", "iss"], "strict_aud": True},
        )
    except jwt.InvalidTokenError:
        return None


def principal_of_ours(token: str) -> Principal | None:
    try:
        return AccessTokens(SECRET, lifetime_minutes=15).verify(token)
    except Unauthenticated:
        return None


def agree(token: str) -> None:
    ours, theirs = principal_of_ours(token), claims_of_pyjwt(token)
    if ours is not None:
        assert theirs is not None
        assert (str(ours.user_id), ours.username, ours.role) == (theirs["sub"], theirs["username"], theirs["role"])


@given(username=st.text(), role=st.sampled_from(Role), session=st.none() | st.uuids())
def test_what_we_issue_is_read_by_both_alike(username: str, role: Role, session: UUID | None) -> None:
    principal = Principal(new_id(), username.encode("utf-8", "replace").decode(), role, session)
    token = TOKENS.issue(principal)
    assert principal_of_ours(token) == principal
    agree(token)


@given(st.sampled_from(range(3)), st.data())
def test_a_token_with_one_other_character_is_refused(part: int, data: st.DataObject) -> None:
    parts = list(PARTS)
    at = data.draw(st.integers(0, len(parts[part]) - 1))
    other = data.draw(st.characters(codec="utf-8"))
    parts[part] = parts[part][:at] + other + parts[part][at + 1 :]
    token = ".".join(parts)
    if token != OWN:
        assert principal_of_ours(token) is None
    agree(token)


CLAIMS: Final = {"sub": str(new_id()), "username": "ann", "role": "traveller", "iss": "skyqueue", "aud": "skyqueue-api"}


@given(
    left_out=st.sets(st.sampled_from(["sub", "username", "role", "iat", "exp", "iss", "aud"]), max_size=1),
    payload=st.dictionaries(
        st.sampled_from(["sub", "username", "role", "iat", "exp", "iss", "aud", "nbf"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=5)
        | st.lists(st.text(), max_size=2),
        max_size=2,
    ),
)
def test_claims_of_every_shape_are_accepted_by_ours_only_where_pyjwt_accepts_them(
    left_out: set[str], payload: dict[str, Any]
) -> None:
    now = int(time.time())
    claims = {**CLAIMS, "iat": now, "exp": now + 60, **payload}
    agree(signed({key: value for key, value in claims.items() if key not in left_out}))


@pytest.mark.parametrize("left_out", ["sub", "username", "role", "iat", "exp", "iss", "aud"])
def test_no_claim_may_be_left_out(left_out: str) -> None:
    now = int(time.time())
    claims = {**CLAIMS, "iat": now, "exp": now + 60}
    assert principal_of_ours(signed(claims)) is not None
    del claims[left_out]
    assert principal_of_ours(signed(claims)) is None


@pytest.mark.parametrize(
    ("algorithm", "header"), [("none", None), ("HS512", None), ("HS256", {"kid": "../../dev/null"}), ("HS256", {"typ": "at+jwt"})]
)
def test_no_header_but_ours_is_read(algorithm: str, header: dict[str, str] | None) -> None:
    now = int(time.time())
    claims = {**CLAIMS, "iat": now, "exp": now + 60}
    assert principal_of_ours(jwt.encode(claims, SECRET, algorithm="HS256")) is not None
    key = "" if algorithm == "none" else SECRET
    assert principal_of_ours(jwt.encode(claims, key, algorithm=algorithm, headers=header)) is None


@given(st.text() | st.builds(".".join, st.lists(st.text(), max_size=5)))
def test_text_that_is_no_token_is_refused(text: str) -> None:
    assert principal_of_ours(text) is None


def signed(claims: dict[str, Any]) -> str:
    """A token with these claims and the right signature. PyJWT's signer of bytes, because the one of claims checks them."""
    return jwt.PyJWS().encode(msgspec.json.encode(claims), SECRET, algorithm="HS256")
