# SPDX-License-Identifier: BSD-3-Clause
"""The version of the package, and pickles that say which one made them."""

import warnings

from sklearn.exceptions import InconsistentVersionWarning

__version__ = "0.1.0"

MADE_WITH = "_sksoftmax_version"


class Versioned:
    """An estimator whose state names the version; that of another minor version is loaded with a warning."""

    def __getstate__(self):
        return {**super().__getstate__(), MADE_WITH: __version__}

    def __setstate__(self, state):
        state = dict(state)
        made_with = state.pop(MADE_WITH, "unknown")
        if _minor(made_with) != _minor(__version__):
            warnings.warn(
                InconsistentVersionWarning(
                    estimator_name=f"sksoftmax.{type(self).__name__}",
                    current_sklearn_version=__version__,
                    original_sklearn_version=made_with,
                ),
                stacklevel=2,
            )
        super().__setstate__(state)


def _minor(version):
    return version.split(".")[:2]
