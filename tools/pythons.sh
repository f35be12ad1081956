#!/bin/sh
# Prints one CPython for each version from 3.10 on that is found on PATH, in pyenv or in /opt/python
# (the images of manylinux); free-threaded ones count as versions of their own.
set -eu
set -- /opt/python/cp3*/bin/python "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3
IFS=:
for folder in $PATH; do
    set -- "$@" "$folder"/python3.[1-9][0-9] "$folder"/python3.[1-9][0-9]t
done
for python; do
    [ -x "$python" ] || continue
    case $python in */shims/*) continue ;; esac # pyenv's, which run those above
    "$python" -c 'import os, sys, sysconfig, venv
assert sys.implementation.name == "cpython" and sys.version_info >= (3, 10)
free = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
assert os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h"))
print("%d.%d%s" % (*sys.version_info[:2], free), sys.executable)' 2>/dev/null || continue
done | sort -k 1,1 -u | cut -d' ' -f 2
