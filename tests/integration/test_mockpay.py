"""The practice provider over HTTP: idempotent charges, a correct ledger, and failures only on request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.clock import now
from core.payments.signature import verify
from mockpay.__main__ import main
from mockpay.ledger import Charge, Ledger
from mockpay.settings import MockpaySettings
from tests.support.money import SECRET, PracticeProvider, ProviderFactory
from tests.support.waiting import until


def charge(provider: PracticeProvider, key: str, token: str = "tok_ok", amount: str = "100") -> httpx.Response:
    body = {"id": key, "amount": amount, "currency": "INR", "token": token}
    return httpx.post(f"{provider.base_url}/charges", json=body, timeout=10, verify=False)


def refund(provider: PracticeProvider, key: str, charge_id: str, amount: str) -> httpx.Response:
    body = {"id": key, "charge_id": charge_id, "amount": amount}
    return httpx.post(f"{provider.base_url}/refunds", json=body, timeout=10, verify=False)


def test_the_same_key_is_the_same_charge(provider: PracticeProvider) -> None:
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: charge(provider, "once"), range(16)))
    assert {response.json()["status"] for response in responses} == {"captured"}
    assert sorted({response.status_code for response in responses}) == [200, 201]
    assert provider.ledger()["captured"] == "100.00"
    assert charge(provider, "once", amount="101").status_code == 409


def test_refunds_never_exceed_the_charge(provider: PracticeProvider) -> None:
    charge(provider, "paid")
    charge(provider, "refused", "tok_declined")
    assert [refund(provider, key, "paid", "60").status_code for key in ("r1", "r1", "r2")] == [201, 201, 422]
    assert refund(provider, "r3", "paid", "40.00").status_code == 201
    assert refund(provider, "r4", "refused", "1").status_code == 422
    assert refund(provider, "r5", "nothing", "1").status_code == 422
    ledger = provider.ledger()
    assert (ledger["captured"], ledger["refunded"]) == ("100.00", "100.00")


@pytest.mark.parametrize("path", ["charges", "refunds"])
def test_a_body_that_cannot_be_decoded_is_refused(provider: PracticeProvider, path: str) -> None:
    deep = b"[" * 5_000
    bodies = (b"{", b'{"id": "\xff"}', b'{"note": ' + deep, deep, b'{"a": ' * 2_000 + b"1" + b"}" * 2_000)
    responses = [
        httpx.post(f"{provider.base_url}/{path}", content=body, headers={"content-type": "application/json"}, verify=False)
        for body in bodies
    ]
    assert {response.status_code for response in responses} == {400}


def test_a_charge_that_a_restart_cut_off_never_happened(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for key, status in (("cut", "processing"), ("kept", "captured")):
        ledger.open(Charge(key, 100, "INR", "tok_slow", status, None), copies=1)
    ledger.close()
    again = Ledger(tmp_path / "ledger.sqlite")
    assert [each.id for each in again.list_charges()] == ["kept"]
    again.close()


def test_misfortune_follows_its_seed(start_provider: ProviderFactory) -> None:
    def outcomes(seed: int) -> list[int]:
        provider = start_provider(failure_rate=0.5, failure_seed=seed)
        return [charge(provider, f"c{n}").status_code for n in range(20)]

    assert outcomes(1) == outcomes(1) != outcomes(2)


def test_misfortune_strikes_before_and_after_the_money_moved(start_provider: ProviderFactory) -> None:
    provider = start_provider(failure_rate=0.6, failure_seed=5)
    failed = [f"c{n}" for n in range(40) if charge(provider, f"c{n}").status_code == 500]
    known = {each["id"] for each in provider.charges()}
    assert {key in known for key in failed} == {True, False}


class Merchant(BaseHTTPRequestHandler):
    """Refuses the first deliveries, and keeps all of them."""

    deaf = 2
    received: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        type(self).received.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(500 if len(type(self).received) <= self.deaf else 200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def merchant() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    received: list[tuple[dict[str, str], bytes]] = []
    handler = type("Merchant", (Merchant,), {"received": received})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/callback", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_event_is_signed_and_repeated_until_it_is_accepted(
    start_provider: ProviderFactory, merchant: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    url, received = merchant
    charge(start_provider(callback_url=url), "c1")
    until(lambda: len(received) == 3)
    assert len({body for _, body in received}) == 1
    for headers, body in received:
        verify(SECRET, headers["x-payment-timestamp"], headers["x-payment-signature"], body, now())


def test_the_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    assert MockpaySettings(secret_file=tmp_path / "secret").read_secret() == SECRET


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"MOCKPAY_SECRET_FILE": "/none/such"}, "mockpay: MOCKPAY_SECRET_FILE: /none/such: No such file or directory"),
        (
            {"MOCKPAY_SECRET": "hidden", "MOCKPAY_SECRET_FILE": "/none/such"},
            "mockpay: Value error, MOCKPAY_SECRET and MOCKPAY_SECRET_FILE are both set",
        ),
        ({"MOCKPAY_PORT": "many"}, "mockpay: port: Input should be a valid integer, unable to parse string as an integer"),
    ],
)
def test_a_wrong_setting_is_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], message: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["mockpay"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == message
