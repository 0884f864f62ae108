"""Accounts over HTTP, on the real application."""

from __future__ import annotations

import httpx
import jwt
import pytest

from tests.support.api import PASSWORD, ApiFactory, RunningApi, register, sign_in

REGISTER = "/api/v1/auth/register"
TOKEN = "/api/v1/auth/token"
REFRESH = "/api/v1/auth/refresh"
ME = "/api/v1/auth/me"


def test_a_traveller_registers_signs_in_and_is_known(client: httpx.Client) -> None:
    answer = client.post(REGISTER, json={"username": "Asha.K", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json()["username"] == "asha.k"
    assert answer.json()["role"] == "traveller"

    signed_in = client.post(TOKEN, data={"username": "ASHA.k", "password": PASSWORD, "grant_type": "password", "scope": ""})
    assert signed_in.status_code == 200
    body = signed_in.json()
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 900

    me = client.get(ME, headers={"Authorization": f"Bearer {body['access_token']}"})
    assert me.json() == answer.json()
