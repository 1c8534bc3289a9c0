# SPDX-License-Identifier: BSD-3-Clause
"""
==================
7. Common mistakes
==================

Seven mistakes that are easy to make with a softmax classifier. Each goes wrong here before your eyes, and is then put
right.
"""

# %%
# The data of the first three: noisy copies of the ten digits, and the gradient descent of page 2.

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectKBest
from sklearn.metrics import ConfusionMatrixDisplay, balanced_accuracy_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression
from sksoftmax.datasets import make_noisy_digits
from sksoftmax.plotting import LossCurveDisplay

X, y = make_noisy_digits(500, flip_probability=0.05, random_state=0)
n = len(y)
truth = np.eye(10)[y]


def softmax(Z):
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %%
# 1. The softmax twice
# --------------------
# **Wrong.** The model ends in a softmax, and the loss function applies another one. This happens where a library's
# loss expects scores, but is given probabilities. Nothing fails, and the loss even falls. But it falls slowly, and
# not far.
#
# The second softmax sees numbers between 0 and 1. At best it sees a single 1 and nine zeros, and makes e / (e + 9) =
# 0.232 of the 1, for exp(1) = e and exp(0) = 1. So the loss can never be below -log 0.232 = 1.46.


def train(twice, n_steps=300, rate=1.0):
    W, losses = np.zeros((10, 25)), []
    for _ in range(n_steps):
        P = softmax(X @ W.T)
        Q = softmax(P) if twice else P
        losses.append(-np.log(Q[np.arange(n), y]).mean())
        error = Q - truth
        if twice:
            # The slope passes through the inner softmax, too.
            error = P * (error - (error * P).sum(axis=1, keepdims=True))
        W -= rate * error.T @ X / n
    return losses


once, twice = train(twice=False), train(twice=True)
floor = -np.log(np.e / (np.e + 9))
print(
    f"loss after 300 steps: softmax once {once[-1]:.2f}, twice {twice[-1]:.2f}; it "
    f"cannot be below {floor:.2f}"
)
assert min(twice) > floor

figure, ax = plt.subplots(figsize=(6.5, 3.3), layout="constrained")
ax.plot(twice, color="C3", label="wrong: softmax twice")
ax.plot(once, color="C0", label="right: softmax once")
ax.axhline(floor, color="C3", linestyle=":", label="it cannot fall below this")
ax.set(xlabel="step", ylabel="loss", ylim=(0, 2.4))
figure.legend(loc="outside upper center", ncols=3)

# %%
# **Right.** Give scores to a loss that expects scores. The sign of the mistake is a loss that stops near 1.46 for ten
# classes. Here scores are ``decision_function``, and probabilities are ``predict_proba``: no softmax is left for you.

clf = SoftmaxRegression(random_state=0).fit(X, y)
assert np.allclose(clf.predict_proba(X), softmax(clf.decision_function(X)))

# %%
# 2. The softmax over the whole table
# -----------------------------------
# **Wrong.** The scores of many images are a table with a row for each. If you divide by the sum of the whole table,
# all numbers together add up to 1, and each image has next to nothing.
#
# **Right.** Each row has its own sum: ``axis=1, keepdims=True``.

Z = clf.decision_function(X[:8])
whole = np.exp(Z) / np.exp(Z).sum()
rows = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
print("sums of the rows, wrong:", whole.sum(axis=1).round(2))
print("sums of the rows, right:", rows.sum(axis=1).round(2))

figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
for ax, values, title in zip(
    axes, (whole, rows), ("wrong: one sum for all", "right: a sum for each row")
):
    picture = ax.imshow(values, cmap="Blues", vmin=0, vmax=1)
    ax.set(
        title=title, xlabel="class", ylabel="image", xticks=range(10), yticks=range(8)
    )
figure.colorbar(picture, ax=axes, label="probability")

# %%
# The wrong table still has its largest number of a row in the right place. So the accuracy looks fine, and only the
# probabilities are nonsense.

assert (whole.argmax(axis=1) == rows.argmax(axis=1)).all()

# %%
# 3. log(0), and exp of something large
# -------------------------------------
# **Wrong.** Compute exp, divide, and take the logarithm, as the formula says. The computer cannot hold exp(1000), and
# it rounds exp(-1000) to 0. Then there is "infinity divided by infinity", or log(0).

scores = np.array([[1000.0, 0.0, -1000.0]])
with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
    powers = np.exp(scores)
    print("as the formula says:     ", powers / powers.sum())
    print("log of the stable softmax:", np.log(softmax(scores)))

# %%
# **Right.** Subtract the largest score before exp. And do not take the logarithm of the probability: write the
# logarithm of the fraction as a difference, :math:`\log p_k = z_k - \log \sum_j e^{z_j}`. It is exact where p itself
# rounds to 0. ``predict_log_proba`` does so.


