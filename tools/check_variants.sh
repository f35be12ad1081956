#!/bin/sh
# Usage: check_variants.sh native | avx512 | aarch64
# Builds tests/c/*.c and runs them:
#   native    with sanitizers, and the variants that this CPU has
#   avx512    the same, and AVX-512 in plain C by SIMDe
#   aarch64   cross-compiled, in qemu
# Installs nothing; says in one sentence what it lacks.
set -eu
cd "$(dirname "$0")/.."
target=$1
out=build/check/$target

need() { # COMMAND-THAT-FINDS-IT PACKAGES
    sh -c "$1" >/dev/null 2>&1 || {
        echo "fastcv: the check for $target needs what Debian calls $2; please install it." >&2
        exit 1
    }
}

# setup.py's, but for the sanitizers.
flags="-std=c11 -D_DEFAULT_SOURCE -O3 -g1 -Wall -Wextra -Werror -ffp-contract=off -fno-math-errno
    -fno-trapping-math -Iinclude -Isrc -Itests/c"
sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
avx2="-mavx2 -mfma"
avx512="-mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vbmi -mprefer-vector-width=512"
cc=${CC:-cc}
run=
link=
case $target in
native) ;;
avx512)
    need "[ -f /usr/include/simde/x86/avx512.h ]" libsimde-dev
    # SIMDe's own code has its own warnings and habits.
    avx512="-Itests/c/simde -D__builtin_cpu_supports(feature)=1 -w -Wno-psabi"
    avx512="$avx512 -fno-sanitize=signed-integer-overflow"
    ;;
aarch64)
    cc=aarch64-linux-gnu-gcc
    run=qemu-aarch64
    packages="gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user"
    need "command -v $cc" "$packages"
    need "command -v $run" "$packages"
    sanitizers= # qemu-user has no room for their shadow memory
    link=-static
    ;;
*) sed -n '2,3p' "$0" >&2 && exit 2 ;;
esac
flags="$flags $sanitizers"

mkdir -p "$out"
machine=$($cc -dumpmachine)
objects=
compilations=
for source in src/kernels/*.c tests/c/*.c; do
    more=
    case $machine:$source in
    x86_64*avx2.c) more=$avx2 ;;
    x86_64*/avx512.c) more="$avx2 $avx512" ;;
    esac
    object=$out/$(basename "$source" .c).o
    # shellcheck disable=SC2086 # flags are meant to be split
    $cc $flags $more -c "$source" -o "$object" &
    compilations="$compilations $!"
    objects="$objects $object"
done
for compilation in $compilations; do
    wait "$compilation"
done
# shellcheck disable=SC2086
$cc $flags $link $objects -lm -lpthread -o "$out/check_variants"
$run "$out/check_variants"
