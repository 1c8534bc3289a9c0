# SPDX-License-Identifier: BSD-3-Clause
"""The first layer of sparse samples, of which a step reads and writes the features that its batch has.

The weights of a feature lie together (``Parameters`` by feature). Those of the batch are gathered into a small dense
problem, and put back after the step. To the others a step of SGD with momentum mu does what it does to a feature whose
gradient is that of the penalty alone: a linear map of two numbers, the weight w and its velocity v,

    v <- mu v - gamma w,    w <- w + q v    or, for Nesterov,    w <- w + q ((1 + mu) v - mu old v),

where gamma = share * eta * l2 and q = 1 / scale**2. Its powers have a closed form, with which a feature catches up when
it is next met, and all of them at the end of an epoch.
"""

from functools import cached_property

import numpy as np
from scipy import sparse

from sksoftmax._engine import memory
from sksoftmax._engine.calls import bound
from sksoftmax._engine.columns import Columns

# Weights that are worked on together: few enough to stay in the second cache beside their velocity and gradient.
VALUES_AT_ONCE = 2**15
# Roots that differ by less are taken for that far apart: their powers change by no more than rounding adds up to.
LEAST_APART = 1e-6
TINY = np.finfo(np.float64).tiny


def rows_of(values, features):
    """Rows of values for these features (n,) or a slice of them; a single row is that of all."""
    if len(values) == 1:
        return values
    return values[features] if isinstance(features, slice) else values.take(features, 0, None, "clip")


class Powers:
    """Powers of the map A = [[1 - kappa c, q rest], [-gamma, mu]] that a step is to (w, v) of a feature not met.

    c = gamma q; kappa = 1 and rest = mu, or for Nesterov 1 + mu and mu**2. With the roots of its characteristic
    polynomial, two real ones or a pair h +- i s, A^k = g_k + f_k (A - h) for numbers g_k and f_k.

    Parameters
    ----------
    q : (d, M) or (1, M), one over the squared scale of each feature in each model
    gamma, mu : (M,)
    nesterov : bool

    Attributes
    ----------
    is_closed : whether there is a form for more than one step: not for rates so large that c >= 1
    """

    def __init__(self, q, gamma, mu, nesterov):
        self._q, self._gamma, self._mu = q, gamma, mu
        self._kappa, self._rest = (1 + mu, mu**2) if nesterov else (1.0, mu)
        self.is_closed = bool(np.max(gamma * q.max(axis=0, initial=0)) < 1)

    def of(self, features, steps, with_sum):
        """Entries, (n, M) each, of A^k for features (n,) or a slice, k = steps (n,), row by row; and `with_sum` those
        of the first row of A + A^2 + ... + A^k."""
        k = steps[:, None].astype(np.float64)
        if steps.max() > 1:
            g, f, sums, off, coupling, rest = self._closed(k, features, with_sum)
        else:
            q = rows_of(self._q, features)
            g, f, sums = 1 - k, k, (0, k)
            off, coupling, rest = 1 - self._kappa * self._gamma * q, self._rest * q, self._mu
        entries = [g + f * off, f * coupling, -self._gamma * f, g + f * rest]
        return entries + [sums[0] + sums[1] * off, sums[1] * coupling] if with_sum else entries

    def _closed(self, k, features, with_sum):
        known, real = (rows_of(values, features) for values in self._known)
        known, (h, off, coupling) = known[..., :-2], np.moveaxis(known[..., -3:], -1, 0)
        if real.all() or not real.any():
            powers = _real_powers if real.flat[0] else _complex_powers
            g, f, sums = powers(k, *np.moveaxis(known, -1, 0), with_sum)
        else:
            shape = np.broadcast_shapes(k.shape, h.shape)
            k, real, known = (np.broadcast_to(values, (*shape, *values.shape[2:])) for values in (k, real, known))
            g, f, *sums = np.empty((4, *shape))
            for powers, where in ((_real_powers, real), (_complex_powers, ~real)):
                if where.any():
                    g[where], f[where], of = powers(k[where], *known[where].T, with_sum)
                    if with_sum:
                        sums[0][where], sums[1][where] = of
        return g, f, sums, off, coupling, self._mu - h

    @cached_property
    def _known(self):
        """What powers are made of, (d, M, 7) so that it lies together for a feature, and where roots are real."""
        q, gamma, mu = self._q, self._gamma, self._mu
        c = gamma * q
        half, det = (1 - self._kappa * c + mu) / 2, mu * (1 - self._kappa * c) + self._rest * c
        square = half**2 - det
        real = square >= 0
        root = np.maximum(np.sqrt(np.abs(square)), LEAST_APART)
        largest = half + root
        smallest = np.maximum(det / largest, TINY)
        decay = np.where(real, np.log(largest), np.log(np.maximum(det, TINY)) / 2)
        turn = np.where(real, decay - np.log(smallest), np.arctan2(root, half))
        h = np.where(real, largest, half)
        apart, off, coupling = np.where(real, largest - smallest, root), 1 - self._kappa * c - h, self._rest * q
        values = decay, turn, apart, smallest, h, off, coupling
        return np.stack(np.broadcast_arrays(*values), axis=-1), real