def log_softmax(Z):
    Z = Z - Z.max(axis=1, keepdims=True)
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


print("logarithm as a difference:", log_softmax(scores))
assert np.isfinite(log_softmax(scores)).all()
assert np.isfinite(clf.predict_log_proba(1000 * X)).all()

gap = np.linspace(0, 1000, 201)
pairs = np.column_stack([gap, np.zeros_like(gap)])
with np.errstate(divide="ignore"):
    through_p = -np.log(softmax(pairs)[:, 1])
figure, ax = plt.subplots(figsize=(5.5, 3), layout="constrained")
ax.plot(gap, -log_softmax(pairs)[:, 1], color="C0", label="right: as a difference")
ax.plot(gap, through_p, "--", color="C3", label="wrong: log of p")
ax.axvspan(750, 1000, color="C3", alpha=0.15, linewidth=0, label="there it is infinite")
ax.set(xlabel="how far the right class is behind", ylabel="loss")
ax.legend()
assert np.isinf(through_p[gap >= 750]).all()

# %%
# 4. A penalty on the intercept
# -----------------------------
# The penalty (page 4) keeps weights small. The intercept is no weight of a feature: it says how frequent a class is.
#
# **Wrong.** Add a column of ones to the data, and penalise its weight with all others. The probabilities are drawn
# towards 50 : 50, whatever is in the data. Here one in ten tumours is malignant.

X_all, y_all = load_breast_cancer(return_X_y=True)
malignant = np.flatnonzero(y_all == 0)[:40]
benign = np.flatnonzero(y_all == 1)
chosen = np.concatenate([malignant, benign])
X_rare, y_rare = (
    StandardScaler().fit_transform(X_all[chosen]),
    (y_all[chosen] == 0).astype(int),
)
with_ones = np.column_stack([X_rare, np.ones(len(y_rare))])

strong = {"solver": "lbfgs", "l2": 1.0, "tol": 1e-8}
wrong = SoftmaxRegression(fit_intercept=False, **strong).fit(with_ones, y_rare)
right = SoftmaxRegression(**strong).fit(X_rare, y_rare)
frequency = y_rare.mean()
means = {
    "frequency\nin the data": frequency,
    "wrong:\npenalised": wrong.predict_proba(with_ones)[:, 1].mean(),
    "right:\nnot penalised": right.predict_proba(X_rare)[:, 1].mean(),
}
figure, ax = plt.subplots(figsize=(4.6, 3.2), layout="constrained")
bars = ax.bar(list(means), list(means.values()), color=["grey", "C3", "C0"])
ax.bar_label(bars, fmt="%.3f")
ax.set(ylabel="mean probability of 'malignant'", ylim=(0, 1.15 * max(means.values())))

# %%
# **Right.** Leave the intercept free, as the classifiers of this package always do. Then the mean probability of a
# class is its frequency, however strong the penalty is.

assert np.isclose(means["right:\nnot penalised"], frequency, atol=1e-4)
assert means["wrong:\npenalised"] > 2 * frequency

# %%
# 5. Features of different size, and a fixed learning rate
# --------------------------------------------------------
# **Wrong.** The wines have features below 1 and others above 1000. The loss is then a long narrow valley: very steep
# along the large feature, nearly flat along the small one. No rate suits both. With 0.001 the loss jumps about.

X_wine, y_wine = load_wine(return_X_y=True)
print("largest value of each feature:", X_wine.max(axis=0).round(1))
fixed = {
    "learning_rate": "constant",
    "learning_rate_init": 0.001,
    "max_iter": 60,
    "tol": None,
    "random_state": 0,
}
with warnings.catch_warnings():
    # It warns that it ended with a loss that is above that of zero weights.
    warnings.simplefilter("ignore", ConvergenceWarning)
    trainings = {
        "wrong: fixed rate, raw": SoftmaxRegression(**fixed).fit(X_wine, y_wine),
        "right: fixed rate, scaled": make_pipeline(
            StandardScaler(), SoftmaxRegression(**fixed)
        ).fit(X_wine, y_wine),
        'right: rate "auto", raw': SoftmaxRegression(
            max_iter=60, tol=None, random_state=0
        ).fit(X_wine, y_wine),
    }
for name, training in trainings.items():
    print(f"{name:25} right: {training.score(X_wine, y_wine):.0%}")
LossCurveDisplay.from_estimators(trainings, yscale="log", curves=["loss"])

# %%
# **Right.** Scale the features, so that one rate suits all. Or leave the rate to the classifier: with
# ``learning_rate_init="auto"``, the default, its steps have the right length for each feature.

accuracies = [training.score(X_wine, y_wine) for training in trainings.values()]
assert accuracies[0] < 0.8 < 0.95 < min(accuracies[1:])

