"""`skyqueue set-password` and `skyqueue set-role`, for an operator at a terminal or in a script."""

from __future__ import annotations

import io

import httpx
import pytest

from core.db import Database
from core.users.models import Role
from launcher import cli
from tests.support.api import PASSWORD, RunningApi, problem, register, sign_in
from tests.support.commands import refusal

REFRESH = "/api/v1/auth/refresh"


@pytest.fixture(autouse=True)
def servers(monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str) -> None:
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", database_url)
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", redis_url)


def run(*arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 0


def given(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))


def test_an_operator_sets_a_new_password(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    register(client, "asha")
    given(monkeypatch, "from the operator\n")
    run("set-password", "ASHA")
    assert capsys.readouterr().out == "ASHA has this password from now on, and has to sign in again everywhere.\n"
    problem(client.post(REFRESH), 401, "unauthenticated")
    problem(client.post("/api/v1/auth/token", data={"username": "asha", "password": PASSWORD}), 401, "invalid_credentials")
    assert sign_in(client, "asha", "from the operator").username == "asha"


@pytest.mark.parametrize(
    ("arguments", "typed", "message"),
    [
        (["set-password", "nobody"], "a password\n", "No account has the name nobody."),
        (["set-password", "nobody"], "", "No password for nobody."),
        (["set-password", "nobody"], "x" * 129, "A password has at most 128 characters"),
        (["set-role", "nobody", "agent"], "", "No account has the name nobody."),
    ],
)
def test_an_impossible_change_has_an_error_message(
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    typed: str,
    message: str,
) -> None:
    given(monkeypatch, typed)
    assert message in refusal(capsys, *arguments)


def test_a_role_counts_from_the_next_sign_in_on(api: RunningApi, client: httpx.Client) -> None:
    register(client, "asha")
    run("set-role", "asha", "agent")
    problem(client.post(REFRESH), 401, "unauthenticated")
    user = sign_in(client, "asha")
    me = client.get("/api/v1/auth/me", headers=user.headers).json()
    assert me["role"] == Role.AGENT
