"""Accounts: who there is, and who may become one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select, update

from core import clock
from core.clock import new_id
from core.errors import AppError, Conflict, Invalid
from core.mail_address import is_mail_address
from core.users import sessions
from core.users.credentials import canonical_username, require_usable
from core.users.models import Role, User
from core.users.passwords import hash_password, matches, require_strong
from core.users.tokens import AccountGone, Principal


class UsernameTaken(Conflict):
    code = "username_taken"


class WrongPassword(AppError):
    """Signed in, and asked for something that needs the password again."""

    code = "wrong_password"
    status = HTTPStatus.FORBIDDEN


class AdminOutcome(StrEnum):
    CREATED = "created"
    EXISTED = "existed, with this password"
    KEEPS_ANOTHER = "existed, and keeps another password than this one"
    PROMOTED = "promoted"
    RESET = "has this password from now on, and has to sign in again everywhere"


def register(session: Session, username: str, password_hash: str, role: Role = Role.TRAVELLER) -> Principal:
    """A new account; `UsernameTaken` when somebody has the name, in whatever case. A username that is an address is written to."""
    name = canonical_username(username)
    statement = (
        insert(User)
        .values(
            id=new_id(),
            username=name,
            password_hash=password_hash,
            role=role.value,
            email=name if is_mail_address(name) else None,
        )
        .on_conflict_do_nothing(index_elements=["username"])
        .returning(col(User.id))
    )
    user_id = session.execute(statement).scalar_one_or_none()
    if user_id is None:
        raise UsernameTaken(f"The username {name} is taken.", username=name)
    return Principal(user_id, name, role)


def find_by_username(session: Session, username: str) -> User | None:
    return session.exec(select(User).where(User.username == username.lower())).one_or_none()


def get_principal(session: Session, user_id: UUID, session_id: UUID | None = None) -> Principal:
    """The account as it is now: a changed role counts from the next token on."""
    return principal_of(session.exec(select(User).where(User.id == user_id)).one(), session_id)


def principal_of(user: User, session_id: UUID | None = None) -> Principal:
    return Principal(user.id, user.username, Role(user.role), session_id)


def is_password_of(session: Session, username: str, password: str) -> bool:
    """Whether there is such an account, and this is its password."""
    user = find_by_username(session, username)
    return matches(password, user.password_hash if user else None)


def require_password(session: Session, user_id: UUID, password: str) -> User:
    """The account, once its owner has proved to be there. Raises `WrongPassword`."""
    user = session.exec(select(User).where(User.id == user_id)).one_or_none()
    if user is None or user.closed_at is not None:
        raise AccountGone
    if not matches(password, user.password_hash):
        raise WrongPassword("The current password is another one.")
    return user


def change_password(session: Session, user_id: UUID, current: str, new: str, *, at: datetime, keep: UUID | None) -> list[UUID]:
    """Give the account a new password, and end all of its sessions but `keep`. Returns the ones that ended.

    Raises:
        WrongPassword: `current` is not the account's.
        Invalid: the new one is no other, or would be guessed first.
    """
    user = require_password(session, user_id, current)
    if new == current:
        raise Invalid.field("/new_password", "unchanged", "The new password is the current one.")
    require_strong(new, username=user.username, pointer="/new_password")
    return _give_password(session, user, new, at=at, keep=keep)


def close_account(session: Session, user_id: UUID, *, at: datetime) -> list[UUID]:
    """The account is no more: nobody signs in to it, its name is free, its sessions have ended. Its bookings stay as they are."""
    # A name that nobody can choose, and no hash of anything.
    gone = {"username": f"closed:{user_id}", "password_hash": "-", "email": None, "closed_at": at, "role": Role.TRAVELLER.value}
    session.execute(update(User).where(col(User.id) == user_id).values(gone))
    return sessions.end_all(session, user_id, at=at)


def get_email(session: Session, user_id: UUID) -> str | None:
    """Where the account is written to; None: nowhere."""
    return session.exec(select(User.email).where(User.id == user_id)).one_or_none()


def change_email(session: Session, user_id: UUID, email: str | None) -> str | None:
    """Write to another address from now on, or to none.

    Raises:
        Invalid: mail cannot be sent to it.
        AccountGone
    """
    if email is not None and not is_mail_address(email):
        raise Invalid.field("/email", "bad_format", "This is no address of e-mail, such as asha@example.com.")
    changed = update(User).where(col(User.id) == user_id, col(User.closed_at).is_(None)).values(email=email)
    if session.execute(changed.returning(col(User.id))).first() is None:
        raise AccountGone
    return email


def set_password(session: Session, username: str, password: str) -> bool:
    """The operator's way: all sign-ins end. False when there is no such account."""
    require_usable(password)
    user = find_by_username(session, username)
    if user is None:
        return False
    _give_password(session, user, password, at=clock.now())
    return True


def set_role(session: Session, username: str, role: Role) -> bool:
    """All sign-ins end, so that the role counts at once. False when there is no such account."""
    user = find_by_username(session, username)
    if user is None:
        return False
    session.execute(update(User).where(col(User.id) == user.id).values(role=role.value))
    sessions.end_all(session, user.id, at=clock.now())
    return True


def _give_password(session: Session, user: User, password: str, *, at: datetime, keep: UUID | None = None) -> list[UUID]:
    session.execute(update(User).where(col(User.id) == user.id).values(password_hash=hash_password(password)))
    return sessions.end_all(session, user.id, at=at, but=keep)


def ensure_admin(session: Session, username: str, password: str, *, reset: bool = False) -> AdminOutcome:
    """Make sure that `username` is an administrator; for the start of a deployment.

    An administrator of that name keeps the password they have, unless it is to be `reset`. A traveller of that name becomes the
    administrator with *this* password: somebody may have taken the name before the operator did. A new password ends all sign-ins.
    """
    name = canonical_username(username)
    require_usable(password)
    user = find_by_username(session, name)
    if user is None:
        register(session, name, hash_password(password), Role.ADMIN)
        return AdminOutcome.CREATED
    was_admin = user.role == Role.ADMIN
    if was_admin and not reset:
        knows = matches(password, user.password_hash)
        return AdminOutcome.EXISTED if knows else AdminOutcome.KEEPS_ANOTHER
    changes = {"role": Role.ADMIN.value, "password_hash": hash_password(password)}
    session.execute(update(User).where(col(User.id) == user.id).values(changes))
    sessions.end_all(session, user.id, at=clock.now())
    return AdminOutcome.RESET if was_admin else AdminOutcome.PROMOTED
