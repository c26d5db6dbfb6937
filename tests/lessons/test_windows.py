"""Where a window may begin, and the crash that hides at the end of the text."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.lessons.windows import cut_windows, draw


def test_four_of_36_starts_are_bad_on_a_text_of_40():
    slip = draw(40, 4, batch_size=4, block_size=8)
    assert (slip.starts, slip.bad, slip.missed) == (36, 4, 0)
    assert slip.failure == pytest.approx(1 - (32 / 36) ** 4)
    assert slip.failure == pytest.approx(0.376, abs=5e-4)


def test_in_the_lecture_s_text_it_hides():
    slip = draw(1_003_854, 4, batch_size=4, block_size=8)
    assert (slip.starts, slip.bad) == (1_003_850, 4)
    assert 1 / slip.failure == pytest.approx(62_741, abs=1)


def test_subtracting_block_size_is_right():
    right = draw(40, 8, batch_size=4, block_size=8)
    assert (right.starts, right.bad, right.missed, right.failure) == (32, 0, 0, 0)


def test_a_large_batch_misses_the_end_instead():
    assert draw(1_000, 32, batch_size=32, block_size=8).missed == 24


def test_the_last_window_comes_out_short_and_torch_says_no():
    data = torch.arange(40)
    x, y = cut_windows(data, 35, 8)
    assert (x.tolist(), y.tolist()) == ([35, 36, 37, 38, 39], [36, 37, 38, 39])
    with pytest.raises(RuntimeError, match="equal size"):
        torch.stack([x, cut_windows(data, 0, 8)[0]])


@given(st.integers(2, 200), st.integers(1, 20), st.integers(1, 20))
def test_the_bad_starts_are_those_that_cut_short(length, batch_size, block_size):
    data = torch.arange(length)
    if length <= max(batch_size, block_size):
        with pytest.raises(ValueError, match="no window"):
            draw(length, batch_size, batch_size=batch_size, block_size=block_size)
        return
    found = draw(length, batch_size, batch_size=batch_size, block_size=block_size)
    short = [s for s in range(found.starts) if len(cut_windows(data, s, block_size)[1]) < block_size]
    assert len(short) == found.bad
