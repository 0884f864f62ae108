"""Settings of the practice provider, from the environment (prefix `MOCKPAY_`)."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class MockpaySettings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="MOCKPAY_", frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8100, ge=0, le=65535)
    ledger: Path = Path("mockpay.sqlite")
    """The SQLite file with all charges, refunds and events."""
    callback_url: str | None = None
    """The address that gets callbacks with the outcomes of charges; None: no callbacks are sent."""
    secret: SecretStr = SecretStr("")
    """The secret that signs callbacks. The merchant has the same."""
    secret_file: Path | None = None
    """A file with the secret, instead of `secret`."""
    latency_ms: int = Field(default=0, ge=0, le=60_000)
    """How long every charge takes, in addition to the time of its token."""
    failure_rate: float = Field(default=0.0, ge=0.0, le=1.0)
    """The share of charges and refunds that are answered with 500: half of them before the money is moved, half after."""
    failure_seed: int = 1
    slow_seconds: float = Field(default=3.0, ge=0)
    """How long a charge with `tok_slow` takes."""
    late_seconds: float = Field(default=12.0, ge=0)
    """After what time a charge with `tok_timeout_then_ok` is answered: longer than the merchant waits."""
    hang_seconds: float = Field(default=30.0, ge=0)
    """How long a charge with `tok_hang` takes."""

    @model_validator(mode="after")
    def _the_secret_is_in_one_place(self) -> Self:
        if self.secret_file is not None and self.secret.get_secret_value():
            raise ValueError("MOCKPAY_SECRET and MOCKPAY_SECRET_FILE are both set")
        return self

    def read_secret(self) -> str:
        """The secret, from the setting or its file.

        Raises:
            OSError: the file cannot be read.
        """
        if self.secret_file is None:
            return self.secret.get_secret_value()
        return self.secret_file.read_text(encoding="utf-8").rstrip("\r\n")
