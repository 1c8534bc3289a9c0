# SPDX-License-Identifier: BSD-3-Clause
"""What a fitted model says of new samples."""

from sklearn.utils.validation import check_is_fitted

from sksoftmax._engine.cross_entropy import log_softmax, softmax
from sksoftmax._engine.inference import outputs
from sksoftmax._layers import layers_of
from sksoftmax._validated import features


class SoftmaxPredictions:
    """The predicting methods of a classifier that has `classes_`, `_activation` and what `layers_of` reads."""

    def decision_function(self, X):
        """Logits: the linear scores before the softmax.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Features.

        Returns
        -------
        scores : ndarray of shape (n_samples, n_classes), or (n_samples,) for two classes
            Logit of each class; for two classes their difference, positive where ``classes_[1]`` is predicted.
        """
        logits = self._outputs(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict(self, X):
        """Most probable class of each sample.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Features.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Class labels.
        """
        logits = self._outputs(X)
        return self.classes_[logits.argmax(axis=1)]

    def predict_proba(self, X):
        """Probabilities of the classes: the softmax of the logits.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Features.

        Returns
        -------
        p : ndarray of shape (n_samples, n_classes)
            Rows sum to one; columns in the order of ``classes_``.
        """
        return self._outputs(X, softmax)

    def predict_log_proba(self, X):
        """Logarithms of the probabilities, finite wherever the logits are.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Features.

        Returns
        -------
        log_p : ndarray of shape (n_samples, n_classes)
            The log-softmax of the logits, not the logarithm of rounded probabilities.
        """
        return self._outputs(X, log_softmax)

    def _outputs(self, X, finish=None):
        check_is_fitted(self)
        return outputs(layers_of(self), self._activation, features(self, X), finish)
