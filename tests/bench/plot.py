"""What was measured by size → a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path


def plot_sizes(path: Path, points: Sequence[Mapping[str, float]]) -> None:
    """Write a PNG of a question's cost and of memory and disk, by passages."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    passages = [point["passages"] for point in points]
    with pyplot.rc_context({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False}):
        figure, (times, memory) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
        for key, label, colour in (
            ("ask", "whole question", "#1f6feb"),
            ("search", "search alone", "#d9730d"),
        ):
            middle = [point[key] for point in points]
            late = [point[f"{key}_p95"] for point in points]
            times.plot(passages, middle, marker="o", color=colour, label=label)
            times.fill_between(passages, middle, late, color=colour, alpha=0.15, linewidth=0)
        times.axhline(1, color="#57606a", linewidth=1, linestyle="--")
        times.text(passages[0], 1.06, "embedding the question", color="#57606a", fontsize=9)
        times.set_yscale("log", base=2)
        times.set(xscale="log", xlabel="passages", ylabel="× embedding the question")
        times.set_title("Time (median; shaded up to the 95th percentile)", fontsize=10, loc="left")
        times.legend(frameon=False, fontsize=10)
        for key, label, colour in (
            ("disk_mb", "disk", "#8250df"),
            ("memory_mb", "memory", "#1a7f37"),
        ):
            gigabytes = [point[key] / 1000 for point in points]
            memory.plot(passages, gigabytes, marker="o", color=colour, label=label)
        memory.set(xscale="log", yscale="log", xlabel="passages", ylabel="GB")
        memory.set_title("Memory (the model included) and disk", fontsize=10, loc="left")
        memory.legend(frameon=False, fontsize=10)
        for axes in (times, memory):
            axes.grid(axis="y", color="#d0d7de", linewidth=0.6)
            axes.set_xticks(passages, [f"{size:,.0f}" for size in passages], minor=False)
            axes.xaxis.set_minor_formatter("")
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter("")
        figure.savefig(path, dpi=150, facecolor="white")
        pyplot.close(figure)
