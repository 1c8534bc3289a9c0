# SPDX-License-Identifier: BSD-3-Clause
"""The parts of docstrings that several estimators share, each written once."""

import inspect
import re

PARAMETERS = """
solver : {"sgd", "adam", "lbfgs"}, default="sgd"
    Minibatch stochastic gradient descent, Adam [1]_ (with its authors' decay rates 0.9 and 0.999), or full-batch
    L-BFGS.
batch_size : int or "auto", default="auto"
    Samples in a minibatch. "auto" is a power of two from 32 to 1024: as many as make the arithmetic of a step worth
    its calls, but few enough for 8 steps in an epoch; without hidden layers, about half of the samples where each has
    more values than there are samples. In `partial_fit`, where nobody knows how many samples will come, it is 32. As
    many as there are samples or more means full-batch gradient descent. Of no effect with "lbfgs".
learning_rate : str or callable, default="adaptive"
    Schedule: the factor on `learning_rate_init` in the epoch t = 0, 1, ...

    - "adaptive": with ``learning_rate_init="auto"``, where nothing is held out, training ends at the first plateau,
      with the mean of the iterates after the first epoch without improvement [6]_; without hidden layers "sgd" takes
      up to 8 times as long steps as the loss falls below 1/4. Else 1, multiplied by `decay` (0.2) each time that
      training reaches a plateau; training ends when the factor is below 0.01. In `partial_fit` it stays 1.
    - "constant": 1.
    - "exponential": ``decay ** t`` (0.95).
    - "inverse_time": ``1 / (1 + decay * t)`` (1.0).
    - "invscaling": ``1 / (1 + t) ** power_t``.
    - "step": ``decay ** (t // decay_epochs)`` (0.5).
    - "cosine": ``(1 + cos(pi * min(t / max_iter, 1))) / 2``.
    - a function of t that returns a finite number >= 0.
learning_rate_init : float or "auto", default="auto"
    Initial learning rate, > 0. With "auto" the steps are taken in centred and rescaled coordinates of the features,
    with a learning rate that follows from the data [2]_; objective, optimum and coefficients stay those of the raw
    features. With a number the steps are plain ones on the coefficients. For Adam in raw units 0.001 is usual.
decay : float or None, default=None
    Decay of the schedule, > 0. None means the value in parentheses above.
decay_epochs : int, default=10
    Epochs between the steps of the schedule "step".
power_t : float, default=0.5
    Exponent of the schedule "invscaling".
momentum : float, default=0.9
    Momentum of "sgd", in [0, 1).
nesterovs_momentum : bool, default=True
    Whether the momentum is Nesterov's.
max_iter : int, default=200
    Maximum number of epochs, or of iterations of "lbfgs".
tol : float or None, default=1e-3
    An epoch that does not bring the objective (with `early_stopping` the validation loss, or minus the accuracy) by
    more than this below its smallest value since the last plateau counts as one without improvement. Of an objective
    below 1/12 it is a share, and never less than a tenth of its standard error for each 0.001. None
    trains for `max_iter` epochs. Where the penalty is weak the default ends training well before the optimum,
    which in itself regularises; for the optimum take "lbfgs" with 1e-6. For "lbfgs" the bound on the largest component
    of the gradient, in the coordinates of its steps; for small objectives a share of it, too. A `fit` to at most 2,000
    samples, without hidden layers, that ends more than 0.05 above the optimum warns.
n_iter_no_change : int or numpy.inf, default=3
    Epochs without improvement that make a plateau, at which training ends, or "adaptive" lowers the learning rate.
    Where "adaptive" averages, a plateau lasts long enough for momentum to swing back, too.
    With infinity there is none, as with ``tol=None``.
shuffle : bool or "blocks", default=True
    Whether to visit the samples in a new random order in each epoch. A full batch is never shuffled. "blocks" is for
    memory maps that are larger than memory: blocks of neighbours, 1 MiB each, come in a random order, and the samples
    of each 64 of them are shuffled together.
fit_intercept : bool, default=True
    Whether there are intercepts (biases). Without them ``learning_rate_init="auto"`` does not centre.
class_weight : dict, "balanced" or None, default=None
    Factor on the sample weights of each class, ``{label: factor}``, 1 where missing. "balanced" makes every class
    weigh the same, counting samples by `sample_weight`.
early_stopping : bool, default=False
    Whether to hold out validation samples, watch them instead of the objective, and end with the parameters that
    were best on them. Not with "lbfgs". `fit` takes validation samples of your own in their place.
validation_fraction : float, default=0.1
    Part of the samples of each class to hold out, in (0, 1).
scoring : {"loss", "accuracy"}, default="loss"
    What to watch on the validation samples.
warm_start : bool, default=False
    Whether `fit` goes on from the previous call. Where that ended by `max_iter`, a callback or Ctrl-C, and the samples
    and all parameters are the same but for a larger `max_iter`, the result is that of one fit of `max_iter` epochs, to
    the last bit, also after pickling, for which what is needed is kept. Else it goes on from the coefficients; schedule
    and momentum start anew, the validation samples of the same data stay the same.
init_scale : float or None, default=None
    Standard deviation, >= 0, of normal random initial coefficients, in the coordinates that the steps are taken in.
    With None the model without hidden layers starts at zero. With hidden layers the standard deviation of the
    coefficients of a unit with m inputs is ``1 / sqrt(m)`` [3]_, for "relu" units ``sqrt(2 / m)`` [4]_, for "logistic"
    ones ``4 / sqrt(m)`` [5]_. In the coordinates of "auto" the first layer's are rescaled as for standardised features,
    and are smaller for features that are rarely on. Intercepts start at zero.
random_state : int, RandomState or None, default=None
    Seed of the order of the samples, the validation split, the initial coefficients, and of the subsample of large
    data that "auto" is computed from. An int gives the same bits again on the same machine. Where a step takes more
    than 50 million multiplications, these depend on the number of BLAS threads, too.
store_minibatch_loss : bool, default=False
    Whether to keep the loss of each step in `minibatch_loss_curve_`.
verbose : bool or int, default=False
    Whether to print how training goes: 1 on one line that renews itself, by tqdm where it is installed; where standard
    output is not a terminal or a notebook on some lines in growing intervals; 2 on a line for each epoch.
"""

