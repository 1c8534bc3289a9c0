# SPDX-License-Identifier: BSD-3-Clause
"""Write what this version pickles, beside this file, for later ones to load: ``python -m tests.pickles.write``.

To be run once for a release, with the oldest supported versions, whose pickles later ones load. A file holds fitted
estimators, as far as predictions depend on them, and the probabilities of each for iris. What training goes on from is
left out: that is for the version which wrote it.
"""

import pickle
from pathlib import Path

from sklearn.datasets import load_iris

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier, __version__


def models(X, y):
    """Fitted estimators, some of them to go on with."""
    settings = {"max_iter": 5, "tol": None, "random_state": 0}
    yield SoftmaxRegression(**settings).fit(X, y)
    yield SoftmaxRegression(solver="lbfgs", max_iter=5, tol=None).fit(X, y)
    yield SoftmaxRegressionCV(l2s=[1e-2], cv=2).fit(X, y)
    for solver in ("sgd", "adam"):
        yield TinyMLPClassifier((3,), solver=solver, **settings).fit(X, y).partial_fit(X, y)


def only_predicting(model):
    """The model without what its training goes on from."""
    vars(model).pop("_training_state", None)
    return model


if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    written = [(model, model.predict_proba(X)) for model in map(only_predicting, models(X, y))]
    (Path(__file__).parent / f"{__version__}.pkl").write_bytes(pickle.dumps(written, protocol=4))
