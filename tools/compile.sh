# To be sourced: compiles many C sources at once, each with its own flags of src/flags.txt.

# flags_of COMPILER SOURCE: the flags of src/flags.txt for a source and the compiler's target.
flags_of() {
    awk -v target="$($1 -dumpmachine | cut -d- -f1)" -v stem="$(basename "${2%.*}")" '
        /^#/ || NF < 3 { next }
        ($1 == "*" || $1 == stem) && ($2 == "*" || $2 == target) { $1 = $2 = ""; print }' \
        src/flags.txt | tr '\n' ' '
}

# object_of FOLDER SOURCE: where the source's object file goes; sources of one name get two.
object_of() {
    echo "$1/$(echo "${2%.*}" | tr / _).o"
}

# sources_in FOLDER…: all C and C++ sources below.
sources_in() {
    find "$@" \( -name '*.c' -o -name '*.cpp' \) | LC_ALL=C sort
}

# start COMMAND…: runs it in the background; wait_for_all fails if any of those failed.
compilations=
start() {
    "$@" &
    compilations="$compilations $!"
}
wait_for_all() {
    for compilation in $compilations; do
        wait "$compilation"
    done
    compilations=
}
