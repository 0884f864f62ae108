"""A whole installation in a file, and from the file into another folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support import servers
from tests.support.product import Product

ACCOUNT = {"username": "asha", "password": "a long enough password"}


@pytest.fixture
def folder() -> Iterator[Path]:
    with servers.server_folder() as folder:
        yield folder


def sign_in(product: Product) -> int:
    with product.client() as client:
        return client.post("/api/v1/auth/token", data=ACCOUNT).status_code


def test_an_installation_moves_to_another_folder(folder: Path) -> None:
    product, file, early = Product(folder / "first"), folder / "backup", folder / "early"
    try:
        product.start("--no-sample")
        made = product.run("backup", str(early))
        assert made.stderr.endswith(f" tables are in the backup {early}.\n")
        with product.client() as client:
            assert client.post("/api/v1/auth/register", json=ACCOUNT).status_code == httpx.codes.CREATED
        refused = product.run("restore", str(early))
        assert "already running" in refused.stderr
        product.end()
    finally:
        product.kill()
    made = product.run("backup", str(file))  # and while nothing runs
    assert made.returncode == 0, made.stderr

    other = Product(folder / "other")
    restored = other.run("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert " are restored, as they were on " in restored.stdout
    assert "not empty" in other.run("restore", str(file)).stderr
    try:
        other.start("--no-sample")
        assert sign_in(other) == httpx.codes.OK
        assert other.run("audit").stdout == "Every invariant holds.\n"
        other.end()
    finally:
        other.kill()
