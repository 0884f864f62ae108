"""Accounts: create, find, change and close them."""

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
from core.users.passwords import hash_password, require_strong, verify
from core.users.tokens import AccountGone, Principal


class UsernameTaken(Conflict):
    code = "username_taken"


class WrongPassword(AppError):
    """The request needs the password again, although the caller is signed in, and the password is wrong."""

    code = "wrong_password"
    status = HTTPStatus.FORBIDDEN


class AdminOutcome(StrEnum):
    CREATED = "created"
    EXISTED = "existed, with this password"
    KEPT_OTHER = "existed, and keeps another password than this one"
    PROMOTED = "promoted"
    RESET = "has this password from now on, and has to sign in again everywhere"


def register(session: Session, username: str, password_hash: str, role: Role = Role.TRAVELLER) -> Principal:
    """Create an account. If the username is an e-mail address, it becomes the address for mails.

    Raises:
        UsernameTaken: the username exists, in lower or upper case.
        Invalid: it is no valid username.
    """
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
    """The principal of an account, with its present role."""
    return principal_of(session.exec(select(User).where(User.id == user_id)).one(), session_id)


def principal_of(user: User, session_id: UUID | None = None) -> Principal:
    return Principal(user.id, user.username, Role(user.role), session_id)


def is_password_of(session: Session, username: str, password: str) -> bool:
    """Whether an account has this username and this password."""
    user = find_by_username(session, username)
    return verify(password, user.password_hash if user else None)


def require_password(session: Session, user_id: UUID, password: str) -> User:
    """The account, if the password is right.

    Raises:
        WrongPassword
        AccountGone
    """
    user = session.exec(select(User).where(User.id == user_id)).one_or_none()
    if user is None or user.closed_at is not None:
        raise AccountGone
    if not verify(password, user.password_hash):
        raise WrongPassword("The current password is another one.")
    return user


def change_password(session: Session, user_id: UUID, current: str, new: str, *, at: datetime, keep: UUID | None) -> list[UUID]:
    """Give the account a new password, and end all of its sessions except `keep`. Returns the ids of the sessions that ended.

    Raises:
        WrongPassword: `current` is not the password of the account.
        AccountGone
        Invalid: the new password is the current one, or is too weak.
    """
    user = require_password(session, user_id, current)
    if new == current:
        raise Invalid.field("/new_password", "unchanged", "The new password is the current one; choose another.")
    require_strong(new, username=user.username, pointer="/new_password")
    return _give_password(session, user, new, at=at, keep=keep)


def close_account(session: Session, user_id: UUID, *, at: datetime) -> list[UUID]:
    """Close an account: nobody can sign in to it, its username is free, and its sessions end. Its bookings are kept. Returns the ids of the
    sessions that ended.
    """
    # No user can choose a name with a colon, and no password has the hash "-".
    closed = {"username": f"closed:{user_id}", "password_hash": "-", "email": None, "closed_at": at, "role": Role.TRAVELLER.value}
    session.execute(update(User).where(col(User.id) == user_id).values(closed))
    return sessions.end_all(session, user_id, at=at)


def get_email(session: Session, user_id: UUID) -> str | None:
    """The address for mails to this account; None: it has none."""
    return session.exec(select(User.email).where(User.id == user_id)).one_or_none()


def change_email(session: Session, user_id: UUID, email: str | None) -> str | None:
    """Store another address for mails, or None for no mails. Returns it.

    Raises:
        Invalid: it is no e-mail address.
        AccountGone
    """
    if email is not None and not is_mail_address(email):
        raise Invalid.field("/email", "bad_format", "This is not an e-mail address. Write one like asha@example.com.")
    changed = update(User).where(col(User.id) == user_id, col(User.closed_at).is_(None)).values(email=email)
    if session.execute(changed.returning(col(User.id))).first() is None:
        raise AccountGone
    return email


def set_password(session: Session, username: str, password: str) -> bool:
    """Give an account a password, as an operator. All its sessions end. False when there is no such account."""
    require_usable(password)
    user = find_by_username(session, username)
    if user is None:
        return False
    _give_password(session, user, password, at=clock.now())
    return True


def set_role(session: Session, username: str, role: Role) -> bool:
    """Give an account a role, as an operator. All its sessions end, because their access tokens carry the old role. False when there is
    no such account.
    """
    user = find_by_username(session, username)
    if user is None:
        return False
    session.execute(update(User).where(col(User.id) == user.id).values(role=role.value))
    sessions.end_all(session, user.id, at=clock.now())
    return True


def _give_password(session: Session, user: User, password: str, *, at: datetime, keep: UUID | None = None) -> list[UUID]:
    session.execute(update(User).where(col(User.id) == user.id).values(password_hash=hash_password(password)))
    return sessions.end_all(session, user.id, at=at, keep=keep)


def ensure_admin(session: Session, username: str, password: str, *, reset: bool = False) -> AdminOutcome:
    """Make sure that there is an administrator called `username`. Called when an installation starts.

    If the account is an administrator's, it keeps its password, unless `reset` is set. If it is another user's, it becomes an administrator's
    and gets *this* password, because a stranger may have registered the name before the operator. A new password ends all its sessions.

    Raises:
        Invalid: it is no valid username, or the password is empty or too long.
    """
    name = canonical_username(username)
    require_usable(password)
    user = find_by_username(session, name)
    if user is None:
        register(session, name, hash_password(password), Role.ADMIN)
        return AdminOutcome.CREATED
    was_admin = user.role == Role.ADMIN
    if was_admin and not reset:
        is_same = verify(password, user.password_hash)
        return AdminOutcome.EXISTED if is_same else AdminOutcome.KEPT_OTHER
    changes = {"role": Role.ADMIN.value, "password_hash": hash_password(password)}
    session.execute(update(User).where(col(User.id) == user.id).values(changes))
    sessions.end_all(session, user.id, at=clock.now())
    return AdminOutcome.RESET if was_admin else AdminOutcome.PROMOTED
