# SPDX-License-Identifier: BSD-3-Clause
"""Docstrings say what the code does."""

import doctest
import inspect
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import load_digits

import sksoftmax
import sksoftmax.callbacks
import sksoftmax.datasets
import sksoftmax.plotting
from sksoftmax import (
    SoftmaxRegression,
    SoftmaxRegressionCV,
    TinyMLPClassifier,
    VectorizedGridSearchCV,
    VectorizedRandomizedSearchCV,
    callbacks,
    datasets,
    loss_and_gradient,
    one_standard_error,
    plotting,
    summary,
    to_sklearn,
)
from tests.pages import DOCS, PAGES
from tests.parameters import slow

ESTIMATORS = [SoftmaxRegression, TinyMLPClassifier, SoftmaxRegressionCV]
SEARCHES = [VectorizedGridSearchCV, VectorizedRandomizedSearchCV]
PICTURES = [getattr(plotting, name) for name in plotting.__all__]
CALLBACKS = [getattr(callbacks, name) for name in callbacks.__all__]
CLASSES = [*ESTIMATORS, *SEARCHES, *CALLBACKS, *filter(inspect.isclass, PICTURES)]
FUNCTIONS = [
    loss_and_gradient,
    one_standard_error,
    summary,
    to_sklearn,
    *filter(inspect.isfunction, PICTURES),
    *(getattr(datasets, name) for name in datasets.__all__),
]


def parameters_section(doc):
    section = re.search(r"Parameters\n-+\n(.*?)(?=\n\n?[A-Z][A-Za-z ]+\n-+\n|\Z)", inspect.cleandoc(doc), re.DOTALL)
    return section.group(1) if section else ""


def documented(doc):
    """{name: default as written, or None} of a numpydoc Parameters section."""
    found = {}
    for names, kind in re.findall(r"^(\*{0,2}\w+(?:, \w+)*)(?: : (.*))?$", parameters_section(doc), re.MULTILINE):
        default = re.search(r"default=(.+)$", kind)
        for name in names.split(", "):
            found[name.lstrip("*")] = default.group(1) if default else None
    return found


def callables():
    for function in FUNCTIONS:
        yield pytest.param(function, function.__doc__, id=function.__name__)
    for cls in CLASSES:
        yield pytest.param(cls.__init__, cls.__doc__, id=cls.__name__)
        for name, member in inspect.getmembers(cls):
            ours = getattr(member, "__module__", "") or ""
            if not name.startswith("_") and callable(member) and ours.startswith("sksoftmax"):
                yield pytest.param(member, member.__doc__, id=f"{cls.__name__}.{name}")


@pytest.mark.parametrize(("function", "doc"), callables())
def test_documented_parameters_and_defaults_are_those_of_the_signature(function, doc):
    signature = inspect.signature(function)
    expected = {
        name: None if p.default is inspect.Parameter.empty else repr(p.default).replace("'", '"')
        for name, p in signature.parameters.items()
        if name not in ("self", "cls")
    }
    written = documented(doc)
    assert list(written) == list(expected)
    for name, default in expected.items():
        if default is None:
            assert written[name] is None
        else:
            literal = written[name].replace("'", '"')
            assert literal == default or float(literal) == float(default), name


@pytest.mark.parametrize(
    "cls",
    [slow(cls) if cls in PICTURES else cls for cls in [*CLASSES, *FUNCTIONS]],
    ids=lambda cls: cls.__name__,
)
def test_examples_in_docstrings_run(cls):
    finder, runner = doctest.DocTestFinder(recurse=True), doctest.DocTestRunner()
    for test in finder.find(cls, globs={}):
        if test.name.startswith(cls.__name__) and test.examples:
            runner.run(test)
    plt.close("all")
    assert runner.tries > 0
    assert runner.failures == 0


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_snippets_of_the_documentation_run(page):
    assert doctest.testfile(str(page), module_relative=False).failed == 0
    plt.close("all")


def test_the_program_that_streams_a_parquet_file_runs(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow", reason="pandas reads and writes Parquet by pyarrow")
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(
        r"\.\. code-block:: python\n\n((?: {3}.*\n|\n)+)", (DOCS / "recipes/streams.rst").read_text()
    )
    names = {}
    exec(inspect.cleandoc(program), names)
    X, y = load_digits(return_X_y=True, as_frame=True)
    assert names["clf"].score(X, y) > 0.95


@pytest.mark.parametrize("cls", ESTIMATORS, ids=lambda cls: cls.__name__)
def test_every_fitted_attribute_is_documented(cls, datasets):
    X, y = datasets["iris"]
    fitted = cls(early_stopping=True, max_iter=5, tol=None, random_state=0).fit(X, y)
    for name in vars(fitted):
        if name.endswith("_") and not name.startswith("_"):
            assert re.search(rf"\b{name}\b.* :", cls.__doc__), name


@pytest.mark.parametrize("cls", [*ESTIMATORS, *SEARCHES], ids=lambda cls: cls.__name__)
def test_shared_parts_of_docstrings_are_filled_in(cls):
    assert not re.findall(r"^ *{[A-Z_]+}$", cls.__doc__, re.MULTILINE)
    for number in re.findall(r"\[(\d)\]_", cls.__doc__):
        assert f".. [{number}]" in cls.__doc__


@pytest.mark.parametrize("cls", SEARCHES, ids=lambda cls: cls.__name__)
def test_every_attribute_of_a_fitted_search_is_documented(cls, datasets):
    estimator = SoftmaxRegression(max_iter=5, tol=None, random_state=0)
    search = cls(estimator, {"l2": np.logspace(-3, -1, 10)}, cv=2).fit(*datasets["iris"])
    for name in vars(search):
        if name.endswith("_"):
            assert re.search(rf"\b{name}\b.* :", cls.__doc__), name


def test_public_names_are_listed():
    public = {cls.__name__ for cls in [*ESTIMATORS, *SEARCHES]}
    assert set(sksoftmax.__all__) == {
        *public,
        "find_learning_rate",
        "loss_and_gradient",
        "one_standard_error",
        "summary",
        "to_sklearn",
        "__version__",
    }
    assert all(hasattr(plotting, name) for name in plotting.__all__)
