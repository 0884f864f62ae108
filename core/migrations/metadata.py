"""The tables of every noun, for Alembic. The naming convention must be set before a table is defined."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

from core.bookings import models as _bookings  # noqa: E402, F401  # after the naming convention, for the side effect
from core.bookings import rebookings as _rebookings  # noqa: E402, F401  # likewise
from core.bookings import records as _records  # noqa: E402, F401  # likewise
from core.bookings.seat_numbers import models as _seat_numbers  # noqa: E402, F401  # likewise
from core.events import models as _events  # noqa: E402, F401  # likewise
from core.fare_watches import models as _fare_watches  # noqa: E402, F401  # likewise
from core.flights import models as _flights  # noqa: E402, F401  # likewise
from core.flights.changes import models as _flight_cancellations  # noqa: E402, F401  # likewise
from core.heartbeats import models as _heartbeats  # noqa: E402, F401  # likewise
from core.idempotency import models as _idempotency  # noqa: E402, F401  # likewise
from core.imports import models as _imports  # noqa: E402, F401  # likewise
from core.jobs import minutes as _minutes  # noqa: E402, F401  # likewise
from core.load_runs import models as _load_runs  # noqa: E402, F401  # likewise
from core.mail import models as _mail  # noqa: E402, F401  # likewise
from core.operations import models as _repair  # noqa: E402, F401  # likewise
from core.payments import models as _payments  # noqa: E402, F401  # likewise
from core.sweeps import models as _sweeps  # noqa: E402, F401  # likewise
from core.users import models as _users  # noqa: E402, F401  # likewise
from core.waitlist import models as _waitlist  # noqa: E402, F401  # likewise
from core.webhooks import models as _webhooks  # noqa: E402, F401  # likewise

METADATA: MetaData = SQLModel.metadata
