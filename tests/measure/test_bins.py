"""One comparison with a threshold, the same wherever cases are flagged."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from expectkit.measure.bins import Bins, Compare, reaches


@given(
    threshold=st.floats(1e-3, 1.0),
    steps=st.lists(st.integers(-40, 40), min_size=1, max_size=20),
    dtype=st.sampled_from([np.float32, np.float64]),
    compare=st.sampled_from(["float64", "float32"]),
)
def test_one_threshold_flags_what_the_bins_count_as_flagged(
    threshold: float, steps: list[int], dtype: type, compare: Compare
) -> None:
    scores = (np.float64(np.float32(threshold)) + np.array(steps) * 1e-9).astype(dtype)
    counted = Bins([threshold], dtype=dtype, compare=compare).codes(scores) >= 1
    assert reaches(scores, threshold, compare).tolist() == counted.tolist()
