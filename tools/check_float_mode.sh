#!/bin/sh
# Usage: check_float_mode.sh native | aarch64
# Builds the core without OpenCV, and tests/c/threads/*.c; runs them natively or, cross-compiled, in
# qemu.
# Installs nothing; says in one sentence what it lacks.
set -eu
cd "$(dirname "$0")/.."
. tools/compile.sh
target=${1:-}
out=build/check/float_mode/$target
cc=${CC:-gcc}
run=
link=
case $target in
native) ;;
aarch64)
    cc=aarch64-linux-gnu-gcc
    run=qemu-aarch64
    link=-static
    for command in $cc $run; do
        command -v "$command" >/dev/null || {
            echo "fastcv: this check needs what Debian calls gcc-aarch64-linux-gnu," \
                "libc6-dev-arm64-cross and qemu-user; please install it." >&2
            exit 1
        }
    done
    ;;
*) sed -n '2,5p' "$0" >&2 && exit 2 ;;
esac

flags="-std=c11 -D_DEFAULT_SOURCE -O2 -g1 -Wall -Wextra -Werror -Wframe-larger-than=4096 -fopenmp
    -Iinclude -Isrc"
mkdir -p "$out"
objects=
for source in $(sources_in src/core src/kernels | grep -v core/build.c) tests/c/threads/*.c; do
    more=
    case $source in
    tests/*) more=-frounding-math ;;
    esac
    object=$(object_of "$out" "$source")
    objects="$objects $object"
    # shellcheck disable=SC2046,SC2086 # flags are meant to be split
    start $cc $flags $more $(flags_of "$cc" "$source") -c "$source" -o "$object"
done
wait_for_all
# shellcheck disable=SC2086
$cc $flags $link $objects -lm -lpthread -o "$out/check_float_mode"
$run "$out/check_float_mode"
