"""`compose.yaml` passes every setting to the containers, and every secret as a file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.settings import CONCERNS
from launcher.supervisor.make_secrets import ServerPasswords
from mockpay.settings import MockpaySettings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SETTINGS = {name: in_file for concern in CONCERNS for name, in_file in concern.variables().items()}
FIXED = {
    "SKYQUEUE_HOST": "the address on which the ports are published; inside, the image listens everywhere",
    "SKYQUEUE_PORT": "the published port; inside it is 8000",
    "SKYQUEUE_DATA_DIR": "a volume",
    "SKYQUEUE_WORKER_PROCESSES": "for `skyqueue up`; here `--scale worker=3` adds processes",
    "SKYQUEUE_WORKER_ALIVE_PATH": "set in the image, for the health check of this file",
    "SKYQUEUE_FAILPOINTS": "for tests only",
}
"""Settings that are not the operator's in containers, and why."""
OURS = {name: service for name, service in SERVICES.items() if "SKYQUEUE_JWT_SECRET_FILE" in service.get("environment", {})}
"""The services that read the product's settings, but for `secrets`."""


def environment(service: str) -> dict[str, Any]:
    found: dict[str, Any] = SERVICES[service]["environment"]
    return found


def test_the_services_of_the_product_are_known() -> None:
    assert set(OURS) - {"secrets"} == {"migrate", "worker", "sample", "api"}


@pytest.mark.parametrize("service", ["migrate", "worker", "sample", "api"])
def test_every_setting_reaches_the_product(service: str) -> None:
    passed = environment(service)
    plain = {name for name, in_file in SETTINGS.items() if not in_file} - set(FIXED)
    assert {name: passed.get(name, "forgotten") for name in plain} == dict.fromkeys(plain)  # no value here: the operator's
    in_files = {name for name, in_file in SETTINGS.items() if in_file} - {"SKYQUEUE_ADMIN_PASSWORD"}
    assert {name for name in in_files if "/secrets/" not in str(passed.get(f"{name}_FILE"))} == set()


def test_nothing_is_handed_on_that_is_no_setting() -> None:
    known = {*SETTINGS, *(f"{name}_FILE" for name, in_file in SETTINGS.items() if in_file)}
    for service in OURS:
        named = {name for name in environment(service) if name.startswith("SKYQUEUE_")}
        assert named <= known - set(FIXED), service


@pytest.mark.parametrize("service", ["worker", "api"])
def test_what_opentelemetry_reads_is_handed_on(service: str) -> None:
    documented = set(re.findall(r"`(OTEL_\w+)`", (ROOT / "docs" / "traces.md").read_text()))
    passed = {name: value for name, value in environment(service).items() if name.startswith("OTEL_")}
    assert documented
    assert passed == dict.fromkeys(documented)  # no value here: the operator's


def test_the_first_administrator_is_made_once_and_the_password_goes_nowhere_else() -> None:
    assert [name for name in OURS if environment(name).get("SKYQUEUE_ADMIN_PASSWORD_FILE")] == ["secrets", "migrate"]


def test_every_secret_can_be_named_and_be_in_a_file() -> None:
    given = environment("secrets")
    for name in (*(name for name, in_file in SETTINGS.items() if in_file), *ServerPasswords.variables()):
        short = name.removeprefix("SKYQUEUE_").lower()
        assert given.get(name, "forgotten") is None, name
        assert given[f"{name}_FILE"] == f"${{{name}_FILE:+/run/secrets/{short}}}"
        assert COMPOSE["secrets"][short]["file"].startswith(f"${{{name}_FILE:-")
        assert short in SERVICES["secrets"]["secrets"]


def test_every_setting_of_the_practice_provider_is_passed() -> None:
    wanted = {f"MOCKPAY_{name.upper()}" for name in MockpaySettings.model_fields} - {"MOCKPAY_SECRET"}  # it comes in a file
    assert set(environment("mockpay")) == wanted


def test_every_service_has_limited_logs_and_every_lasting_one_a_health_check() -> None:
    for name, service in SERVICES.items():
        assert {"max-size", "max-file"} <= set(service["logging"]["options"]), name
        assert ("healthcheck" in service) == (service["restart"] != "no"), name


def test_one_service_builds_the_image() -> None:
    """Several that build one image at the same time fail where the engine keeps images in containerd's store."""
    assert [name for name, service in SERVICES.items() if "build" in service] == ["secrets"]


def test_the_image_has_every_package() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied, let_in = (ROOT / "Containerfile").read_text().splitlines(), (ROOT / ".dockerignore").read_text().splitlines()
    assert [package for package in packages if f"COPY {package}/ {package}/" not in copied] == []
    assert [package for package in packages if f"!{package}" not in let_in] == []


def test_ports_are_open_on_this_machine_only_by_default() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(ports) == ["api"]
    assert {port["host_ip"] for port in ports["api"]} == {"${SKYQUEUE_HOST:-127.0.0.1}"}
    assert [port["published"] for port in ports["api"]] == ["${SKYQUEUE_PORT:-8000}", "${SKYQUEUE_APP_PORT:-3000}"]
