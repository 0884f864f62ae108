"""Which IP addresses a webhook may be sent to: public addresses of the internet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_NAT64: Final = IPv6Network("64:ff9b::/96")
_ASSIGNED: Final = IPv6Network("2000::/3")
"""All public IPv6 addresses that have been assigned. Addresses outside of it contain an IPv4 address, are local, or are not assigned yet.
"""
_SPECIAL: Final = (IPv4Network("192.0.0.0/24"), IPv6Network("3fff::/20"))
"""Reserved for protocols and for documentation. Not every release of Python lists them as not public."""


def is_public(text: str) -> bool:
    """Whether this IP address is public. An IPv4 address that is written inside an IPv6 address is checked as an IPv4 address."""
    address = ip_address(text.partition("%")[0])
    inner = _inner(address) if isinstance(address, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    if isinstance(address, IPv6Address) and address not in _ASSIGNED:
        return False
    return address.is_global and not address.is_multicast and not any(address in each for each in _SPECIAL)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv6 address; None if there is none."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or (address.teredo[1] if address.teredo else None)
