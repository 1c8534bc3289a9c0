# SPDX-License-Identifier: BSD-3-Clause
"""The scikit-learn seam of the estimators: validation, labels, weights, the call of the engine, predictions."""

import copy
import warnings
from contextlib import contextmanager

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from sksoftmax import _hyperparameters as hyperparameters
from sksoftmax._engine import lbfgs, sgd
from sksoftmax._engine.conditioning import RAW, Coordinates, condition
from sksoftmax._engine.cross_entropy import log_softmax, softmax
from sksoftmax._engine.inference import outputs
from sksoftmax._engine.initialisation import initial_layers
from sksoftmax._engine.minibatches import Samples
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.result import TrainingResult
from sksoftmax._engine.smoothness import measure
from sksoftmax._weights import gradient_weights, split_stratified

# Integers that float32 holds exactly stay as they are; a batch at a time is converted.
INPUT_DTYPES = (np.float64, np.float32, np.uint8, np.int8, np.uint16, np.int16)

DOCUMENTATION = "https://sksoftmax.readthedocs.io/en/{version}/generated/{estimator_module}.{estimator_name}.html"


@contextmanager
def _unchanged_on_error(estimator):
    """Leave a fitted estimator as it was when fitting it again fails half-way."""
    before = vars(estimator).copy()
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


def _can_go_on(estimator):
    if estimator.solver == "lbfgs":
        raise AttributeError("partial_fit needs solver='sgd' or solver='adam', got solver='lbfgs'.")
    if isinstance(estimator.class_weight, str):
        raise AttributeError(
            f"partial_fit does not see all samples at once, which class_weight={estimator.class_weight!r} needs."
        )
    return True