def _real_powers(k, decay, turn, apart, smallest, h, with_sum):
    """g, f of roots h and `smallest`, and their sums over 1, ..., k."""
    g = np.exp(k * decay)
    f = g * np.expm1(-k * turn) / -apart
    if not with_sum:
        return g, f, None
    # The largest root may be 1.
    steady = decay == 0
    of_g = np.where(steady, k, h * np.expm1(k * decay) / np.where(steady, 1.0, np.expm1(decay)))
    of_smallest = smallest * (1 - (g - f * apart)) / (1 - smallest)
    return g, f, (of_g, (of_g - of_smallest) / apart)


def _complex_powers(k, decay, turn, apart, _, h, with_sum):
    """g, f of roots h +- i apart, and their sums over 1, ..., k."""
    size = np.exp(k * decay)
    g, f = size * np.cos(k * turn), size * np.sin(k * turn) / apart
    if not with_sum:
        return g, f, None
    z = h + 1j * apart
    total = z * (g + 1j * (f * apart) - 1) / (z - 1)
    return g, f, (total.real, total.imag / apart)


class FirstLayer:
    """Weights of each feature, their velocity, and the sum of their iterates; those not met lag behind.

    Parameters
    ----------
    parameters, velocity : Parameters by feature
    l2 : (M,)
    inverse_scale : (M, 1, d) float, or None for ones
    nesterov : bool

    Attributes
    ----------
    columns : Columns
    """

    def __init__(self, parameters, velocity, l2, inverse_scale, nesterov):
        W = parameters.by_feature
        self._dtype, self._n_models = W.dtype, parameters.n_models
        self._shape = W.shape[1] // self._n_models, self._n_models
        self._state = [W, velocity.by_feature]
        self._l2, self._nesterov = np.asarray(l2, np.float64), nesterov
        inverse_scale = np.ones((self._n_models, 1, 1)) if inverse_scale is None else inverse_scale
        self._q = np.ascontiguousarray(np.square(inverse_scale[:, 0].T, dtype=np.float64))
        self._met, self._now = np.zeros(len(W), np.int32), 0
        self.columns = Columns(len(W))
        self._at_once = max(1, VALUES_AT_ONCE // max(1, W.shape[1]))
        self.keep_sum(None)

    def keep_sum(self, total):
        """From now on add the iterate to `total` (Parameters by feature, or None) after each step."""
        self._total = [] if total is None else [total.by_feature]
        self._buffers = []

    def set_rates(self, eta, mu):
        """From now on; all features must be up to date."""
        self._eta, self._mu = eta, mu
        self._powers, self._numbers = {}, {}
        # Steps with the same share: its Powers, and when they began.
        self._spans = []

    def begin(self, share):
        """A step on a batch with that share of the divisor."""
        if share not in self._powers:
            gamma = share * self._eta * self._l2
            self._powers[share] = Powers(self._q, gamma, self._mu, self._nesterov)
            self._numbers[share] = self._number(self._mu), self._number(gamma)
        powers = self._powers[share]
        if not powers.is_closed:
            self.settle()
        if not self._spans or self._spans[-1][0] is not powers:
            self._spans.append((powers, self._now))
        self._mu_now, self._gamma_now = self._numbers[share]

    def end(self):
        self._now += 1

    def settle(self):
        """Bring all features up to date."""
        if not self._now:
            return
        for part in self._parts(0, len(self._met)):
            self._catch_up(part, [self._shaped(table[part]) for table in self._state + self._total])
        self._now, self._spans = 0, []
        self._met[:] = 0

    def split(self, features):
        """Those of these features that lag behind, and the others."""
        late = self._met.take(features) < self._now
        return features[late], features[~late]

    def get(self, features, late):
        """Weights, velocity (and sum) of these features (n,), up to date, (n, fan_out, M) each; overwritten by the next
        call. Those of a slice lag behind."""
        n, tables = len(features), self._state + self._total
        if not self._buffers or len(self._buffers[0]) < n:
            self._buffers = [memory.empty((n + n // 4, table.shape[1]), self._dtype) for table in tables]
        rows = [self._shaped(table.take(features, 0, out[:n], "clip")) for table, out in zip(tables, self._buffers)]
        for part in self._parts(late.start, late.stop):
            self._catch_up(features[part], [values[part] for values in rows])
        return rows

    def _parts(self, start, stop):
        """Slices of so many features that what a step makes of them stays in the cache."""
        return (slice(at, min(at + self._at_once, stop)) for at in range(start, stop, self._at_once))

    def _shaped(self, values):
        return values.reshape(len(values), *self._shape)

    def _catch_up(self, features, rows):
        met = rows_of(self._met, features)
        end = [start for _, start in self._spans[1:]] + [self._now]
        for (powers, start), stop in zip(self._spans, end):
            steps = stop - (np.clip(met, start, stop) if len(self._spans) > 1 else met)
            if steps.any():
                self._advance(powers.of(features, steps, bool(self._total)), *rows)

    def _advance(self, entries, W, V, *total):
        of_ww, of_wv, of_vw, of_vv, *of_sum = (entry[:, None].astype(self._dtype, copy=False) for entry in entries)
        for values in total:
            values += of_sum[0] * W
            values += of_sum[1] * V
        ahead, behind = of_wv * V, of_vw * W
        V *= of_vv
        V += behind
        W *= of_ww
        W += ahead

    def update(self, features, rows, gradient):
        """Put these features where a step leads; rows as of `get`, gradient (n, fan_out * M) times -eta / divisor,
        overwritten."""
        gradient = self._shaped(gradient)
        for part in self._parts(0, len(features)):
            self._update(features[part], [values[part] for values in rows], gradient[part])
        for table, values in zip(self._state + self._total, rows):
            table[features] = values.reshape(len(features), table.shape[1])
        self._met[features] = self._now + 1

    def _update(self, features, rows, gradient):
        W, V, *total = rows
        mu, gamma = self._mu_now, self._gamma_now
        step = gamma * W
        gradient -= step
        V *= mu
        V += gradient
        if self._nesterov:
            # (1 + mu) v - mu old v
            np.multiply(V, mu, out=step)
            step += gradient
            step *= self._metric(features)
        else:
            np.multiply(V, self._metric(features), out=step)
        W += step
        for values in total:
            values += W

    def _metric(self, features):
        if len(self._q) == 1:
            return self._number(self._q[0])
        return rows_of(self._q, features)[:, None].astype(self._dtype, copy=False)

    def _number(self, values):
        values = np.asarray(values, self._dtype)
        return values[0] if np.all(values == values[0]) else values


class GatheredRows:
    """Samples X - 1 mean' (b, d) that all models share, X CSR, as the inputs of a FirstLayer.

    The features of which the mean is not zero are met in each step.

    Parameters
    ----------
    first : FirstLayer
    mean : (d,) or None for zeros
    centred : (m,) the features of which the mean is not zero
    """

    def __init__(self, first, mean, centred):
        self._first, self._centred = first, centred
        self._mean = mean[centred] if len(centred) else None

    def read(self, X, start, stop):
        """Take these rows of X."""
        values = slice(X.indptr[start], X.indptr[stop])
        self._csr = X.data[values], X.indices[values], X.indptr[start : stop + 1] - X.indptr[start]

    def multiply(self, layer, out):
        return [bound(self._multiply, out)]

    def accumulate(self, layer, delta, keep, step):
        return [bound(self._update, delta, step)]

    def _multiply(self, out):
        data, indices, indptr = self._csr
        columns, first = self._first.columns, self._first
        # The centred ones never lag behind.
        late, others = first.split(columns.of(indices, self._centred))
        self._features = np.concatenate([self._centred, late, others])
        places, n = columns.places(indices, self._features), len(self._features)
        self._X = sparse.csr_matrix((data, places, indptr), shape=(len(indptr) - 1, n))
        start = len(self._centred)
        self._rows = first.get(self._features, slice(start, start + len(late)))
        W = self._rows[0].reshape(n, len(out.rows))
        Z = self._X @ W
        if self._mean is not None:
            Z -= self._mean @ W[: len(self._mean)]
        np.copyto(out.rows, Z.T)

    def _update(self, delta, step):
        # Those of a sample together, as they are added to the gradients of its features.
        of_samples = np.multiply(delta.rows.T, step, order="C")
        gradient = self._X.T @ of_samples
        if self._mean is not None:
            gradient[: len(self._mean)] -= np.outer(self._mean, of_samples.sum(axis=0))
        self._first.update(self._features, self._rows, gradient)
