"""Every setting of the product, read once from the environment (prefix `SKYQUEUE_`) by an edge and passed down.

One small class per concern; all are frozen. The names are a contract: scripts rely on them. What is secret, or an address, which may
carry a password, can also be in a file: `SKYQUEUE_X_FILE` then holds its path (`core.environment.files`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar, cast

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsConfigDict

from core import bucket_address, mail_address
from core.environment import names
from core.environment.files import OR_FILE, SUFFIX, Environment, WrongFile
from core.environment.names import PREFIX
from core.mail_address import MailServer
from core.redis import address
from core.startup import CannotStart
from core.text.patterns import PASSWORD_MAX, USERNAME

SHOWN: Final = 40
"""Characters of a value that is none of its kind."""


class _Concern(Environment):
    model_config = SettingsConfigDict(env_prefix=PREFIX)


class Http(_Concern):
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    allowed_hosts: str = Field(default="", max_length=2000, pattern=r"^[A-Za-z0-9_.,*: \[\]-]*$")
    """Names that we answer to, with commas; `.example.com` for all below it, `*` for every name. Addresses, names without a dot and what this
    machine calls itself are always ours.
    """
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Where an API tells its metrics: on this port, or on the next free one behind it. Unset: at `/metrics`, for whoever asks."""
    rate_limits: Literal["on", "off"] = "on"
    max_upload_mb: int = Field(default=512, ge=1, le=4096)


class Servers(_Concern):
    """Where the truth and the speed live. Unset: embedded servers in `data_dir`, started by `skyqueue up`."""

    model_config = SettingsConfigDict(hide_input_in_errors=True)  # addresses carry passwords
    data_dir: Path = Path(".skyqueue")
    database_url: Annotated[str | None, OR_FILE] = None
    redis_url: Annotated[str | None, OR_FILE] = None
    storage_url: Annotated[SecretStr | None, OR_FILE] = None
    """Where uploads wait: `s3://[key:secret@]bucket/prefix[?region=...&scheme=...&endpoint_override=host:port]`. Unset: `uploads` in
    `data_dir`.
    """

    @field_validator("redis_url")
    @classmethod
    def _is_a_redis_server(cls, url: str | None) -> str | None:
        """As the driver reads it."""
        return None if url is None else address.parse(url).url

    @field_validator("storage_url")
    @classmethod
    def _is_a_bucket(cls, url: SecretStr | None) -> SecretStr | None:
        fault = None if url is None else bucket_address.find_fault(url.get_secret_value())
        if fault is not None:
            raise ValueError(f"SKYQUEUE_STORAGE_URL is not the address of a bucket. {fault}")
        return url


class Accounts(_Concern):
    """`admin_*`: the first administrator, created where nobody has that name."""

    model_config = SettingsConfigDict(hide_input_in_errors=True)
    admin_username: str = Field(default="admin", pattern=USERNAME)
    admin_password: Annotated[SecretStr | None, OR_FILE] = Field(default=None, max_length=PASSWORD_MAX)
    jwt_secret: Annotated[SecretStr | None, OR_FILE] = None
    access_token_minutes: int = Field(default=15, ge=1, le=60)
    refresh_token_days: int = Field(default=14, ge=1, le=90)


class Booking(_Concern):
    require_payment: Literal["on", "off"] = "off"
    """Whether a booking needs a card or a hold. Off, one without payment is confirmed as soon as its seats are taken."""
    hold_minutes: int = Field(default=15, ge=1, le=24 * 60)
    backlog_limit: int = Field(default=100_000, ge=1)
    """Bookings that may wait for a worker. Beyond it new ones are answered 503, because the queue would only grow."""
    wait_limit_seconds: int = Field(default=30, ge=1)
    """A booking that waits longer for its seats is told by `/health/ready`. Whatever breaks is repaired within 16 s."""
    hold_limit: int = Field(default=4, ge=1)
    """Unpaid bookings that one traveller may have at a time, and places in line."""
    flight_seats_limit: int = Field(default=27, ge=1)
    """Seats that one traveller may have on one flight: three bookings of nine."""
    cool_down_minutes: int = Field(default=60, ge=0, le=24 * 60)
    """How long who did not pay for a hold opens no other one on that flight."""
    duplicate_minutes: int = Field(default=15, ge=1, le=24 * 60)
    """Within so many minutes a second booking of a flight must say that it is meant (`allow_duplicate`)."""


