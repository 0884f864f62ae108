"""The revisions of the schema that this code has, and how the schema of a database compares with them. Alembic is not imported, because it
needs 20 MB of memory.

Revisions are numbers of four digits, each one more than the last. So a number that is higher than all revisions of this code belongs to a
newer version of Skyqueue.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

VERSIONS: Final = Path(__file__).parent / "versions"
"""One file for each revision. Its name begins with the number: `0001_the_first_tables.py`."""


class SchemaState(StrEnum):
    """How the schema of a database compares with this code."""

    OLDER = "older"
    """The schema lacks something that this code needs; `upgrade` adds it."""
    CURRENT = "current"
    NEWER = "newer"
    """A newer version has migrated it. It has all that this code needs: a migration only adds."""
    FOREIGN = "foreign"
    """No version of Skyqueue has made it."""


@cache
def revisions() -> tuple[str, ...]:
    """The revisions of this code, oldest first."""
    return tuple(sorted(each.name.partition("_")[0] for each in VERSIONS.glob("[0-9]*.py")))


def newest_revision() -> str:
    """The revision in the table `alembic_version` of a database that is up to date."""
    return revisions()[-1]


def schema_state(revision: str | None) -> SchemaState:
    """Compare the schema of a database with this code. `revision`: from the table `alembic_version`; None: the database has no tables of
    ours.
    """
    if revision is None or revision in revisions()[:-1]:
        return SchemaState.OLDER
    if revision == newest_revision():
        return SchemaState.CURRENT
    is_numbered = len(revision) == len(newest_revision()) and revision.isascii() and revision.isdigit()
    return SchemaState.NEWER if is_numbered and revision > newest_revision() else SchemaState.FOREIGN


def foreign(revision: str) -> str:
    """The sentence about a database with an unknown revision."""
    return f"The database is at revision {revision!a}, which no version of Skyqueue has made."
