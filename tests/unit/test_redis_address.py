"""Addresses of Redis that are accepted, and the errors for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.redis.address import parse
from core.redis.refusals import UnusableRedis


@pytest.mark.parametrize(
    ("text", "url", "place", "user", "database"),
    [
        ("redis://cache.example:6380/3", "redis://cache.example:6380/3", "cache.example:6380", "default", 3),
        ("redis://cache.example", "redis://cache.example", "cache.example", "default", 0),
        ("redis://", "redis://", "localhost:6379", "default", 0),
        ("redis://cache.example/?db=2", "redis://cache.example/?db=2", "cache.example", "default", 2),
        ("REDIS://cache.example", "redis://cache.example", "cache.example", "default", 0),
        ("valkey://me:p%40ss@cache.example/0", "redis://me:p%40ss@cache.example/0", "cache.example", "me", 0),
        ("valkeys://cache.example", "rediss://cache.example", "cache.example", "default", 0),
        ("rediss://[::1]:6379", "rediss://[::1]:6379", "[::1]:6379", "default", 0),
        ("rediss://h?ssl_cert_reqs=none", "rediss://h?ssl_cert_reqs=none", "h", "default", 0),
        ("unix:///run/redis%20one.sock?db=1", "unix:///run/redis%20one.sock?db=1", "/run/redis one.sock", "default", 1),
        ("unix://:secret@/run/r.sock", "unix://:secret@/run/r.sock", "/run/r.sock", "default", 0),
    ],
)
def test_an_address_is_understood(text: str, url: str, place: str, user: str, database: int) -> None:
    address = parse(text)
    assert (address.url, address.place, address.user, address.database) == (url, place, user, database)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hidden", "is not the address of a Redis server. Its form is redis://"),
        ("http://hidden@host", "is not the address of a Redis server"),
        ("redis:host:6379", "is not the address of a Redis server"),
        ("redis://host:hidden", "is not the address of a Redis server"),
        ("redis://host:0", "is not the address of a Redis server"),
        ("redis://:hid@den@host", "is not the address of a Redis server"),
        ("redis://:hid#den@host", "is not the address of a Redis server"),
        ("redis://:hid/den@host/0", "is not the address of a Redis server"),
        ("redis://:hid den@host/0", "is not the address of a Redis server"),
        ("redis://:hidden@host/0\n", "is not the address of a Redis server"),
        ("redis://:hidden@one:6379,two:6379/0", "names several hosts. Name one primary server"),
        ("redis://:hidden@one,two/0", "names several hosts"),
        (
            "redis+sentinel://:hidden@one:26379/primary",
            "names a Redis Sentinel, which Skyqueue does not support. Name one primary server",
        ),
        ("rediss+cluster://:hidden@one:6379", "names a Redis Cluster"),
        ("redis://:hidden@host/zero", "names no database"),
        ("redis://:hidden@host/1/2", "names no database"),
        ("redis://:hidden@host/1?db=2", "names no database"),
        ("redis://:hidden@host?db=-1", "names no database"),
        ("unix://run/redis.sock", "names no socket"),
        (
            "redis://:hidden@host?socket_timeout=600",
            "has the parameter socket_timeout, which Skyqueue does not take. It takes db",
        ),
        ("redis://:hidden@host?decode_responses=true", "has the parameter decode_responses"),
        ("redis://:hidden@host?ssl_ca_certs=/etc/ca.pem", "has the parameter ssl_ca_certs, which is for TLS. Write rediss://"),
        ("rediss://:hidden@host?ssl_ca_certs=/no/such.pem", "names a file in ssl_ca_certs that cannot be read: /no/such.pem"),
        ("rediss://:hidden@host?ssl_cert_reqs=CERT_NONE", "has a value of ssl_cert_reqs that it cannot have"),
        ("redis://:hidden@host?db=", "has the parameter db without a value"),
        ("redis://:hidden@host?db=1&db=2", "has the parameter db without a value, or twice"),
    ],
)
def test_what_the_driver_would_misread_is_refused(text: str, message: str) -> None:
    with pytest.raises(UnusableRedis) as refused:
        parse(text)
    assert str(refused.value).startswith(f"SKYQUEUE_REDIS_URL {message}")
    assert "hid" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_files_of_tls_are_looked_for(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("")
    assert parse(f"rediss://host?ssl_ca_certs={authority}").uses_tls
