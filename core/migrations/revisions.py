"""Which revisions of the schema this code knows, and how the schema of a database compares with them. Needs no Alembic, which costs a process 20 MB.

Revisions are numbers of four digits, each one more than the last. So a number that this code does not know, and that is higher than
all that it knows, belongs to a newer version of Skyqueue.
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
    """It lacks something that this code needs; `upgrade` adds it."""
    CURRENT = "current"
    NEWER = "newer"
    """A newer version has migrated it. It has all that this code needs: a migration only adds."""
    FOREIGN = "foreign"
    """No version of Skyqueue has made it."""


@cache
def revisions() -> tuple[str, ...]:
    """Of this code, the oldest first."""
    return tuple(sorted(each.name.partition("_")[0] for each in VERSIONS.glob("[0-9]*.py")))


def newest_revision() -> str:
    """What `alembic_version` holds in a database that is up to date."""
    return revisions()[-1]


def schema_state(revision: str | None) -> SchemaState:
    """`revision` is what `alembic_version` holds; None: nothing, so the database is empty."""
    if revision is None or revision in revisions()[:-1]:
        return SchemaState.OLDER
    if revision == newest_revision():
        return SchemaState.CURRENT
    is_numbered = len(revision) == len(newest_revision()) and revision.isascii() and revision.isdigit()
    return SchemaState.NEWER if is_numbered and revision > newest_revision() else SchemaState.FOREIGN


def foreign(revision: str) -> str:
    """What is wrong with a database that no version of Skyqueue has made."""
    return f"The database is at revision {revision!a}, which no version of Skyqueue has made."
