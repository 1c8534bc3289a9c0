# SPDX-License-Identifier: BSD-3-Clause
"""The scikit-learn seam of the estimators: validation, labels, weights, fitted attributes."""

import warnings

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning

from sksoftmax import _curves as curves
from sksoftmax import _hyperparameters as hyperparameters
from sksoftmax._attributes import all_or_nothing
from sksoftmax._callbacks import CallbackSupportMixin, EpochTasks, calls_back, with_callbacks
from sksoftmax._diagnosis import divergence
from sksoftmax._engine.conditioning import RAW
from sksoftmax._engine.minibatches import Samples
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.reading import computed_in
from sksoftmax._engine.result import TrainingResult
from sksoftmax._fit_together import fit_together
from sksoftmax._held_out import encode, own_samples
from sksoftmax._layers import layers_of
from sksoftmax._methods import available_where
from sksoftmax._predictions import SoftmaxPredictions
from sksoftmax._progress import Progress, objective, rate
from sksoftmax._resuming import earlier_training, forget, key_of, remember
from sksoftmax._streams import FitsStreams
from sksoftmax._training import advance, network_of, own_stream, resume, untrained
from sksoftmax._validated import features_and_labels
from sksoftmax._validation import MOST_VALUES, distinct_labels, shown
from sksoftmax._versions import Versioned
from sksoftmax._watching import watched_by
from sksoftmax._weights import check_sample_weight, check_sum, gradient_weights

DOCUMENTATION = "https://sksoftmax.readthedocs.io/en/{version}/generated/{estimator_module}.{estimator_name}.html"


def _can_go_on(estimator):
    if isinstance(estimator.solver, str) and estimator.solver == "lbfgs":
        raise AttributeError("solver == 'lbfgs', must be 'sgd' or 'adam' for partial_fit.")
    if isinstance(estimator.class_weight, str) and estimator.class_weight == "balanced":
        raise AttributeError(
            "class_weight == 'balanced', must be a dict or None for partial_fit: it does not see all samples at once."
        )


