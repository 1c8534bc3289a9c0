# SPDX-License-Identifier: BSD-3-Clause
"""Images of digits: ten tiny ones, and MNIST from disk or over the network."""

from sksoftmax.datasets._mnist import fetch_mnist, load_mnist
from sksoftmax.datasets._tiny_digits import load_tiny_digits, make_noisy_digits

__all__ = ["fetch_mnist", "load_mnist", "load_tiny_digits", "make_noisy_digits"]
