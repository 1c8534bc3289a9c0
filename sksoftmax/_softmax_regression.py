# SPDX-License-Identifier: BSD-3-Clause
"""Softmax regression: the network without a hidden layer."""

import numpy as np

from sksoftmax._base import CONSTRAINTS, BaseSoftmaxClassifier


class SoftmaxRegression(BaseSoftmaxClassifier):
    _constraints = CONSTRAINTS

    def __init__(
        self,
        *,
        l2=1e-4,
        solver="sgd",
        batch_size="auto",
        learning_rate="adaptive",
        learning_rate_init="auto",
        decay=None,
        decay_epochs=10,
        power_t=0.5,
        momentum=0.9,
        nesterovs_momentum=True,
        max_iter=200,
        tol=1e-3,
        n_iter_no_change=5,
        shuffle=True,
        fit_intercept=True,
        class_weight=None,
        early_stopping=False,
        validation_fraction=0.1,
        scoring="loss",
        warm_start=False,
        init_scale=0.0,
        random_state=None,
        verbose=False,
    ):
        self.l2 = l2
        self.solver = solver
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.decay = decay
        self.decay_epochs = decay_epochs
        self.power_t = power_t
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.shuffle = shuffle
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.scoring = scoring
        self.warm_start = warm_start
        self.init_scale = init_scale
        self.random_state = random_state
        self.verbose = verbose

    def _network_shape(self, n_features, n_classes):
        return (n_features, n_classes), "identity"

    def _initial_layers(self, sizes, random_state):
        n_features, n_classes = sizes
        W = np.zeros((n_classes, n_features))
        if self.init_scale:
            W = random_state.normal(scale=self.init_scale, size=W.shape)
        return [(W, np.zeros(n_classes))]

    def _publish_layers(self, layers):
        ((self.coef_, self.intercept_),) = layers

    def _published_layers(self):
        return [(self.coef_, self.intercept_)]
