"""The endpoints to register, sign in, refresh a session and sign out."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, URLEncodedBody
from msgspec import Meta, Struct

from api.accounts import cookies
from api.accounts.account import Account, account_of
from api.accounts.passwords import Given, Password, checked
from api.contract.headers import CACHE_CONTROL, SET_COOKIE
from api.http.authentication import PUBLIC
from api.http.cross_site import own_site_only
from api.http.wire import RequestBody
from api.limits.addresses import check_address
from api.services import Services, SignedRequest
from core import clock
from core.db import Database
from core.errors import Conflict
from core.ratelimit.limiter import RateLimited
from core.ratelimit.limits import Scope
from core.text.patterns import USERNAME
from core.users import passwords, service, sessions
from core.users.credentials import canonical_username, is_username
from core.users.tokens import Principal, Unauthenticated

Username = Annotated[str, Meta(min_length=3, max_length=64, pattern=USERNAME, examples=["asha"])]


class WrongCredentials(Unauthenticated):
    code = "invalid_credentials"


class RefreshRaced(Conflict):
    """Another tab used this cookie a moment ago. The browser has the new cookie by now, so repeat the request."""

    code = "refresh_raced"
    retryable = True


class NewAccount(RequestBody):
    username: Username
    password: Password


class SignIn(Struct, kw_only=True):
    """The form of the OAuth 2 password flow. Its other fields are accepted and not used."""

    username: Given
    password: Given
    grant_type: Literal["password"] = "password"
    scope: Given = ""
    client_id: Given = ""
    client_secret: Given = ""


class AccessToken(Struct):
    access_token: str
    """Send it in the header `Authorization: Bearer <token>`."""
    token_type: Literal["bearer"]
    expires_in: int
    """Seconds."""


class SigningInController(Controller):
    path = cookies.PATH
    tags = ("accounts",)

    @post(
        "/register",
        opt={**PUBLIC, "errors": (service.UsernameTaken, RateLimited)},
        operation_id="register",
        summary="Create an account",
    )
    async def register(self, data: JSONBody[NewAccount], request: SignedRequest, services: NamedDependency[Services]) -> Account:
        """Upper and lower case make no difference in usernames. `409 username_taken` if the username exists."""
        await check_address(services.limiter, Scope.REGISTER_ADDRESS, request)
        username = canonical_username(data.username)
        passwords.require_strong(data.password, username=username)
        queue = services.hashing.registrations
        async with queue.slot():
            principal = await queue.run(partial(_open_account, services.db, username, data.password))
        return account_of(principal)

    @post(
        "/token",
        guards=[own_site_only],
        opt={**PUBLIC, "errors": (WrongCredentials, RateLimited)},
        status_code=HTTPStatus.OK,
        operation_id="signIn",
        summary="Sign in",
        response_headers=(SET_COOKIE, CACHE_CONTROL),
    )
    async def sign_in(
        self, data: URLEncodedBody[SignIn], request: SignedRequest, services: NamedDependency[Services]
    ) -> Response[AccessToken]:
        """Send the access token in the header `Authorization`. The refresh token is set as a cookie that scripts cannot read. A second
        cookie identifies this device to the account, so that wrong passwords on other devices do not block sign-ins on this one.
        """
        await check_address(services.limiter, Scope.LOGIN_ADDRESS, request)
        who = data.username.lower()
        days = services.settings.accounts.refresh_token_days
        device = request.headers.get("user-agent")
        signed_in = await checked(request, services, who, partial(_sign_in, services.db, who, data.password, days, device))
        if signed_in is None:
            raise WrongCredentials("No account has this username and password.")
        response = _tokens(request, services, *signed_in)
        known = services.devices
        response.set_cookie(cookies.device_cookie(request, known.cookie_name(who), known.new_cookie(who)))
        return response

    @post(
        "/refresh",
        guards=[own_site_only],
        opt={**PUBLIC, "errors": (Unauthenticated, RefreshRaced, RateLimited)},
        status_code=HTTPStatus.OK,
        operation_id="refresh",
        summary="Renew the access token",
        response_headers=(SET_COOKIE, CACHE_CONTROL),
    )
    async def refresh(
        self,
        request: SignedRequest,
        services: NamedDependency[Services],
        refresh_token: cookies.RefreshToken = None,
    ) -> Response[AccessToken]:
        """Returns a new access token, and replaces the cookie. Each cookie can be used once. If it is used again, somebody has copied it,
        and the session ends.
        """
        await check_address(services.limiter, Scope.REFRESH_ADDRESS, request)
        if not refresh_token:
            raise Unauthenticated("There is no sign-in to continue.")
        days = services.settings.accounts.refresh_token_days
        outcome = await services.hashing.sign_ins.run(partial(_rotate, services.db, refresh_token, days))
        match outcome:
            case sessions.RefreshRefusal.JUST_USED:
                raise RefreshRaced("This sign-in was refreshed a moment ago; ask again.")
            case sessions.RefreshRefusal.UNKNOWN | sessions.RefreshRefusal.REUSED:
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
        response_headers=(SET_COOKIE,),
    )
    async def sign_out(
        self,
        request: SignedRequest,
        services: NamedDependency[Services],
        refresh_token: cookies.RefreshToken = None,
    ) -> Response[None]:
        """Ends the session of the cookie. All copies of the cookie and all access tokens of the session are refused from now on."""
        if refresh_token:
            services.ended.note(await services.hashing.sign_ins.run(partial(_sign_out, services.db, refresh_token)))
        return Response(None, cookies=[cookies.no_refresh_cookie(request)])


def _open_account(db: Database, username: str, password: str) -> Principal:
    password_hash = passwords.hash_password(password)
    with db.unit_of_work() as session:
        return service.register(session, username, password_hash)


def _sign_in(db: Database, username: str, password: str, days: int, device: str | None) -> tuple[Principal, str] | None:
    with db.unit_of_work() as session:
        user = service.find_by_username(session, username) if is_username(username) else None
    if not passwords.verify(password, user.password_hash if user else None) or user is None:
        return None
    with db.unit_of_work() as session:
        issued = sessions.start(session, user.id, at=clock.now(), days=days, device=device)
    return service.principal_of(user, issued.session_id), issued.token


def _rotate(db: Database, token: str, days: int) -> tuple[Principal, str] | sessions.RefreshRefusal:
    with db.unit_of_work() as session:
        issued = sessions.rotate(session, token, at=clock.now(), days=days)
        if isinstance(issued, sessions.RefreshRefusal):
            return issued
        return service.get_principal(session, issued.user_id, issued.session_id), issued.token


def _sign_out(db: Database, token: str) -> list[UUID]:
    with db.unit_of_work() as session:
        return sessions.end(session, token, at=clock.now())


def _tokens(request: SignedRequest, services: Services, principal: Principal, refresh_token: str) -> Response[AccessToken]:
    access = AccessToken(services.tokens.issue(principal), "bearer", services.tokens.lifetime_seconds)
    cookie = cookies.refresh_cookie(request, refresh_token, days=services.settings.accounts.refresh_token_days)
    return Response(access, cookies=[cookie], headers={"cache-control": "no-store"})
