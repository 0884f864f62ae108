"""Accounts: register, sign in, stay signed in, sign out."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import CookieParameter, JSONBody, URLEncodedBody
from msgspec import Meta, Struct

from api.http.addresses import address_of, check_address
from api.http.authentication import PUBLIC
from api.http.cross_site import own_site_only
from api.http.wire import RequestBody
from api.services import Services, SignedRequest
from core import clock
from core.db import Database
from core.errors import Conflict
from core.ratelimit.limiter import RateLimited
from core.ratelimit.limits import Scope
from core.text import END, PASSWORD_MAX
from core.users import passwords, service, sessions
from core.users.credentials import PASSWORD_MIN, canonical_username, is_username
from core.users.models import Role
from core.users.tokens import Principal, Unauthenticated

REFRESH_COOKIE = "skyqueue_refresh"
COOKIE_PATH = "/api/v1/auth"
DEVICE_DAYS = 400
"""The longest that browsers keep a cookie."""

Username = Annotated[str, Meta(min_length=3, max_length=64, pattern=rf"^[A-Za-z0-9_.@+%&'*/=?!#$^~-]+{END}", examples=["asha"])]
Password = Annotated[str, Meta(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX, examples=["a long walk in the rain"])]
Given = Annotated[str, Meta(max_length=256)]


class WrongCredentials(Unauthenticated):
    code = "invalid_credentials"


class RefreshRaced(Conflict):
    """Another tab refreshed a moment ago; the fresh cookie is in the browser by now."""

    code = "refresh_raced"
    retryable = True


class NewAccount(RequestBody):
    username: Username
    password: Password


class SignIn(Struct, kw_only=True):
    """The form of the OAuth 2 password flow. Only name and password are used; the other fields are those that its clients send."""

    username: Given
    password: Given
    grant_type: Literal["password"] = "password"
    scope: Given = ""
    client_id: Given = ""
    client_secret: Given = ""


class Account(Struct):
    id: UUID
    username: str
    role: Role


class AccessToken(Struct):
    access_token: str
    """Goes into the `Authorization` header: `Bearer <token>`."""
    token_type: Literal["bearer"]
    expires_in: int
    """Seconds."""


class AuthController(Controller):
    path = COOKIE_PATH
    tags = ("accounts",)

    @post(
        "/register",
        opt={**PUBLIC, "errors": (service.UsernameTaken, RateLimited)},
        operation_id="register",
        summary="Open an account",
    )
    async def register(self, data: JSONBody[NewAccount], request: SignedRequest, services: NamedDependency[Services]) -> Account:
        """Usernames are compared without case. `409 username_taken` when somebody has it."""
        await check_address(services.limiter, Scope.REGISTER_ADDRESS, request)
        username = canonical_username(data.username)
        passwords.require_strong(data.password, username=username)
        queue = services.hashing.registrations
        async with queue.slot():
            principal = await queue.run(partial(_open_account, services.db, username, data.password))
        return _account(principal)

    @post(
        "/token",
        guards=[own_site_only],
        opt={**PUBLIC, "errors": (WrongCredentials, RateLimited)},
        status_code=HTTPStatus.OK,
        operation_id="signIn",
        summary="Sign in",
    )
    async def sign_in(
        self, data: URLEncodedBody[SignIn], request: SignedRequest, services: NamedDependency[Services]
    ) -> Response[AccessToken]:
        """The access token goes into the `Authorization` header. A refresh token comes as a cookie that scripts cannot read, and so
        does a sign by which this device is known to the account: who guesses the password elsewhere does not slow it down.
        """
        await check_address(services.limiter, Scope.LOGIN_ADDRESS, request)
        who = data.username.lower()
        days = services.settings.accounts.refresh_token_days
        allowances = _allowances(request, services, who)
        queue = services.hashing.sign_ins
        async with queue.slot():
            for scope, whose in allowances:
                await services.limiter.check(scope, whose)
            signed_in = await queue.run(partial(_sign_in, services.db, who, data.password, days))
            if signed_in is None:
                raise WrongCredentials("No account has this username and password.")
            for scope, whose in allowances:
                await services.limiter.forgive(scope, whose)
        answer = _tokens(request, services, *signed_in)
        known = services.devices
        answer.set_cookie(_cookie(request, known.remember(who), name=known.cookie_of(who), seconds=DEVICE_DAYS * 24 * 3600))
        return answer

    @post(
        "/refresh",
        guards=[own_site_only],
        opt={**PUBLIC, "errors": (Unauthenticated, RefreshRaced, RateLimited)},
        status_code=HTTPStatus.OK,
        operation_id="refresh",
        summary="Stay signed in",
    )
    async def refresh(
        self,
        request: SignedRequest,
        services: NamedDependency[Services],
        refresh_token: Annotated[str | None, CookieParameter(name=REFRESH_COOKIE, max_length=256)] = None,
    ) -> Response[AccessToken]:
        """Uses the cookie up for a new access token and a new cookie. A cookie used twice ends the sign-in: somebody copied it."""
        await check_address(services.limiter, Scope.REFRESH_ADDRESS, request)
        if not refresh_token:
            raise Unauthenticated("There is no sign-in to continue.")
        days = services.settings.accounts.refresh_token_days
        outcome = await services.hashing.sign_ins.run(partial(_rotate, services.db, refresh_token, days))
        match outcome:
            case sessions.Refused.RACED:
                raise RefreshRaced("This sign-in was refreshed a moment ago; ask again.")
            case sessions.Refused.UNKNOWN | sessions.Refused.REUSED:
                raise Unauthenticated("This sign-in has ended; sign in again.")
            case (principal, token):
                return _tokens(request, services, principal, token)

    @post(
        "/logout",
        guards=[own_site_only],
        opt=PUBLIC,
        status_code=HTTPStatus.NO_CONTENT,
        operation_id="signOut",
        summary="Sign out",
    )
    async def sign_out(
        self,
        request: SignedRequest,
        services: NamedDependency[Services],
        refresh_token: Annotated[str | None, CookieParameter(name=REFRESH_COOKIE, max_length=256)] = None,
    ) -> Response[None]:
        """Ends the sign-in of the cookie, everywhere it was copied to. An access token that is out stays good until it expires."""
        if refresh_token:
            await services.hashing.sign_ins.run(partial(_sign_out, services.db, refresh_token))
        return Response(None, cookies=[_cookie(request, "", seconds=0)])

    @get("/me", operation_id="getMe", summary="Who am I", sync_to_thread=False)
    def me(self, request: SignedRequest) -> Account:
        """The account as the access token tells it."""
        return _account(request.user)


def _allowances(request: SignedRequest, services: Services, username: str) -> list[tuple[Scope, str]]:
    """What a wrong password counts against: the device, where it is known to the account, and else where it comes from."""
    device = services.devices.recognise(username, request.cookies.get(services.devices.cookie_of(username)))
    if device is not None:
        return [(Scope.LOGIN_DEVICE, f"{username} {device}")]
    # In this order: one address that is slowed down does not use up what the account has for all of them.
    return [(Scope.LOGIN_GUESS, f"{username} {address_of(request)}"), (Scope.LOGIN_ACCOUNT, username)]


def _open_account(db: Database, username: str, password: str) -> Principal:
    password_hash = passwords.hash_password(password)
    with db.unit_of_work() as session:
        return service.register(session, username, password_hash)


def _sign_in(db: Database, username: str, password: str, days: int) -> tuple[Principal, str] | None:
    with db.unit_of_work() as session:
        user = service.find_by_username(session, username) if is_username(username) else None
    if not passwords.matches(password, user.password_hash if user else None) or user is None:
        return None
    with db.unit_of_work() as session:
        link = sessions.start(session, user.id, at=clock.now(), days=days)
    return service.principal_of(user), link.token


def _rotate(db: Database, token: str, days: int) -> tuple[Principal, str] | sessions.Refused:
    with db.unit_of_work() as session:
        link = sessions.rotate(session, token, at=clock.now(), days=days)
        if isinstance(link, sessions.Refused):
            return link
        return service.get_principal(session, link.user_id), link.token


def _sign_out(db: Database, token: str) -> None:
    with db.unit_of_work() as session:
        sessions.end(session, token, at=clock.now())


def _account(principal: Principal) -> Account:
    return Account(principal.user_id, principal.username, principal.role)


def _tokens(request: SignedRequest, services: Services, principal: Principal, refresh_token: str) -> Response[AccessToken]:
    access = AccessToken(services.tokens.issue(principal), "bearer", services.tokens.lifetime_seconds)
    days = services.settings.accounts.refresh_token_days
    cookie = _cookie(request, refresh_token, seconds=days * 24 * 3600)
    return Response(access, cookies=[cookie], headers={"cache-control": "no-store"})


def _cookie(request: SignedRequest, value: str, *, seconds: int, name: str = REFRESH_COOKIE) -> Cookie:
    """Scripts cannot read it, other sites cannot send it, and only these routes get it; over TLS it never leaves TLS."""
    over_tls = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    return Cookie(
        key=name,
        value=value,
        path=COOKIE_PATH,
        max_age=seconds,
        httponly=True,
        secure=over_tls,
        samesite="strict",
    )
