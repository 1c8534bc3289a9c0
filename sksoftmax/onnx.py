# SPDX-License-Identifier: BSD-3-Clause
"""ONNX: importing this module makes skl2onnx convert the estimators, alone, in pipelines and other meta-estimators.

A graph has the labels and probabilities of the estimator. It computes in float64 where its input is float64, else in
float32. Boolean labels are int64 there, as those of scikit-learn's classifiers are. The options are:

zipmap : True by default, probabilities as dictionaries, which skl2onnx can make of float32 only; False, an array; or
    "columns", an output for each class
nocl : True, labels are the numbers of the classes
output_class_labels : True, the labels are an output, if they are int32, int64 or strings; needs ``zipmap=False``
raw_scores : True, the logits (n_samples, n_classes), also for two classes, in place of the probabilities

Scores beyond the largest float are infinite or nan in a graph.
"""

import numpy as np
from scipy import sparse
from skl2onnx import update_registered_converter
from skl2onnx.algebra import onnx_ops as ops
from skl2onnx.common.data_types import BooleanTensorType, DoubleTensorType, Int64TensorType
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from skl2onnx.common.utils_classifier import get_label_classes
from skl2onnx.proto import TensorProto

from sksoftmax._softmax_regression import SoftmaxRegression
from sksoftmax._softmax_regression_cv import SoftmaxRegressionCV
from sksoftmax._tiny_mlp import TinyMLPClassifier

__all__ = []

OPTIONS = {
    "zipmap": [True, False, "columns"],
    "nocl": [True, False],
    "output_class_labels": [False, True],
    "raw_scores": [True, False],
}
ACTIVATIONS = {"relu": ops.OnnxRelu, "tanh": ops.OnnxTanh, "logistic": ops.OnnxSigmoid, "identity": ops.OnnxIdentity}


def convert(scope, operator, container):
    """Add the layers, the softmax and the choice of the label to a graph."""
    model, (A,), (label, scores) = operator.raw_operator, operator.inputs, operator.outputs
    version = {"op_version": container.target_opset}
    is_double = isinstance(A.type, DoubleTensorType)
    dtype = np.float64 if is_double else np.float32
    if isinstance(A.type, (BooleanTensorType, Int64TensorType)):
        A = ops.OnnxCast(A, to=TensorProto.FLOAT, **version)
    *hidden, last = [(W.toarray() if sparse.issparse(W) else W, b) for W, b in model._published_layers()]
    for W, b in hidden:
        A = ACTIVATIONS[model._activation](_affine(A, W, b, dtype, version), **version)
    raw = container.get_options(model, {"raw_scores": False})["raw_scores"]
    logits = _affine(A, *last, dtype, version, **({"output_names": [scores]} if raw else {}))
    chosen = ops.OnnxArgMax(logits, axis=1, keepdims=0, **version)
    classes = _exportable(get_label_classes(scope, model))
    ops.OnnxGather(classes, chosen, axis=0, output_names=[label], **version).add_to(scope, container)
    if not raw:
        ops.OnnxSoftmax(logits, axis=1, output_names=[scores], **version).add_to(scope, container)


def _affine(A, W, b, dtype, version, **names):
    return ops.OnnxGemm(A, W.astype(dtype), b.astype(dtype), transB=1, **version, **names)


def _exportable(classes):
    """Labels as a graph can hold them: strings or int64."""
    return classes.astype(str).astype(object) if classes.dtype.kind in "OU" else classes.astype(np.int64)


for estimator in (SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier):
    update_registered_converter(
        estimator, f"Sksoftmax{estimator.__name__}", calculate_linear_classifier_output_shapes, convert, options=OPTIONS
    )