class Payments(_Concern):
    """Where money is taken. Unset, nothing can be charged: bookings that pay wait, and end when their time to pay is over."""

    payments_url: Annotated[str | None, OR_FILE] = Field(default=None, pattern=r"^https?://\S+$")
    payments_secret: Annotated[SecretStr | None, OR_FILE] = None
    """Signs the provider's callbacks."""
    payments_timeout_seconds: float = Field(default=10.0, gt=0, le=10)
    """How long one call may take; then its outcome is unknown, and the provider is asked."""


class Fares(_Concern):
    """What cancelling costs, by the time since booking and the time to the first departure: nothing, then a fee, then all of it."""

    cancel_free_hours: int = Field(default=24, ge=0)
    """Free for so long after booking,"""
    cancel_free_days: int = Field(default=7, ge=0)
    """if the departure is at least so many days away."""
    cancel_fee_percent: Decimal = Field(default=Decimal(25), ge=0, le=100)
    """The fee after that, of what was paid."""
    cancel_no_refund_hours: int = Field(default=24, ge=0)
    """From so many hours before departure nothing is given back."""
    cancel_quote_minutes: int = Field(default=15, ge=1, le=24 * 60)
    """How long a quote is good for."""


class Mail(_Concern):
    """Mails to travellers. Without a server they are shown in the app alone."""

    model_config = SettingsConfigDict(hide_input_in_errors=True)
    smtp_url: Annotated[SecretStr | None, OR_FILE] = None
    """`smtp://[username:password@]host[:port]`, encrypted where the server offers it, or `smtps://...`, encrypted from the start."""
    mail_from: str | None = None
    """The sender: an address, or a name and an address (`Skyqueue <trips@example.com>`)."""

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            try:
                mail_address.parse(url.get_secret_value())
            except ValueError as error:
                raise ValueError(f"SKYQUEUE_SMTP_URL is not the address of a mail server. {error}") from error
        return url

    @field_validator("mail_from")
    @classmethod
    def _is_a_sender(cls, sender: str | None) -> str | None:
        if sender is not None and not mail_address.is_sender(sender):
            raise ValueError("SKYQUEUE_MAIL_FROM is an address of e-mail, or a name and an address in angle brackets.")
        return sender

    @model_validator(mode="after")
    def _a_server_needs_a_sender(self) -> Self:
        if self.smtp_url is not None and self.mail_from is None:
            raise ValueError("SKYQUEUE_SMTP_URL needs a sender: set SKYQUEUE_MAIL_FROM.")
        return self

    @property
    def sender(self) -> str:
        """Of every mail that is sent."""
        assert self.mail_from is not None
        return self.mail_from

    @property
    def server(self) -> MailServer | None:
        """None: mails are shown in the app alone."""
        return mail_address.parse(self.smtp_url.get_secret_value()) if self.smtp_url else None


class Search(_Concern):
    search_cache_seconds: int = Field(default=300, ge=1)
    connection_min_minutes: int = Field(default=45, ge=1, le=24 * 60)
    connection_max_minutes: int = Field(default=6 * 60, ge=1, le=24 * 60)
    """How long one may wait between two flights of an itinerary; both are allowed."""
    timetable_mb: int = Field(default=256, ge=1)
    """Memory of each API process for days of the timetable: about 8 MB for 100,000 flights."""

    @model_validator(mode="after")
    def _the_shortest_wait_is_not_the_longest(self) -> Self:
        if self.connection_min_minutes > self.connection_max_minutes:
            raise ValueError("SKYQUEUE_CONNECTION_MIN_MINUTES must not be more than SKYQUEUE_CONNECTION_MAX_MINUTES")
        return self


