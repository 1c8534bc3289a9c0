# SPDX-License-Identifier: BSD-3-Clause
"""An animation that cannot be saved leaves no part of a file, the file that was there, and its figure."""

import os
import subprocess
import sys

import matplotlib.pyplot as plt
import pytest

from sksoftmax.plotting import animate_coefficients, save_animation, training_snapshots
from tests.faults.leaving import MineError, X, Y, of_process, quick
from tests.parameters import slow

NAMES = ["learning.gif", "learning.html"]
N_FRAMES = 3


@pytest.fixture(scope="module")
def animation():
    animation = animate_coefficients(training_snapshots(quick(), X, Y, epochs=range(N_FRAMES)), loss_curve=False)
    yield animation
    plt.close(animation._fig)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("failing", [0, slow(N_FRAMES - 1)])
def test_a_frame_that_cannot_be_drawn(animation, failing, name, tmp_path):
    figure, error, draw = animation._fig, MineError(), animation._func

    def fail(frame):
        if frame == failing:
            raise error
        return draw(frame)

    before, dpi = of_process(), figure.get_dpi()
    animation._func = fail
    for text in (None, "as before"):
        if text is not None:
            (tmp_path / name).write_text(text)
        there = contents(tmp_path)
        with pytest.raises(MineError) as caught:
            save_animation(animation, tmp_path / name, dpi=30)
        assert caught.value is error
        assert contents(tmp_path) == there
        assert (of_process(), figure.get_dpi()) == (before, dpi)
    animation._func = draw
    save_animation(animation, tmp_path / name, dpi=30)
    assert contents(tmp_path)[name] != b"as before"


def test_a_link_is_followed_to_the_file_and_a_folder_that_is_not_there_is_named(animation, tmp_path):
    (tmp_path / "other").mkdir()
    link = tmp_path / "link.gif"
    link.symlink_to(tmp_path / "other" / "learning.gif")
    save_animation(animation, link, dpi=30)
    assert link.is_symlink()
    assert (tmp_path / "other" / "learning.gif").stat().st_size > 1000
    with pytest.raises(FileNotFoundError, match="not_there"):
        save_animation(animation, tmp_path / "not_there" / "learning.gif")


ON_A_FULL_DISK = """
import os, resource, signal, sys
from pathlib import Path
import numpy as np
from sksoftmax import SoftmaxRegression
from sksoftmax.plotting import animate_coefficients, save_animation, training_snapshots
X, y = np.random.RandomState(0).rand(40, 16), np.arange(40) % 4
animation = animate_coefficients(training_snapshots(SoftmaxRegression(random_state=0), X, y, epochs=range(3)))
path = Path(sys.argv[1])
path.write_text("as before")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 10**8))
try:
    save_animation(animation, path, dpi=30)
except OSError as error:
    assert os.listdir(path.parent) == [path.name]
    assert path.read_text() == "as before"
    print(type(error).__name__, error.errno)
resource.setrlimit(resource.RLIMIT_FSIZE, (10**8, 10**8))
save_animation(animation, path, dpi=30)
assert path.stat().st_size > 2000
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="other systems do not limit files")
@pytest.mark.parametrize("name", NAMES)
def test_a_disk_without_room_is_an_os_error(name, tmp_path):
    command = [sys.executable, "-c", ON_A_FULL_DISK, str(tmp_path / name)]
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=environment)
    # errno.EFBIG, as ENOSPC another way of no room.
    assert told.stdout.split() == ["OSError", "27"]
