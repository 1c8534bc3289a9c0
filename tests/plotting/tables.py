# SPDX-License-Identifier: BSD-3-Clause
"""A table with numbers and categories."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sksoftmax import SoftmaxRegression


def trips(n=200, seed=0):
    """(frame, y): age, income, city and payment of travellers, and whether they take a coach, a plane or a train."""
    import pandas as pd

    rng = np.random.RandomState(seed)
    frame = pd.DataFrame(
        {
            "age": rng.randint(18, 80, n),
            "income": rng.gamma(4, 9, n),
            "city": rng.choice(["Bern", "Lyon", "Oslo"], n),
            "pays with": rng.choice(["card", "cash"], n),
        }
    )
    scores = np.column_stack(
        [
            1.5 * (frame["pays with"] == "cash"),
            0.06 * (frame["income"] - 36) + (frame["city"] == "Oslo"),
            0.05 * (frame["age"] - 45),
        ]
    )
    return frame, np.array(["coach", "plane", "train"])[(scores + rng.gumbel(size=scores.shape)).argmax(axis=1)]


def clf(**options):
    return SoftmaxRegression(max_iter=5, tol=None, random_state=0).set_params(**options)


def one_hot():
    """Scales its numbers, encodes its categories."""
    encoder = OneHotEncoder(sparse_output=False)
    return ColumnTransformer(
        [("scaled", StandardScaler(), ["age", "income"]), ("one-hot", encoder, ["city", "pays with"])]
    )
