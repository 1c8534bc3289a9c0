# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from numpy.polynomial import Polynomial
from scipy.optimize import minimize, rosen, rosen_der

from sksoftmax._engine import quasi_newton
from sksoftmax._engine.quasi_newton import LONGEST_LEAP, MEMORY, SHORTEST_LEAP, Curvature, LineSearch, minimise

# Relative rounding of float64.
EPS = np.finfo(np.float64).eps


class Functions:
    """Several (value, gradient) functions as `minimise` takes them, and what it tells of them."""

    def __init__(self, functions):
        self.left = np.arange(len(functions))
        self.functions, self.found, self.converged = functions, {}, {}
        self.n_moves, self.n_evaluations = np.zeros(len(functions), int), np.zeros(len(functions), int)

    def __call__(self, points):
        self.n_evaluations[self.left] += 1
        values, gradients = zip(*(self.functions[m](point) for m, point in zip(self.left, points)))
        return np.array(values), np.array(gradients)

    def moved(self, models, places, converged, course):
        assert self.left[places].tolist() == list(models)
        self.n_moves[models] += 1
        return np.zeros(len(models), bool)

    def ended(self, models, finished, converged, points):
        assert models.tolist() == self.left.tolist()
        for m, point, is_converged in zip(models[finished], points[finished], converged[finished]):
            self.found[m], self.converged[m] = point, is_converged
        self.left = self.left[~finished]

    def minimise(self, points, most=1000, tolerance=1e-8):
        n = len(self.functions)

        def tolerances():
            return np.full(len(self.left), tolerance)

        # As `lbfgs.train` calls it.
        with np.errstate(all="ignore"):
            minimise(self, points, np.full(n, most), tolerances, EPS, self.moved, self.ended)
        return np.array([self.found[m] for m in range(n)])


def quadratic(rng, n_values, condition):
    """A quadratic function with a random minimum, and the minimum."""
    Q, _ = np.linalg.qr(rng.normal(size=(n_values, n_values)))
    H, minimum = Q * np.logspace(0, np.log10(condition), n_values) @ Q.T, rng.normal(size=n_values)
    return (lambda x: (0.5 * (x - minimum) @ H @ (x - minimum), H @ (x - minimum))), minimum


def rosenbrock(x):
    return rosen(x), rosen_der(x)


def test_each_of_several_quadratics_reaches_its_minimum(rng):
    functions, minima = zip(*(quadratic(rng, 12, condition) for condition in (1, 10, 100, 1000)))
    stack = Functions(functions)
    np.testing.assert_allclose(stack.minimise(np.zeros((4, 12))), minima, atol=1e-7)
    assert all(stack.converged.values())
    # The easier ones end earlier.
    assert list(stack.n_moves) == sorted(stack.n_moves)


@pytest.mark.parametrize("n_values", [2, 10])
def test_it_takes_about_as_many_evaluations_as_scipy(n_values, rng):
    starts = rng.uniform(-2, 2, (5, n_values))
    stack = Functions([rosenbrock] * 5)
    found = stack.minimise(starts.copy())
    theirs = [
        minimize(rosenbrock, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-8, "ftol": 0}) for start in starts
    ]
    # Rosenbrock's function has other stationary points than the minimum at 1.
    assert all(np.abs(rosen_der(x)).max() < 1e-6 for x in found)
    assert stack.n_evaluations.sum() < 1.5 * sum(result.nfev for result in theirs)


def test_functions_do_not_meet(rng):
    functions = [quadratic(rng, 5, 100)[0], rosenbrock, quadratic(rng, 5, 1e4)[0]]
    starts = rng.normal(size=(3, 5))
    together = Functions(functions)
    found = together.minimise(starts.copy())
    for m, function in enumerate(functions):
        alone = Functions([function])
        np.testing.assert_allclose(alone.minimise(starts[m : m + 1].copy())[0], found[m], atol=1e-9)
        assert alone.n_moves[0] == together.n_moves[m]


def test_an_end_without_progress_does_not_wait_for_steeper_functions(rng):
    def turning(x):
        # Its value is the same everywhere, and its gradient as large.
        return 1e8, 1e-7 * (np.array([0.0, 1.0]) if x.any() else np.array([1.0, 0.0]))

    stack = Functions([turning, quadratic(rng, 2, 100)[0]])
    stack.minimise(np.zeros((2, 2)))
    assert stack.converged[0]
    assert stack.n_moves[0] == 1 < stack.n_moves[1]


