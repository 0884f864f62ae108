"""Headers of every response, and of every personal response."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.api import PASSWORD, RunningApi, register


def test_nothing_on_the_way_keeps_what_is_personal(client: httpx.Client, admin: httpx.Client) -> None:
    user = register(client)
    own = [
        client.get("/api/v1/bookings", headers=user.headers),
        client.get("/api/v1/auth/me", headers=user.headers),
        client.get("/api/v1/auth/me"),
        client.post("/api/v1/auth/token", data={"username": user.username, "password": PASSWORD}),
        client.post("/api/v1/auth/logout"),
        admin.get("/admin/flights"),
        admin.get("/admin/flights/export.csv"),
        client.get("/admin/flights"),
    ]
    assert [response.headers.get_list("cache-control") for response in own] == [["no-store"]] * len(own)


def test_what_is_for_everybody_may_be_kept(client: httpx.Client) -> None:
    assert "no-store" not in client.get("/api/v1/airports").headers.get("cache-control", "")


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [
        ("1.1", ["localhost"], 200),
        ("1.1", [], 400),
        ("1.1", ["localhost", "localhost"], 400),
        ("1.1", ["localhost", "elsewhere.example"], 400),
        ("1.1", [""], 400),
        ("1.1", ["user@localhost"], 400),
        ("1.1", ["stranger.example"], 421),
        ("1.1", ["127.0.0.1.stranger.example:8000"], 421),
        ("1.1", ["127.0.0.1:8000"], 200),
        ("1.0", [], 200),
        ("1.0", ["a", "b"], 400),
    ],
)
def test_a_request_names_one_host(api: RunningApi, version: str, hosts: list[str], status: int) -> None:
    assert ask(api, "/health/live", version, hosts) == status


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("http://localhost/health/live", "localhost", 200),
        ("http://localhost:8000/health/live", "stranger.example", 200),
        ("http://[::1]:8000/health/live", "localhost", 200),
        ("http://stranger.example/health/live", "localhost", 421),
        ("HTTPS://stranger.example:443/health/live", "localhost", 421),
        ("http:///health/live", "localhost", 400),
    ],
)
def test_the_host_in_the_target_counts_more_than_the_header(api: RunningApi, target: str, host: str, status: int) -> None:
    assert ask(api, target, "1.1", [host]) == status


def ask(api: RunningApi, target: str, version: str, hosts: list[str]) -> int:
    """The status of the answer to a request that is written by hand."""
    address = urlsplit(api.base_url)
    lines = [f"GET {target} HTTP/{version}", *(f"Host: {host}" for host in hosts), "Connection: close", "", ""]
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=30) as client:
        client.sendall("\r\n".join(lines).encode())
        return int(client.recv(65536).split(b" ")[1])


def test_an_unknown_host_name_gets_a_clear_refusal(client: httpx.Client) -> None:
    refused = client.get("/api/v1/airports", headers={"Host": "stranger.example"})
    assert refused.status_code == 421
    assert refused.json()["code"] == "wrong_host"
    assert "SKYQUEUE_ALLOWED_HOSTS" in refused.json()["detail"]


@pytest.mark.parametrize("path", ["/", "/schema", "/schema/swagger"])
def test_no_page_is_shown_in_a_frame_of_another_site(client: httpx.Client, path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
