# SPDX-License-Identifier: BSD-3-Clause
"""Limited-memory BFGS (Liu and Nocedal 1989) for several functions that are evaluated together.

Each of M functions has its own pairs, direction, step length and end; what they share are the rounds, in each of which
every function that is not at its end is evaluated once. Arrays are (M,) or, for points and gradients, (M, N), float64.
"""

import numpy as np

# Pairs of steps and changes of the gradient that are remembered.
MEMORY = 10
# Of the strong Wolfe conditions: the least decrease, and the largest slope, as parts of the slope at the start.
DECREASE, FLATTER = 1e-4, 0.9
# Iterations in a row that lower nothing but the gradient, as where all samples are told apart ever more surely.
MOST_FLAT = 10
# Steps along one direction, after which there is none that is worth its evaluation.
MOST_TRIALS = 30
# Factors on the distance between two trials where the minimum is beyond the second.
SHORTEST_LEAP, LONGEST_LEAP = 1.1, 4.0
# Of an interval, what a trial stays away from its ends.
MARGIN = 0.1


def _dot(a, b):
    return np.einsum("mn,mn->m", a, b)


def _times(matrices, vectors):
    """Each of M matrices times its vector."""
    return np.matmul(matrices, vectors[:, :, None])[:, :, 0]


def _solve(matrices, vectors):
    return np.linalg.solve(matrices, vectors[:, :, None])[:, :, 0]


class _Rows:
    """Arrays that have a row for each function."""

    def take(self, stay):
        """Go on with these functions only."""
        for name, values in vars(self).items():
            setattr(self, name, values[stay])

    def course(self):
        """Copies of all arrays by name."""
        return {name.removeprefix("_"): values.copy() for name, values in vars(self).items()}

    def go_on(self, course):
        """Overwrite all with what `course` was."""
        for name, values in vars(self).items():
            values[:] = course[name.removeprefix("_")]


class Curvature(_Rows):
    """The latest pairs (s, y) of each function, and the product of their inverse Hessian with a gradient.

    The products of all s with all y are kept, so that a direction takes two products with the pairs rather than two
    loops over them (Byrd, Nocedal and Schnabel 1994, Theorem 2.2).

    Parameters
    ----------
    n_functions, n_values : int
    """

    def __init__(self, n_functions, n_values):
        self._steps = np.zeros((n_functions, MEMORY, n_values))
        self._changes = np.zeros_like(self._steps)
        self._changes_by_changes = np.zeros((n_functions, MEMORY, MEMORY))
        # s_i y_j where s_i is not newer than y_j; places that are not filled have 1 on the diagonal.
        self._triangle = np.tile(np.eye(MEMORY), (n_functions, 1, 1))
        self._scale = np.ones(n_functions)
        self.n_pairs = np.zeros(n_functions, int)

    def forget(self, functions):
        for values in (self._steps, self._changes, self._changes_by_changes, self.n_pairs):
            values[functions] = 0
        self._triangle[functions], self._scale[functions] = np.eye(MEMORY), 1.0

    def add(self, functions, steps, changes):
        """Remember the pairs of these functions whose curvature is positive, in the place of the oldest."""
        curvatures, squares = _dot(steps, changes), _dot(changes, changes)
        good = curvatures > np.finfo(np.float64).eps * squares
        if not good.all():
            functions, steps, changes = functions[good], steps[good], changes[good]
            curvatures, squares = curvatures[good], squares[good]
        places = self.n_pairs[functions] % MEMORY
        at = functions, places
        self._steps[at], self._changes[at] = steps, changes
        every = slice(None) if len(functions) == len(self.n_pairs) else functions
        by_changes = _times(self._changes[every], changes)
        self._changes_by_changes[at] = self._changes_by_changes[functions, :, places] = by_changes
        self._triangle[at] = 0.0
        self._triangle[functions, :, places] = _times(self._steps[every], changes)
        # Of places that are not filled the product is 0, as it should.
        self._scale[functions] = curvatures / squares
        self.n_pairs[functions] += 1

    def directions(self, gradients):
        """Minus the inverse Hessian of each function times its gradient (M, N)."""
        n_pairs = min(MEMORY, self.n_pairs.max())
        if n_pairs == 0:
            return -gradients
        steps, changes = self._steps[:, :n_pairs], self._changes[:, :n_pairs]
        triangle = self._triangle[:, :n_pairs, :n_pairs]
        scale = self._scale[:, None]
        of_steps = _solve(triangle, _times(steps, gradients))
        inner = _times(self._changes_by_changes[:, :n_pairs, :n_pairs], of_steps) - _times(changes, gradients)
        of_changes = _solve(triangle.swapaxes(1, 2), np.einsum("mii->mi", triangle) * of_steps + scale * inner)
        along_changes = np.matmul((scale * of_steps)[:, None], changes)[:, 0]
        along_steps = np.matmul(of_changes[:, None], steps)[:, 0]
        return along_changes - along_steps - scale * gradients


