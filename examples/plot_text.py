# SPDX-License-Identifier: BSD-3-Clause
"""
====================
What texts are about
====================

Paragraphs of documentation, a class for each module that they are from: words become tens of thousands of features, of
which a paragraph has a few dozen, and the coefficients tell which words speak for which module.
"""

# %%
# Texts that SciPy ships
# ----------------------
# Each paragraph of the documentation of a function of SciPy is a text. Those of a function are all for training or all
# for the test, so that no test paragraph has a brother that the model knows.

import importlib
import inspect
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline

from sksoftmax import SoftmaxRegression

MODULES = [
    "interpolate",
    "linalg",
    "ndimage",
    "optimize",
    "signal",
    "sparse",
    "special",
    "stats",
]
texts, modules, functions = [], [], []
for module in MODULES:
    members = importlib.import_module(f"scipy.{module}")
    for name in members.__all__:
        for paragraph in (inspect.getdoc(getattr(members, name)) or "").split("\n\n"):
            if len(paragraph) > 100:
                texts.append(paragraph)
                modules.append(module)
                functions.append(f"{module}.{name}")
texts, modules = np.array(texts), np.array(modules)
train, test = next(
    GroupShuffleSplit(1, test_size=0.3, random_state=0).split(texts, modules, functions)
)
print(
    f"{len(train)} texts for training, {len(test)} for the test, {len(MODULES)} modules"
)

# %%
# Words and pairs of words, weighted
# ----------------------------------
# The matrix is sparse and stays so. A step of training touches the words of its texts, not the whole vocabulary.

words = TfidfVectorizer(
    stop_words="english",
    token_pattern="[A-Za-z]{3,}",
    ngram_range=(1, 2),
    sublinear_tf=True,
)
model = make_pipeline(words, SoftmaxRegression(random_state=0)).fit(
    texts[train], modules[train]
)
X = words.transform(texts[train])
print(f"{X.shape[1]} features, of which a text has {X.nnz / X.shape[0]:.0f}")
print(f"accuracy on the test set: {model.score(texts[test], modules[test]):.3f}")

# %%
# No vocabulary at all
# --------------------
# ``HashingVectorizer`` has a million columns and learns nothing, so that texts may also come in a stream. Columns that
# no text has take no time.

hashed = make_pipeline(
    HashingVectorizer(stop_words="english"), SoftmaxRegression(random_state=0)
)
hashed.fit(texts[train], modules[train])
print(
    f"hashed to {hashed[-1].coef_.shape[1]} columns: "
    f"{hashed.score(texts[test], modules[test]):.3f}"
)

# %%
# The most telling words
# ----------------------
# A coefficient says how much a word speaks for a module. Those of a word sum to zero over the modules.

clf, vocabulary = model[-1], words.get_feature_names_out()
figure, panels = plt.subplots(2, 4, figsize=(12, 6), layout="constrained")
for ax, module, coef in zip(panels.flat, clf.classes_, clf.coef_):
    best = np.argsort(coef)[-10:]
    ax.barh(vocabulary[best], coef[best])
    ax.set(title=module)
figure.suptitle("Words with the largest coefficients")

# %%
# The figure as a file
# --------------------

folder = Path("sksoftmax-figures")
folder.mkdir(exist_ok=True)
figure.savefig(folder / "telling_words.png", dpi=120)
print(f"saved {folder / 'telling_words.png'}")
plt.show()
