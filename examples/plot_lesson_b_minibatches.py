# SPDX-License-Identifier: BSD-3-Clause
"""
==========================================
Lesson B: one hidden layer, in minibatches
==========================================

A network with 64 tanh units on pixels scaled to [0, 1], trained by stochastic gradient descent with a learning rate of
0.5 on batches of 32 in the order of the file, for five epochs.
"""

# %%
# The data
# --------

import time

import matplotlib.pyplot as plt
import numpy as np
from lesson import load_images, print_table, save

from sksoftmax import TinyMLPClassifier
from sksoftmax.plotting import (
    LossCurveDisplay,
    ProbabilityBarsDisplay,
    SampleGridDisplay,
    training_snapshots,
)

X_train, y_train, X_test, y_test, is_mnist = load_images()
low, high = X_train.min(), X_train.max()
X_train, X_test = (
    (X.astype(np.float32) - low) / (high - low) for X in (X_train, X_test)
)
figures = {
    "first": SampleGridDisplay.from_predictions(X_train, y_train, n_samples=25).figure_
}

# %%
# A network that knows nothing
# ----------------------------
# An untrained network says something, but it means nothing; after 200 steps on the first five images alone it knows
# them.

net = TinyMLPClassifier(
    (64,),
    "tanh",
    l2=0.0,
    batch_size=32,
    learning_rate="constant",
    learning_rate_init=0.5,
    momentum=0.0,
    shuffle=False,
    max_iter=5,
    tol=None,
    store_minibatch_loss=True,
    random_state=0,
)
(untrained,) = training_snapshots(net, X_train, y_train, epochs=[0])
figures["untrained"] = ProbabilityBarsDisplay.from_estimator(
    untrained, X_train[:5], y_train[:5]
).figure_
five = TinyMLPClassifier(
    (64,),
    l2=0.0,
    batch_size=5,
    learning_rate="constant",
    learning_rate_init=0.5,
    momentum=0.0,
    max_iter=200,
    tol=None,
)
five.set_params(random_state=0).fit(X_train[:5], y_train[:5])
certain = five.predict_proba(X_train[:5])[
    np.arange(5), np.searchsorted(five.classes_, y_train[:5])
]
print(f"probabilities of the five digits after 200 steps: {np.round(certain, 4)}\n")

# %%
# The loss of every minibatch
# ---------------------------

started = time.perf_counter()
net.fit(X_train, y_train)
seconds = time.perf_counter() - started
figures["minibatches"] = LossCurveDisplay.from_estimator(
    net, curves=["minibatch_loss"], yscale="log"
).figure_

# %%
# A constant learning rate keeps on jumping about; one that falls to zero by the end of training, along a cosine, does
# better in the same five epochs.

falling = TinyMLPClassifier(**{**net.get_params(), "learning_rate": "cosine"}).fit(
    X_train, y_train
)

# %%
# Five test images
# ----------------

figures["test"] = ProbabilityBarsDisplay.from_estimator(
    falling, X_test[:5], y_test[:5]
).figure_

# %%
# Softmax twice
# -------------
# The lesson's network ends in a softmax, and its loss applies another one to the result. The outputs of the first lie
# between 0 and 1, so that the second cannot come near a one: the largest probability of ten is e / (e + 9), and the
# loss never falls below log(1 + 9 / e). It still sorts the classes in the same order, so that the accuracy is fair; but
# the gradient fades where the network is sure, right or wrong, and the probabilities mean nothing.

most = np.e / (np.e + 9)
print(
    f"softmax twice: probabilities of at most {most:.3f}, a loss of at least "
    f"{-np.log(most):.3f}\n"
)

rows = [
    ("training accuracy, constant learning rate", 0.970, net.score(X_train, y_train)),
    ("test accuracy, constant learning rate", 0.9615, net.score(X_test, y_test)),
    (
        "training accuracy, learning rate along a cosine",
        None,
        falling.score(X_train, y_train),
    ),
    (
        "test accuracy, learning rate along a cosine",
        None,
        falling.score(X_test, y_test),
    ),
    ("the last epoch's mean loss, constant learning rate", None, net.loss_curve_[-1]),
    ("smallest probability of five digits after 200 steps", None, certain.min()),
    ("seconds for five epochs", None, seconds),
]
print_table(
    "MNIST" if is_mnist else "scikit-learn's digits; the lesson has MNIST", rows
)
save(figures, "b")
plt.show()
