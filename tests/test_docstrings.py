# SPDX-License-Identifier: BSD-3-Clause
"""Docstrings say what the code does."""

import doctest
import inspect
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import load_digits

from sksoftmax import (
    SoftmaxRegression,
    SoftmaxRegressionCV,
    TinyMLPClassifier,
    VectorizedGridSearchCV,
    VectorizedRandomizedSearchCV,
    plotting,
)
from tests.pages import DOCS, PAGES
from tests.public import CLASSES, FUNCTIONS, METHODS, MODULES, NAMES, NEED_EXTRAS

ESTIMATORS = [SoftmaxRegression, TinyMLPClassifier, SoftmaxRegressionCV]
SEARCHES = [VectorizedGridSearchCV, VectorizedRandomizedSearchCV]
PICTURES = {f"sksoftmax.plotting.{name}" for name in plotting.__all__}


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
    for name, function in [*FUNCTIONS.items(), *METHODS.items()]:
        yield pytest.param(function, function.__doc__, id=name)
    for name, cls in CLASSES.items():
        yield pytest.param(cls, cls.__doc__, id=name)


@pytest.mark.parametrize(("function", "doc"), list(callables()))
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


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_examples_in_docstrings_run(name):
    finder, runner = doctest.DocTestFinder(recurse=True), doctest.DocTestRunner()
    for test in finder.find(NAMES[name], globs={}):
        if test.examples:
            runner.run(test)
    plt.close("all")
    assert runner.tries > 0
    assert runner.failures == 0


# What numpydoc asks for and the docstrings do without.
NOT_ASKED = {
    "RT02": "a single returned value has a name, which says more than its type alone",
    "GL02": "the shared parts are filled in after the docstring was cleaned",
    "ES01": "where the first line says it all there is no more",
    "EX01": "the example of a class shows its methods",
    "SA01": "what has no relatives names none",
    "SS05": "the first line of what returns something is the name of that",
}


@pytest.mark.parametrize("name", [*NAMES, *METHODS])
def test_docstrings_are_as_numpydoc_wants_them(name):
    numpydoc = pytest.importorskip("numpydoc.validate", reason="numpydoc is not installed")

    class Validator(numpydoc.Validator):
        # It takes class methods for attributes.
        is_function_or_method = property(lambda self: inspect.isroutine(self.obj))

        def __init__(self, obj_name):
            super().__init__(numpydoc.get_doc_object(self._load_obj(obj_name)))

    errors = numpydoc.validate(name, Validator)["errors"]
    assert not [message for code, message in errors if code not in NOT_ASKED]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_snippets_of_the_documentation_run(page):
    assert doctest.testfile(str(page), module_relative=False).failed == 0
    plt.close("all")


@pytest.mark.slow
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


@pytest.mark.parametrize("name", CLASSES)
def test_shared_parts_of_docstrings_are_filled_in(name):
    doc = CLASSES[name].__doc__
    assert not re.findall(r"^ *{[A-Z_]+}$", doc, re.MULTILINE)
    for number in re.findall(r"\[(\d)\]_", doc):
        assert f".. [{number}]" in doc


@pytest.mark.parametrize("cls", SEARCHES, ids=lambda cls: cls.__name__)
def test_every_attribute_of_a_fitted_search_is_documented(cls, datasets):
    estimator = SoftmaxRegression(max_iter=5, tol=None, random_state=0)
    search = cls(estimator, {"l2": np.logspace(-3, -1, 10)}, cv=2).fit(*datasets["iris"])
    for name in vars(search):
        if name.endswith("_"):
            assert re.search(rf"\b{name}\b.* :", cls.__doc__), name


def test_the_reference_lists_every_public_name():
    listed = re.findall(r"^   (sksoftmax\.[\w.]+)$", (DOCS / "api.rst").read_text(), re.MULTILINE)
    assert len(listed) == len(set(listed))
    missing = {name for name in listed if name not in NAMES}
    # Those of modules whose extras are not installed.
    assert all(name.startswith(tuple(NEED_EXTRAS - set(MODULES))) for name in missing)
    assert set(listed) - missing == set(NAMES)
