"""Every setting of the product. An edge reads them once from the environment (prefix `SKYQUEUE_`) and passes them on.

There is one small frozen class for each concern. The names must not change, because scripts of operators use them. A secret, or
an address that may contain a password, can also be in a file: `SKYQUEUE_X_FILE` is then its path (`core/environment/files.py`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar, cast

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from core import bucket_address, mail_address
from core.environment import faults, names
from core.environment.files import OR_FILE, SUFFIX, Environment, WrongFile
from core.environment.names import PREFIX
from core.mail_address import MailServer
from core.redis import address
from core.startup import CannotStart
from core.text.patterns import PASSWORD_MAX, USERNAME

FILES_AT_A_TIME: Final = 2
"""How many files a worker imports at the same time, each in a process of its own."""
IMPORT_CONNECTIONS: Final = 2
"""The most connections to Postgres of one import process."""
HTTP_ADDRESS: Final = r"^https?://\S+$"
HTTP_FORM: Final = "an address that begins with http:// or https://"
"""The description of a field is what its value must be, if a pattern checks it: error messages say it."""


class _Concern(Environment):
    model_config = SettingsConfigDict(env_prefix=PREFIX)


class Http(_Concern):
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    allowed_hosts: str = Field(
        default="", max_length=2000, pattern=r"^[A-Za-z0-9_.,*: \[\]-]*$", description="names of hosts, separated by commas"
    )
    """Host names that the API accepts, separated by commas; `.example.com` for all subdomains, `*` for every name. IP addresses,
    names without a dot and the machine's own host name are always accepted.
    """
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """The port for metrics of an API process, or the next free one. Unset: metrics are at `/metrics` of the API, for everybody."""
    rate_limits: Literal["on", "off"] = "on"
    max_upload_mb: int = Field(default=512, ge=1, le=4096)


class Servers(_Concern):
    """Postgres, Redis and the storage. Unset addresses: embedded servers in `data_dir`, which `skyqueue up` starts."""

    model_config = SettingsConfigDict(hide_input_in_errors=True)  # addresses carry passwords
    data_dir: Path = Path(".skyqueue")
    database_url: Annotated[str | None, OR_FILE] = None
    redis_url: Annotated[str | None, OR_FILE] = None
    storage_url: Annotated[SecretStr | None, OR_FILE] = None
    """The storage of uploaded files: `s3://[key:secret@]bucket/prefix[?region=...&scheme=...&endpoint_override=host:port]`.
    Unset: the folder `uploads` in `data_dir`.
    """

    @field_validator("redis_url")
    @classmethod
    def _is_a_redis_server(cls, url: str | None) -> str | None:
        """Checks the address, and returns it in the form of the driver."""
        return None if url is None else address.parse(url).url

    @field_validator("storage_url")
    @classmethod
    def _is_a_bucket(cls, url: SecretStr | None) -> SecretStr | None:
        fault = None if url is None else bucket_address.find_fault(url.get_secret_value())
        if fault is not None:
            raise ValueError(f"SKYQUEUE_STORAGE_URL is not the address of a bucket. {fault}")
        return url


class Accounts(_Concern):
    """`admin_*`: the first administrator, created if no account has that name."""

    model_config = SettingsConfigDict(hide_input_in_errors=True)
    admin_username: str = Field(
        default="admin", pattern=USERNAME, description="3 to 64 letters (a-z), digits, and other characters of e-mail addresses"
    )
    admin_password: Annotated[SecretStr | None, OR_FILE] = Field(default=None, max_length=PASSWORD_MAX)
    jwt_secret: Annotated[SecretStr | None, OR_FILE] = None
    access_token_minutes: int = Field(default=15, ge=1, le=60)
    refresh_token_days: int = Field(default=14, ge=1, le=90)


class Booking(_Concern):
    require_payment: Literal["on", "off"] = "off"
    """Whether every booking must be paid or held. If off, a booking without payment is confirmed once its seats are reserved."""
    hold_minutes: int = Field(default=15, ge=1, le=24 * 60)
    backlog_limit: int = Field(default=100_000, ge=1)
    """How many bookings may wait for a worker. Further ones are refused with 503, because the queue would only grow."""
    wait_limit_seconds: int = Field(default=30, ge=1)
    """If a booking waits longer than this for its seats, `/health/ready` reports it. The sweep repairs any fault within 16 s."""
    hold_limit: int = Field(default=4, ge=1)
    """How many unpaid bookings one traveller may have at a time. For another entry in a waiting list, those entries are counted too."""
    flight_seats_limit: int = Field(default=27, ge=1)
    """How many seats one traveller may have on one flight. The default is three bookings of nine."""
    cool_down_minutes: int = Field(default=60, ge=0, le=24 * 60)
    """After an unpaid hold: for how many minutes the traveller cannot hold seats on that flight again."""
    duplicate_minutes: int = Field(default=15, ge=1, le=24 * 60)
    """For so many minutes, a second booking of the same flight by the same traveller needs `allow_duplicate`."""


class Payments(_Concern):
    """The address of the payment provider. Unset: nothing can be charged, so bookings with payment wait until they expire."""

    payments_url: Annotated[str | None, OR_FILE] = Field(default=None, pattern=HTTP_ADDRESS, description=HTTP_FORM)
    payments_secret: Annotated[SecretStr | None, OR_FILE] = None
    """Signs the provider's callbacks."""
    payments_timeout_seconds: float = Field(default=10.0, gt=0, le=10)
    """The time limit of one call in seconds. After it the outcome is unknown, and is looked up at the provider later."""


