"""What README and `docs` name exists: files, commands, settings, error codes, addresses. And every setting is explained."""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from api.app import create_app
from core.settings import CONCERNS, Settings, known_variables
from launcher import cli
from mockpay.app import create_app as create_mockpay
from mockpay.settings import MockpaySettings
from tests.architecture.source import PACKAGES, ROOT

PAGES: Final = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "loadtests" / "README.md", *(ROOT / "docs").rglob("*.md")]
)
NAMES: Final = [str(page.relative_to(ROOT)) for page in PAGES]
OURS: Final = (*PACKAGES, "frontend", "loadtests", "tests", "docs")
"""The folders of the checkout."""
NOT_SETTINGS: Final = {
    "SKYQUEUE_HOLD_MINUTE": "a misspelt name, as an example",
    "SKYQUEUE_SERVICE_HOST": "what Kubernetes sets",
    "SKYQUEUE_PORT_8000_TCP": "what Kubernetes sets",
    "SKYQUEUE_LOAD_PLAN": "what a load run sets for its processes",
}
BUILT: Final = frozenset({"frontend/dist"})
"""Folders that are built, and may not exist yet."""
INTERNAL: Final = {"SKYQUEUE_FAILPOINTS": "for tests only"}
"""Settings that no operator needs."""
NOT_IN_THE_CODE: Final = {
    "pg_dump": "a program of Postgres",
    "pool_pre_ping": "what SQLAlchemy offers, and is not used",
    "unknown_parameter": "made of two words, in `api/http/understanding.py`",
}
"""Words with an underscore that the pages write as code, and that are not in our sources."""
ENDINGS: Final = ("*.py", "*.lua", "*.ts", "*.tsx", "*.mako")

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]+)?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_PATH = re.compile(rf"(?<![\w./-])(?:{'|'.join(OURS)})/[\w./-]*")
_METHOD = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[^\s`?\[]*)")
_ADDRESS = re.compile(r"\$BASE\"?(/[^\s\"?]*)")
_STATUS_CODE = re.compile(r"\b([45]\d\d) `([a-z_]+)`")


class Page(NamedTuple):
    name: str
    text: str

    @property
    def spans(self) -> list[str]:
        """The text in backticks in sentences and tables."""
        return _SPAN.findall(_FENCE.sub("", self.text))

    @property
    def blocks(self) -> list[str]:
        return [body for _, body in _FENCE.findall(self.text)]

    @property
    def code(self) -> str:
        return "\n".join([*self.spans, *self.blocks])


@cache
def page(name: str) -> Page:
    return Page(name, (ROOT / name).read_text())


def anchors(path: Path) -> set[str]:
    """The anchors that are made from the headings of a page."""
    headings = _HEADING.findall(_FENCE.sub("", path.read_text()))
    return {"#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def find_dead_links(path: Path, text: str) -> list[str]:
    dead = []
    for target, anchor in _LINK.findall(text):
        leads_to = (path.parent / target).resolve() if target else path
        if not leads_to.exists() or (anchor and anchor not in anchors(leads_to)):
            dead.append(f"{target}{anchor}")
    return dead


def test_the_layers_of_the_core_are_those_that_are_enforced() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract.get("containers") == ["core"]]
    (diagram,) = [block for block in page("docs/architecture.md").blocks if block.startswith("migrations\n")]
    assert [set(line.split(" · ")) for line in diagram.splitlines()] == [set(layer.split(" | ")) for layer in layers]


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    assert find_dead_links(ROOT / name, page(name).text) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_file_and_folder_that_is_named_exists(name: str) -> None:
    named = {found.rstrip("./") for span in page(name).spans for found in _PATH.findall(span)}
    assert [path for path in sorted(named) if not exists(path)] == []


def exists(path: str) -> bool:
    """A module may be named without its ending."""
    return (ROOT / path).exists() or (ROOT / f"{path}.py").exists()


def test_every_file_that_the_code_names_exists() -> None:
    """In docstrings, comments and messages, between backquotes."""
    missing = [
        f"{path.relative_to(ROOT)}: {named}"
        for folder in (*PACKAGES, "loadtests", "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for span in re.findall(r"`([\w./-]+)`", path.read_text())
        for named in _PATH.findall(span)
        if not exists(named.rstrip("./")) and named not in BUILT
    ]
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"(?:^|[\s(])make ([a-z][a-z0-9-]*)\b(?!=)", page(name).code, re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("name", NAMES)
def test_every_command_exists_with_its_options(name: str) -> None:
    commands = dict(parsers())
    for command, rest in re.findall(
        r"(?:^|[\s/(])(?<!SETUSER )skyqueue ([a-z][a-z-]+)([^\n`#|>;&)]*)", page(name).code, re.MULTILINE
    ):
        assert command in commands
        known = {option for action in commands[command]._actions for option in action.option_strings}
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, command


def parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in cli._parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"\b(?:SKYQUEUE|MOCKPAY)_[A-Z0-9_]*[A-Z0-9]\b", page(name).text))
    compose = set(re.findall(r"\bSKYQUEUE_\w+", (ROOT / "compose.yaml").read_text()))
    mockpay = {f"MOCKPAY_{field.upper()}" for field in MockpaySettings.model_fields}
    assert named - known_variables() - compose - mockpay - set(NOT_SETTINGS) == set()


def test_every_setting_is_explained() -> None:
    explained = set(re.findall(r"`(SKYQUEUE_\w+)`", page("docs/operations.md").text))
    assert {name for concern in CONCERNS for name in concern.variables()} - explained == set(INTERNAL)
    payments = page("docs/payments.md").text
    assert [field for field in MockpaySettings.model_fields if f"MOCKPAY_{field.upper()}" not in payments] == []


def test_every_default_is_the_one_that_counts() -> None:
    """Of settings whose default is a number or a word."""
    fields = {
        name: field.default
        for concern in CONCERNS
        for name, field in zip(concern.variables(), concern.model_fields.values(), strict=True)
    }
    rows = re.findall(r"^\| (`SKYQUEUE_\w+`(?:, `SKYQUEUE_\w+`)*) \| ([^|]+) \|", page("docs/operations.md").text, re.MULTILINE)
    documented = [
        (name, default.strip(" `"))
        for names, defaults in rows
        for name, default in zip(re.findall(r"SKYQUEUE_\w+", names), defaults.split(","), strict=False)
    ]
    plain = [
        (name, default) for name, default in documented if isinstance(fields.get(name), (int, float)) or default in ("on", "off")
    ]
    wrong = [
        f"{name} is {fields[name]}, not {default}" for name, default in plain if str(fields[name]).removesuffix(".0") != default
    ]
    assert len(plain) > 10
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_every_code_of_an_error_is_registered(name: str) -> None:
    registered = set(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", page("docs/errors.md").text, re.MULTILINE))
    named = {(code, status) for status, code in _STATUS_CODE.findall(page(name).text)}
    assert named - registered == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_endpoint_exists(name: str) -> None:
    named = {(method, shape(path)) for method, path in _METHOD.findall(page(name).code)}
    assert named - endpoints() == set()
    addresses = {shape(path) for path in _ADDRESS.findall(page(name).code)}
    assert addresses - {path for _, path in endpoints()} == set()


@cache
def endpoints() -> frozenset[tuple[str, str]]:
    """Of the product, and of the practice provider."""
    paths = create_app(Settings()).openapi_schema.to_schema()["paths"]
    ours = {(method.upper(), shape(path)) for path, methods in paths.items() for method in methods}
    theirs = {(method, shape(route.path)) for route in create_mockpay(MockpaySettings()).routes for method in route.methods}
    return frozenset(ours | theirs)


def shape(path: str) -> str:
    """An address without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/.,;")


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_the_code_is_one(name: str) -> None:
    """Words with an underscore: codes, fields, columns, tables, variables."""
    named = {span for span in page(name).spans if re.fullmatch(r"[a-z]+(?:_[a-z]+)+", span)}
    assert named - words_of_sources() - set(NOT_IN_THE_CODE) == set()


@cache
def words_of_sources() -> frozenset[str]:
    folders = (*PACKAGES, "frontend/src", "loadtests", "tests")
    files = [path for folder in folders for ending in ENDINGS for path in (ROOT / folder).rglob(ending) if path != Path(__file__)]
    return frozenset(word for path in files for word in re.findall(r"\w+", path.read_text()))


def test_every_decision_has_a_number_of_its_own_which_its_heading_says() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert len({page.name[:4] for page in pages}) == len(pages)
    for page in pages:
        assert page.read_text().startswith(f"# {int(page.name[:4])}. "), page.name


def test_the_steps_for_a_new_csv_column_name_every_file_that_handles_one() -> None:
    """A file that names three columns, of different kinds, handles every column."""
    steps = page("docs/architecture.md").text.partition("\n## How to add a CSV column\n")[2].partition("\n## ")[0]
    named = set(_PATH.findall(" ".join(_SPAN.findall(steps))))
    folders = ("core/imports", "core/flights", "api/flights")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    handling = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if all(re.search(rf"\b{column}\b", path.read_text()) for column in ("arrival_ts", "total_seats", "currency"))
    }
    assert len(handling) > 5
    assert handling - named == set()
