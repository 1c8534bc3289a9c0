# SPDX-License-Identifier: BSD-3-Clause
"""MNIST, and every dataset in its format."""

import os
import reprlib
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn.datasets import fetch_openml
from sklearn.utils import Bunch

from sksoftmax.datasets._flags import check_flags
from sksoftmax.datasets._mnist_files import read_folder, read_npz

SUBSETS = {"train": ("train",), "test": ("test",), "all": ("train", "test")}
ALLOWED = "a folder of IDX files or a .npz file"
N_TRAIN, SIDE = 60_000, 28
DESCRIPTION = "{n} images of {height} x {width} pixels with labels, read from {source}."


def load_mnist(path, *, subset="train", as_images=False, dtype=None, return_X_y=False, mmap=False):
    """Load MNIST, or a dataset in its format, from files.

    Parameters
    ----------
    path : str or Path
        What to read; a leading ``~`` is the home directory.

        - A folder with IDX files: ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, ``t10k-images-idx3-ubyte``,
          ``t10k-labels-idx1-ubyte``, with ``.gz`` or without, with ``.`` for the second hyphen, ``test`` for ``t10k``,
          and the name of the dataset in front (as in ``emnist-digits-train-images-idx3-ubyte.gz``).
        - A ``.npz`` file with the arrays ``x_train``, ``y_train``, ``x_test`` and ``y_test``, in any case.
    subset : {"train", "test", "all"}, default="train"
        Which samples; "all" has the training samples first.
    as_images : bool, default=False
        Whether `data` has the shape (n_samples, height, width) instead of (n_samples, height * width).
    dtype : dtype or None, default=None
        None keeps the bytes, from 0 to 255. A float type gives numbers from 0 to 1, the bytes divided by 255.
    return_X_y : bool, default=False
        Whether to return `(data, target)` instead of a Bunch.
    mmap : bool, default=False
        Whether `data` is a read-only memory map of a file that is not compressed, of which only what is looked at is
        read. Not with a `dtype`, nor with ``subset="all"``.

    Returns
    -------
    mnist : :class:`~sklearn.utils.Bunch`
        With the attributes

        data : ndarray of shape (n_samples, n_features), uint8 or `dtype`
            Pixels, row by row.
        target : ndarray of shape (n_samples,), int64
            Labels.
        target_names : ndarray of shape (n_classes,)
            The labels that occur.
        DESCR : str
            A description.
    (data, target) : tuple
        With `return_X_y`.

    Raises
    ------
    FileNotFoundError
        If `path`, or a file in the folder, does not exist.
    TypeError
        If `path` is neither a str nor a Path.
    ValueError
        If a file is damaged, is something else, or does not belong to the others, with what was found and what was
        expected; or if a parameter is not allowed.

    See Also
    --------
    fetch_mnist : The same over the network.

    Examples
    --------
    >>> from sksoftmax.datasets import load_mnist
    >>> X, y = load_mnist("mnist", return_X_y=True)  # doctest: +SKIP
    >>> X.shape, X.dtype  # doctest: +SKIP
    ((60000, 784), dtype('uint8'))
    """
    _check_subset(subset)
    check_flags(as_images=as_images, return_X_y=return_X_y, mmap=mmap)
    dtype = _checked_dtype(dtype)
    if mmap and (dtype != np.uint8 or subset == "all"):
        raise ValueError("mmap == True needs dtype=None and subset 'train' or 'test': a map is of one file as it is.")
    path = _checked_path(path)
    if path.is_dir():
        read = [read_folder(path, part, mmap) for part in SUBSETS[subset]]
    else:
        if mmap:
            raise ValueError(f"mmap == True needs IDX files that are not compressed, got {path}.")
        read = read_npz(path, SUBSETS[subset])
    shapes = {images.shape[1:] for images, _ in read}
    if len(shapes) > 1:
        raise ValueError(f"{path} has images of the shapes {sorted(shapes)}, must have the same for training and test.")
    images, target = (arrays[0] if len(arrays) == 1 else np.concatenate(arrays) for arrays in zip(*read))
    return _returned(images, target, as_images, dtype, return_X_y, path)


