# SPDX-License-Identifier: BSD-3-Clause
"""The types that checkers read, in files beside the modules: they are those of the code, and users get them."""

import ast
import inspect
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

import sksoftmax
from tests.public import is_ours

PACKAGE = Path(sksoftmax.__file__).parent
MODULES = {
    "sksoftmax": PACKAGE / "__init__.pyi",
    "sksoftmax.callbacks": PACKAGE / "callbacks.pyi",
    "sksoftmax.dask": PACKAGE / "dask.pyi",
    "sksoftmax.datasets": PACKAGE / "datasets/__init__.pyi",
    "sksoftmax.plotting": PACKAGE / "plotting/__init__.pyi",
}
NOT_TYPED = {"__version__"}


def declarations(path):
    """The classes and functions of a file of types by name; of an overloaded function all that it takes."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.FunctionDef):
            found[node.name] = {**parameters_of(node), **found.get(node.name, {})}
    return found


def members(name, declared):
    """{method: parameters} and names of attributes of a class, those of its bases in the same file included."""
    methods, attributes, node = {}, set(), declared[name]
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    for base in (base.id for base in bases if base.id in declared):
        inherited, theirs = members(base, declared)
        methods, attributes = {**inherited, **methods}, attributes | theirs
    for item in node.body:
        if isinstance(item, ast.AnnAssign):
            attributes.add(item.target.id)
        elif isinstance(item, ast.FunctionDef) and any(
            isinstance(each, ast.Name) and each.id == "property" for each in item.decorator_list
        ):
            attributes.add(item.name)
        elif isinstance(item, ast.FunctionDef):
            methods[item.name] = parameters_of(item)
    return methods, attributes


def parameters_of(function):
    """{name: (kind, whether it has a default)} without self and cls."""
    given = function.args
    positional = given.posonlyargs + given.args
    n_needed = len(positional) - len(given.defaults)
    found = {arg.arg: ("positional", i >= n_needed) for i, arg in enumerate(positional)}
    found |= {arg.arg: ("keyword", value is not None) for arg, value in zip(given.kwonlyargs, given.kw_defaults)}
    found |= {arg.arg: ("any", False) for arg in (given.vararg, given.kwarg) if arg}
    return {name: value for name, value in found.items() if name not in ("self", "cls")}


def parameters_in_code(function):
    kinds = {"POSITIONAL_OR_KEYWORD": "positional", "KEYWORD_ONLY": "keyword"}
    return {
        name: (kinds.get(parameter.kind.name, "any"), parameter.default is not parameter.empty)
        for name, parameter in inspect.signature(function).parameters.items()
        if name not in ("self", "cls")
    }


def documented_attributes(public):
    _, _, section = inspect.getdoc(public).partition("\nAttributes\n----------\n")
    names = re.findall(r"^(\w.*) : ", section.partition("\n----")[0], re.MULTILINE)
    return [name for each in names for name in each.split(", ")]


@pytest.mark.parametrize("module", MODULES)
def test_every_public_signature_has_its_types(module):
    if module == "sksoftmax.dask":
        pytest.importorskip("dask", reason="dask is not installed")
    code, declared = import_module(module), declarations(MODULES[module])
    for name in set(code.__all__) - NOT_TYPED:
        public = getattr(code, name)
        if not inspect.isclass(public):
            assert declared[name] == parameters_in_code(public), name
            continue
        methods, attributes = members(name, declared)
        for method in ["__init__", *(each for each in dir(public) if each[0] != "_")]:
            in_code = getattr(public, method)
            if callable(in_code) and is_ours(in_code):
                assert methods[method] == parameters_in_code(in_code), f"{name}.{method}"
        for attribute in documented_attributes(public):
            assert attribute in attributes or attribute in methods["__init__"], f"{name}.{attribute}"


@pytest.mark.slow
@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_what_users_call_has_types(tmp_path):
    calls = Path(__file__).with_name("calls.py")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(calls)]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
