#!/bin/sh
# Usage: fuzz.sh replay RUNS | fuzz.sh TARGET RUNS [libFuzzer's options]
# Builds tests/fuzz/*.c and the C core with the address and undefined-behaviour sanitizers.
#   replay    runs the corpus and RUNS random inputs through every target, with any C compiler
#   TARGET    crop, colors, words, polygons, maps, logits or limits: RUNS inputs that clang's libFuzzer
#             looks for, beginning with the corpus; what they found stays in build/fuzz/TARGET
# Installs nothing; says in one sentence what it lacks.
set -eu
cd "$(dirname "$0")/.."
. tools/compile.sh
[ $# -ge 2 ] || { sed -n '2,7p' "$0" >&2 && exit 2; }
mode=$1
runs=$2
shift 2
targets="crop colors words polygons maps logits limits"
sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
case $mode in
replay)
    cc=${CC:-cc}
    cxx=${CXX:-c++}
    ;;
*)
    cc=clang
    cxx=clang++
    # Looking at every comparison too would take half to four fifths of all the time; only the text
    # of files holds constants that chance does not find.
    sanitizers="$sanitizers -fsanitize=fuzzer-no-link"
    [ "$mode" = limits ] || sanitizers="$sanitizers -fno-sanitize-coverage=trace-cmp"
    echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
        clang -x c -fsanitize=fuzzer - -o /dev/null 2>/dev/null || {
        echo "fastcv: fuzzing needs what Debian calls clang and libclang-rt-14-dev." >&2
        exit 1
    }
    ;;
esac
out=build/fuzz/$cc
corpus=build/fuzz/corpus
rm -rf "$corpus"
mkdir -p "$out" "$corpus"
tar -xzf tests/fuzz/corpus.tar.gz -C "$corpus"
for target in $targets; do
    mkdir -p "$corpus/$target"
done

# core/threads/ has the only OpenMP, which clang has its own library for; here a loop runs on one
# thread.
flags="-O2 -g1 -Iinclude -Isrc -Itests/fuzz"
opencv="-isystem${OPENCV_DIR:-/usr}/include/opencv4"
objects=
for source in $(sources_in src/core src/kernels src/opencv); do
    object=$(object_of "$out" "$source")
    objects="$objects $object"
    compile="$cc -std=c11 $sanitizers"
    case $source in
    */threads/team.c) compile="${CC:-cc} -std=c11 -fopenmp" ;;
    *.cpp) compile="$cxx -std=c++17 $opencv $sanitizers" ;;
    esac
    # shellcheck disable=SC2046,SC2086 # flags are meant to be split
    start $compile $flags $(flags_of "$cc" "$source") -c "$source" -o "$object"
done
wait_for_all

build_target() { # NAME MAIN
    # shellcheck disable=SC2086
    $cc $flags $sanitizers -std=c11 -c "tests/fuzz/fuzz_$1.c" -o "$out/fuzz_$1.o"
    # shellcheck disable=SC2086
    $cxx $sanitizers "$out/fuzz_$1.o" $2 $objects -o "$out/fuzz_$1" \
        -lopencv_imgproc -lopencv_core -lgomp -lm -lpthread
}

if [ "$mode" = replay ]; then
    # shellcheck disable=SC2086
    $cc $flags -std=c11 -c tests/fuzz/replay.c -o "$out/replay.o"
    for target in $targets; do
        build_target "$target" "$out/replay.o"
    done
    for target in $targets; do
        # shellcheck disable=SC2046 # names of the corpus have no spaces
        echo "$target: $("$out/fuzz_$target" "$runs" $(find "$corpus/$target" -type f))"
    done
else
    build_target "$mode" -fsanitize=fuzzer
    mkdir -p "build/fuzz/$mode"
    exec "$out/fuzz_$mode" -runs="$runs" -print_final_stats=1 "$@" "build/fuzz/$mode" \
        "$corpus/$mode"
fi
