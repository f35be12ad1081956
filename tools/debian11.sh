#!/bin/sh
# Usage: debian11.sh FOLDER
# Unpacks Debian 11's compilers, for this machine and for aarch64, with mmdebstrap: 1 GB, in half a
# minute. FOLDER/x86_64/cc and c++, and FOLDER/aarch64/cc and c++, run them. What they link asks for
# glibc 2.31 at most. Nothing is installed, and no rights are needed.
set -eu
mkdir -p "${1%/*}"
root=$(cd "${1%/*}" && pwd)/${1##*/}
[ ! -f "$root/.ready" ] || exit 0
[ "$(uname -m)" = x86_64 ] || { echo "fastcv: Debian 11's compilers are unpacked on x86-64 only." >&2 && exit 1; }
command -v mmdebstrap >/dev/null || { echo "fastcv: this needs mmdebstrap." >&2 && exit 1; }

rm -rf "$root"
echo "Unpacking Debian 11's compilers, 1 GB"
mmdebstrap --quiet --variant=extract --include=g++,g++-aarch64-linux-gnu bullseye "$root" \
    http://deb.debian.org/debian
find "$root"/lib* "$root/usr" -type l -lname '/*' | while read -r link; do
    ln -sfn "$root$(readlink "$link")" "$link" # it led into this machine's own libraries
done

make_command() { # ARCHITECTURE NAME PROGRAM
    mkdir -p "$root/$1"
    cat >"$root/$1/$2" <<END
#!/bin/sh
LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu exec $root/usr/bin/$3 --sysroot=$root "\$@"
END
    chmod +x "$root/$1/$2"
}
make_command x86_64 cc "gcc-10 -B$root/usr/bin/"
make_command x86_64 c++ "g++-10 -B$root/usr/bin/"
make_command aarch64 cc aarch64-linux-gnu-gcc-10
make_command aarch64 c++ aarch64-linux-gnu-g++-10
mkdir "$root/x86_64/lib" "$root/aarch64/lib" # alone, since programs of this machine may look there
cp "$root"/usr/lib/x86_64-linux-gnu/libgomp.so.1 "$root/x86_64/lib"
cp "$root"/usr/aarch64-linux-gnu/lib/libgomp.so.1 "$root/aarch64/lib"
touch "$root/.ready"