def fetch_mnist(*, data_home=None, subset="train", as_images=False, dtype=None, return_X_y=False):
    """Load MNIST from OpenML, by :func:`sklearn.datasets.fetch_openml`, which keeps a copy on disk.

    Parameters
    ----------
    data_home : str or Path, default=None
        Folder for the copy. None means that of scikit-learn.
    subset : {"train", "test", "all"}, default="train"
        The first 60,000 images, the last 10,000, or all.
    as_images : bool, default=False
        As for :func:`load_mnist`.
    dtype : dtype or None, default=None
        As for :func:`load_mnist`.
    return_X_y : bool, default=False
        As for :func:`load_mnist`.

    Returns
    -------
    mnist : :class:`~sklearn.utils.Bunch`
        As of :func:`load_mnist`.
    (data, target) : tuple
        With `return_X_y`.

    Raises
    ------
    OSError
        If there is no copy, and no network.
    ValueError
        If a parameter is not allowed.

    Examples
    --------
    >>> from sksoftmax.datasets import fetch_mnist
    >>> mnist = fetch_mnist()  # doctest: +SKIP
    """
    _check_subset(subset)
    check_flags(as_images=as_images, return_X_y=return_X_y)
    dtype = _checked_dtype(dtype)
    try:
        # Without pandas there is a slower parser.
        parser = "pandas" if find_spec("pandas") else "liac-arff"
        fetched = fetch_openml("mnist_784", version=1, data_home=data_home, as_frame=False, parser=parser)
    except OSError as error:
        raise OSError(
            f"MNIST cannot be fetched ({error}). If its files are on disk, use sksoftmax.datasets.load_mnist(path)."
        ) from error
    rows = {"train": slice(0, N_TRAIN), "test": slice(N_TRAIN, None), "all": slice(None)}[subset]
    images = np.asarray(fetched.data[rows]).astype(np.uint8).reshape(-1, SIDE, SIDE)
    return _returned(images, np.asarray(fetched.target[rows]).astype(np.int64), as_images, dtype, return_X_y, "OpenML")


def _check_subset(subset):
    if not isinstance(subset, str) or subset not in SUBSETS:
        raise ValueError(f"subset == {reprlib.repr(subset)}, must be one of {list(SUBSETS)}.")


def _checked_dtype(dtype):
    with suppress(SyntaxError, TypeError, ValueError):
        checked = np.dtype(np.uint8 if dtype is None else dtype)
        if checked == np.uint8 or checked.kind == "f":
            return checked
    raise ValueError(f"dtype == {reprlib.repr(dtype)}, must be None, uint8 or a float type.")


def _checked_path(path):
    try:
        checked = Path(os.path.expanduser(path))
    except TypeError:
        raise TypeError(f"path == {reprlib.repr(path)}, must be a str or Path: {ALLOWED}.") from None
    if not checked.exists():
        raise FileNotFoundError(f"path == {str(checked)!r} does not exist, must be {ALLOWED}.")
    # A pipe would have to be waited for, a device may have no end.
    if not checked.is_dir() and not (checked.suffix == ".npz" and checked.is_file()):
        raise ValueError(f"path == {str(checked)!r}, must be {ALLOWED}, and no pipe or device.")
    return checked


def _returned(images, target, as_images, dtype, return_X_y, source):
    n, height, width = images.shape
    if dtype != np.uint8:
        images = images.astype(dtype)
        images /= dtype.type(255)
    data = images if as_images else images.reshape(n, height * width)
    if return_X_y:
        return data, target
    description = DESCRIPTION.format(n=n, height=height, width=width, source=source)
    return Bunch(data=data, target=target, target_names=np.unique(target), DESCR=description)
