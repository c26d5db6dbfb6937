"""How far a loss has come from guessing to the lowest floor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.experiments.floors import gap_closed, lowest_floor

FLOORS = {"uniform": 4.0, "1-gram": 3.0, "2-gram": 2.5, "3-gram": 2.0, "4-gram": 2.1}


@pytest.mark.parametrize(("loss", "share"), [(4.0, 0.0), (3.0, 0.5), (2.0, 1.0), (1.5, 1.25), (5.0, -0.5)], ids=str)
def test_the_share_of_the_way_from_guessing_to_the_lowest_floor(loss, share):
    assert gap_closed(loss, FLOORS) == pytest.approx(share) and lowest_floor(FLOORS) == "3-gram"


@pytest.mark.parametrize("floors", [{}, {"uniform": 4.0}, {"uniform": 4.0, "2-gram": 4.5}, {"2-gram": 2.5}], ids=str)
def test_where_no_floor_is_below_guessing_there_is_no_share(floors):
    assert gap_closed(2.0, floors) is None and lowest_floor(floors) == ""


@given(
    st.floats(-10, 10),
    st.floats(-10, 10),
    st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0.1, 9), max_size=5),
)
def test_of_two_losses_the_lower_has_closed_more(a, b, tables):
    shares = [gap_closed(loss, {"uniform": 9.5, **tables}) for loss in (a, b)]
    if tables:
        assert (shares[0] >= shares[1]) if a <= b else (shares[0] <= shares[1])
    else:
        assert shares == [None, None]
