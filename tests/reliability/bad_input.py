"""Bad input is refused by name, changes nothing, leaks nothing, and the next call is right."""

import contextlib
import os
import sys

import proof

os.environ["OPENCV_LOG_LEVEL"] = "SILENT"  # OpenCV logs some of the files

import bad_inputs

LEAST_FOR_LEAKS = 50
WARM_UP = 300  # fills the free lists of CPython and NumPy
MOST_GROWN_MIB = 8


def prove(count):
    names = list(bad_inputs.ROWS)
    for name in proof.progress(names * count, "refusals"):
        fault = bad_inputs.fault(name)
        proof.expect(not fault, fault)
    functions = {row.function for row in bad_inputs.ROWS.values()}
    figure = (
        f"{len(names):,} bad inputs of {len(functions)} functions, each {count} times: right "
        "exception and text, inputs and reference counts unchanged, the next good call right"
    )
    if count < LEAST_FOR_LEAKS:
        return figure
    before = proof.rss_bytes()
    most = max(leaked(name, count) for name in proof.progress(names, "memory"))
    grown = (proof.rss_bytes() - before) / 2**20
    proof.expect(grown < MOST_GROWN_MIB, f"the process grew by {grown:.1f} MiB")
    return (
        f"{figure}; after as many more refusals, at most {most} more memory blocks for any input "
        f"and {grown:.1f} MiB more in the process"
    )


def leaked(name, count):
    """Return how many more memory blocks Python has after this many refusals."""
    row = bad_inputs.ROWS[name]
    arguments = bad_inputs.arguments_of(row)
    for done in range(WARM_UP + count):
        if done == WARM_UP:
            before = sys.getallocatedblocks()
        with contextlib.suppress(row.error):
            bad_inputs.call(row.function, arguments)
    more = sys.getallocatedblocks() - before
    proof.expect(more < count / 2, f"{name}: {more} more memory blocks after {count} refusals")
    return more


if __name__ == "__main__":
    proof.main(
        prove,
        promise="bad input",
        goal="100 or more bad inputs: each gets an exception that names function, argument, index "
        "and value; nothing changed, nothing leaked",
        short=1,
        long=200,
        unit="times each",
    )
