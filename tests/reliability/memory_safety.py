"""Memory safety: the address and undefined-behaviour sanitizers find no fault in three ways.

The C core runs inputs that libFuzzer generates, or the kept corpus and random inputs if clang has
no libFuzzer. All functions run through Python on inputs that hypothesis generates. The test suite
runs on every variant of the kernels, without the tests that cannot run under sanitizers.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import proof

BUILD = proof.ROOT / "build/sanitized"
# Each target's share of all runs, and the longest input in bytes.
TARGETS = {
    "crop": (0.4, 256),
    "maps": (0.1, 512),
    "polygons": (0.25, 512),
    "colors": (0.08, 256),
    "words": (0.05, 1024),
    "logits": (0.1, 512),
    "limits": (0.02, 1500),
}
REPLAYED = 20_000
LEAST_LONG = 1_000_000

# These tests are excluded: tests that limit memory (the sanitizers' shadow memory is far larger),
# that check memory use (sanitizers change it), that fork while threads allocate (the sanitizers'
# malloc may stay locked in the child), that measure, build or draw, and those of the notebook.
NOT_UNDER_SANITIZERS = [
    "--ignore=tests/project",
    "--ignore=tests/kernels/test_kernels_c.py",
    "--ignore=tests/command_line/test_cli.py",
    "--ignore=tests/memory/test_out_of_memory.py",
    "-k",
    "not (flat or scarce or does_not_fit or stacks_that or beyond_what_a_count_holds"
    " or system_refuses or page_fault or peak or forks_between_calls or fork_while_another"
    " or signal_handler_may_fork)",
]


def run(*command, **environment):
    """Run a command in the project's folder; return its output."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=proof.ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **environment},
    )
    proof.expect(done.returncode == 0, f"{command[0]}: {done.stdout.strip()[-3000:]}")
    return done.stdout


# ---- the C core ----


def replay(count):
    found = run("tools/fuzz.sh", "replay", count)
    files = sum(map(int, re.findall(r"(\d+) files", found)))
    return f"C core: 0 reports in {files:,} kept and {len(TARGETS) * count:,} random inputs"


def has_libfuzzer():
    program = "int LLVMFuzzerTestOneInput(void) { return 0; }"
    try:
        return not subprocess.run(
            ["clang", "-x", "c", "-fsanitize=fuzzer", "-", "-o", os.devnull],
            input=program,
            text=True,
            capture_output=True,
        ).returncode
    except OSError:
        return False


def fuzz(count):
    total = 0
    for target, (share, most_bytes) in proof.progress(TARGETS.items(), "libFuzzer"):
        found = run("tools/fuzz.sh", target, int(share * count), f"-max_len={most_bytes}")
        total += int(re.search(r"number_of_executed_units: (\d+)", found).group(1))
    return f"C core: 0 reports in {total:,} executions by libFuzzer"


# ---- through Python ----


def library(name):
    found = run("gcc", f"-print-file-name={name}").strip()
    return Path(found).resolve()


def build():
    run(
        sys.executable,
        "setup.py",
        "-q",
        "build_ext",
        f"--build-lib={BUILD}",
        f"--build-temp={BUILD}-objects",
        SANITIZE="1",
    )
    for path in (proof.ROOT / "src/fastcv").glob("*.py*"):
        shutil.copy(path, BUILD / "fastcv")


def run_tests(kernel, *arguments, **environment):
    """Run pytest with the sanitized build; return how many tests passed."""
    found = run(
        sys.executable,
        *("-m", "pytest", "-p", "no:cacheprovider", "-o", "timeout=3000", *arguments),
        **{
            "PYTHONPATH": str(BUILD),
            "PYTHONMALLOC": "malloc",
            "LD_PRELOAD": f"{library('libasan.so')} {library('libstdc++.so')}",
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
            "FASTCV_KERNEL": kernel,
            **environment,
        },
    )
    proof.expect("runtime error" not in found, found[-3000:])
    return int(re.search(r"(\d+) passed", found).group(1))


def prove(count):
    if count < LEAST_LONG:
        return replay(REPLAYED)
    figures = [fuzz(count) if has_libfuzzer() else replay(count)]
    import fastcv

    kernels = fastcv.build_info()["kernels"]
    build()
    examples = max(1000, -(-count // 3000))
    run_tests(kernels[0], "tests/input/test_any_input.py", FASTCV_EXAMPLES=str(examples))
    figures.append(f"through Python: 0 reports in {3 * examples:,} examples by hypothesis")
    passed = sum(
        run_tests(kernel, "tests", *NOT_UNDER_SANITIZERS)
        for kernel in proof.progress(kernels, "sanitized suite")
    )
    figures.append(f"suite: 0 reports in {passed:,} tests on {', '.join(kernels)}")
    return "; ".join(figures)


if __name__ == "__main__":
    proof.main(
        prove,
        promise="memory safety",
        goal="0 reports in ≥ 10⁸ C-level executions and ≥ 10⁵ Python-level ones",
        short=REPLAYED,
        long=100_000_000,
        unit="C-level executions",
    )
