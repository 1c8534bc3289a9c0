# SPDX-License-Identifier: BSD-3-Clause
"""How many samples make a batch where nobody says.

A step takes a fixed time for its calls, and time for each of its samples. A batch as large as makes the second about
twice the first costs little more than a smaller one, and its learning rate grows with it (``smoothness``).
"""

import math
from itertools import pairwise

# The calls of a step, in the unit of the costs below: about half a nanosecond, that of a multiplication by a weight,
# forward and back.
CALLS = 120_000
# Reading a feature; the exponential of a unit, forward and back; the rest of a sample.
FEATURE, UNIT, SAMPLE = 3.2, 16.0, 40.0
SMALLEST, LARGEST = 32, 1024
# With fewer steps an epoch gets hardly anywhere.
STEPS_PER_EPOCH = 8
# But samples that have more values than there are samples are nearly orthogonal, and steps on twice as many may be
# twice as long: without hidden layers an epoch then gets as far with this few.
WIDE_STEPS_PER_EPOCH = 2


def automatic_batch_size(n_samples, sizes, n_values=None):
    """A power of two for a network of layer sizes (d, ..., K).

    n_samples : int
    n_values : mean number of values of a sample that are stored, or None for all d
    """
    n_values = sizes[0] if n_values is None else n_values
    weights = sizes[1] * n_values + sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes[1:]))
    cost = weights + FEATURE * n_values + UNIT * sum(sizes[1:]) + SAMPLE
    if len(sizes) == 2 and n_samples < n_values:
        most = n_samples / WIDE_STEPS_PER_EPOCH
    else:
        most = min(CALLS / cost, n_samples / STEPS_PER_EPOCH)
    return min(max(2 ** round(math.log2(most)), SMALLEST), LARGEST)
