# SPDX-License-Identifier: BSD-3-Clause
"""Time of predict_proba for one sample and for the test samples, beside scikit-learn and onnxruntime.

Each beside the estimator of scikit-learn that makes the same products, trained for two iterations on the same float32
samples, beside what `to_sklearn` makes of it, and beside its ONNX graph of float32, on one core. A measurement for one
sample is the median of many calls.
"""

from functools import partial
from importlib.util import find_spec
from statistics import median

from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, to_sklearn
from tests.benchmarks.measure import interleaved, ratios, seconds
from tests.benchmarks.report import Row
from tests.benchmarks.threads import one_core

N_TRAIN = 1_000
PAIRS = [
    (SoftmaxRegression(max_iter=2), LogisticRegression(max_iter=2)),
    (TinyMLPClassifier((64,), max_iter=2), MLPClassifier((64,), max_iter=2)),
]
HAS_ONNX = all(find_spec(name) is not None for name in ("skl2onnx", "onnxruntime"))


def rows(conditions, n_calls=300):
    """Rows of ours in microseconds, and of the others as multiples of ours."""
    data = conditions.data.first(N_TRAIN)
    cases = {"1 sample": (data.X_test[:1], n_calls, ">= 1")}
    cases[f"{len(data.X_test)} samples"] = data.X_test, 3, ">= 1.2"
    with one_core():
        for pair in PAIRS:
            ours, theirs = (model.fit(data.X, data.y) for model in pair)
            name, peer = type(ours).__name__, type(theirs).__name__
            predict = {name: ours.predict_proba, peer: theirs.predict_proba, **exported(ours, data.X)}
            for case, (X, calls, target) in cases.items():
                times = interleaved(
                    {contestant: partial(call_seconds, call, X, calls) for contestant, call in predict.items()},
                    conditions.repeats,
                )
                yield Row(f"{name}, {case}", name, "us", times[name] / 1e-6)
                for contestant, value in ratios(times, name).items():
                    yield Row(f"{name}, {case}", contestant, "times ours", value, target if contestant == peer else "")


def exported(model, X):
    """{name: function of samples} of what a fitted model becomes where this package is not installed."""
    return {"to_sklearn": to_sklearn(model).predict_proba, **({"onnxruntime": graph(model, X)} if HAS_ONNX else {})}


def graph(model, X):
    """A function that runs the ONNX graph of a fitted model on one thread."""
    import onnxruntime
    from skl2onnx import to_onnx

    import sksoftmax.onnx  # noqa: F401

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    written = to_onnx(model, X[:1], options={"zipmap": False}).SerializeToString()
    session = onnxruntime.InferenceSession(written, options, providers=["CPUExecutionProvider"])
    return lambda X: session.run(["probabilities"], {"X": X})[0]


def call_seconds(call, X, n_calls):
    """Median seconds of a call."""
    return median(seconds(call, X) for _ in range(n_calls))