ATTRIBUTES = """
classes_ : ndarray of shape (n_classes,)
    Class labels.
n_features_in_ : int
    Number of features.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the features, where `X` has string names.
l2_ : float
    Weight of the penalty that was used.
n_iter_ : int
    Epochs, or iterations of "lbfgs".
n_updates_ : int
    Steps of the solver.
n_updates_curve_ : list of int
    Steps of the solver by the end of each epoch.
loss_curve_ : list of float
    Objective of each epoch: `data_loss_curve_` plus `penalty_curve_`.
data_loss_curve_ : list of float
    Weighted mean cross-entropy of the epoch (in `partial_fit` the mean of weight times cross-entropy), of each
    sample just before the step that it takes part in. For a full batch it belongs to the coefficients before the
    epoch's step; for "lbfgs", after the iteration.
penalty_curve_ : list of float
    Mean of the penalty over the same moments.
learning_rate_curve_ : list of float
    Learning rate of each epoch; empty for "lbfgs".
minibatch_loss_curve_ : ndarray of shape (`n_updates_`,)
    With `store_minibatch_loss`, the mean of weight times cross-entropy over the samples of each step just before it,
    whose mean over the samples of an epoch is `data_loss_curve_`; nan for steps whose loss was not kept.
loss_ : float
    Last value of `loss_curve_`.
best_loss_ : float
    Smallest value of `loss_curve_`.
validation_loss_curve_, validation_scores_ : list of float
    Weighted mean cross-entropy and accuracy on the validation samples after each epoch, with `early_stopping` or
    `X_val`.
best_validation_score_ : float
    Largest value of `validation_scores_`, where there are any.
best_epoch_ : int
    Epoch, counted from 1, whose coefficients were kept, with `early_stopping`.
"""