class LineSearch(_Rows):
    """The step lengths of each function along its direction, until one meets the strong Wolfe conditions.

    There is one between `low`, which is low enough and where the function falls, and `high`, which is too high or where
    it rises; `high` is infinite until one is found.
    """

    def __init__(self, n_functions):
        self.trial, self.n_trials = np.zeros(n_functions), np.zeros(n_functions, int)
        # Length, value and slope at the start and at each end.
        self._start, self._low, self._high = np.zeros((3, n_functions, 3))

    def begin(self, functions, values, slopes, lengths):
        self.trial[functions], self.n_trials[functions] = lengths, 0
        self._start[functions, 1], self._start[functions, 2] = values, slopes
        self._low[functions], self._high[functions] = self._start[functions], np.inf

    def judge(self, values, slopes, noise):
        """Which functions (M,) take their trial; the others get another. `noise` (M,) is the rounding of the values."""
        self.n_trials += 1
        _, start, fall = self._start.T
        low = values <= np.minimum(start + DECREASE * self.trial * fall, self._low[:, 1]) + noise
        taken = low & (np.abs(slopes) <= FLATTER * np.abs(fall))
        if not taken.all():
            tried = np.stack([self.trial, values, slopes], axis=1)
            self._try_others(tried, ~taken, low & ~taken & (slopes < 0))
        return taken

    def _try_others(self, tried, others, beyond):
        leaps = self._leaps(tried)
        self._low = np.where(beyond[:, None], tried, self._low)
        self._high = np.where((others & ~beyond)[:, None], tried, self._high)
        lengths = np.where(np.isinf(self._high[:, 0]), leaps, self._between())
        self.trial = np.where(others, lengths, self.trial)

    def _leaps(self, tried):
        """Where the slope vanishes beyond the trial, if it goes on as from `low` to there."""
        width = tried[:, 0] - self._low[:, 0]
        factors = -tried[:, 2] / (tried[:, 2] - self._low[:, 2])
        factors = np.where(factors > 0, np.clip(factors, SHORTEST_LEAP, LONGEST_LEAP), LONGEST_LEAP)
        return tried[:, 0] + factors * width

    def _between(self):
        """The minimum of the cubic through both ends, or their middle."""
        (a, at_a, slope_a), (b, at_b, slope_b) = self._low.T, self._high.T
        width = b - a
        mean = slope_a + slope_b - 3 * (at_b - at_a) / width
        root = np.sqrt(mean**2 - slope_a * slope_b)
        share = 1 - (slope_b + root - mean) / (slope_b - slope_a + 2 * root)
        share = np.where(np.isfinite(share), np.clip(share, MARGIN, 1 - MARGIN), 0.5)
        return a + share * width


def _turned(directions, turning, gradients, curvature):
    """Directions (M, N), new ones for the functions that turn, in which all fall, and their slopes (M,)."""
    directions = np.where(turning[:, None], curvature.directions(gradients), directions)
    slopes = _dot(directions, gradients)
    if not (slopes < 0).all():
        # Rounding may turn the product of old pairs.
        uphill = turning & ~(slopes < 0)
        curvature.forget(np.flatnonzero(uphill))
        directions = np.where(uphill[:, None], -gradients, directions)
        slopes = _dot(directions, gradients)
    return directions, slopes