# %%
# 6. Preparing with data that one should not have
# -----------------------------------------------
# A scaler learns from data, too: the mean and the spread of each feature.
#
# **Wrong, first way.** Fit the scaler anew to what is to be predicted. A single wine then becomes all zeros, because
# it is its own mean. So every wine gets the same answer.

X_train, X_test, y_train, y_test = train_test_split(
    X_wine, y_wine, stratify=y_wine, random_state=0
)
scaler = StandardScaler().fit(X_train)
clf = SoftmaxRegression(random_state=0).fit(scaler.transform(X_train), y_train)
anew = [clf.predict(StandardScaler().fit_transform([wine]))[0] for wine in X_test]
same = clf.predict(scaler.transform(X_test))
print(
    f"right, scaler fitted anew for each wine: {np.mean(anew == y_test):.0%};  scaler "
    "of the training: "
    f"{np.mean(same == y_test):.0%}"
)
assert len(set(anew)) == 1

# %%
# **Wrong, second way.** Prepare all data, and cross-validate afterwards. The preparation has then seen the test
# samples, and the score is too good. For a scaler it is a small mistake. For a step that looks at the labels it is a
# large one, such as ``SelectKBest(k=20)``, which keeps the 20 features that go best with the labels. Here are features
# and labels drawn by chance, where nothing can be learned, and 0.5 is the honest accuracy:

rng = np.random.RandomState(0)
noise, coin = rng.normal(size=(100, 2000)), rng.randint(0, 2, size=100)
steps = [StandardScaler(), SelectKBest(k=20), SoftmaxRegression(l2=0.1, random_state=0)]
prepared = make_pipeline(*steps[:2]).fit_transform(noise, coin)
leaking = cross_val_score(steps[2], prepared, coin)
honest = cross_val_score(make_pipeline(*steps), noise, coin)
print(
    f"prepared before: accuracy {leaking.mean():.2f};  prepared inside: "
    f"{honest.mean():.2f}"
)
assert leaking.mean() > 0.75
assert abs(honest.mean() - 0.5) < 0.15

figure, ax = plt.subplots(figsize=(5, 3), layout="constrained")
ax.bar(
    ["wrong:\nprepared before", "right:\na pipeline"],
    [leaking.mean(), honest.mean()],
    color=["C3", "C0"],
)
ax.axhline(0.5, color="grey", linestyle=":", label="chance")
ax.set(ylabel="accuracy on test folds", ylim=(0, 1))
ax.legend()

# %%
# **Right.** Put all steps into a pipeline. Each split then prepares with its training samples alone, and what was
# learned is used again to predict.

# %%
# 7. Accuracy where a class is rare
# ---------------------------------
# **Wrong.** Be content with an accuracy of 0.97. If three samples in a hundred are ill, a classifier that says
# "healthy" to everyone has it.

rng = np.random.RandomState(1)
y_ill = (rng.rand(4000) < 0.03).astype(int)
X_ill = rng.normal(size=(4000, 5)) + 1.2 * y_ill[:, None] * np.array([1, 1, 0, 0, 0])
X_train, X_test, y_train, y_test = train_test_split(
    X_ill, y_ill, stratify=y_ill, random_state=0
)
usual = SoftmaxRegression(random_state=0).fit(X_train, y_train)
balanced = SoftmaxRegression(class_weight="balanced", random_state=0).fit(
    X_train, y_train
)
answers = {
    "always 'healthy'": np.zeros_like(y_test),
    "usual": usual.predict(X_test),
    "balanced": balanced.predict(X_test),
}
print(f"{'':18} accuracy  ill that are found  balanced accuracy")
for name, answer in answers.items():
    found = (answer[y_test == 1] == 1).mean()
    mean_of_classes = balanced_accuracy_score(y_test, answer)
    print(
        f"{name:18} {np.mean(answer == y_test):8.2f} {found:19.0%} "
        f"{mean_of_classes:18.2f}"
    )

figure, axes = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
for ax, (name, answer) in zip(axes, answers.items()):
    names = ["healthy", "ill"]
    ConfusionMatrixDisplay.from_predictions(
        y_test, answer, display_labels=names, ax=ax, colorbar=False, cmap="Blues"
    )
    ax.set_title(name)

# %%
# **Right.** Look at each class by itself: how many of the ill are found? The *balanced accuracy* is the mean of that
# over the classes; always "healthy" gets 0.5. With ``class_weight="balanced"`` a missed ill person costs as much more
# as the ill are rarer. It finds more of them, and raises more false alarms. Which is better depends on what each
# mistake costs.

assert np.mean(answers["always 'healthy'"] == y_test) > 0.96
assert (
    balanced_accuracy_score(y_test, answers["balanced"])
    > balanced_accuracy_score(y_test, answers["usual"]) + 0.1
)

plt.show()