def test_directions_are_those_of_the_two_loops(rng):
    n_values, H = 30, np.diag(np.logspace(0, 2, 30))
    curvature, pairs = Curvature(2, n_values), []
    for i in range(MEMORY + 3):
        steps = rng.normal(size=(2, n_values))
        pairs.append((steps[1], H @ steps[1]))
        # The first function has fewer pairs.
        functions = np.array([0, 1] if i % 2 else [1])
        curvature.add(functions, steps[functions], (steps @ H)[functions])
    gradient = rng.normal(size=n_values)
    q, alphas = gradient.copy(), []
    for s, y in reversed(pairs[-MEMORY:]):
        alphas.append(s @ q / (s @ y))
        q -= alphas[-1] * y
    s, y = pairs[-1]
    q *= s @ y / (y @ y)
    for (s, y), alpha in zip(pairs[-MEMORY:], reversed(alphas)):
        q += (alpha - y @ q / (s @ y)) * s
    np.testing.assert_allclose(curvature.directions(np.stack([gradient, gradient]))[1], -q, rtol=1e-8)


def test_a_function_without_pairs_goes_down_its_gradient_beside_one_that_has_some(rng):
    curvature, both = Curvature(2, 4), np.arange(2)
    steps = rng.normal(size=(2, 4))
    curvature.add(both, steps, 3 * steps)
    curvature.forget(both[:1])
    gradients = rng.normal(size=(2, 4))
    # The other knows of a curvature of 3 everywhere.
    np.testing.assert_allclose(curvature.directions(gradients), gradients * [[-1], [-1 / 3]], rtol=1e-12)


def test_the_minimum_of_a_cubic_is_found_between_two_trials():
    cubics, beyond = [Polynomial([0, -1, 0.3, 1]), Polynomial([0, -1, -0.2, 0.5])], np.array([1.2, 2.0])
    values, slopes = np.transpose([(f(t), f.deriv()(t)) for f, t in zip(cubics, beyond)])
    search = LineSearch(2)
    search.begin(np.arange(2), np.zeros(2), -np.ones(2), beyond)
    assert not search.judge(values, slopes, np.zeros(2)).any()
    np.testing.assert_allclose(search.trial, [f.deriv().roots().max() for f in cubics], rtol=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_leap_goes_to_where_the_slope_vanishes_but_not_too_near_or_too_far():
    search, nothing = LineSearch(2), np.zeros(2)
    search.begin(np.arange(2), nothing, -np.ones(2), np.ones(2))
    # It falls ever more steeply: the slope may vanish anywhere.
    assert not search.judge(np.full(2, -1.5), np.full(2, -2.0), nothing).any()
    np.testing.assert_array_equal(search.trial, 1 + LONGEST_LEAP)
    # From -2 it has come to -1.5 within 4: the other 1.5 take 12. From -2 to -1 it takes 4, which is too near.
    assert not search.judge(np.full(2, -8.0), np.array([-1.5, -1.0]), nothing).any()
    np.testing.assert_allclose(search.trial, [5 + 12, 5 + 4 * SHORTEST_LEAP], rtol=1e-12)


def test_the_number_of_iterations_is_bounded():
    stack = Functions([rosenbrock] * 2)
    stack.minimise(np.array([[-1.0, 2.0], [1.0, 1.0]]), most=4)
    assert list(stack.n_moves) == [4, 0]
    assert stack.converged == {0: False, 1: True}


def test_values_that_are_not_finite_are_not_taken():
    def barrier(x):
        return (x - np.log(x)).sum(), 1 - 1 / x

    found = Functions([barrier]).minimise(np.array([[50.0, 0.01]]))
    np.testing.assert_allclose(found, 1.0, atol=1e-6)


def test_a_gradient_that_is_wrong_ends_without_convergence():
    stack = Functions([lambda x: (x @ x, -2 * x)])
    np.testing.assert_array_equal(stack.minimise(np.ones((1, 3))), np.ones((1, 3)))
    assert not stack.converged[0]


def test_a_search_ends_at_a_kink_where_neither_its_pairs_nor_the_gradient_lead_on():
    def kinked(x):
        assert stack.n_evaluations[0] < 1000
        return abs(x[0]) + x[1] ** 2 / 2, np.array([np.sign(x[0]), x[1]])

    stack = Functions([kinked])
    (found,) = stack.minimise(np.array([[1.0, 2.0]]))
    assert not stack.converged[0]
    # A small part of the start's value, 3.
    assert kinked(found)[0] < 0.1


def test_a_direction_that_does_not_fall_gives_way_to_the_gradient_without_pairs(rng):
    class Turned:
        forgotten = ()

        def directions(self, gradients):
            return gradients * np.array([[1.0], [-2.0], [0.0]])

        def forget(self, functions):
            self.forgotten = functions.tolist()

    gradients, curvature = rng.normal(size=(3, 4)), Turned()
    directions, slopes = quasi_newton._turned(np.zeros((3, 4)), np.ones(3, bool), gradients, curvature)
    np.testing.assert_array_equal(directions, gradients * np.array([[-1.0], [-2.0], [-1.0]]))
    np.testing.assert_allclose(slopes, (directions * gradients).sum(axis=1), rtol=1e-12)
    assert curvature.forgotten == [0, 2]
