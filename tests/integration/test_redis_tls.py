"""A Redis with TLS: with its own certificate authority, with client certificates, and with TLS on one side only."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from core.redis.refusals import UnusableRedis
from core.redis.suitability import require
from tests.support import concurrent_clients
from tests.support.certificates import Authority
from tests.support.concurrent_clients import Attempt
from tests.support.installations import PipelineFactory
from tests.support.product import Product
from tests.support.redis_servers import REDIS, SAFE, RedisServer, StartRedis
from tests.support.waiting import until


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def server(start_redis: StartRedis, authority: Authority) -> RedisServer:
    """The system's Redis: the wheel's Valkey is built without TLS."""
    return start_tls(start_redis, authority)


def start_tls(start_redis: StartRedis, authority: Authority, *, host: str = "127.0.0.1", clients: str = "no") -> RedisServer:
    certificate, key = authority.issue(host)
    files = {"tls-cert-file": str(certificate), "tls-key-file": str(key), "tls-ca-cert-file": str(authority.certificate)}
    return start_redis(REDIS, **SAFE, **files, **{"tls-auth-clients": clients, "requirepass": "secret"})


def url(server: RedisServer, authority: Authority | None, **more: object) -> str:
    parameters = {**({"ssl_ca_certs": authority.certificate} if authority else {}), **more}
    return f"rediss://:secret@{server.place}/0?" + "&".join(f"{name}={value}" for name, value in parameters.items())


def refusal(redis_url: str) -> str:
    with pytest.raises(UnusableRedis) as refused:
        require(redis_url, may_be_away=True)
    assert "secret" not in str(refused.value)
    return str(refused.value)


def test_every_part_of_the_product_works_with_tls(
    server: RedisServer, authority: Authority, database_url: str, open_pipeline: PipelineFactory, tmp_path: Path
) -> None:
    redis_url = url(server, authority)
    pipeline = open_pipeline(database_url, redis_url)
    api, worker = pipeline.api(RATE_LIMITS="on"), pipeline.worker()
    until(lambda: worker.said("worker ready"), seconds=60)
    flight = pipeline.flight(9)
    (response,) = concurrent_clients.book(api.base_url, [Attempt(pipeline.account().headers, flight)], wait=20)
    assert response.status == httpx.codes.ACCEPTED
    with api.client() as client:
        assert not [each for each in client.get("/health/ready").json()["causes"] if each["code"].startswith("redis")]
    pipeline.assert_clean([response.booking_id])
    assert pipeline.endings([response.booking_id]) == {"CONFIRMED": 1}

    settings = {"SKYQUEUE_DATABASE_URL": database_url, "SKYQUEUE_REDIS_URL": redis_url}
    audited = Product(tmp_path / "data", environment=settings).run("audit")
    assert audited.stdout == "Every invariant holds.\n", audited


def test_a_server_of_an_unknown_authority_is_refused(server: RedisServer, authority: Authority, tmp_path: Path) -> None:
    message = f"Redis at {server.place} and Skyqueue do not agree on TLS: certificate verify failed"
    assert refusal(url(server, None)).startswith(message)
    assert refusal(url(server, Authority(tmp_path, "another"))).startswith(message)
    require(url(server, None, ssl_cert_reqs="none", ssl_check_hostname="false"), may_be_away=False)


def test_a_certificate_for_another_host_is_refused(start_redis: StartRedis, authority: Authority) -> None:
    server = start_tls(start_redis, authority, host="elsewhere.example")
    assert "do not agree on TLS: certificate verify failed" in refusal(url(server, authority))
    require(url(server, authority, ssl_check_hostname="false"), may_be_away=False)


def test_a_server_that_requires_our_certificate_gets_it(start_redis: StartRedis, authority: Authority) -> None:
    server = start_tls(start_redis, authority, clients="yes")
    assert "do not agree on TLS" in refusal(url(server, authority))
    certificate, key = authority.issue("skyqueue")
    require(url(server, authority, ssl_certfile=certificate, ssl_keyfile=key), may_be_away=False)


def test_an_address_without_tls_is_refused(server: RedisServer) -> None:
    assert refusal(f"redis://:secret@{server.place}/0") == (
        f"Redis at {server.place} uses TLS. Write rediss:// instead of redis:// in SKYQUEUE_REDIS_URL."
    )


def test_a_server_without_tls_is_refused(start_redis: StartRedis) -> None:
    server = start_redis()
    assert refusal(f"rediss://{server.place}/0") == (
        f"Redis at {server.place} does not use TLS. Write redis:// instead of rediss:// in SKYQUEUE_REDIS_URL."
    )
