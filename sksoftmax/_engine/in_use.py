# SPDX-License-Identifier: BSD-3-Clause
"""Training on those features of sparse samples that are in use: their vocabulary may be a small part of all."""

from dataclasses import replace

from scipy import sparse

from sksoftmax._engine.columns import ColumnsInUse
from sksoftmax._engine.network import Network


def train_on_columns_in_use(train, network, samples, settings, *, mean=None, on_epoch=None, **options):
    """Call `train` (of `sgd` or `lbfgs`) with the columns that count alone, and return what it returns for all.

    A weight of zero stays zero where its feature, its mean and its moments are.
    """
    X, moments, earlier = samples.X, options.get("moments") or [], options.get("earlier")
    vectors = {} if earlier is None else earlier.course.vectors
    columns = None
    if sparse.issparse(X):
        columns = ColumnsInUse(X, [p.layers[0].matrix for p in (network.parameters, *moments, *vectors.values())])
    if columns is None or len(columns) in (0, X.shape[1]):
        return train(network, samples, settings, mean=mean, on_epoch=on_epoch, **options)
    samples = replace(samples, X=columns.of_rows(X))
    if (validation := options.get("validation")) is not None:
        same = validation.X is X
        options["validation"] = replace(validation, X=samples.X if same else columns.of_rows(validation.X))
    if moments:
        options["moments"] = [columns.restrict(moment) for moment in moments]
    if earlier is not None:
        earlier.course = _each_vector(earlier.course, columns.restrict)
    results = train(
        Network(columns.restrict(network.parameters), network.activation, network.fit_intercept),
        samples,
        [replace(each, scale=columns.of(each.scale)) for each in settings],
        mean=columns.of(mean),
        on_epoch=on_epoch and (lambda results, parameters: on_epoch(results, columns.expand(parameters))),
        **options,
    )
    for result in results:
        result.parameters = columns.expand(result.parameters)
        result.moments = [columns.expand(moment) for moment in result.moments]
        result.course = result.course and _each_vector(result.course, columns.expand)
    return results


def _each_vector(course, function):
    return course._replace(vectors={name: function(vector) for name, vector in course.vectors.items()})