class Flights(_Concern):
    unknown_places: Literal["refuse", "accept"] = "refuse"
    """Whether a flight may go from or to a place that no registry of airports knows."""


class Webhooks(_Concern):
    webhook_private_addresses: Literal["on", "off"] = "off"
    """Whether webhooks may go to addresses that are not public, and without TLS: to services of the same network, and in tests."""


class Start(_Concern):
    sample: Literal["on", "off"] = "on"
    """Whether an empty database gets the sample schedule."""


class Work(_Concern):
    worker_processes: int = Field(default=1, ge=1, le=64)
    worker_threads: int = Field(default=2, ge=1, le=64)
    """Threads for bookings in each worker process: few, because what piles up is merged into one batch."""
    worker_metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Where a worker tells its metrics: on this port, or on the next free one behind it. Unset: nowhere."""
    worker_alive_path: Path | None = None
    """A worker touches this file every second while all its threads live, for the health check of a container (`workers.alive`)."""
    failpoints: str = ""
    """Tests only: `name:action[:probability][,...]`, see `core/failpoints.py`."""

    @property
    def connections(self) -> int:
        """To Postgres, of one worker process at most: its threads for bookings, the other pools, the sweep, the heartbeat, the payment
        executor, and the senders of webhooks and of mails.
        """
        return self.worker_threads + 13


CONCERNS: Final = (Http, Servers, Accounts, Booking, Payments, Fares, Mail, Search, Flights, Webhooks, Start, Work)


NO_NUMBER: Final = {
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "float_parsing": "a number",
    "decimal_parsing": "a number",
}
"""What was expected, by the type of pydantic's error."""


Concern = TypeVar("Concern", bound=_Concern)


class WrongSettings(ValueError):
    """`lines`: what is wrong, one sentence for each setting."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(lines[0])
        self.lines = tuple(lines)


class Settings:
    """The settings of one process, grouped by concern. Build it once, in an edge.

    Raises:
        WrongSettings: a variable has a wrong value, or a name that is nearly a setting's.
    """

    __slots__ = tuple(concern.__name__.lower() for concern in CONCERNS)

    def __init__(self) -> None:
        wrong = names.misspelt(os.environ, known_variables())
        self.flights = _read(Flights, wrong)
        self.http = _read(Http, wrong)
        self.servers = _read(Servers, wrong)
        self.accounts = _read(Accounts, wrong)
        self.booking = _read(Booking, wrong)
        self.payments = _read(Payments, wrong)
        self.fares = _read(Fares, wrong)
        self.mail = _read(Mail, wrong)
        self.search = _read(Search, wrong)
        self.webhooks = _read(Webhooks, wrong)
        self.start = _read(Start, wrong)
        self.work = _read(Work, wrong)
        if wrong:
            raise WrongSettings(wrong)


def _read(concern: type[Concern], wrong: list[str]) -> Concern:
    """What is wrong is added to `wrong`; then nobody looks at the result."""
    try:
        return concern()
    except ValidationError as error:
        is_quoted = not concern.model_config.get("hide_input_in_errors")
        wrong += [_told(each, is_quoted=is_quoted) for each in error.errors()]
    except (WrongFile, CannotStart) as error:
        wrong.append(str(error))
    return cast("Concern", concern.model_construct())


def known_variables() -> frozenset[str]:
    """Every name that means something to this version."""
    names = {name: in_file for concern in CONCERNS for name, in_file in concern.variables().items()}
    return frozenset([*names, *(f"{name}{SUFFIX}" for name, in_file in names.items() if in_file)])


def _told(error: ErrorDetails, *, is_quoted: bool) -> str:
    said = error["msg"].removeprefix("Value error, ")
    if said.startswith(PREFIX):  # a whole sentence, which may be about two settings that do not go together
        return said
    name = f"{PREFIX}{'_'.join(map(str, error['loc'])).upper()}"
    if error["type"] not in NO_NUMBER:
        return f"{name}: {said}"
    return f"{name} must be {NO_NUMBER[error['type']]}" + (f", and it is {ascii(error['input'])[:SHOWN]}." if is_quoted else ".")