NOTES = """
A float64 or float32 `X` is computed with in its own precision; integers of 8 or 16 bits, such as pixels, are
converted to float32 a batch at a time. A sparse `X` is never densified, and a step of "sgd" on up to 1024 of its
rows takes time for the features alone that these have.

Sample weights multiply gradients; `fit` normalises them to a mean of one. With a full batch (or "lbfgs") a sample
of weight 2 is two samples, step for step where "auto" looks at all samples (up to half a million values of a dense
`X`); with minibatches it is so in expectation.
"""

REFERENCES = """
.. [1] D. P. Kingma and J. Ba (2015). "Adam: A Method for Stochastic Optimization." ICLR. Algorithm 1.
.. [2] R. M. Gower, N. Loizou, X. Qian, A. Sailanbayev, E. Shulgin and P. Richtarik (2019). "SGD: General Analysis
   and Improved Rates." ICML. Proposition 3.8.
.. [3] Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller (1998). "Efficient BackProp." In Neural Networks: Tricks of the
   Trade, Springer. Equation 16.
.. [4] K. He, X. Zhang, S. Ren and J. Sun (2015). "Delving Deep into Rectifiers: Surpassing Human-Level Performance on
   ImageNet Classification." ICCV. Equation 10.
.. [5] X. Glorot and Y. Bengio (2010). "Understanding the Difficulty of Training Deep Feedforward Neural Networks."
   AISTATS.
.. [6] B. T. Polyak and A. B. Juditsky (1992). "Acceleration of Stochastic Approximation by Averaging." SIAM Journal on
   Control and Optimization 30.
"""


CLUSTER_PARAMETERS = """
solver : {"lbfgs", "sgd", "adam"}, default="lbfgs"
    Data-parallel L-BFGS, or local SGD or Adam [1]_ in rounds [7]_ [8]_. `early_stopping`, `warm_start` and
    `store_minibatch_loss` must be False.
"""

CLUSTER_NOTES = """
With "lbfgs" the workers send back the loss and the gradient of their blocks. With "sgd" and "adam" an epoch is a round:
each worker takes the steps of an epoch on its own blocks, and the mean of where these lead, moments included, weighted
by the sample weights of the workers, is where the next round begins. The change of a round carries momentum, 1 - 1 / w
for w equal workers but at most 0.9 [9]_. Once rounds lower the objective by less than a tenth, each step is corrected
by how the gradients of all samples and of the worker's differ [10]_, so that classes may be dealt out unevenly. Where
the objective rises by more than a tenth, training goes back to the best round, with half of the learning rate.

`loss_curve_` has the objective of all samples where each round begins. A round counts as an improvement by half of
`tol`, and a plateau lasts for at least two memories of the momentum, 2 w rounds up to 20. `n_updates_` counts the steps
of the largest worker; "auto" for the batch size looks at the samples of a worker, that for the learning rate at the
worker whose samples bear the shortest steps.

The same `random_state` gives the same result for the same blocks and as many workers, whichever are lost: the order of
samples depends on the place of a worker's blocks among all. Blocks that lie in memory already stay where they lie;
others are dealt out in runs.
"""

CLUSTER_REFERENCES = """
.. [7] R. McDonald, K. Hall and G. Mann (2010). "Distributed Training Strategies for the Structured Perceptron." NAACL.
   Section 4.
.. [8] S. U. Stich (2019). "Local SGD Converges Fast and Communicates Little." ICLR. Algorithm 1.
.. [9] K. Chen and Q. Huo (2016). "Scalable Training of Deep Learning Machines by Incremental Block Training with
   Intra-Block Parallel Optimization and Blockwise Model-Update Filtering." ICASSP. Section 2.
.. [10] S. P. Karimireddy, S. Kale, M. Mohri, S. J. Reddi, S. U. Stich and A. T. Suresh (2020). "SCAFFOLD: Stochastic
   Controlled Averaging for Federated Learning." ICML. Algorithm 1, option I.
"""