class BaseSoftmaxClassifier(
    Versioned,
    curves.GrowingCurves,
    CallbackSupportMixin,
    FitsStreams,
    SoftmaxPredictions,
    ClassifierMixin,
    BaseEstimator,
):
    """What the estimators share. A subclass says how many hidden layers it has, and publishes its layers:

    _constraints : dict, what each constructor parameter allows
    _hidden_shape() : (sizes of the hidden layers, their activation)
    _layer_attributes : the names of the public attributes with the coefficients and with the intercepts
    _publish_layers(layers), _published_layers() : to and from these attributes, which are in raw features;
        a layer is (W, b), W (fan_out, fan_in)
    """

    _constraints = hyperparameters.CONSTRAINTS
    _doc_link_module = "sksoftmax"
    _doc_link_template = DOCUMENTATION

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
        n_iter_no_change=3,
        shuffle=True,
        fit_intercept=True,
        class_weight=None,
        early_stopping=False,
        validation_fraction=0.1,
        scoring="loss",
        warm_start=False,
        init_scale=None,
        random_state=None,
        store_minibatch_loss=False,
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
        self.store_minibatch_loss = store_minibatch_loss
        self.verbose = verbose

    def _doc_link_url_param_generator(self):
        return {"version": "stable", "estimator_module": "sksoftmax", "estimator_name": type(self).__name__}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None):
        """Fit the model to training data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Features, of which a dense array is read as it lies in memory, whatever its strides and byte order. They are
            computed with in float32 where that holds all numbers of their type exactly, as of float16, bool, and
            integers of 8 and 16 bits; else in float64.
        y : array-like of shape (n_samples,)
            Class labels, numbers or strings.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative weights; only their ratios matter. None means 1 for each sample.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
            Features of validation samples of your own. With `early_stopping` they take the place of those that would be
            held out of `X`; without, or with "lbfgs", they have no effect but the curves of their loss and accuracy.
            ``Pipeline(..., transform_input=["X_val"])`` transforms them as `X`.
        y_val : array-like of shape (n_val,), default=None
            Their labels, all of them among those of `y`.
        sample_weight_val : float or array-like of shape (n_val,), default=None
            Their weights; they count as those of training samples of the same class.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter is out of its range, `y` has fewer than two classes, all weights are zero, the validation
            samples cannot be split off or do not match `X`, or training diverges. The estimator is then as it was
            before the call.
        KeyboardInterrupt
            If Ctrl-C is pressed. After the first epoch the estimator is fitted then: it is what the last finished epoch
            left, with `early_stopping` what was best until then.
        """
        problem = self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val))
        if problem:
            warnings.warn(problem, ConvergenceWarning, stacklevel=2)
        return self

    @all_or_nothing
    @with_callbacks
    def _fit(self, X, y, sample_weight=None, validation=(None, None, None), watchers=(), valid=features_and_labels):
        """Fit, and return what to warn of, or None; `validation` are the arguments of `fit`, and `valid` validates."""
        self._check_parameters()
        context = self._init_callback_context(max_subtasks=int(self.max_iter))
        going_on = self.warm_start and hasattr(self, "classes_")
        earlier_classes, layers = (self.classes_, self._layers_to_go_on_from()) if going_on else (None, None)
        earlier_names = getattr(self, "feature_names_in_", None)
        X, y, extremes = valid(self, X, y, reset=True)
        if going_on:
            self.classes_ = np.unique(y)
            self._check_same_network(layers, earlier_classes, X.shape[1], "warm_start=True", earlier_names)
        own = own_samples(self, *validation)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, len(y))
        told = {"estimator": self, "X": X, "y": y}
        told["metadata"] = None if sample_weight is None else {"sample_weight": sample_weight}
        context.call_on_fit_task_begin(**told)
        key = key_of(self, X, y, sample_weight, own) if self.warm_start else None
        earlier = earlier_training(self, key) if going_on else None
        if self.verbose:
            watchers = [*watchers, Progress(every=self.verbose > 1)]
        if calls_back(self):
            watchers = [*watchers, EpochTasks(context, sample_weight)]
        with watched_by(watchers) as watch:
            (problem,) = fit_together([self], X, y, None, sample_weight, layers, own, watch, earlier, extremes)
        if isinstance(problem, Exception):
            raise problem
        remember(self, key)
        if not isinstance(problem, KeyboardInterrupt):
            context.call_on_fit_task_end(**told, reconstruction_attributes={})
        return problem

    @available_where(_can_go_on)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Go on training with one epoch over the given samples.

        The first call fixes, with ``learning_rate_init="auto"``, the coordinates, and what later learning rates are
        computed from, so its samples should be typical of all; so does a `fit` before it with ``warm_start=True``.
        Without, a `fit` hands over its coefficients, its classes and the time of the schedule (epochs). A change of
        `solver`, of `fit_intercept`, or between a number and "auto" fixes them anew. Momentum, the time of the schedule
        and the random stream go on from call to call, also after pickling. With ``batch_size="auto"`` a call with fewer
        than 32 samples takes their share of a step.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,)
            Class labels, all of them among `classes`.
        classes : array-like of shape (n_classes,), default=None
            All labels that any call will see. Needed in the first call.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative factors on the gradient of each sample, 1 being the unit. With all of them zero the model
            stays as it is.

        Returns
        -------
        self : object
            The estimator.

        Raises
        ------
        ValueError
            If `classes` is missing in the first call or changes later, `y` holds another label, a parameter is out of
            its range, or training diverges. The estimator is then as it was before the call.
        AttributeError
            With ``solver="lbfgs"`` or ``class_weight="balanced"``, which need all samples at once.
        """
        self._check_parameters()
        self._check_partial_fit()
        self._go_on_one_epoch(X, y, classes, sample_weight)
        return self

    @all_or_nothing
    def _go_on_one_epoch(self, X, y, classes, sample_weight):
        """Train, and return the KeyboardInterrupt that fell after the epoch, or None."""
        first = not hasattr(self, "classes_")
        X, y, _ = features_and_labels(self, X, y, reset=first)
        self._set_known_classes(classes, first)
        if not first:
            self._check_same_network(layers_of(self), self.classes_, X.shape[1], "partial_fit")
        targets = encode(self.classes_, y)
        weights = gradient_weights(targets, self.classes_, sample_weight, self.class_weight)
        check_sum(weights)
        self.l2_ = hyperparameters.penalty(self, None)
        if weights is not None and not weights.any():
            if first:
                self._publish_untrained(X)
            return None
        samples = Samples(X, targets, weights, None if weights is None else np.flatnonzero(weights))
        state, network = resume(self, samples)
        forget(state)
        (result,), coordinates = advance([self], [(state, network)], samples, going_on=True)
        if result.diverged:
            raise divergence(self, result, X, 1.0 if weights is None else weights.max())
        self._publish(result, coordinates, state["n_updates"])
        if self.verbose:
            print(f"epoch {self.n_iter_}  {objective(result)}{rate(result)}")
        self._training_state = {
            **state,
            "in_pieces": True,
            "moments": [moment.flat for moment in result.moments],
            "n_updates": result.n_updates,
        }
        return result.interrupt

    # Checks

    def _check_parameters(self):
        hyperparameters.check(self)

    def _check_partial_fit(self):
        # The function of the class does not ask whether an instance has it.
        _can_go_on(self)
        if self.early_stopping:
            raise ValueError("early_stopping == True, must be False for partial_fit.")

    def _set_known_classes(self, classes, first):
        if first and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        if classes is None:
            return
        labels = distinct_labels(classes)
        if first:
            self.classes_ = labels
        elif labels.tolist() != self.classes_.tolist():
            raise ValueError(
                f"classes == {shown(classes)}, must be those that the model has: {shown(self.classes_.tolist())}."
            )

    def _check_same_network(self, layers, classes, n_features, goes_on, names=None):
        earlier, sizes = Parameters.sizes_of(layers), self._sizes(n_features)
        _, activation = self._hidden_shape()
        before, now = classes.tolist(), self.classes_.tolist()
        names, names_now = (
            None if n is None else n.tolist() for n in (names, getattr(self, "feature_names_in_", None))
        )
        renamed = None not in (names, names_now) and names != names_now
        if not renamed and (earlier, self._activation, before) == (sizes, activation, now):
            return
        new, gone = ([label for label in a if label not in b] for a, b in ((now, before), (before, now)))
        differences = {
            f"X has {sizes[0]} features, had {earlier[0]}": sizes[0] != earlier[0],
            f"X has the features {shown(names_now)}, had {shown(names)}": renamed and sizes[0] == earlier[0],
            f"hidden_layer_sizes == {sizes[1:-1]}, was {earlier[1:-1]}": sizes[1:-1] != earlier[1:-1],
            f"activation == {activation!r}, was {self._activation!r}": activation != self._activation,
            f"y has the new classes {shown(new)}": new,
            f"y lacks the classes {shown(gone)}": gone,
            f"classes_ == {shown(before)}, was set by hand, must be {shown(now)}": before != now and not new + gone,
        }
        found = "; ".join(text for text, differs in differences.items() if differs)
        raise ValueError(f"{goes_on} cannot go on: {found}. To start anew, fit a new estimator.")

    # Start

    def _sizes(self, n_features):
        """Sizes of the layers; raises where no array could hold their parameters."""
        hidden, _ = self._hidden_shape()
        sizes = (n_features, *hidden, len(self.classes_))
        if Parameters.count(sizes) > MOST_VALUES:
            given = f"X has {n_features} features"
            if hidden:
                given = f"hidden_layer_sizes == {shown(self.hidden_layer_sizes)}"
            raise ValueError(
                f"{given}, must make at most {MOST_VALUES} coefficients and intercepts with {n_features} features and "
                f"{len(self.classes_)} classes."
            )
        return sizes

    def _layers_to_go_on_from(self):
        layers = [(W.toarray() if sparse.issparse(W) else W, b) for W, b in layers_of(self)]
        return layers if self.fit_intercept else [(W, np.zeros_like(b)) for W, b in layers]

    def _publish_untrained(self, X):
        random_state, _ = own_stream(self.random_state)
        network = network_of(self, untrained(self, self._sizes(X.shape[1]), random_state), computed_in(X.dtype))
        self._publish(TrainingResult(parameters=network.parameters), RAW)

    # Publication

    def _publish(self, result, coordinates, n_updates_before=None):
        """Set the fitted attributes, perhaps views of the result's; a number of updates before says that the curves
        there are go on."""
        dtype = result.parameters.dtype
        layers = coordinates.to_raw(result.parameters.pairs())
        self._publish_layers([(W.astype(dtype, copy=False), b.astype(dtype, copy=False)) for W, b in layers])
        _, self._activation = self._hidden_shape()
        if n_updates_before is None or not hasattr(self, "loss_curve_"):
            curves.begin(self)
        curves.extend(self, result, n_updates_before or 0)
