"""The table of metrics in the code: docs/operations.md has the same, and everything that `deploy/` uses is in it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from core.telemetry.metrics import TABLE

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
SAMPLES = PROMETHEUS / "rules.test.yaml"
PROMTOOL = shutil.which("promtool")
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
def test_alerts_and_dashboards_use_labels_that_exist(path: Path) -> None:
    labels = {series: (*metric.labels, "instance") for metric in TABLE for series in metric.series()}  # which Prometheus adds
    assert [(metric, label) for metric, label in labels_asked_for(path.read_text()) if label not in labels[metric]] == []


def list_alerts() -> list[str]:
    rules = yaml.safe_load((PROMETHEUS / "rules.yaml").read_text())
    return [rule["alert"] for group in rules["groups"] for rule in group["rules"]]


def test_every_alert_is_tried_on_samples_that_make_it_fire_and_on_calm_ones() -> None:
    cases = [case for test in yaml.safe_load(SAMPLES.read_text())["tests"] for case in test["alert_rule_test"]]
    fires = {case["alertname"] for case in cases if case["exp_alerts"]}
    calm = {case["alertname"] for case in cases if not case["exp_alerts"]}
    assert fires == calm == set(list_alerts())


@pytest.mark.skipif(
    PROMTOOL is None, reason="promtool, which evaluates the rules, is not installed (on Debian: apt install prometheus)"
)
def test_the_alerts_fire_on_these_samples_and_on_no_others() -> None:
    assert PROMTOOL is not None
    tried = subprocess.run([PROMTOOL, "test", "rules", SAMPLES], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stdout + tried.stderr


def test_every_alert_says_what_to_do() -> None:
    alerts = list_alerts()
    page = (ROOT / "docs" / "operations.md").read_text()
    assert re.findall(r"^\| `(Skyqueue\w+)` \|", page, re.MULTILINE) == alerts


def test_the_page_shows_the_table() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    shown = re.findall(r"^\| `(skyqueue_\w+)` \| (\w+) \| ([\w, ]*) \| (.+) \|$", page, re.MULTILINE)
    assert shown == [(each.name, each.kind, ", ".join(each.labels), each.meaning) for each in TABLE]
