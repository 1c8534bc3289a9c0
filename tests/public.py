# SPDX-License-Identifier: BSD-3-Clause
"""What the package offers: its public modules, the names that they list, and the methods of the classes among them."""

import inspect
from importlib import import_module
from pkgutil import iter_modules

import sksoftmax


def public_modules():
    """Those whose names have no underscore, by name; what needs packages that are not installed is left out."""
    found = {"sksoftmax": sksoftmax}
    for _, name, _ in iter_modules(sksoftmax.__path__, "sksoftmax."):
        if not name.startswith("sksoftmax._"):
            try:
                found[name] = import_module(name)
            except ImportError:
                assert name in NEED_EXTRAS, name
    return found


NEED_EXTRAS = {"sksoftmax.dask", "sksoftmax.onnx"}
MODULES = public_modules()
# Classes and functions by their full names.
NAMES = {
    f"{name}.{listed}": getattr(module, listed)
    for name, module in MODULES.items()
    for listed in module.__all__
    if listed != "__version__"
}
CLASSES = {name: public for name, public in NAMES.items() if inspect.isclass(public)}
FUNCTIONS = {name: public for name, public in NAMES.items() if not inspect.isclass(public)}


def is_ours(member):
    """Whether a method is written here rather than inherited from scikit-learn."""
    return (getattr(inspect.unwrap(member), "__module__", None) or "").startswith("sksoftmax")


METHODS = {
    f"{name}.{method}": member
    for name, cls in CLASSES.items()
    for method, member in inspect.getmembers(cls, callable)
    if not method.startswith("_") and is_ours(member)
}
