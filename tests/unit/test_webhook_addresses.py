"""Which addresses are public, and how a signature is computed."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from core.webhooks import signature
from core.webhooks.addresses import is_public
from core.webhooks.deliveries import DueDelivery
from workers.webhooks.addresses import AddressRefused, PinnedBackend
from workers.webhooks.caller import Caller

PRIVATE = [
    "127.0.0.1",
    "127.255.0.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "fec0::1",
    "3fff::1",
    "5f00::1",
    "192.0.0.8",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_reserved_and_local_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("name", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0", "①②⑦.0.0.1", "localhost", "fe80::1%lo"])
def test_another_spelling_of_a_private_address_is_refused(name: str) -> None:
    async def connect() -> None:
        await PinnedBackend(allows_private=False).connect_tcp(name, 9)

    with pytest.raises(AddressRefused):
        asyncio.run(connect())


def test_an_address_that_cannot_be_called_is_a_failed_attempt() -> None:
    """And no error of ours: it is counted, and the webhook is disabled in the end."""

    async def call() -> str | None:
        caller = Caller(allows_private=True)
        delivery = DueDelivery(uuid4(), uuid4(), uuid4(), "https://bücher.example/", [signature.new_secret()], "{}", 1)
        attempt = await caller.call(delivery)
        await caller.close()
        return attempt.error

    assert "TypeError" in (asyncio.run(call()) or "")


@pytest.mark.parametrize("share_threads", [False, True])
def test_host_names_that_cannot_be_resolved_delay_nothing_else(monkeypatch: pytest.MonkeyPatch, share_threads: bool) -> None:
    """Control: with threads that others need, too, these wait for the server of names."""
    answered = threading.Event()

    def look_up(*_: Any, **__: Any) -> list[Any]:
        answered.wait(60)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 9))]

    async def is_done_meanwhile() -> bool:
        threads = ThreadPoolExecutor(1)
        asyncio.get_running_loop().set_default_executor(threads)
        backend = PinnedBackend(allows_private=False, lookups=threads if share_threads else None)
        connecting = asyncio.create_task(backend.connect_tcp("slow.example", 443))
        await asyncio.sleep(0)  # it has taken its thread
        other = asyncio.create_task(asyncio.to_thread(lambda: None))
        await asyncio.wait([other], timeout=0.2 if share_threads else 60)
        is_done = other.done()
        answered.set()
        with pytest.raises(AddressRefused):
            await connecting
        backend.close()
        return is_done

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert asyncio.run(is_done_meanwhile()) is not share_threads


def test_the_example_of_the_page_reads_a_call_and_refuses_another() -> None:
    page = (Path(__file__).parents[2] / "docs" / "integrations.md").read_text()
    (example,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    secret, body = signature.new_secret(), b'{"type":"webhook.ping"}'
    signed_headers = signature.headers([secret], "msg_1", int(time.time()), body)
    assert names["read"](secret, signed_headers, body) == {"type": "webhook.ping"}
    assert names["read"](secret, signed_headers, body + b" ") is None


def test_either_secret_verifies_a_call_during_a_rotation_and_no_other() -> None:
    new, old = signature.new_secret(), signature.new_secret()
    body = b'{"type":"webhook.ping"}'
    signed_headers = signature.headers([new, old], "msg_1", int(time.time()), body)
    for secret in (new, old):
        assert Webhook(secret).verify(body, signed_headers) == {"type": "webhook.ping"}
    with pytest.raises(WebhookVerificationError):
        Webhook(signature.new_secret()).verify(body, signed_headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(body + b" ", signed_headers)
