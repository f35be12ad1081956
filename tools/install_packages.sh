#!/bin/sh
# Usage: install_packages.sh PACKAGE…
# Installs Debian's packages with apt-get, if this is root or sudo is there. If it cannot, one sentence
# says what is missing.
set -eu

fail() {
    echo "fastcv: $*" >&2
    exit 1
}

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
if ! command -v apt-get >/dev/null; then
    fail "please install these packages (Debian's names), then run this again: $*"
elif [ -n "$as_root" ] && ! command -v sudo >/dev/null; then
    fail "please run as root: apt-get install $*"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing system packages: $*"
{ $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; \
} >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    fail "apt-get failed; please install $*, then run this again"
}
