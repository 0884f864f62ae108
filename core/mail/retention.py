"""What `skyqueue prune` deletes of mails: old ones that do not wait to be sent."""

from __future__ import annotations

from typing import Final, LiteralString

from core.db.retention import OldRows
from core.mail.models import MailStatus

_OLD: Final[LiteralString] = f"FROM mails WHERE created_at < %(before)s AND status <> {MailStatus.WAITING.sql}"

MAILS: Final = OldRows(
    "mails",
    count=f"SELECT count(*) {_OLD}",
    delete=f"""
    WITH old AS MATERIALIZED (SELECT id {_OLD} LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    DELETE FROM mails WHERE id IN (SELECT id FROM old)
    """,  # noqa: S608  # only constants
)
