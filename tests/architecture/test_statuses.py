"""No statement has a status as a literal: it is taken from its enum, as a parameter or as `.sql` (`core/statuses.py`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.flights.changes.models import CancellationStatus
from core.flights.models import FlightStatus
from core.imports.models import ImportStatus
from core.payments.models import PaymentStatus, RefundStatus
from core.statuses import StoredEnum
from core.waitlist.models import WaitStatus
from tests.architecture.source import Module, modules
from tests.architecture.test_tables import module_of

COLUMNS: Final[dict[str, tuple[type[StoredEnum], ...]]] = {
    "status": (BookingStatus, CancellationStatus, FlightStatus, ImportStatus, PaymentStatus, RefundStatus, WaitStatus),
    "failure_code": (FailureCode,),
    "payment_mode": (PaymentMode,),
}
_LITERAL: Final = re.compile(r"'([A-Za-z_]+)'")
"""Between quotes in SQL. Statuses are in capitals, and so is nothing else in our statements."""


def spelt(found: Iterable[Module]) -> list[str]:
    """Values of these enums that stand in the SQL of a module. The practice provider has a database of its own."""
    statuses = {each.value for kind in COLUMNS["status"] for each in kind}
    beside = re.compile(
        "|".join(
            rf"\b{column} (?:=|<>|IN \(|NOT IN \(|IS DISTINCT FROM) ?'({'|'.join(each.value for kind in kinds for each in kind)})'"
            for column, kinds in COLUMNS.items()
        )
    )
    return [
        f"{module.name}:{line} spells {text_of[0]}"
        for module in found
        if not module.name.startswith("mockpay")
        for line, text in module.texts()
        if (
            text_of := [each for each in _LITERAL.findall(text) if each in statuses]
            or [each[0] for each in beside.finditer(text)]
        )
    ]


def test_no_statement_spells_a_status() -> None:
    assert spelt(modules()) == []


def test_a_status_in_a_statement_is_found(tmp_path: Path) -> None:
    stray = module_of(tmp_path, "core.imports.queries", "SQL = \"SELECT id FROM imports WHERE status = 'PENDING'\"")
    assert spelt([stray]) == ["core.imports.queries:1 spells PENDING"]


def test_a_payment_mode_in_a_statement_is_found(tmp_path: Path) -> None:
    stray = module_of(tmp_path, "core.jobs.status", "SQL = \"SELECT id FROM bookings WHERE payment_mode <> 'none'\"")
    assert spelt([stray]) == ["core.jobs.status:1 spells payment_mode <> 'none'"]
