"""The endpoints for the owner of an account: profile, password, sessions, and closing it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from http import HTTPStatus
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from api.accounts import cookies
from api.accounts.passwords import Given, Password, checked
from api.contract.headers import SET_COOKIE
from api.http.wire import RequestBody
from api.services import Services, SignedRequest
from core import clock
from core.db import Database
from core.errors import NotFound, Overloaded
from core.fare_watches import watches
from core.idempotency import stored_responses
from core.lifecycle import join_waitlist
from core.mail import outbox
from core.ratelimit.limiter import RateLimited
from core.users import service, sessions
from core.users.models import Role
from core.users.service import WrongPassword
from core.users.sessions import OpenSession
from core.users.tokens import Principal


class Account(Struct):
    id: UUID
    username: str
    role: Role


class SessionNotFound(NotFound):
    """No open session of this account has this id."""

    code = "session_not_found"


class PasswordChange(RequestBody):
    current_password: Given
    new_password: Password


class Farewell(RequestBody):
    password: Given
    """The present password, so that nobody else can close the account."""


class SessionView(Struct):
    """A session: the account is signed in on one device."""

    id: UUID
    device: str | None
    """What the client called itself (`User-Agent`) when it signed in."""
    started_at: datetime
    last_used_at: datetime
    """The time of the sign-in, or of the last refresh of the access token."""
    expires_at: datetime
    """The session ends at this time, unless it is refreshed before."""
    current: bool
    """Whether this request belongs to the session."""


class SessionList(Struct):
    data: list[SessionView]


class AccountController(Controller):
    path = cookies.PATH
    tags = ("accounts",)

    @get("/me", operation_id="getMe", summary="Get my account", sync_to_thread=False)
    def me(self, request: SignedRequest) -> Account:
        """The account of the access token."""
        return account_of(request.user)

    @post(
        "/password",
        opt={"errors": (WrongPassword, RateLimited, Overloaded)},
        status_code=HTTPStatus.NO_CONTENT,
        operation_id="changePassword",
        summary="Change my password",
    )
    async def change_password(
        self, data: JSONBody[PasswordChange], request: SignedRequest, services: NamedDependency[Services]
    ) -> None:
        """All other sessions of the account end, and their access tokens are refused. This session continues. Wrong passwords are counted
        as at a sign-in.
        """
        me = request.user
        change = partial(_change_password, services.db, me.user_id, data.current_password, data.new_password, me.session_id)
        services.ended.note(await checked(request, services, me.username, change))

    @get("/sessions", operation_id="listSessions", summary="List my sessions", sync_to_thread=True)
    def list_sessions(self, request: SignedRequest, services: NamedDependency[Services]) -> SessionList:
        """The open sessions of the account. The most recently used one comes first."""
        with services.db.unit_of_work() as session:
            found = sessions.list_open(session, request.user.user_id, at=clock.now())
            return SessionList([_view(each, current=request.user.session_id) for each in found])

    @delete(
        "/sessions/{session_id:uuid}",
        opt={"errors": (SessionNotFound,)},
        operation_id="endSession",
        summary="End one of my sessions",
    )
    async def end_session(self, session_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> None:
        """Its refresh token and its access tokens are refused from now on."""
        ended = await services.hashing.sign_ins.run(partial(_end_one, services.db, request.user.user_id, session_id))
        if not ended:
            raise SessionNotFound("You have no such session.")
        services.ended.note(ended)

    @post(
        "/logout-everywhere",
        status_code=HTTPStatus.NO_CONTENT,
        operation_id="signOutEverywhere",
        summary="Sign out everywhere",
        response_headers=(SET_COOKIE,),
    )
    async def sign_out_everywhere(self, request: SignedRequest, services: NamedDependency[Services]) -> Response[None]:
        """All sessions of the account end, also the present one, and all access tokens are refused."""
        services.ended.note(await services.hashing.sign_ins.run(partial(_end_all, services.db, request.user.user_id)))
        return Response(None, cookies=[cookies.no_refresh_cookie(request)])

    @delete(
        "/me",
        opt={"errors": (WrongPassword, RateLimited, Overloaded)},
        status_code=HTTPStatus.NO_CONTENT,
        operation_id="closeAccount",
        summary="Close my account",
        response_headers=(SET_COOKIE,),
    )
    async def close(
        self, data: JSONBody[Farewell], request: SignedRequest, services: NamedDependency[Services]
    ) -> Response[None]:
        """Nobody can sign in to the account any more, its username is removed, and it leaves all waiting lists. Its bookings are kept and
        can be used, because the airline has to keep what was sold. Cancel bookings that you do not want before.
        """
        me = request.user
        services.ended.note(
            await checked(request, services, me.username, partial(_close, services.db, me.user_id, data.password))
        )
        return Response(None, cookies=[cookies.no_refresh_cookie(request)])


def account_of(principal: Principal) -> Account:
    return Account(principal.user_id, principal.username, principal.role)


def _change_password(db: Database, user_id: UUID, current: str, new: str, keep: UUID | None) -> list[UUID]:
    with db.unit_of_work() as session:
        return service.change_password(session, user_id, current, new, at=clock.now(), keep=keep)


def _end_one(db: Database, user_id: UUID, session_id: UUID) -> list[UUID]:
    with db.unit_of_work() as session:
        return sessions.end_one(session, user_id, session_id, at=clock.now())


def _end_all(db: Database, user_id: UUID) -> list[UUID]:
    with db.unit_of_work() as session:
        return sessions.end_all(session, user_id, at=clock.now())


def _close(db: Database, user_id: UUID, password: str) -> list[UUID]:
    with db.unit_of_work() as session:
        service.require_password(session, user_id, password)
    with db.transaction() as connection:
        join_waitlist.leave_all(connection, user_id)
        stored_responses.delete_all(connection, user_id)
        outbox.delete_of_user(connection, user_id)
        watches.delete_all(connection, user_id)
    with db.unit_of_work() as session:
        return service.close_account(session, user_id, at=clock.now())


def _view(found: OpenSession, *, current: UUID | None) -> SessionView:
    return SessionView(
        found.id, found.device, found.started_at, found.last_used_at, found.expires_at, current=found.id == current
    )
