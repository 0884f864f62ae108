"""Plots of a load run, with its verdict, and of the benches."""

from __future__ import annotations

import base64
import csv
import html
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot  # imported after the backend was chosen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from loadtests.plan import Plan
    from loadtests.verdict import Verdict

mpl.rcParams["svg.hashsalt"] = "skyqueue"  # makes the same figure the same file


def write_report(files: Path, run: Plan, verdict: Verdict) -> None:
    """Write `FILES-verdict.html`: the verdict, the times of the stages, and the requests in each second."""
    charts = [_image(figure) for figure in (_stages(verdict), _seconds(Path(f"{files}_stats_history.csv"))) if figure is not None]
    text = html.escape("\n".join(verdict.lines()))
    title = html.escape(f"{run.run_id}: {run.users} users, {run.seconds:.0f} s")
    page = f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1><pre>{text}</pre>{''.join(charts)}"
    Path(f"{files}-verdict.html").write_text(page)


def _stages(verdict: Verdict) -> Figure | None:
    stages = verdict.report.get("stages", [])
    if not stages:
        return None
    figure, axes = pyplot.subplots(figsize=(8, 3))
    for offset, name in enumerate(("p50_ms", "p95_ms", "p99_ms")):
        positions = [position + 0.25 * (offset - 1) for position in range(len(stages))]
        axes.bar(positions, [each[name] for each in stages], width=0.25, label=name.removesuffix("_ms"))
    axes.set_xticks(range(len(stages)), [each["stage"] for each in stages])
    axes.set_ylabel("ms after acceptance")
    axes.legend()
    return figure


def _seconds(history: Path) -> Figure | None:
    if not history.exists():
        return None
    with history.open() as file:
        rows = [row for row in csv.DictReader(file) if row["Name"] == "Aggregated"]
    if len(rows) < 2:
        return None
    begin = int(rows[0]["Timestamp"])
    seconds = [int(row["Timestamp"]) - begin for row in rows]
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(8, 5), sharex=True)
    above.plot(seconds, [float(row["Requests/s"]) for row in rows])
    above.set_ylabel("requests/s")
    for name in ("50%", "95%", "99%"):
        below.plot(seconds, [_number(row[name]) for row in rows], label=name)
    below.set_ylabel("response time, ms")
    below.set_xlabel("s")
    below.legend()
    return figure


def _number(cell: str) -> float:
    return float("nan") if cell == "N/A" else float(cell)


def _image(figure: Figure) -> str:
    data = io.BytesIO()
    figure.tight_layout()
    figure.savefig(data, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    return f'<p><img alt="" src="data:image/svg+xml;base64,{base64.b64encode(data.getvalue()).decode()}">'


def draw_bench(rows: dict[int, dict[str, Any]], folder: Path) -> None:
    """Write `throughput.svg` (rate and latency by the number of clients, of goal 13) and `cost.svg` (processor time of a booking by the number of
    clients, and by the number of open bookings).
    """
    sweep = rows.get(13, {}).get("clients", [])
    if sweep:
        clients = [each["clients"] for each in sweep]
        figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.2))
        left.plot(clients, [each["per_second"] for each in sweep], marker="o")
        left.set_ylabel("confirmed bookings/s")
        for name in ("final_p50_ms", "final_p99_ms"):
            right.plot(clients, [each[name] for each in sweep], marker="o", label=name.split("_")[1])
        right.set_ylabel("accepted to final, ms")
        right.legend()
        _save(figure, (left, right), folder / "throughput.svg")
        figure, axes = pyplot.subplots(figsize=(6, 3.2))
        bottom = [0.0] * len(clients)
        for name in ("api", "worker", "postgres", "valkey"):
            used = [each["cpu_us"][name] for each in sweep]
            axes.bar([str(each) for each in clients], used, bottom=bottom, label=name)
            bottom = [one + other for one, other in zip(bottom, used, strict=True)]
        axes.set_xlabel("clients")
        axes.set_ylabel("CPU us for each booking")
        axes.legend()
        _save(figure, (), folder / "cost.svg")
    growth = rows.get(16, {})
    if growth:
        figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.2))
        left.plot(list(growth["bookings"]), list(growth["bookings"].values()), marker="o")
        left.set_ylabel("bookings/s by the number of open ones")
        left.set_ylim(bottom=0)
        right.plot(list(growth["search_ms"]), list(growth["search_ms"].values()), marker="o")
        right.set_ylabel("ms of a search by the number of flights")
        right.set_ylim(bottom=0)
        _save(figure, (left, right), folder / "growth.svg", label="")


def _save(figure: Figure, logarithmic: Iterable[Axes], path: Path, label: str = "clients") -> None:
    for axes in logarithmic:
        axes.set_xscale("log")
        axes.set_xlabel(label)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
