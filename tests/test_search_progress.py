# SPDX-License-Identifier: BSD-3-Clause
"""Progress and interrupts of the searches."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV, VectorizedGridSearchCV
from tests.parameters import slow

GRID = {"l2": [1e-3, 0.1, 1.0], "batch_size": [32, 64]}


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:400], y[:400]


def quick(**parameters):
    return SoftmaxRegression(max_iter=4, tol=None, random_state=0, **parameters)


@pytest.mark.parametrize("n_jobs", [1, slow(2)])
def test_a_search_tells_the_fits_that_are_done_and_the_best_so_far(n_jobs, digits, capsys):
    search = VectorizedGridSearchCV(quick(), GRID, cv=3, verbose=2, n_jobs=n_jobs).fit(*digits)
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "Fitting 3 folds for each of 6 candidates, totalling 18 fits"
    assert [line.split("  elapsed")[0] for line in lines] == [f"fit {n:>2} of 18" for n in (3, 6, 9, 12, 15, 18)]
    assert lines[-1].endswith(f"best score {search.best_score_:.4f} with {search.best_params_}")
    assert all("  left " in line for line in lines[:-1])


def test_parameters_are_shown_as_plain_numbers(digits, capsys):
    grid = {"l2": np.array([0.1]), "batch_size": np.array([32])}
    VectorizedGridSearchCV(quick(), grid, cv=2, verbose=1).fit(*digits)
    assert capsys.readouterr().out.splitlines()[-1].endswith(" with {'batch_size': 32, 'l2': 0.1}")


def test_of_several_metrics_the_one_of_the_refit_tells_the_best(digits, capsys):
    scoring = ["accuracy", "neg_log_loss"]
    search = VectorizedGridSearchCV(quick(), GRID, cv=2, scoring=scoring, refit="neg_log_loss", verbose=1)
    search.fit(*digits)
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"{search.best_score_:.4f} with {search.best_params_}")
    search.set_params(refit=False).fit(*digits)
    assert "best" not in capsys.readouterr().out


def test_the_choice_of_a_penalty_tells_its_fits_and_then_the_last_one(digits, capsys):
    clf = SoftmaxRegressionCV([1e-3, 0.1], cv=3, solver="sgd", max_iter=4, tol=None, verbose=2, random_state=0)
    clf.fit(*digits)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[:3]] == ["fit 2 of 6", "fit 4 of 6", "fit 6 of 6"]
    assert lines[2].endswith(f"best score {clf.scores_.mean(axis=0).max():.4f} with l2={clf.l2_:.3g}")
    assert [line.split("  ")[0] for line in lines[3:]] == [f"epoch {i} of 4" for i in range(1, 5)]


def test_no_search_prints_unless_asked(digits, capsys):
    VectorizedGridSearchCV(quick(), GRID, cv=2).fit(*digits)
    SoftmaxRegressionCV(2, cv=2).fit(*digits)
    assert capsys.readouterr().out == ""


class Interrupting:
    """A scorer that is interrupted in a call."""

    def __init__(self, call):
        self.left = call

    def __call__(self, estimator, X, y):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return estimator.score(X, y)


def test_an_interrupted_search_keeps_the_table_of_what_was_finished(digits):
    whole = VectorizedGridSearchCV(quick(), GRID, cv=3).fit(*digits)
    search = VectorizedGridSearchCV(quick(), GRID, cv=3, scoring=Interrupting(11))
    with pytest.raises(KeyboardInterrupt):
        search.fit(*digits)
    scores, expected = ([s.cv_results_[f"split{i}_test_score"] for i in range(3)] for s in (search, whole))
    finished = ~np.isnan(scores)
    # Stacks of three, of which the fourth was interrupted.
    assert finished.sum() == 9
    np.testing.assert_array_equal(np.array(scores)[finished], np.array(expected)[finished])
    assert not hasattr(search, "best_estimator_")
    np.testing.assert_array_equal(search.cv_results_["param_l2"], whole.cv_results_["param_l2"])


def test_an_interrupt_before_the_first_stack_is_finished_leaves_a_search_as_it_was(digits):
    search = VectorizedGridSearchCV(quick(), GRID, cv=3).fit(*digits)
    before = dict(vars(search))
    search.scoring = before["scoring"] = Interrupting(2)
    with pytest.raises(KeyboardInterrupt):
        search.fit(*digits)
    assert vars(search) == before
