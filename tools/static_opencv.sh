#!/bin/sh
# Usage: static_opencv.sh FOLDER
# Builds OpenCV's core and imgproc into FOLDER as static libraries, with CC and CXX, in four minutes on
# 2 CPUs; does nothing if they are there. The source is the one in opencv-python-headless's sdist
# on PyPI, downloaded once with PYTHON's pip into build/opencv. Needs cmake.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
python=${PYTHON:-python3}
CC=${CC:-cc}
CXX=${CXX:-c++}
sources=${here%/*}/build/opencv

fail() {
    echo "fastcv: $*" >&2
    exit 1
}

quietly() { # shows what a command printed only if it failed
    "$@" >"$folder/log" 2>&1 || {
        tail -n 30 "$folder/log" >&2
        fail "OpenCV could not be built: '$*' failed"
    }
}

[ ! -f "$folder/.ready" ] || exit 0
command -v cmake >/dev/null || fail "building OpenCV needs cmake: pip install cmake"
rm -rf "$folder"
mkdir -p "$folder" "$sources"
folder=$(cd "$folder" && pwd)

if [ ! -f "$sources/.ready" ]; then
    echo "Downloading OpenCV's source, 92 MB"
    # -I: pip hides itself from what it builds.
    quietly env -u CC -u CXX "$python" -I -m pip download -q --disable-pip-version-check --no-deps \
        --no-binary opencv-python-headless --require-hashes -r "$here/opencv.txt" -d "$sources"
    tar -xzf "$sources"/opencv_python_headless-*.tar.gz -C "$sources" --strip-components=1
    rm "$sources"/opencv_python_headless-*.tar.gz
    touch "$sources/.ready"
fi

# The baseline of x86-64 is that of its first CPUs.
case $($CC -dumpmachine) in
x86_64*) cpu="-DCMAKE_SYSTEM_PROCESSOR=x86_64 -DCPU_BASELINE=SSE2" ;;
aarch64*) cpu="-DCMAKE_SYSTEM_PROCESSOR=aarch64" ;;
*) cpu="" ;;
esac
off=
for option in OPENCL IPP ITT LAPACK EIGEN TBB OPENMP VA VA_INTEL KLEIDICV CAROTENE ADE OPENJPEG \
    JASPER JPEG PNG TIFF WEBP OPENEXR PROTOBUF FLATBUFFERS FFMPEG GSTREAMER V4L GTK PTHREADS_PF; do
    off="$off -DWITH_$option=OFF"
done
for option in TESTS PERF_TESTS DOCS EXAMPLES opencv_apps JAVA ITT PROTOBUF; do
    off="$off -DBUILD_$option=OFF"
done

# cv::remap, all that fastcv calls, has no code for later CPUs, and reads small blocks on one thread. So
# OpenCV's other code needs neither. Without it, without traces, plug-ins, files and the environment's
# variables, a wheel is a fifth smaller.
echo "Building OpenCV's core and imgproc, four minutes on 2 CPUs"
# CMake takes a compiler and its first flags as a list.
# shellcheck disable=SC2086 # flags are meant to be split
quietly cmake -S "$sources/opencv" -B "$folder/build" -DCMAKE_BUILD_TYPE=Release \
    "-DCMAKE_C_COMPILER=$(echo "$CC" | tr ' ' ';')" \
    "-DCMAKE_CXX_COMPILER=$(echo "$CXX" | tr ' ' ';')" \
    "-DCMAKE_INSTALL_PREFIX=$folder" -DCMAKE_INSTALL_LIBDIR=lib \
    -DCMAKE_SYSTEM_NAME=Linux $cpu $off \
    -DBUILD_LIST=core,imgproc -DBUILD_SHARED_LIBS=OFF -DOPENCV_GENERATE_PKGCONFIG=OFF \
    -DENABLE_PIC=ON -DBUILD_ZLIB=ON -DCPU_DISPATCH= -DCV_TRACE=OFF -DPARALLEL_ENABLE_PLUGINS=OFF \
    -DOPENCV_DISABLE_FILESYSTEM_SUPPORT=ON -DOPENCV_DISABLE_ENV_SUPPORT=ON \
    "-DCMAKE_C_FLAGS=-fvisibility=hidden -ffunction-sections -fdata-sections" \
    "-DCMAKE_CXX_FLAGS=-fvisibility=hidden -ffunction-sections -fdata-sections"
quietly cmake --build "$folder/build" --target install -j "$(nproc)"
cp "$sources/opencv/LICENSE" "$folder/LICENSE"
rm -r "$folder/build" "$folder/log"
touch "$folder/.ready"
