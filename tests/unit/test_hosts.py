"""Host names that the API accepts."""

from __future__ import annotations

import socket

import pytest

from api.http import hosts


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b"localhost", "localhost"),
        (b"LocalHost:8000", "localhost"),
        (b"skyqueue.example.", "skyqueue.example"),
        (b"[::1]:8000", "[::1]"),
        (b"", None),
        (b"user@localhost", None),
        (b"localhost:70000", None),
        (b"localhost:80a", None),
        (b"a b", None),
        (b"evil.example/", None),
    ],
)
def test_a_host_header_names_a_host_or_nothing(value: bytes, name: str | None) -> None:
    assert hosts.read_host(value) == name


@pytest.mark.parametrize(
    "name", ["localhost", "api", "127.0.0.1", "10.1.2.3", "[::1]", "app.localhost", socket.gethostname().lower()]
)
def test_host_names_that_no_attacker_can_own_are_always_accepted(name: str) -> None:
    assert hosts.allowed("")(name)


@pytest.mark.parametrize(
    "name", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "notlocalhost.com", "1.2.3"]
)
def test_a_host_name_that_is_not_allowed_is_refused(name: str) -> None:
    assert not hosts.allowed("")(name)
    assert not hosts.allowed("skyqueue.example, .airline.example")(name)
    assert hosts.allowed("*")(name)  # the control


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("skyqueue.example", True),
        ("www.skyqueue.example", False),
        ("book.airline.example", True),
        ("a.b.airline.example", True),
        ("airline.example", False),
        ("evilairline.example", False),
    ],
)
def test_names_are_listed_one_by_one_or_with_all_below_them(name: str, is_ours: bool) -> None:
    assert hosts.allowed("SkyQueue.example , .airline.example")(name) is is_ours
