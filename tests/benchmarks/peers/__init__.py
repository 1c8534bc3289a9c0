# SPDX-License-Identifier: BSD-3-Clause
"""The same training by other libraries, a module for each; scikit-learn is always there.

Each module has `train`, and CONTESTANTS, the forms of it that are compared, by name.
"""

from importlib import import_module
from importlib.util import find_spec

LIBRARIES = {"PyTorch": "torch", "JAX": "jax", "mlxtend": "mlxtend"}
MODULES = {"PyTorch": "pytorch", "JAX": "jax", "mlxtend": "mlxtend"}


def missing():
    """Names of the peers that are not installed."""
    return [name for name, library in LIBRARIES.items() if find_spec(library) is None]


def installed(*names):
    """{name: its module} of those of the named peers that are installed."""
    absent = missing()
    return {name: import_module(f"{__name__}.{MODULES[name]}") for name in names if name not in absent}
