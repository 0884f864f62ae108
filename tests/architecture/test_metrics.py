"""One table of metrics: the page shows it, and whatever `deploy/` names is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from core.telemetry.metrics import TABLE

ROOT = Path(__file__).parents[2]
DEPLOYED = sorted(path for path in (ROOT / "deploy").rglob("*") if path.suffix in {".yaml", ".json"})


def named(text: str) -> set[str]:
    return set(re.findall(r"\bskyqueue_[a-z_]+", text))


def labels_asked_for(text: str) -> Iterator[tuple[str, str]]:
    """Metric and label of each selector such as `skyqueue_x{kind="a"}`."""
    for metric, selector in re.findall(r"\b(skyqueue_[a-z_]+)\{([^}]*)\}", text):
        for label in re.findall(r"(\w+)\s*(?:=|!=|=~|!~)", selector):
            yield metric, label


def test_there_is_something_to_deploy() -> None:
    assert {path.relative_to(ROOT).as_posix() for path in DEPLOYED} >= {
        "deploy/prometheus/rules.yaml",
        "deploy/grafana/skyqueue.json",
    }


@pytest.mark.parametrize("path", DEPLOYED, ids=lambda path: path.name)
def test_what_is_deployed_names_metrics_that_exist(path: Path) -> None:
    known = {series for metric in TABLE for series in metric.series()}
    assert named(path.read_text()) - known == set()


@pytest.mark.parametrize("path", DEPLOYED, ids=lambda path: path.name)
def test_what_is_deployed_asks_for_labels_that_exist(path: Path) -> None:
    labels = {series: metric.labels for metric in TABLE for series in metric.series()}
    assert [(metric, label) for metric, label in labels_asked_for(path.read_text()) if label not in labels[metric]] == []


def test_every_alert_says_what_to_do() -> None:
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "rules.yaml").read_text())
    alerts = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    page = (ROOT / "docs" / "operations.md").read_text()
    assert re.findall(r"^\| `(Skyqueue\w+)` \|", page, re.MULTILINE) == alerts


def test_the_page_shows_the_table() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    shown = re.findall(r"^\| `(skyqueue_\w+)` \| (\w+) \| ([\w, ]*) \| (.+) \|$", page, re.MULTILINE)
    assert shown == [(each.name, each.kind, ", ".join(each.labels), each.meaning) for each in TABLE]
