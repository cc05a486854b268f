from __future__ import annotations

import numpy as np
import pytest

from dicomlab.demo.images import SIDE, picture


def pixels(modality: str, *, size: float = 0.0, noise: float = 0.0) -> np.ndarray:
    data = picture(modality, size=size, noise=noise, rng=np.random.default_rng(0))
    return np.frombuffer(data, "<u2").astype(float).reshape(SIDE[modality], SIDE[modality])


@pytest.mark.parametrize("modality", SIDE)
def test_a_larger_patient_fills_more_of_the_picture(modality: str) -> None:
    small, large = pixels(modality, size=-3), pixels(modality, size=3)
    assert np.count_nonzero(large != large[0, -1]) > np.count_nonzero(small != small[0, -1])


@pytest.mark.parametrize("modality", SIDE)
def test_noise_is_what_was_asked_for(modality: str) -> None:
    difference = pixels(modality, noise=20) - pixels(modality)
    inside = pixels(modality) > 200
    assert difference[inside].std() == pytest.approx(20, rel=0.2)
    assert pixels(modality, noise=500).max() <= 4095
