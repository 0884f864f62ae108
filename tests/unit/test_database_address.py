"""How `SKYQUEUE_DATABASE_URL` is parsed."""

from __future__ import annotations

import pytest
from psycopg.conninfo import conninfo_to_dict

from core.db import UnusableDatabase, address


@pytest.mark.parametrize(
    ("database_url", "parts"),
    [
        (
            "postgresql://u:p%20a%40%2F%25%C3%A9@h:5/d%20b",
            {"user": "u", "password": "p a@/%é", "host": "h", "port": "5", "dbname": "d b"},
        ),
        ("postgresql://u:a?b=c@h/d", {"password": "a?b=c", "dbname": "d"}),
        ("postgres://u%20v@h/d", {"user": "u v", "host": "h", "dbname": "d"}),
        ("postgresql+psycopg://h/d", {"host": "h", "dbname": "d"}),
        ("postgresql:///d?host=/tmp/a%20b&port=9", {"host": "/tmp/a b", "port": "9", "dbname": "d"}),
        ("postgresql://%2Ftmp%2Fa%20b/d", {"host": "/tmp/a b", "dbname": "d"}),
        ("postgresql://[::1]:5/d", {"host": "::1", "port": "5"}),
        ("postgresql://a:1,b:2/d", {"host": "a,b", "port": "1,2"}),
        ("postgresql://h/d?options=-csearch_path%3Dx", {"options": "-csearch_path=x"}),
        ("postgresql://h/d?sslmode=verify-full&connect_timeout=9", {"sslmode": "verify-full", "connect_timeout": "9"}),
        (
            "postgresql://h/d?client_encoding=latin1&target_session_attrs=any",
            {"client_encoding": "UTF8", "target_session_attrs": "read-write"},
        ),
        (
            "postgresql://h/d?application_name=mine",
            {"application_name": "test", "connect_timeout": "2", "tcp_user_timeout": "10000"},
        ),
    ],
)
def test_an_address_means_what_libpq_says(database_url: str, parts: dict[str, str]) -> None:
    read = conninfo_to_dict(address.conninfo(database_url, application="test"))
    assert read.items() >= parts.items()


@pytest.mark.parametrize(
    ("database_url", "shown"),
    [
        ("postgresql://u:hidden@h:5/d", "h:5"),
        ("postgresql://u:hidden@h/d", "h"),
        ("postgresql://u:hidden@a:1,b:2/d", "a:1, b:2"),
        ("postgresql:///d?host=/tmp/a%20b&port=9&password=hidden", "/tmp/a b:9"),
        ("postgresql:///d", "the given address"),
    ],
)
def test_an_address_is_shown_without_its_secrets(database_url: str, shown: str) -> None:
    assert address.shown(database_url) == shown


@pytest.mark.parametrize(
    ("database_url", "message"),
    [
        ("hidden", "is not the address"),
        ("mysql://u:hidden@h/d", "is not the address"),
        ("postgresql://u:hid@den@h/d", "is not the address"),
        ("postgresql://u:hidden%zz@h/d", "is not the address"),
        ("postgresql://u:hidden@h:five/d", "is not the address"),
        ("postgresql://h/d?schema=hidden", "has the parameter schema, which Postgres does not know. Remove it."),
        ("postgresql://u:hidden@h/d?pgbouncer=true", "has the parameter pgbouncer, which Postgres does not know. Remove it."),
        ("postgresql://u:hidden@h/d?replication=database", "has replication=database, but"),
        ("postgresql://u:hidden@h/d?target_session_attrs=standby", "has target_session_attrs=standby, but"),
        ("postgresql://u:hidden@h/d?target_session_attrs=prefer-standby", "has target_session_attrs=prefer-standby, but"),
    ],
)
def test_what_is_no_address_is_refused_and_not_quoted(database_url: str, message: str) -> None:
    with pytest.raises(UnusableDatabase) as refused:
        address.require_valid(database_url)
    assert f"SKYQUEUE_DATABASE_URL {message}" in str(refused.value)
    assert "hidden" not in str(refused.value)