def minimise(evaluate, points, most_iterations, tolerances, rounding, moved, ended, course=None):
    """Minimise M functions from `points` (M, N).

    Parameters
    ----------
    evaluate : called with points of the functions that are left; returns their values and gradients
    points : (M, N)
    most_iterations : (M,) int
    tolerances : called after an evaluation; a function ends where no component of its gradient is larger than its (M,)
    rounding : relative, of the values; a function ends where an iteration decreases it by less, and its gradient not at
        all, or where MOST_FLAT in a row do
    moved : called after an iteration of some functions with their numbers, their places in what was evaluated last,
        whether each has converged, and a function that returns the course of those that are left; returns whether each
        is to stop
    ended : called before some functions end with the numbers of those that are left, whether each ends, whether it has
        converged, and their points
    course : dict of arrays (M, ...), where an earlier minimisation was that is to go on, or None
    """
    models, n_iterations, n_flat = np.arange(len(points)), *np.zeros((2, len(points)), int)
    values, gradients = evaluate(points)
    curvature, search, directions = Curvature(*points.shape), LineSearch(len(points)), np.zeros_like(points)
    turning = np.ones(len(points), bool)
    if course is not None:
        curvature.go_on(course)
        n_iterations[:], n_flat[:] = course["n_iterations"], course["n_flat"]

    def course_now():
        return {
            "points": points.copy(),
            "n_iterations": n_iterations.copy(),
            "n_flat": n_flat.copy(),
            **curvature.course(),
        }

    converged = np.abs(gradients).max(axis=1) <= tolerances()
    finished = converged | ~np.isfinite(values)
    while True:
        if finished.any():
            ended(models, finished, converged, points)
            stay = np.flatnonzero(~finished)
            if not len(stay):
                return
            models, n_iterations, n_flat = models[stay], n_iterations[stay], n_flat[stay]
            points, values = points[stay], values[stay]
            gradients, directions, turning = gradients[stay], directions[stay], turning[stay]
            curvature.take(stay)
            search.take(stay)
        if turning.any():
            directions, slopes = _turned(directions, turning, gradients, curvature)
            lengths = np.where(curvature.n_pairs > 0, 1.0, 1 / np.sqrt(np.abs(slopes)))
            turn = np.flatnonzero(turning)
            search.begin(turn, values[turn], slopes[turn], lengths[turn])
        trials = points + search.trial[:, None] * directions
        at_trials, gradients_there = evaluate(trials)
        noise = rounding * np.maximum(np.abs(values), 1.0)
        turning = search.judge(at_trials, _dot(gradients_there, directions), noise)
        finished = converged = np.zeros(len(models), bool)
        taken = np.flatnonzero(turning)
        if len(taken):
            curvature.add(taken, (trials - points)[taken], (gradients_there - gradients)[taken])
            n_iterations[taken] += 1
            before, after = np.abs(gradients).max(axis=1), np.abs(gradients_there).max(axis=1)
            # Gradients tell how far the minimum is where values no longer do.
            flat = turning & (values - at_trials <= noise)
            n_flat = np.where(turning, np.where(flat, n_flat + 1, 0), n_flat)
            converged = (flat & ((after >= before) | (n_flat >= MOST_FLAT))) | (turning & (after <= tolerances()))
            finished = converged | (turning & (n_iterations >= most_iterations[models]))
            points, gradients = np.where(turning[:, None], (trials, gradients_there), (points, gradients))
            values = np.where(turning, at_trials, values)
            finished[taken] |= moved(models[taken], taken, converged[taken], course_now)
        # Old pairs may mislead. Without any the direction is that of the gradient.
        lost = ~turning & ((search.n_trials >= MOST_TRIALS) | ~(search.trial > 0))
        if lost.any():
            finished = finished | (lost & (curvature.n_pairs == 0))
            turning = turning | lost
            curvature.forget(np.flatnonzero(lost))
