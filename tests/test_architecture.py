# SPDX-License-Identifier: BSD-3-Clause
"""The imports run one way, and importing the package stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sksoftmax

PACKAGE = Path(sksoftmax.__file__).parent

# From the ground up: a module imports only what stands in rows above its own.
ENGINE = [
    {
        "blas",
        "blocks",
        "calls",
        "memory",
        "schedules",
        "columns",
        "stopping",
        "interrupts",
        "initialisation",
        "batch_size",
        "half_precision",
        "reading_ahead",
    },
    {"activations", "batch_size", "cross_entropy", "parameters", "threads", "reading", "shuffling", "quasi_newton"},
    {"products", "result", "penalty", "lazy", "conditioning"},
    {"network", "inference"},
    {"minibatches"},
    {"updates", "averaging", "growth"},
    {"sgd", "lbfgs", "smoothness", "in_use", "shortfall"},
    {"parts"},
]
ORDER = [
    *[{f"_engine.{name}" for name in row} for row in ENGINE],
    {"_versions", "_validation", "_methods", "_docstrings", "_curves", "_diagnosis", "_rare_classes"},
    {"_validated", "_attributes", "_layers"},
    {"_weights", "_hyperparameters", "_predictions", "_one_standard_error", "_pipelines"},
    {"_training", "_held_out", "_streams"},
    {"_watching", "_optimality", "_loss_and_gradient", "_resuming", "_to_sklearn"},
    {"_fit_together", "_progress", "_callbacks"},
    {"_base"},
    {"_softmax_regression", "_tiny_mlp", "_stacks", "_summary"},
    {"_cross_fit", "_dask_parts"},
    {"_search", "_softmax_regression_cv", "_snapshots", "_find_learning_rate", "_dask_fit"},
    {"onnx", "callbacks", "dask"},
    {"__init__"},
]
ROW = {name: row for row, names in enumerate(ORDER) for name in names}
READ_BY_PLOTTING = {"_one_standard_error", "_snapshots", "_validation"}
THIRD_PARTY = {
    "_engine": {"numpy", "scipy", "threadpoolctl"},
    # pandas only where a frame is asked for.
    "plotting": {"numpy", "scipy", "sklearn", "matplotlib", "PIL", "pandas"},
    "datasets": {"numpy", "sklearn", "pandas"},
    # tqdm where it is installed.
    "_progress": {"tqdm"},
    "onnx": {"numpy", "scipy", "sklearn", "skl2onnx"},
    "dask": {"numpy", "pandas", "sklearn", "dask"},
    "_dask_parts": {"numpy", "scipy", "dask", "distributed"},
    "": {"joblib", "numpy", "scipy", "sklearn"},
}


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path):
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def imports(path):
    """Full names of the modules that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            # "from package import module" names a module where there is one of that name.
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                is_module = (PACKAGE.parent / (full.replace(".", "/") + ".py")).exists()
                yield full if is_module else node.module


def third_party(name):
    return THIRD_PARTY[name if name in THIRD_PARTY else package_of(name)]


def package_of(name):
    return name.split(".")[0] if "." in name else ""


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_run_downward(path):
    name = name_of(path)
    for imported in imports(path):
        if not imported.startswith("sksoftmax"):
            allowed = third_party(name) | sys.stdlib_module_names
            assert imported.split(".")[0] in allowed, f"{name} imports {imported}"
            continue
        theirs = imported.removeprefix("sksoftmax.")
        if package_of(name) == "datasets":
            assert package_of(theirs) == "datasets", f"{name} imports {imported}: datasets know of nothing else"
        elif package_of(name) == "plotting":
            allowed = package_of(theirs) == "plotting" or theirs in READ_BY_PLOTTING
            assert allowed, f"{name} imports {imported}: plotting reads fitted attributes only"
        else:
            assert ROW[theirs] < ROW[name], f"{name} imports {imported}, which does not stand below it"


def test_every_module_has_its_place():
    placed = {name_of(path) for path in modules() if package_of(name_of(path)) not in ("plotting", "datasets")}
    assert placed - {"_engine.__init__"} == set(ROW)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_only_public_scikit_learn_is_imported(path):
    private = [name for name in imports(path) if name.startswith("sklearn") and "._" in name]
    assert not private


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_file_names_its_licence(path):
    assert path.read_text().startswith("# SPDX-License-Identifier: BSD-3-Clause\n")


IN_A_NEW_PROCESS = """
import sys, sksoftmax
print(*sys.modules)
assert all(hasattr(sksoftmax, name) for name in dir(sksoftmax))
from sksoftmax import *
assert SoftmaxRegressionCV is sksoftmax.SoftmaxRegressionCV
VectorizedGridSearchCV
"""


@pytest.fixture(scope="module")
def new_process():
    return subprocess.run([sys.executable, "-c", IN_A_NEW_PROCESS], check=False, text=True, stdout=subprocess.PIPE)


@pytest.mark.slow
def test_importing_the_package_is_light(new_process):
    heavy = {
        "matplotlib",
        "skl2onnx",
        "sksoftmax.onnx",
        "distributed",
        "sksoftmax.dask",
        "sklearn.metrics",
        "sklearn.model_selection",
        "sksoftmax.datasets",
        "sksoftmax.plotting",
    }
    loaded = set(new_process.stdout.split())
    assert "sksoftmax._softmax_regression" in loaded
    assert not heavy & loaded


@pytest.mark.slow
def test_what_is_loaded_on_demand_is_there_as_the_rest(new_process):
    assert dir(sksoftmax) == sorted(sksoftmax.__all__)
    assert new_process.returncode == 0
    with pytest.raises(AttributeError, match="module 'sksoftmax' has no attribute 'SoftmaxRegresion'"):
        _ = sksoftmax.SoftmaxRegresion
