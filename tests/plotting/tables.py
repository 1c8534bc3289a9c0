# SPDX-License-Identifier: BSD-3-Clause
"""A table with numbers and categories."""

import numpy as np
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

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


def encoded_by(encoder):
    """Scales its numbers, encodes its categories as told."""
    return ColumnTransformer([("x", encoder, ["city", "pays with"]), ("n", MinMaxScaler(), ["age", "income"])])


# Affine steps on a frame of the columns a, b, c, d.
FRAMES = {
    "scaler": [StandardScaler()],
    "all by name": [ColumnTransformer([("a", StandardScaler(), ["a", "b"]), ("b", MinMaxScaler(), ["c", "d"])])],
    "in another order": [ColumnTransformer([("a", StandardScaler(), ["d", "b"]), ("b", "passthrough", ["c", "a"])])],
    "some dropped": [ColumnTransformer([("a", StandardScaler(), ["a", "c"])])],
    "remainder": [ColumnTransformer([("a", RobustScaler(), ["b"])], remainder="passthrough")],
    "selector": [ColumnTransformer([("a", MaxAbsScaler(), make_column_selector(dtype_include=float))])],
    "inner pipeline": [ColumnTransformer([("a", make_pipeline(StandardScaler(), PCA(2)), ["a", "b", "c"])])],
    "imputer": [SimpleImputer(), StandardScaler()],
    "frames between": [StandardScaler().set_output(transform="pandas"), PCA(3).set_output(transform="pandas")],
    "union": [FeatureUnion([("a", StandardScaler()), ("b", PCA(2))])],
    "selection": [ColumnTransformer([("a", "passthrough", ["a", "b", "c", "d"])]), SelectKBest(k=2)],
    "function": [FunctionTransformer(lambda X: 2 * X, feature_names_out="one-to-one")],
}

# Of categories, to which no step is affine.
ENCODERS = {
    "one-hot": OneHotEncoder(sparse_output=False),
    "sparse": OneHotEncoder(),
    "ignoring": OneHotEncoder(handle_unknown="ignore", drop="first"),
    "rare": OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.2),
    "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    "target": TargetEncoder(cv=2),
}
