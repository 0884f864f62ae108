"""Values of settings, as people and programs write them."""

from __future__ import annotations

import os

import pytest

from core.settings import Settings, WrongSettings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("SKYQUEUE")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("written", ["", " ", "\t\r\n"])
def test_a_blank_value_is_the_default(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    for name in ("HOLD_MINUTES", "PORT", "HOST", "DATA_DIR", "REDIS_URL", "JWT_SECRET", "RATE_LIMITS", "CANCEL_FEE_PERCENT"):
        monkeypatch.setenv(f"SKYQUEUE_{name}", written)
    settings = Settings()
    assert (settings.booking.hold_minutes, settings.http.port, settings.http.host) == (15, 8000, "127.0.0.1")
    assert (str(settings.servers.data_dir), settings.servers.redis_url, settings.accounts.jwt_secret) == (".skyqueue", None, None)
    assert settings.http.rate_limits == "on"
    assert settings.fares.cancel_fee_percent == 25


@pytest.mark.parametrize(
    ("written", "minutes"), [(" 20 ", 20), ("20\r", 20), ("1_000", 1000), ("020", 20), ("+20", 20), ("20.0", 20)]
)
def test_a_number_may_be_written_in_any_clear_way(monkeypatch: pytest.MonkeyPatch, written: str, minutes: int) -> None:
    monkeypatch.setenv("SKYQUEUE_HOLD_MINUTES", written)
    assert Settings().booking.hold_minutes == minutes


@pytest.mark.parametrize(
    ("name", "written", "message"),
    [
        *(
            ("HOLD_MINUTES", written, f"SKYQUEUE_HOLD_MINUTES must be a whole number, and it is {written!r}.")
            for written in ("15 min", "15m", "0x10", "1,000", "1e3", "15.5", "fifteen", "True")
        ),
        ("HOLD_MINUTES", '"15"', "SKYQUEUE_HOLD_MINUTES is in quotes, which belong to the value here. Write it without them."),
        ("HOLD_MINUTES", "٣٠", r"SKYQUEUE_HOLD_MINUTES must be a whole number, and it is '\u0663\u0660'."),
        ("HOLD_MINUTES", "-1", "SKYQUEUE_HOLD_MINUTES must be at least 1, and it is '-1'."),
        ("PAYMENTS_TIMEOUT_SECONDS", "10s", "SKYQUEUE_PAYMENTS_TIMEOUT_SECONDS must be a number, and it is '10s'."),
        ("PAYMENTS_TIMEOUT_SECONDS", "nan", "SKYQUEUE_PAYMENTS_TIMEOUT_SECONDS must be at most 10, and it is 'nan'."),
        ("CANCEL_FEE_PERCENT", "25%", "SKYQUEUE_CANCEL_FEE_PERCENT must be a number, and it is '25%'."),
        ("ACCESS_TOKEN_MINUTES", "hidden", "SKYQUEUE_ACCESS_TOKEN_MINUTES must be a whole number."),
        ("RATE_LIMITS", "yes", "SKYQUEUE_RATE_LIMITS must be 'on' or 'off', and it is 'yes'."),
        ("RATE_LIMITS", "'off'", "SKYQUEUE_RATE_LIMITS is in quotes, which belong to the value here. Write it without them."),
        (
            "REDIS_URL",
            '"redis://:hidden@h"',
            "SKYQUEUE_REDIS_URL is in quotes, which belong to the value here. Write it without them.",
        ),
        (
            "ADMIN_PASSWORD",
            "'hidden one'",
            "SKYQUEUE_ADMIN_PASSWORD is in quotes, which belong to the value here. Write it without them.",
        ),
        (
            "ADMIN_PASSWORD",
            "hidden\r",
            "SKYQUEUE_ADMIN_PASSWORD has a character that cannot be seen, a line break for example. Write it without.",
        ),
        (
            "DATA_DIR",
            " /data",
            "SKYQUEUE_DATA_DIR begins or ends with a space, which belongs to the path here. Write it without.",
        ),
        ("PAYMENTS_TIMEOUT_SECONDS", "0", "SKYQUEUE_PAYMENTS_TIMEOUT_SECONDS must be more than 0, and it is '0'."),
        ("PAYMENTS_URL", "pay.example/hidden", "SKYQUEUE_PAYMENTS_URL must be an address that begins with http:// or https://."),
        ("ALLOWED_HOSTS", "a.example;b.example", "SKYQUEUE_ALLOWED_HOSTS must be names of hosts, separated by commas."),
        ("ADMIN_PASSWORD", "p" * 129, "SKYQUEUE_ADMIN_PASSWORD must be at most 128 characters long."),
        ("DATA_DIR", '"/data"', "SKYQUEUE_DATA_DIR is in quotes, which belong to the value here. Write it without them."),
    ],
)
def test_an_unclear_value_is_an_error_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, written: str, message: str) -> None:
    monkeypatch.setenv(f"SKYQUEUE_{name}", written)
    with pytest.raises(WrongSettings) as refused:
        Settings()
    assert refused.value.lines == (message,)
    assert "hidden" not in message


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://key:hidden@bucket", "It must begin with s3://. Its form is"),
        ("s3://", "It names no bucket. Its form is"),
        ("s3:///prefix", "Missing bucket name in S3 URI. Its form is"),
        ("s3://key:hid den@bucket/prefix", "Its form is"),
        ("s3://key:hidden@bucket?regoin=x", "Unexpected query parameter in S3 URI: 'regoin'. Its form is"),
        ("s3://key:hidden@bucket?scheme=ftp", "Invalid S3 connection scheme 'ftp'. Its form is"),
    ],
)
def test_an_invalid_bucket_address_is_reported_without_its_secret(
    monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    monkeypatch.setenv("SKYQUEUE_STORAGE_URL", url)
    with pytest.raises(WrongSettings) as refused:
        Settings()
    (line,) = refused.value.lines
    assert line.startswith(
        f"SKYQUEUE_STORAGE_URL is not the address of a bucket. {message} s3://key:secret@bucket/prefix?region="
    )
    assert "hid" not in line


@pytest.mark.parametrize(
    "url", ["s3://bucket", "s3://key:a%2Fb@bucket/prefix?region=x&scheme=http&endpoint_override=storage.example:9000"]
)
def test_a_bucket_that_may_be_away_is_one(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SKYQUEUE_STORAGE_URL", url)
    assert Settings().servers.storage_url is not None


def test_spaces_around_an_address_do_not_count_and_those_of_a_secret_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", " redis://cache.example:6379/0 ")
    monkeypatch.setenv("SKYQUEUE_ADMIN_PASSWORD", " a long password ")
    settings = Settings()
    assert settings.servers.redis_url == "redis://cache.example:6379/0"
    assert settings.accounts.admin_password is not None
    assert settings.accounts.admin_password.get_secret_value() == " a long password "
