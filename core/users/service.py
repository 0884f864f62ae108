"""Accounts: who there is, and who may become one."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select, update

from core.clock import new_id
from core.db import Database
from core.errors import Conflict
from core.users import sessions
from core.users.credentials import canonical_username, require_usable
from core.users.models import Role, User
from core.users.passwords import hash_password, matches
from core.users.tokens import Principal


class UsernameTaken(Conflict):
    code = "username_taken"


class AdminOutcome(StrEnum):
    CREATED = "created"
    EXISTED = "existed, with this password"
    KEEPS_ANOTHER = "existed, and keeps another password than this one"
    PROMOTED = "promoted"
    RESET = "has this password from now on, and has to sign in again everywhere"


def register(session: Session, username: str, password_hash: str, role: Role = Role.TRAVELLER) -> Principal:
    """A new account; `UsernameTaken` when somebody has the name, in whatever case."""
    name = canonical_username(username)
    statement = (
        insert(User)
        .values(id=new_id(), username=name, password_hash=password_hash, role=role.value)
        .on_conflict_do_nothing(index_elements=["username"])
        .returning(col(User.id))
    )
    user_id = session.execute(statement).scalar_one_or_none()
    if user_id is None:
        raise UsernameTaken(f"The username {name} is taken.", username=name)
    return Principal(user_id, name, role)


def find_by_username(session: Session, username: str) -> User | None:
    return session.exec(select(User).where(User.username == username.lower())).one_or_none()


def get_principal(session: Session, user_id: UUID) -> Principal:
    """The account as it is now: a changed role counts from the next token on."""
    return principal_of(session.exec(select(User).where(User.id == user_id)).one())


def principal_of(user: User) -> Principal:
    return Principal(user.id, user.username, Role(user.role))


def is_password_of(db: Database, username: str, password: str) -> bool:
    """Whether there is such an account, and this is its password."""
    with db.unit_of_work() as session:
        user = find_by_username(session, username)
        return matches(password, user.password_hash if user else None)


def ensure_admin(db: Database, username: str, password: str, *, reset: bool = False) -> AdminOutcome:
    """Make sure that `username` is an administrator, in a transaction of its own; for the start of a deployment.

    An administrator of that name keeps the password they have, unless it is to be `reset`. A traveller of that name becomes the
    administrator with *this* password: somebody may have taken the name before the operator did. A new password ends all sign-ins.
    """
    name = canonical_username(username)
    require_usable(password)
    with db.unit_of_work() as session:
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
        sessions.revoke_all(session, user.id)
        return AdminOutcome.RESET if was_admin else AdminOutcome.PROMOTED
