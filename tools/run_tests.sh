#!/bin/sh
# Usage: run_tests.sh PYTHON EXPRESSION [pytest's arguments]
# Runs the tests whose marks match the expression: in parallel the tests that may have neighbours,
# then the others one by one. Fails if a test fails or if no test matches.
set -u
python=$1
expression=$2
shift 2
no_test=5 # pytest's exit status

report=$(mktemp)
trap 'rm -f "$report"' EXIT
FASTCV_REPORT_ALONE=$report "$python" -m pytest -n auto --dist worksteal -m "($expression) and not alone" "$@"
parallel=$?
case $parallel in
0 | 1 | "$no_test") ;;
*) exit "$parallel" ;; # interrupted, or wrong arguments
esac
[ "$(cat "$report")" != 0 ] || exit "$parallel"
"$python" -m pytest -m "($expression) and alone" "$@"
alone=$?
case $alone in
0) [ "$parallel" -ne "$no_test" ] && exit "$parallel" || exit 0 ;;
"$no_test") exit "$parallel" ;;
*) exit "$alone" ;;
esac
