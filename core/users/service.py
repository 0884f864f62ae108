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
from core.users.passwords import hash_password
from core.users.tokens import Principal


class UsernameTaken(Conflict):
    code = "username_taken"


class AdminOutcome(StrEnum):
    CREATED = "created"
    EXISTED = "existed"
    PROMOTED = "promoted"


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


def ensure_admin(db: Database, username: str, password: str) -> AdminOutcome:
    """Make sure that `username` is an administrator, in a transaction of its own; for the start of a deployment.

    An administrator of that name keeps the password they have. A traveller of that name becomes the administrator with
    *this* password, and their sign-ins end: somebody may have taken the name before the operator did.
    """
    name = canonical_username(username)
    require_usable(password)
    with db.unit_of_work() as session:
        user = find_by_username(session, name)
        if user is not None and user.role == Role.ADMIN:
            return AdminOutcome.EXISTED
        password_hash = hash_password(password)
        if user is None:
            register(session, name, password_hash, Role.ADMIN)
            return AdminOutcome.CREATED
        session.execute(update(User).where(col(User.id) == user.id).values(role=Role.ADMIN.value, password_hash=password_hash))
        sessions.revoke_all(session, user.id)
        return AdminOutcome.PROMOTED