SEARCH_PARAMETERS = """
n_iter : int, default=10
    Number of candidates to draw.
scoring : str, callable, list, tuple, set, dict or None, default=None
    What to score by, the greater the better: the name of a scorer; a function of an estimator, `X` and `y` that returns
    a number or a dict of numbers; several names, or a dict of scorers, for several metrics. None means accuracy.
n_jobs : int or None, default=None
    Number of stacks that train at the same time, of pipelines the number of splits and settings of the steps before the
    last. None means 1 unless a ``joblib.parallel_config`` says otherwise, -1 as many as there are cores. Results do not
    depend on it.
refit : bool, str or callable, default=True
    Whether to fit the best candidate to all samples. With several metrics the name of the one to choose by. A function
    of `cv_results_` returns the index of the candidate to take, such as :func:`one_standard_error`.
cv : int, splitter, iterable of (train, test) or None, default=None
    Splits into training and test samples. None means 5 stratified folds, an int another number of them.
verbose : int, default=0
    Whether to print the number of fits, and how many are done, the time that is left, and the best mean score so far
    with its parameters: 1 on a line that renews itself, or on some, 2 on a line for each stack.
pre_dispatch : int or str, default="2*n_jobs"
    Number of stacks that are handed out ahead.
random_state : int, RandomState or None, default=None
    Seed of the drawn candidates.
error_score : "raise" or float, default=nan
    Score of a candidate whose fit or score fails, with a warning; "raise" raises the error.
return_train_score : bool, default=False
    Whether to score on the training samples too.
"""

SEARCH_ATTRIBUTES = """
cv_results_ : dict of ndarray
    A column for each key and a row for each candidate, with the keys of scikit-learn's search. Candidates that
    trained together share the time of their training evenly, and those that share steps of a pipeline the time of
    fitting these.
best_estimator_ : estimator
    Fitted to all samples, unless ``refit=False``.
best_params_ : dict
    Parameters of the best candidate.
best_score_ : float
    Its mean test score, unless `refit` is a function.
best_index_ : int
    Its place in `cv_results_`.
scorer_ : function or dict
    The scorer, or that of each metric.
n_splits_ : int
    Number of splits.
refit_time_ : float
    Seconds for fitting the best candidate, unless ``refit=False``.
multimetric_ : bool
    Whether there are several metrics.
classes_ : ndarray of shape (n_classes,)
    Class labels.
n_features_in_ : int
    Number of features.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the features, where `X` has string names.
"""

SEARCH_NOTES = """
The candidates of a split that differ only in ``l2``, ``learning_rate``, ``learning_rate_init`` (numbers), ``decay``,
``decay_epochs``, ``power_t``, ``momentum``, ``max_iter``, ``tol``, ``n_iter_no_change`` or ``init_scale`` train as one
stack of models: they see the same minibatches in the same order, each batch is read once, and its products with all
models are one. Other parameters divide the candidates into as many stacks as they have values. A large stack is cut, so
that it stays in a processor's cache. Models of a stack start, step and stop on their own: each is, to rounding, what
`fit` makes of it alone, so that the scores are those of scikit-learn's search. So it is with ``solver="lbfgs"``, whose
models share the products of each evaluation; with hidden layers, where rounding may lead to another minimum, they train
one by one. Training that is about to diverge magnifies rounding.

Candidates between which nothing differs that has an effect train once, and those that come to the same model, as with
two values of `tol` of which neither ends the training, have the very same scores.

The steps of a pipeline before the last are fitted once for each split and each distinct setting of theirs. On what they
make of the samples the candidates of the last step train as stacks.

An estimator with ``random_state=None`` draws one seed for each stack.
"""


def shared_docstring(cls):
    """Put the shared parts where the docstring of a class names them, as in the line "{PARAMETERS}".

    Of the parameters, those that the class has and does not document itself.
    """
    # Python run with -OO strips docstrings.
    if cls.__doc__ is not None:
        doc = inspect.cleandoc(cls.__doc__)
        for name in re.findall(r"^{([A-Z_]+)}$", doc, re.MULTILINE):
            text = globals()[name].strip()
            doc = doc.replace(f"{{{name}}}", _parameters_of(cls, text, doc) if "PARAMETERS" in name else text)
        cls.__doc__ = doc
    return cls


def _parameters_of(cls, text, doc):
    names = set(inspect.signature(cls.__init__).parameters) - set(re.findall(r"^(\w+) : ", doc, re.MULTILINE))
    entries = re.split(r"\n(?=\w+ : )", text)
    return "\n".join(entry for entry in entries if entry.split(" : ")[0] in names)
