"""Create administrators as the commands do, each in its own transaction."""

from __future__ import annotations

from core.db import Database
from core.users import service
from core.users.service import AdminOutcome


def ensure_admin(db: Database, username: str, password: str) -> AdminOutcome:
    with db.unit_of_work() as session:
        return service.ensure_admin(session, username, password)


def is_password_of(db: Database, username: str, password: str) -> bool:
    with db.unit_of_work() as session:
        return service.is_password_of(session, username, password)
