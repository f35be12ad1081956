#!/bin/sh
# Usage: check_variants.sh native | avx512 | aarch64
# Builds tests/c/*.c and runs them:
#   native    with sanitizers; the variants that this CPU has
#   avx512    the same, with AVX-512 emulated by SIMDe: any CPU with AVX2 runs it
#   aarch64   cross-compiled, in qemu
# Installs nothing. If a package is missing, says which.
set -eu
cd "$(dirname "$0")/.."
. tools/compile.sh
target=$1
out=build/check/$target

need() { # COMMAND-THAT-FINDS-IT PACKAGES
    sh -c "$1" >/dev/null 2>&1 || {
        echo "fastcv: the check for $target needs these Debian packages: $2." >&2
        exit 1
    }
}

flags="-std=c11 -D_DEFAULT_SOURCE -O3 -g1 -Wall -Wextra -Werror -Iinclude -Isrc -Itests/c"
sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
cc=${CC:-cc}
run=
link=
simde=
case $target in
native) ;;
avx512)
    need "[ -f /usr/include/simde/x86/avx512.h ]" libsimde-dev
    # SIMDe's code gives warnings and overflows signed integers.
    simde="-mavx2 -mfma -Itests/c/simde -w -Wno-psabi"
    simde="$simde -ffp-contract=off -fno-sanitize=signed-integer-overflow"
    ;;
aarch64)
    cc=aarch64-linux-gnu-gcc
    run=qemu-aarch64
    packages="gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user"
    need "command -v $cc" "$packages"
    need "command -v $run" "$packages"
    sanitizers= # their shadow memory does not fit qemu-user's address space
    link=-static
    ;;
*) sed -n '2,3p' "$0" >&2 && exit 2 ;;
esac
flags="$flags $sanitizers"

mkdir -p "$out"
objects=
# core/crop/map.c plans the tiles that map_tile is checked on.
for source in $(sources_in src/kernels) src/core/crop/map.c tests/c/*.c; do
    case $simde:$source in
    ?*:*/avx512.c) more=$simde ;;
    ?*:*/cpu.c) more="-D__builtin_cpu_supports(feature)=1" ;;
    *) more=$(flags_of "$cc" "$source") ;;
    esac
    object=$(object_of "$out" "$source")
    objects="$objects $object"
    # shellcheck disable=SC2086 # flags are meant to be split
    start $cc $flags $more -c "$source" -o "$object"
done
wait_for_all
# shellcheck disable=SC2086
$cc $flags $link $objects -lm -lpthread -o "$out/check_variants"
$run "$out/check_variants"
