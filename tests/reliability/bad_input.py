"""Bad input is refused by name, changes nothing, leaks nothing, and the next call is right."""

import contextlib
import os
import sys

import proof

os.environ["OPENCV_LOG_LEVEL"] = "SILENT"  # it tells of some of the files

import bad_inputs

LEAST_FOR_LEAKS = 50
WARM_UP = 300  # free lists of the interpreter's and of NumPy's fill
MOST_GROWN_MIB = 8


def prove(count):
    names = list(bad_inputs.ROWS)
    for name in proof.progress(names * count, "refusals"):
        fault = bad_inputs.fault(name)
        proof.expect(not fault, fault)
    functions = {row.function for row in bad_inputs.ROWS.values()}
    figure = (
        f"{len(names):,} bad inputs of {len(functions)} functions, each {count} times: its "
        "exception and text, inputs and counts of references as before, a good call right after "
        "is right"
    )
    if count < LEAST_FOR_LEAKS:
        return figure
    before = proof.rss_bytes()
    most = max(leaked(name, count) for name in proof.progress(names, "memory"))
    grown = (proof.rss_bytes() - before) / 2**20
    proof.expect(grown < MOST_GROWN_MIB, f"the process grew by {grown:.1f} MiB")
    return (
        f"{figure}; and as often again: at most {most} pieces of memory more of any, "
        f"{grown:.1f} MiB more of the process"
    )


def leaked(name, count):
    """Pieces of memory that Python has more of after so many refusals than before them."""
    row = bad_inputs.ROWS[name]
    arguments = bad_inputs.arguments_of(row)
    for done in range(WARM_UP + count):
        if done == WARM_UP:
            before = sys.getallocatedblocks()
        with contextlib.suppress(row.error):
            bad_inputs.call(row.function, arguments)
    more = sys.getallocatedblocks() - before
    proof.expect(more < count / 2, f"{name}: {more} pieces of memory more after {count} refusals")
    return more


if __name__ == "__main__":
    proof.main(
        prove,
        promise="bad input",
        goal="a table of 100 or more: each its exception, by function, argument, index and value; "
        "nothing changed, nothing leaked",
        short=1,
        long=200,
        unit="times each",
    )
