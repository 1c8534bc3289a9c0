# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.base import is_classifier

from sksoftmax import SoftmaxRegression
from sksoftmax.datasets import load_tiny_digits, make_noisy_digits


def test_the_digits_are_those_of_a_display_of_seven_segments():
    digits = load_tiny_digits()
    assert digits.data.shape == (10, 25)
    assert digits.target.tolist() == digits.target_names.tolist() == list(range(10))
    np.testing.assert_array_equal(digits.images.reshape(10, 25), digits.data)
    assert set(np.unique(digits.data)) == {0, 1}
    assert not digits.images[:, :, :2].any()
    # An eight has every segment; the number of pixels of each digit.
    assert digits.images.sum(axis=(1, 2)).tolist() == [12, 8, 11, 10, 9, 11, 12, 7, 13, 12]
    assert all((digits.images[8] >= image).all() for k, image in enumerate(digits.images) if k != 1)
    assert digits.images[2, :, 2:].astype(int).tolist() == [[1, 1, 1], [0, 0, 1], [1, 1, 1], [1, 0, 0], [1, 1, 1]]


def test_pixel_17_alone_tells_8_from_9_and_6_from_5():
    X, _ = load_tiny_digits(return_X_y=True)
    for a, b in ((8, 9), (6, 5)):
        assert np.flatnonzero(X[a] != X[b]).tolist() == [17]
        assert X[a, 17] == 1
    assert load_tiny_digits().feature_names[17] == "pixel_3_2"


def test_a_frame_has_the_same_pixels():
    pytest.importorskip("pandas")
    digits = load_tiny_digits(as_frame=True)
    np.testing.assert_array_equal(digits.data.to_numpy(), load_tiny_digits().data)
    assert list(digits.data.columns) == digits.feature_names
    assert digits.frame["target"].tolist() == list(range(10))
    X, y = load_tiny_digits(return_X_y=True, as_frame=True)
    assert X.shape == (10, 25)
    assert y.name == "target"


def test_each_call_returns_its_own_arrays():
    load_tiny_digits().data[:] = 7
    assert load_tiny_digits().data.max() == 1


@pytest.mark.parametrize("flip_probability", [0.0, 0.1, 1.0])
def test_noise_flips_that_part_of_the_pixels(flip_probability):
    X, y = make_noisy_digits(2000, flip_probability=flip_probability, random_state=0)
    clean, _ = load_tiny_digits(return_X_y=True)
    flipped = (clean[y] != X).mean()
    # Three standard deviations of the mean of 50,000 pixels.
    assert abs(flipped - flip_probability) <= 3 * np.sqrt(flip_probability * (1 - flip_probability) / X.size)
    assert set(np.unique(X)) == {0, 1}
    # Each digit 200 times, give or take four standard deviations.
    np.testing.assert_allclose(np.bincount(y), 200, atol=4 * np.sqrt(2000 * 0.1 * 0.9))


def test_a_seed_gives_the_same_digits():
    first, again = (make_noisy_digits(20, random_state=3) for _ in range(2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], make_noisy_digits(20, random_state=4)[0])


def test_noisy_digits_are_learned():
    X, y = make_noisy_digits(2000, flip_probability=0.05, random_state=0)
    model = SoftmaxRegression(random_state=0)
    assert is_classifier(model)
    assert model.fit(X[:1000], y[:1000]).score(X[1000:], y[1000:]) > 0.8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_samples": 0}, "n_samples == 0, must be an int >= 1"),
        ({"n_samples": 2.5}, "n_samples == 2.5, must be an int >= 1"),
        ({"flip_probability": -0.1}, "flip_probability == -0.1, must be a number from 0 to 1"),
        ({"flip_probability": "often"}, "flip_probability == 'often', must be"),
        ({"random_state": "a"}, r"random_state == 'a', must be an int from 0 to 2\*\*32 - 1, a RandomState or None"),
        ({"random_state": -1}, "random_state == -1, must be an int from 0"),
        ({"random_state": [0] * 1000}, r"random_state == \[0, 0, 0, 0, 0, 0, \.\.\.\], must be an int from 0"),
    ],
)
def test_what_cannot_be_drawn_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        make_noisy_digits(**options)
