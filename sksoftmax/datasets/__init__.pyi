# SPDX-License-Identifier: BSD-3-Clause
from os import PathLike
from typing import Literal, TypeAlias, overload

from numpy.typing import DTypeLike
from sklearn.utils import Bunch

from sksoftmax._types import Floats, Labels, Seed

__all__ = ["fetch_mnist", "load_mnist", "load_tiny_digits", "make_noisy_digits"]

_Subset: TypeAlias = Literal["train", "test", "all"]

class _Digits(Bunch):
    data: Labels
    target: Labels
    target_names: Labels
    DESCR: str

@overload
def fetch_mnist(
    *,
    data_home: str | PathLike[str] | None = ...,
    subset: _Subset = ...,
    as_images: bool = ...,
    dtype: DTypeLike = ...,
    return_X_y: Literal[False] = ...,
) -> _Digits: ...
@overload
def fetch_mnist(
    *,
    data_home: str | PathLike[str] | None = ...,
    subset: _Subset = ...,
    as_images: bool = ...,
    dtype: DTypeLike = ...,
    return_X_y: Literal[True],
) -> tuple[Labels, Labels]: ...
@overload
def load_mnist(
    path: str | PathLike[str],
    *,
    subset: _Subset = ...,
    as_images: bool = ...,
    dtype: DTypeLike = ...,
    return_X_y: Literal[False] = ...,
    mmap: bool = ...,
) -> _Digits: ...
@overload
def load_mnist(
    path: str | PathLike[str],
    *,
    subset: _Subset = ...,
    as_images: bool = ...,
    dtype: DTypeLike = ...,
    return_X_y: Literal[True],
    mmap: bool = ...,
) -> tuple[Labels, Labels]: ...
@overload
def load_tiny_digits(*, return_X_y: Literal[False] = ..., as_frame: bool = ...) -> _Digits: ...
@overload
def load_tiny_digits(*, return_X_y: Literal[True], as_frame: bool = ...) -> tuple[Labels, Labels]: ...
def make_noisy_digits(
    n_samples: int = ..., flip_probability: float = ..., random_state: Seed = ...
) -> tuple[Floats, Labels]: ...
