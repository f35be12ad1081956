"""Each row of the table of bad inputs is tried once. One test tries all rows of a function."""

import pytest

import bad_inputs
import fastcv

FUNCTIONS = sorted({row.function for row in bad_inputs.ROWS.values()})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_bad_inputs(function):
    rows = [name for name, row in bad_inputs.ROWS.items() if row.function == function]
    assert [fault for fault in map(bad_inputs.fault, rows) if fault] == []


def test_no_function_is_left_out():
    tried = {row.function.partition(".")[0] for row in bad_inputs.ROWS.values()}
    assert tried == {name for name in fastcv.__all__ if callable(getattr(fastcv, name))}
