"""The real application on a real server, in a thread of the test process, and travellers who use it."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from litestar import Litestar

from api.app import create_app
from api.connections.connection import Connection
from api.serve import GRACE_SECONDS, KEEP_ALIVE_SECONDS, Server
from api.services import Services, services_of
from core.settings import Settings
from core.users import service
from core.users.models import Role
from tests.support.signed_in_user import SignedInUser
from tests.support.waiting import until

PASSWORD = "a long walk in the rain"


@dataclass(frozen=True)
class RunningApi:
    """`services` are the application's own: they live on the server's event loop, in its thread."""

    base_url: str
    app: Litestar
    server: uvicorn.Server

    @property
    def services(self) -> Services:
        return services_of(self.app)

    def client(self, headers: dict[str, str] | None = None) -> httpx.Client:
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=30)

    def admit(self, role: Role = Role.TRAVELLER) -> SignedInUser:
        """A new account with a token of this application, and without a password."""
        with self.services.db.unit_of_work() as session:
            principal = service.register(session, f"{role}-{secrets.token_hex(6)}", "-", role)
        return SignedInUser(
            principal.user_id, principal.username, {"Authorization": f"Bearer {self.services.tokens.issue(principal)}"}
        )


@contextmanager
def running(app: Litestar, serve: Callable[[uvicorn.Config, Litestar], uvicorn.Server] = Server) -> Iterator[RunningApi]:
    """Serve `app` on a free loopback port, as in production: uvloop, httptools, no access log."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=Connection,
        ws="none",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = serve(config, app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True, name="api-under-test")
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        assert server.started, "the application did not start"
        yield RunningApi(f"http://127.0.0.1:{listener.getsockname()[1]}", app, server)
    finally:
        server.should_exit = True
        thread.join(timeout=15)
        listener.close()
        assert not thread.is_alive(), "the application did not stop"


def sign_in(client: httpx.Client, username: str, password: str = PASSWORD) -> SignedInUser:
    response = client.post("/api/v1/auth/token", data={"username": username, "password": password})
    assert response.status_code == 200, response.text
    headers = {"Authorization": f"Bearer {response.json()['access_token']}"}
    me = client.get("/api/v1/auth/me", headers=headers).json()
    return SignedInUser(UUID(me["id"]), me["username"], headers)


def register(client: httpx.Client, username: str | None = None) -> SignedInUser:
    """A new traveller, registered and signed in over HTTP. `RunningApi.admit` is faster, because it hashes no password."""
    username = username or f"traveller-{secrets.token_hex(6)}"
    response = client.post("/api/v1/auth/register", json={"username": username, "password": PASSWORD})
    assert response.status_code == 201, response.text
    return sign_in(client, username)


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of an error, once it is seen to be this one."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["request_id"] == response.headers["x-request-id"]
    return body


@pytest.fixture(scope="session")
def ended_apps() -> list[Litestar]:
    """Applications that a test has ended and another may start again: to wire one takes longer than most tests."""
    return []


ApiFactory = Callable[..., RunningApi]


@pytest.fixture
def start_api(
    database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended_apps: list[Litestar]
) -> Iterator[ApiFactory]:
    """Call it with settings (`start_api(RATE_LIMITS="on")`) for a running application on the test's own database and Redis."""
    with ExitStack() as stack:

        def start(**settings: str) -> RunningApi:
            defaults = {
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "DATA_DIR": str(tmp_path),
                "JWT_SECRET": secrets.token_hex(32),
                "RATE_LIMITS": "off",
                "FLIGHT_SEATS_LIMIT": "1000000",
                "COOL_DOWN_MINUTES": "0",
            }
            with monkeypatch.context() as environment:
                for name, value in {**defaults, **settings}.items():
                    environment.setenv(f"SKYQUEUE_{name}", value)
                chosen = Settings()
            app = ended_apps.pop() if ended_apps else create_app(chosen)
            app.state.settings = chosen
            stack.callback(ended_apps.append, app)
            return stack.enter_context(running(app))

        yield start


@pytest.fixture
def api(start_api: ApiFactory) -> RunningApi:
    """The running application; rate limits are off."""
    return start_api()


@pytest.fixture
def client(api: RunningApi) -> Iterator[httpx.Client]:
    """A client without an account."""
    with api.client() as client:
        yield client


@pytest.fixture
def traveller(api: RunningApi) -> Iterator[httpx.Client]:
    """A signed-in traveller."""
    with api.client(api.admit().headers) as signed_in:
        yield signed_in


@pytest.fixture
def admin(api: RunningApi) -> Iterator[httpx.Client]:
    """A signed-in administrator."""
    with api.client(api.admit(Role.ADMIN).headers) as signed_in:
        yield signed_in
