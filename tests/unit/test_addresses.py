"""Which client addresses are counted together by rate limits."""

from __future__ import annotations

import pytest

from api.limits.addresses import NO_ADDRESS, THIS_MACHINE, counted_as


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", THIS_MACHINE),
        ("127.9.9.9", THIS_MACHINE),
        ("::1", THIS_MACHINE),
        ("::ffff:127.0.0.1", THIS_MACHINE),
        ("unknown", NO_ADDRESS),
        ("_hidden", NO_ADDRESS),
        ("localhost", NO_ADDRESS),
        ("192.0.2", NO_ADDRESS),
        ("1.2.3.4, 127.0.0.1", NO_ADDRESS),
        ("", NO_ADDRESS),
    ],
)
def test_an_address_is_counted_as(address: str, counted: str) -> None:
    assert counted_as(address) == counted
