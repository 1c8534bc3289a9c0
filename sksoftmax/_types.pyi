# SPDX-License-Identifier: BSD-3-Clause
"""Types that the public signatures share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from numpy.typing import ArrayLike, NDArray

class _Shaped(Protocol):
    """A frame, a series or a sparse matrix."""

    @property
    def shape(self) -> tuple[Any, ...]: ...

MatrixLike: TypeAlias = ArrayLike | _Shaped
Floats: TypeAlias = NDArray[np.floating[Any]]
Labels: TypeAlias = NDArray[np.generic]
ObjectArray: TypeAlias = NDArray[np.object_]
Seed: TypeAlias = int | np.random.RandomState | None
Names: TypeAlias = Sequence[str] | NDArray[np.generic]
Sequenced: TypeAlias = Sequence[object] | NDArray[np.generic]
Color: TypeAlias = str | tuple[float, ...]
SingleAxes: TypeAlias = Axes | FigureBase | None
AnyAxes: TypeAlias = Axes | Sequence[Axes] | ObjectArray | FigureBase | None
Solver: TypeAlias = Literal["sgd", "adam", "lbfgs"]
Schedule: TypeAlias = (
    Literal["constant", "exponential", "inverse_time", "invscaling", "step", "cosine", "adaptive"]
    | Callable[[int], float]
)
ClassWeight: TypeAlias = Literal["balanced"] | Mapping[Any, float] | None