class Fares(_Concern):
    """The cancellation fee: nothing, a percentage or everything, by the times since booking and until the first departure."""

    cancel_free_hours: int = Field(default=24, ge=0)
    """Cancelling is free for so many hours after booking,"""
    cancel_free_days: int = Field(default=7, ge=0)
    """if the departure is at least so many days away."""
    cancel_fee_percent: Decimal = Field(default=Decimal(25), ge=0, le=100)
    """Otherwise the fee, in percent of the amount paid."""
    cancel_no_refund_hours: int = Field(default=24, ge=0)
    """If the departure is less than so many hours away, nothing is refunded."""
    cancel_quote_minutes: int = Field(default=15, ge=1, le=24 * 60)
    """For how many minutes a quote is valid."""


class Mail(_Concern):
    """Mails to travellers. Without a mail server they are only shown in the app."""

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
            raise ValueError("SKYQUEUE_MAIL_FROM must be an e-mail address, or a name and an address in angle brackets.")
        return sender

    @model_validator(mode="after")
    def _a_server_needs_a_sender(self) -> Self:
        if self.smtp_url is not None and self.mail_from is None:
            raise ValueError("SKYQUEUE_SMTP_URL needs a sender: set SKYQUEUE_MAIL_FROM.")
        return self

    @property
    def sender(self) -> str:
        """The sender of every mail."""
        assert self.mail_from is not None
        return self.mail_from

    @property
    def server(self) -> MailServer | None:
        """The mail server. None: mails are only shown in the app."""
        return mail_address.parse(self.smtp_url.get_secret_value()) if self.smtp_url else None


class Search(_Concern):
    search_cache_seconds: int = Field(default=300, ge=1)
    connection_min_minutes: int = Field(default=45, ge=1, le=24 * 60)
    connection_max_minutes: int = Field(default=6 * 60, ge=1, le=24 * 60)
    """The shortest and the longest wait between two flights of an itinerary, in minutes, both inclusive."""
    timetable_mb: int = Field(default=256, ge=1)
    """Memory of each API process for the timetable, in MB. 100,000 flights take about 8 MB."""

    @model_validator(mode="after")
    def _the_shortest_wait_is_not_the_longest(self) -> Self:
        if self.connection_min_minutes > self.connection_max_minutes:
            raise ValueError("SKYQUEUE_CONNECTION_MIN_MINUTES must not be more than SKYQUEUE_CONNECTION_MAX_MINUTES.")
        return self


class Flights(_Concern):
    unknown_places: Literal["refuse", "accept"] = "refuse"
    """Whether a flight may have a place that the registry of airports does not contain."""


class Webhooks(_Concern):
    webhook_private_addresses: Literal["on", "off"] = "off"
    """Whether webhooks may be sent to private addresses, and without TLS: for services in the same network, and for tests."""


class Telemetry(_Concern):
    traces: str | None = Field(default=None, pattern=HTTP_ADDRESS, description=HTTP_FORM)
    """The address of an OTLP/HTTP receiver, to which the spans of this process are sent. Unset: there are none."""


class Start(_Concern):
    sample: Literal["on", "off"] = "on"
    """Whether the sample schedule is loaded into an empty database."""


class Work(_Concern):
    worker_processes: int = Field(default=1, ge=1, le=64)
    worker_threads: int = Field(default=2, ge=1, le=64)
    """Threads for bookings in each worker process. A few are enough, because waiting bookings are merged into one batch."""
    worker_metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """The port for metrics of a worker process; if it is taken, the next free one. Unset: no metrics."""
    worker_alive_path: Path | None = None
    """A worker touches this file every second while its threads make progress, for health checks (`workers/alive.py`)."""
    failpoints: str = ""
    """For tests only: `name:action[:probability][,...]`, see `core/failpoints.py`."""

    @property
    def connections(self) -> int:
        """The most connections to Postgres of one worker process: its threads for bookings, the threads of the other queues, the
        sweep, the heartbeat, the payment executor, and the senders of webhooks and of mails.
        """
        return self.worker_threads + 13

    @property
    def connections_with_imports(self) -> int:
        """The same, with those of its import processes."""
        return self.connections + FILES_AT_A_TIME * IMPORT_CONNECTIONS


CONCERNS: Final = (Http, Servers, Accounts, Booking, Payments, Fares, Mail, Search, Flights, Webhooks, Telemetry, Start, Work)


Concern = TypeVar("Concern", bound=_Concern)


class WrongSettings(ValueError):
    """One or more settings are wrong. `lines`: one sentence for each."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(lines[0])
        self.lines = tuple(lines)


class Settings:
    """The settings of one process, grouped by concern. Create it once, in an edge.

    Raises:
        WrongSettings: a variable has a wrong value, or a misspelt name of a setting.
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
        self.telemetry = _read(Telemetry, wrong)
        self.start = _read(Start, wrong)
        self.work = _read(Work, wrong)
        if wrong:
            raise WrongSettings(wrong)


def _read(concern: type[Concern], wrong: list[str]) -> Concern:
    """Read one group of settings. Errors are added to `wrong`; the result is then not used."""
    try:
        return concern()
    except ValidationError as error:
        is_quoted = not concern.model_config.get("hide_input_in_errors")
        for each in error.errors():
            field = concern.model_fields.get(str(each["loc"][0])) if each["loc"] else None
            wrong.append(faults.describe(each, form=field.description if field else None, is_quoted=is_quoted))
    except (WrongFile, CannotStart) as error:
        wrong.append(str(error))
    return cast("Concern", concern.model_construct())


def known_variables() -> frozenset[str]:
    """The names of all variables that this version reads."""
    names = {name: in_file for concern in CONCERNS for name, in_file in concern.variables().items()}
    return frozenset([*names, *(f"{name}{SUFFIX}" for name, in_file in names.items() if in_file)])
