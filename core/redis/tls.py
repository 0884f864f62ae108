"""Detect that an address has TLS but its server does not, or the reverse. The driver only reports that the server does not answer, or
closes the connection.
"""

from __future__ import annotations

import socket
import ssl
from typing import Final

from core.redis import refusals
from core.redis.address import Address
from core.redis.refusals import UnusableRedis

SECONDS: Final = 1.0


def mismatch(address: Address) -> UnusableRedis | None:
    """The reason not to use the server. None: the two agree."""
    place = address.host_and_port
    if place is None:
        return None
    if address.uses_tls and _answers_in_plain(place):
        return UnusableRedis(refusals.NO_TLS, where=address.place)
    if not address.uses_tls and _speaks_tls(place):
        return UnusableRedis(refusals.TLS, where=address.place)
    return None


def _answers_in_plain(place: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(place, SECONDS) as plain:
            plain.sendall(b"PING\r\n")
            return plain.recv(1) in (b"+", b"-")
    except OSError:
        return False


def _speaks_tls(place: tuple[str, int]) -> bool:
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE  # no data is sent here, so the certificate is not checked
    try:
        with socket.create_connection(place, SECONDS) as plain, anybody.wrap_socket(plain, server_hostname=place[0]):
            return True
    except OSError:
        return False
