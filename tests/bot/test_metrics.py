"""The metrics' names and labels, and the dashboard that asks for them."""

import json
import re
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics

ROOT = Path(__file__).parent.parent.parent
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana.json").read_text("utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def list_series(metrics: Metrics) -> dict[str, set[str]]:
    """The labels of every series that is told, by its name; each with a value at least once."""
    from prometheus_client import generate_latest

    for gauge, label in ((metrics.queue, "questions"), (metrics.index_jobs, "running")):
        gauge.labels(label).set(0)
    metrics.failures.labels("StoreBusy").inc()
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    series: dict[str, set[str]] = {}
    for family in families:
        for sample in family.samples:
            series.setdefault(sample.name, set()).update(sample.labels)
    return series


def test_the_dashboard_asks_for_what_there_is_by_labels_that_it_has() -> None:
    series = list_series(Metrics())
    for query in QUERIES:
        [name, *others] = re.findall(r"\b((?:footnote|process)_\w+)\{", query)
        assert not set(others) - {name}
        asked = {label for by in re.findall(r"by \(([^)]*)\)", query) for label in by.split(", ")}
        asked |= set(re.findall(r"(\w+)=~?\"", query))
        assert name in series, query
        assert asked - {"instance"} <= series[name], query


def test_the_dashboard_shows_every_metric_of_ours() -> None:
    ours = {name for name in list_series(Metrics()) if name.startswith("footnote_")}
    counted = {re.sub("_(count|sum|bucket|created|total)$", "", name) for name in ours}
    shown = " ".join(QUERIES)
    assert len(counted) >= 13
    assert not [name for name in counted if not re.search(rf"\b{name}(_bucket|_total)?\{{", shown)]


def test_the_dashboard_has_a_place_for_each_panel() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        mine = {
            (place["x"] + column, place["y"] + row)
            for column in range(place["w"])
            for row in range(place["h"])
        }
        assert not mine & cells, panel["title"]
        cells |= mine


def test_two_bots_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.questions.labels("answered").inc()
    value = other.registry.get_sample_value("footnote_questions_total", {"outcome": "answered"})
    assert value == 0
