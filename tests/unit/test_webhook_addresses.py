"""Which addresses count as public, and what a signature is made of."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from core.webhooks import signature
from core.webhooks.addresses import is_public

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
def test_what_is_nobodys_on_the_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_the_example_of_the_page_reads_a_call_and_refuses_another() -> None:
    page = (Path(__file__).parents[2] / "docs" / "integrations.md").read_text()
    (example,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    secret, body = signature.new_secret(), b'{"type":"webhook.ping"}'
    told = signature.headers([secret], "msg_1", int(time.time()), body)
    assert names["read"](secret, told, body) == {"type": "webhook.ping"}
    assert names["read"](secret, told, body + b" ") is None


def test_either_secret_verifies_a_call_during_a_rotation_and_no_other() -> None:
    new, old = signature.new_secret(), signature.new_secret()
    body = b'{"type":"webhook.ping"}'
    told = signature.headers([new, old], "msg_1", int(time.time()), body)
    for secret in (new, old):
        assert Webhook(secret).verify(body, told) == {"type": "webhook.ping"}
    with pytest.raises(WebhookVerificationError):
        Webhook(signature.new_secret()).verify(body, told)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(body + b" ", told)