class BaseSoftmaxClassifier(ClassifierMixin, BaseEstimator):
    """What the estimators share. A subclass says how many hidden layers it has, and publishes its layers:

    _constraints : dict, what each constructor parameter allows
    _hidden_shape() : (sizes of the hidden layers, their activation)
    _publish_layers(layers), _published_layers() : to and from the public attributes, which are in raw features;
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
        n_iter_no_change=5,
        shuffle=True,
        fit_intercept=True,
        class_weight=None,
        early_stopping=False,
        validation_fraction=0.1,
        scoring="loss",
        warm_start=False,
        init_scale=None,
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

    def _doc_link_url_param_generator(self):
        return {"version": "stable", "estimator_module": "sksoftmax", "estimator_name": type(self).__name__}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(self, X, y, sample_weight=None):
        """Fit the model to training data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Features. float64 and float32 are computed in as they are; integers of 8 and 16 bits stay integers and are
            computed with in float32; anything else becomes float64.
        y : array-like of shape (n_samples,)
            Class labels, numbers or strings.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative weights; only their ratios matter. None means 1 for each sample.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter is out of its range, `y` has fewer than two classes, all weights are zero, the validation
            samples cannot be split off, or training diverges. The estimator is then as it was before the call.
        """
        self._check_parameters()
        with _unchanged_on_error(self):
            going_on = self.warm_start and hasattr(self, "classes_")
            earlier_classes, layers = (self.classes_, self._layers_to_go_on_from()) if going_on else (None, None)
            X, y = self._validate(X, y, reset=True)
            self.classes_, targets = np.unique(y, return_inverse=True)
            self._check_classes()
            random_state, validation_seed = _own_stream(self.random_state)
            if going_on:
                self._check_same_network(layers, earlier_classes, X.shape[1], "warm_start=True")
            else:
                self._validation_seed = validation_seed
            samples, validation = self._split(*self._weighted(X, targets, sample_weight))
            state, network = self._begin(samples, layers, random_state)
            result = self._advance(state, network, samples, self.max_iter, validation)
            self._publish(result, state)
            self._training_state = state
        self._warn_unless_converged(result)
        return self

    @available_if(_can_go_on)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Go on training with one epoch over the given samples.

        The first call (or the `fit` before it) fixes the classes and, with ``learning_rate_init="auto"``, the
        coordinates, and what later learning rates are computed from, so its samples should be typical of all. A change
        of `solver`, of `fit_intercept`, or between a number and "auto" fixes them anew. Momentum, the
        time of the schedule (epochs, those of `fit` included) and the random stream go on from call to call, also after
        pickling. With ``batch_size="auto"`` a call with fewer than 32 samples takes their share of a step.

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
        """
        self._check_parameters()
        self._check_partial_fit()
        with _unchanged_on_error(self):
            first = not hasattr(self, "classes_")
            X, y = self._validate(X, y, reset=first)
            self._set_known_classes(classes, first)
            targets = self._encode(y)
            weights = gradient_weights(targets, self.classes_, sample_weight, self.class_weight)
            if not first:
                self._check_same_network(self._published_layers(), self.classes_, X.shape[1], "partial_fit")
            if weights is not None and not weights.any():
                if first:
                    self._publish_untrained(X)
                return self
            samples = Samples(X, targets)
            if weights is not None:
                samples = Samples(X, targets, weights[None], np.flatnonzero(weights))
            state, network = self._resume(samples)
            result = self._advance(state, network, samples, 1, going_on=True)
            self._publish(result, state, going_on=True)
            self._training_state = {
                **state,
                "moments": [moment.flat for moment in result.moments],
                "n_updates": result.n_updates,
            }
        return self

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
        X = validate_data(self, X, accept_sparse="csr", dtype=INPUT_DTYPES, order="C", reset=False)
        layers = self._published_layers()
        return outputs(Network(Parameters.of(layers, layers[0][0].dtype), self._activation), X, finish)

    # Checks

    def _check_parameters(self):
        hyperparameters.check(self)

    def _check_partial_fit(self):
        if self.early_stopping:
            raise ValueError("partial_fit cannot stop early: early_stopping == True, must be False.")

    def _validate(self, X, y, reset):
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=INPUT_DTYPES, order="C", reset=reset)
        check_classification_targets(y)
        return X, y

    def _check_classes(self):
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} needs at least 2 classes in y; got 1 class: {self.classes_.tolist()[0]!r}."
            )

    def _set_known_classes(self, classes, first):
        if first:
            if classes is None:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            self.classes_ = np.unique(classes)
            self._check_classes()
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(
                f"classes == {classes!r} is not the same as on the last call to partial_fit: {self.classes_!r}."
            )

    def _encode(self, y):
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(f"y contains {unknown.tolist()}, which are not among classes {self.classes_.tolist()}.")
        return np.searchsorted(self.classes_, y)

    def _check_same_network(self, layers, classes, n_features, goes_on):
        earlier, sizes = Parameters.sizes_of(layers), self._sizes(n_features)
        _, activation = self._hidden_shape()
        if earlier != sizes or self._activation != activation or not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"{goes_on} goes on from layers of sizes {earlier} (features, hidden units, classes), activation "
                f"{self._activation!r} and the classes {classes.tolist()}; got sizes {sizes}, activation "
                f"{activation!r} and the classes {self.classes_.tolist()}. To start anew, fit a new estimator."
            )

    # Start

    def _sizes(self, n_features):
        hidden, _ = self._hidden_shape()
        return (n_features, *hidden, len(self.classes_))

    def _layers_to_go_on_from(self):
        layers = self._published_layers()
        return layers if self.fit_intercept else [(W, np.zeros_like(b)) for W, b in layers]

    def _network(self, layers, dtype):
        """The network to train, of layers in the coordinates of the steps."""
        _, activation = self._hidden_shape()
        return Network(Parameters.of(layers, dtype), activation, self.fit_intercept)

    def _initial_layers(self, n_features, random_state, gains=None):
        _, activation = self._hidden_shape()
        return initial_layers(self._sizes(n_features), activation, self.init_scale, random_state, gains)

    def _publish_untrained(self, X):
        random_state, _ = _own_stream(self.random_state)
        network = self._network(self._initial_layers(X.shape[1], random_state), _computed_in(X))
        self._publish(TrainingResult(parameters=network.parameters), {"mean": None, "scale": None, "n_updates": 0})

    def _weighted(self, X, targets, sample_weight):
        """X, targets, weights (n,) or None, and the rows whose weight is not zero."""
        weights = gradient_weights(targets, self.classes_, sample_weight, self.class_weight)
        rows = np.arange(len(targets)) if weights is None else np.flatnonzero(weights)
        if not len(rows):
            raise ValueError("All weights are zero: sample_weight and class_weight leave no sample to train on.")
        return X, targets, weights, rows

    def _split(self, X, targets, weights, rows):
        """Training samples, and validation samples or None."""
        validation = None
        if self.early_stopping:
            rows, held_out = split_stratified(rows, targets, self.validation_fraction, self._validation_seed)
            validation = Samples(X, targets, _normalised(weights, held_out), held_out)
        return Samples(X, targets, _normalised(weights, rows), rows), validation

    def _begin(self, samples, layers, random_state, streaming=False):
        """What training goes on from beside the layers (plain arrays and numbers), and the network to train."""
        n_features = samples.X.shape[1]
        auto, coordinates, gains, smoothness = self.learning_rate_init == "auto", RAW, None, None
        # Of its own, so that the start does not depend on whether a subsample is drawn.
        subsample_stream = np.random.RandomState(random_state.randint(2**31 - 1))
        if auto or self.solver == "lbfgs":
            hidden, _ = self._hidden_shape()
            conditioning = condition(
                samples, float(self.l2), self.fit_intercept, subsample_stream, hidden=len(hidden) > 0
            )
            coordinates, gains = conditioning.coordinates, conditioning.gains
        if layers is None:
            layers = self._initial_layers(n_features, random_state, gains)
        else:
            layers = coordinates.to_working(layers)
        network = self._network(layers, _computed_in(samples.X))
        if auto and self.solver != "lbfgs":
            smoothness = measure(network, conditioning, streaming)
        state = {
            "made_for": self._kind_of_steps(),
            "mean": coordinates.mean,
            "scale": coordinates.scale,
            "smoothness": smoothness,
            "random_state": random_state,
            "moments": [],
            "n_updates": 0,
        }
        return state, network

    def _resume(self, samples):
        """Like `_begin`, from where the last call ended."""
        state = copy.deepcopy(getattr(self, "_training_state", None))
        if state is None:
            random_state, self._validation_seed = _own_stream(self.random_state)
            return self._begin(samples, None, random_state, streaming=True)
        layers = self._layers_to_go_on_from()
        if state["made_for"] != self._kind_of_steps():
            return self._begin(samples, layers, state["random_state"], streaming=True)
        return state, self._network(_coordinates(state).to_working(layers), layers[0][0].dtype)

    def _kind_of_steps(self):
        """What coordinates and moments are made for; a change of it starts them anew."""
        return self.solver, self.learning_rate_init == "auto", bool(self.fit_intercept)

    # Training

    def _advance(self, state, network, samples, max_epochs, validation=None, going_on=False):
        """Train the network for up to `max_epochs`; return the TrainingResult.

        `going_on`: as one call of many, whose samples may be fewer than a batch and then take a part of its step.
        """
        settings = [hyperparameters.settings(self, self._learning_rate(state), max_epochs)]
        watch = self._print_progress if self.verbose else None
        if self.solver == "lbfgs":
            train = lbfgs.train
            options = {"gradient_tolerance": 0.0 if self.tol is None else self.tol}
        else:
            train = sgd.train
            sizes, dtype = network.parameters.sizes, network.parameters.dtype
            options = {
                "solver": self.solver,
                "nesterov": self.nesterovs_momentum,
                "batch_size": hyperparameters.batch_size(self),
                "shuffle": state["random_state"] if self.shuffle else None,
                "validation": validation,
                "monitor": self.scoring,
                "moments": [Parameters(sizes, 1, dtype, flat) for flat in state["moments"]],
                "n_updates": state["n_updates"],
                "first_epoch": getattr(self, "n_iter_", 0) if going_on else 0,
                "divisor": hyperparameters.AUTO_BATCH_SIZE if going_on and self.batch_size == "auto" else None,
            }
        coordinates = _coordinates(state)
        (result,) = train(network, samples, settings, coordinates=coordinates, on_epoch=watch, **options)
        if result.diverged:
            raise ValueError(
                f"Training diverged in epoch {result.n_epochs}: the objective is not finite with "
                f"learning_rate_init == {self.learning_rate_init!r} and l2 == {self.l2}. "
                "Use a smaller learning_rate_init or learning_rate_init='auto', or scale the features."
            )
        return result

    def _learning_rate(self, state):
        if state["smoothness"] is not None:
            batch_size = hyperparameters.batch_size(self)
            return state["smoothness"].learning_rate(self.solver, batch_size, float(self.l2), float(self.momentum))
        # L-BFGS needs none.
        return 0.0 if self.learning_rate_init == "auto" else float(self.learning_rate_init)

    def _print_progress(self, results):
        (result,) = results
        line = f"Epoch {result.n_epochs}: objective {result.data_loss[-1] + result.penalty[-1]:.6f}"
        if result.validation_loss:
            line += f", validation loss {result.validation_loss[-1]:.6f}, accuracy {result.validation_accuracy[-1]:.4f}"
        print(line)

    # Publication

    def _publish(self, result, state, going_on=False):
        """Set the fitted attributes; `going_on` extends the curves that there are."""
        dtype = result.parameters.dtype
        layers = _coordinates(state).to_raw(result.parameters.pairs())
        self._publish_layers([(W.astype(dtype), b.astype(dtype)) for W, b in layers])
        _, self._activation = self._hidden_shape()
        for name in ("data_loss", "penalty", "learning_rate"):
            earlier = getattr(self, f"{name}_curve_", []) if going_on else []
            setattr(self, f"{name}_curve_", earlier + getattr(result, name))
        self.loss_curve_ = [data + penalty for data, penalty in zip(self.data_loss_curve_, self.penalty_curve_)]
        self.best_loss_ = min(self.loss_curve_, default=np.inf)
        self.n_iter_ = len(self.loss_curve_)
        self.n_updates_ = result.n_updates - state["n_updates"] + (getattr(self, "n_updates_", 0) if going_on else 0)
        for name in ("validation_loss_curve_", "validation_scores_", "best_epoch_"):
            vars(self).pop(name, None)
        if result.validation_loss:
            self.validation_loss_curve_ = result.validation_loss
            self.validation_scores_ = result.validation_accuracy
            self.best_epoch_ = result.best_epoch + 1

    def _warn_unless_converged(self, result):
        advice = None
        if self.tol is not None and not result.converged:
            reason = f" ({result.message})" if result.message else ""
            advice = (
                f"has not converged after {result.n_epochs} of max_iter={self.max_iter} iterations{reason}. "
                "Increase max_iter or tol, or set tol=None to train for max_iter epochs."
            )
        start = np.log(len(self.classes_))
        if self.learning_rate_init != "auto" and not self.init_scale and self.loss_curve_[-1] > 2 * start:
            # The gradient of the cross-entropy is bounded, so too large steps wander far off but seldom overflow.
            advice = (
                f"ends with an objective of {self.loss_curve_[-1]:.3g}; zero coefficients have {start:.3g}. "
                f"learning_rate_init == {self.learning_rate_init} is too large for these features: use a smaller one, "
                "learning_rate_init='auto', or scaled features."
            )
        if advice:
            warnings.warn(f"{type(self).__name__} {advice}", ConvergenceWarning, stacklevel=3)


def _own_stream(random_state):
    """A RandomState that nobody else draws from, so that it can be kept and copied; and its first number, a seed."""
    if random_state is None or isinstance(random_state, np.random.RandomState):
        random_state = check_random_state(random_state).randint(2**31 - 1)
    stream = np.random.RandomState(random_state)
    return stream, stream.randint(2**31 - 1)


def _normalised(weights, rows):
    """Weights (1, n) with a mean of one over the rows; None stays None."""
    if weights is None:
        return None
    # Dividing by the largest first, no sum overflows.
    weights = weights / weights[rows].max()
    return weights[None] / weights[rows].mean()


def _computed_in(X):
    return X.dtype if X.dtype in (np.float32, np.float64) else np.dtype(np.float32)


def _coordinates(state):
    return Coordinates(state["mean"], state["scale"])
