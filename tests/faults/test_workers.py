# SPDX-License-Identifier: BSD-3-Clause
"""A search whose worker is killed says so, is as before, and the next one works."""

import os
import signal

import numpy as np
import pytest
from joblib import parallel_backend
from joblib.externals.loky.process_executor import TerminatedWorkerError

from sksoftmax import SoftmaxRegressionCV, VectorizedGridSearchCV
from tests.faults.leaving import X, Y, as_before, quick


class KillsOnce:
    """A scorer that kills its worker while a file is there."""

    def __init__(self, path):
        self.path = path

    def __call__(self, estimator, X, y):
        if self.path.exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return estimator.score(X, y)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal on this platform")
def test_a_killed_worker(tmp_path):
    path = tmp_path / "kill"
    path.touch()
    options = {"cv": 2, "n_jobs": 2, "scoring": KillsOnce(path)}
    search = VectorizedGridSearchCV(quick(), {"batch_size": [16, 32]}, **options)
    with parallel_backend("loky"):
        for each in (search, SoftmaxRegressionCV([0.1], random_state=0, **options)):
            with as_before(each, TerminatedWorkerError):
                each.fit(X, Y)
        path.unlink()
        search.fit(X, Y)
    search_alone = VectorizedGridSearchCV(quick(), {"batch_size": [16, 32]}, cv=2).fit(X, Y)
    for name in ("split0_test_score", "split1_test_score"):
        np.testing.assert_array_equal(search.cv_results_[name], search_alone.cv_results_[name])
