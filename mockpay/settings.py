"""Settings of the practice provider, from the environment (prefix `MOCKPAY_`)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MockpaySettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MOCKPAY_", frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8100, ge=0, le=65535)
    ledger: Path = Path("mockpay.sqlite")
    """The SQLite file that holds every charge, refund and event."""
    callback_url: str | None = None
    """Where the merchant hears of outcomes; unset, it has to ask."""
    secret: SecretStr = SecretStr("")
    """Signs the callbacks; shared with the merchant."""
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
