#!/bin/sh
# Usage: run_tests.sh PYTHON EXPRESSION [pytest's arguments]
# Runs the tests whose markers fit the expression: first, in parallel, those that may have
# neighbours, then the others one by one. Fails if a test fails or if there is none.
set -u
python=$1
marked=$2
shift 2
"$python" -m pytest -n auto -m "($marked) and not alone" "$@"
parallel=$?
case $parallel in
0 | 5) ;; # 5: no test
*) exit "$parallel" ;;
esac
"$python" -m pytest -m "($marked) and alone" "$@"
alone=$?
[ "$alone" -eq 5 ] && exit "$parallel"
exit "$alone"
