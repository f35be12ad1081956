"""Each row of the table of bad inputs is tried once."""

import pytest

import bad_inputs
import fastcv


@pytest.mark.parametrize("name", bad_inputs.ROWS)
def test_a_bad_input(name):
    assert not bad_inputs.fault(name)


def test_no_function_is_left_out():
    tried = {row.function.partition(".")[0] for row in bad_inputs.ROWS.values()}
    assert tried == {name for name in fastcv.__all__ if callable(getattr(fastcv, name))}
