# SPDX-License-Identifier: BSD-3-Clause
"""The page of benchmarks: tables, a chart and what it says, from benchmarks.json."""

import json
import re
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

OURS, PEER = "SoftmaxRegression()", "LogisticRegression()"
PANELS = [
    ("shapes", None, PEER, "A default fit: LogisticRegression"),
    ("epoch", "softmax, batch 32", None, "An epoch of batches of 32 on MNIST"),
]


def write(app):
    """Write generated/benchmarks.inc, and generated/benchmarks.png beside it."""
    folder = Path(app.srcdir)
    source, target = folder / "benchmarks.json", folder / "generated"
    target.mkdir(exist_ok=True)
    head = text = "No results have been recorded.\n"
    if source.exists():
        results = json.loads(source.read_text())
        text = tables(results, (folder / "images" / "growth.png").exists())
        head = ""
        if all(name in results["comparisons"] for name, *_ in PANELS):
            chart(results).savefig(target / "benchmarks.png", dpi=150)
            image = ".. image:: generated/benchmarks.png\n   :alt: Times of peers as multiples of ours\n"
            head = f"{summary(results)}\n\n{image}"
    (target / "benchmarks.inc").write_text(text)
    (target / "benchmarks_summary.inc").write_text(head)


def times_ours(results, name, case=None, contestant=None):
    """The rows of a comparison that are times of peers as multiples of ours, of one case or of one peer."""
    return [
        row
        for row in results["comparisons"][name]["rows"]
        if row["measure"] == "times ours"
        and case in (None, row["case"])
        and contestant in (None, row["contestant"])
        and row["contestant"] != OURS
    ]


def summary(results):
    """What the chart says, in two sentences."""
    *fits, mean = times_ours(results, "shapes", contestant=PEER)
    faster = sum(row["value"] >= 1 for row in fits)
    epochs = times_ours(results, "epoch", "softmax, batch 32")
    least, most = (of(epochs, key=lambda row: row["value"]) for of in (min, max))
    return (
        f"With default settings a fit is faster than one of ``LogisticRegression()`` on {faster} of {len(fits)} sets "
        f"of data of very different shapes, {mean['value']:.2g} times as fast in the geometric mean. An epoch of "
        f"minibatches on MNIST takes others {least['value']:.2g} ({least['contestant']}) to {most['value']:.2g} "
        f"({most['contestant']}) times as long as this one."
    )


def chart(results):
    """Bars of the times of peers, with the range of the repeats."""
    drawn = Figure(figsize=(10, 3.2), layout="constrained")
    for axes, (name, case, contestant, title) in zip(drawn.subplots(1, 2), PANELS):
        rows = times_ours(results, name, case, contestant)[::-1]
        values = [row["value"] for row in rows]
        ends = [row["spread"] or (row["value"], row["value"]) for row in rows]
        whiskers = [
            [max(0, v - low) for v, (low, _) in zip(values, ends)],
            [max(0, h - v) for v, (_, h) in zip(values, ends)],
        ]
        labels = [row["case" if contestant else "contestant"] for row in rows]
        colors = ["C0" if value >= 1 else "C1" for value in values]
        axes.barh(labels, [value - 1 for value in values], left=1, xerr=whiskers, color=colors, ecolor="0.4")
        axes.axvline(1, color="k", linewidth=1)
        left, right = 0.9 * min(1, *(low for low, _ in ends)), 1.1 * max(high for _, high in ends)
        axes.set(xscale="log", xlim=(left, right), xlabel="times as long as ours: beyond 1 ours is faster", title=title)
        axes.set_xticks([tick for tick in (0.2, 0.3, 0.5, 0.7, 1, 2, 3, 5, 10, 20, 50) if left < tick < right])
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    return drawn


def tables(results, has_figure):
    """The conditions of a measurement, and for each comparison its notes and its rows as a list-table."""
    lines = [escaped(results["conditions"]), ""]
    for name, comparison in results["comparisons"].items():
        if not comparison["rows"]:
            continue
        title = comparison["title"]
        lines += [title, "~" * len(title), "", comparison["notes"], "", ".. list-table::", "   :header-rows: 1", ""]
        for row in [comparison["columns"], *(row["cells"] for row in comparison["rows"])]:
            lines += [f"   {'  -' if number else '* -'} {escaped(cell)}".rstrip() for number, cell in enumerate(row)]
        lines += ["", ".. image:: images/growth.png", ""] if name == "growth" and has_figure else [""]
    return "\n".join(lines)


def escaped(text):
    """Text without the markup of reStructuredText."""
    # A dash alone would begin a list.
    return re.sub(r"([\\*`|_]|^[-+](?=\s|$))", r"\\\1", text)
