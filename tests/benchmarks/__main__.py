# SPDX-License-Identifier: BSD-3-Clause
"""The benchmarks: time, memory and size beside the peers and the floor, in one run, contestants taken in turns.

    python -m tests.benchmarks [--mnist FOLDER] [--tables FOLDER] [--only NAME ...] [--repeats N] [--output FOLDER]

Prints a line for each result: its value, its target and whether that is met, and what the training reached. All of it
takes about three quarters of an hour with 3 repeats. With --output it writes benchmarks.md, benchmarks.json and
growth.png to that folder. Without --mnist (a folder of the four IDX files) the samples are random, of the same shape;
without --tables (a folder of .dat files, see the comparison) no tables are compared.
"""

from tests.benchmarks.threads import use_one_thread

use_one_thread()

import argparse
import warnings
from pathlib import Path

from sklearn.exceptions import ConvergenceWarning

from tests.benchmarks import (
    choosing,
    defaults,
    endless,
    epoch,
    growth,
    imports,
    layouts,
    lbfgs,
    maps,
    memory,
    neighbours,
    peers,
    pickles,
    predict,
    report,
    rules,
    shapes,
    sparse,
    tables,
    tuning,
)
from tests.benchmarks.data import load
from tests.benchmarks.measure import Conditions

COMPARISONS = {
    "shapes": shapes,
    "tables": tables,
    "epoch": epoch,
    "rules": rules,
    "lbfgs": lbfgs,
    "defaults": defaults,
    "sparse": sparse,
    "tuning": tuning,
    "choosing": choosing,
    "predict": predict,
    "import": imports,
    "pickle": pickles,
    "memory": memory,
    "layouts": layouts,
    "maps": maps,
    "endless": endless,
    "neighbours": neighbours,
    "growth": growth,
}


def arguments():
    """What the command was given."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mnist", type=Path, help="folder of the four IDX files, gzipped or not")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=COMPARISONS,
        default=list(COMPARISONS),
        metavar="NAME",
        help=f"some of {', '.join(COMPARISONS)}; all by default",
    )
    parser.add_argument("--repeats", type=int, default=5, help="measurements of each contestant, 5 by default")
    parser.add_argument("--output", type=Path, help="folder for benchmarks.md, benchmarks.json and growth.png")
    parser.add_argument("--tables", type=Path, help="folder of .dat files: rows of comma-separated values, label last")
    given = parser.parse_args()
    if given.repeats < 1:
        parser.error(f"--repeats {given.repeats}: must be at least 1")
    for name in ("mnist", "tables"):
        folder = getattr(given, name)
        if folder is not None and not folder.is_dir():
            parser.error(f"--{name} {folder}: no such folder")
    if given.output is not None and given.output.exists() and not given.output.is_dir():
        parser.error(f"--output {given.output}: not a folder")
    return given


def main():
    """Make the comparisons, print them, write them."""
    given = arguments()
    # Fits of a few epochs are meant to end before they converge.
    warnings.simplefilter("ignore", ConvergenceWarning)
    # Of LogisticRegressionCV, on its own defaults.
    warnings.simplefilter("ignore", FutureWarning)
    for name in peers.missing():
        print(f"{name} is not installed: left out.")
    if given.output is not None:
        given.output.mkdir(parents=True, exist_ok=True)
    conditions = Conditions(load(given.mnist and given.mnist.resolve()), given.repeats, given.output, given.tables)
    comparisons = {}
    print(report.LEGEND)
    for name in given.only:
        rows = []
        comparisons[name] = COMPARISONS[name], rows
        print(f"\n{name}: {report.title(COMPARISONS[name])}\n{report.header()}", flush=True)
        for row in COMPARISONS[name].rows(conditions):
            rows.append(row)
            print(report.line(row), flush=True)
        if not rows:
            print("  nothing measured: see the notes of the comparison")
        # What there is so far, should a later comparison fail.
        if given.output is not None:
            report.write(report.summary(comparisons, conditions.data.name, given.repeats), given.output)


if __name__ == "__main__":
    main()
