# SPDX-License-Identifier: BSD-3-Clause
"""ONNX: importing this module makes skl2onnx convert the estimators, alone, in pipelines and other meta-estimators.

A graph has the labels and probabilities of the estimator. It computes in float64 where its input is float64, else in
float32. Boolean labels are int64 there, as those of scikit-learn's classifiers are. The options are:

zipmap : True by default, probabilities as dictionaries, of which ONNX has none in float64; False, an array; or
    "columns", an output for each class
nocl : True, labels are the numbers of the classes
output_class_labels : True, the labels are an output; needs ``zipmap=False``
raw_scores : True, the scores of ``decision_function`` in place of the probabilities; for two classes two columns, the
    first with the sign changed

Scores beyond the largest float are infinite or nan in a graph.
"""

import numpy as np
from scipy import sparse
from skl2onnx import update_registered_converter
from skl2onnx._parse import _parse_sklearn_classifier
from skl2onnx.algebra import onnx_ops as ops
from skl2onnx.common.data_types import BooleanTensorType, DoubleTensorType, Int64TensorType, StringTensorType
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from skl2onnx.common.utils_classifier import get_label_classes
from skl2onnx.proto import TensorProto
from sklearn.utils.validation import check_is_fitted

from sksoftmax._layers import layers_of
from sksoftmax._softmax_regression import SoftmaxRegression
from sksoftmax._softmax_regression_cv import SoftmaxRegressionCV
from sksoftmax._tiny_mlp import TinyMLPClassifier
from sksoftmax._validation import shown

__all__ = []

OPTIONS = {
    "zipmap": [True, False, "columns"],
    "nocl": [True, False],
    "output_class_labels": [False, True],
    "raw_scores": [True, False],
}
ACTIVATIONS = {"relu": ops.OnnxRelu, "tanh": ops.OnnxTanh, "logistic": ops.OnnxSigmoid, "identity": ops.OnnxIdentity}


def parse(scope, model, inputs, custom_parsers=None):
    """Declare the outputs of a graph, as those of any classifier."""
    check_is_fitted(model)
    _exportable(model.classes_)
    options = scope.get_options(model, {"zipmap": True})
    if options["zipmap"] is True and isinstance(inputs[0].type, DoubleTensorType):
        raise ValueError(
            "zipmap == True, must be False or 'columns' for float64 samples: dictionaries of ONNX have float32 values."
        )
    outputs = _parse_sklearn_classifier(scope, model, inputs, custom_parsers)
    if options.get("output_class_labels", False):
        _declare_every_label(scope, model, outputs[-1])
    return outputs


def _declare_every_label(scope, model, output):
    """Let the labels be an output whatever their type: skl2onnx writes int32, int64 and strings only."""
    (operator,) = (operator for operator in scope.operators.values() if output in operator.outputs)
    operator.classes = _exportable(get_label_classes(scope, model))
    kind = StringTensorType if operator.classes.dtype == object else Int64TensorType
    output.set_type(kind(operator.classes.shape))


def convert(scope, operator, container):
    """Add the layers, the softmax and the choice of the label to a graph."""
    model, (A,), (label, scores) = operator.raw_operator, operator.inputs, operator.outputs
    version = {"op_version": container.target_opset}
    dtype = np.float64 if isinstance(A.type, DoubleTensorType) else np.float32
    if isinstance(A.type, (BooleanTensorType, Int64TensorType)):
        A = ops.OnnxCast(A, to=TensorProto.FLOAT, **version)
    *hidden, last = [(W.toarray() if sparse.issparse(W) else W, b) for W, b in layers_of(model)]
    for W, b in hidden:
        A = ACTIVATIONS[model._activation](_affine(A, W, b, dtype, version), **version)
    logits = _affine(A, *last, dtype, version)
    chosen = ops.OnnxArgMax(logits, axis=1, keepdims=0, **version)
    classes = _exportable(get_label_classes(scope, model))
    ops.OnnxGather(classes, chosen, axis=0, output_names=[label], **version).add_to(scope, container)
    raw = container.get_options(model, {"raw_scores": False})["raw_scores"]
    _scores(logits, len(classes), raw, dtype, output_names=[scores], **version).add_to(scope, container)


def _scores(logits, n_classes, raw, dtype, **names):
    """Probabilities, or the raw scores."""
    if not raw:
        return ops.OnnxSoftmax(logits, axis=1, **names)
    if n_classes > 2:
        return ops.OnnxIdentity(logits, **names)
    return ops.OnnxMatMul(logits, np.array([[1, -1], [-1, 1]], dtype), **names)


def _affine(A, W, b, dtype, version):
    return ops.OnnxGemm(A, W.astype(dtype), b.astype(dtype), transB=1, **version)


def _exportable(classes):
    """Labels as a graph can hold them: strings or int64."""
    if classes.dtype.kind in "mM" or (classes.dtype == np.uint64 and classes.max() > np.iinfo(np.int64).max):
        raise ValueError(
            f"classes_ == {shown(classes.tolist())} of {classes.dtype}, must be strings, or integers that int64 holds, "
            "as ONNX has."
        )
    return classes.astype(str).astype(object) if classes.dtype.kind in "OU" else classes.astype(np.int64)


for estimator in (SoftmaxRegression, SoftmaxRegressionCV, TinyMLPClassifier):
    update_registered_converter(
        estimator,
        f"Sksoftmax{estimator.__name__}",
        calculate_linear_classifier_output_shapes,
        convert,
        parser=parse,
        options=OPTIONS,
    )
