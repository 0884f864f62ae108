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
    """The SQLite file that holds every charge, refund and event."""
    callback_url: str | None = None
    """Where the merchant hears of outcomes; unset, it has to ask."""
    secret: SecretStr = SecretStr("")
    """Signs the callbacks; shared with the merchant."""
    secret_file: Path | None = None
    """The file that holds it instead."""
    latency_ms: int = Field(default=0, ge=0, le=60_000)
    """How long every charge takes, beside what its token asks for."""
    failure_rate: float = Field(default=0.0, ge=0.0, le=1.0)
    """The share of charges and refunds answered with 500: half of them before, half after the money moved."""
    failure_seed: int = 1
    slow_seconds: float = Field(default=3.0, ge=0)
    """What `tok_slow` takes."""
    late_seconds: float = Field(default=12.0, ge=0)
    """When `tok_timeout_then_ok` is answered: later than the merchant waits."""
    hang_seconds: float = Field(default=30.0, ge=0)
    """What `tok_hang` takes."""

    @model_validator(mode="after")
    def _the_secret_is_in_one_place(self) -> Self:
        if self.secret_file is not None and self.secret.get_secret_value():
            raise ValueError("MOCKPAY_SECRET and MOCKPAY_SECRET_FILE are both set")
        return self

    def read_secret(self) -> str:
        """Raises `OSError` when the file cannot be read."""
        if self.secret_file is None:
            return self.secret.get_secret_value()
        return self.secret_file.read_text(encoding="utf-8").rstrip("\r\n")
