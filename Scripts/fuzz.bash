#!/usr/bin/env bash
# usage: Scripts/fuzz.bash [COUNT] [options of Fuzz]   tries COUNT (20000) seeded inputs of each reader; docs/testing.md says what is counted.
# usage: Scripts/fuzz.bash --sanitize KIND [COUNT] [options]   the same in a build of its own with the address, undefined or thread sanitizer; 200 inputs unless said otherwise.
set -eu
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
. "$root/Scripts/setup.bash"

count=20000 folder=.build build=(-c release) memory=()
if [ "${1:-}" = --sanitize ]; then
    # Shadow memory takes terabytes of address space, so that these runs have no limit on it.
    # Leaks are not looked for: Foundation's own `Process` has some.
    export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=0}"
    count=200 folder=".build-$2" build=(-c debug --sanitize "$2" --scratch-path ".build-$2") memory=(--memory 0 --limit 100)
    shift 2
fi
case ${1:-} in [0-9]*) count=$1; shift ;; esac

require_build_tools
cd -- "$root"
if ! nice swift build "${build[@]}" --product Fuzz >&2; then
    say "error: the build failed; the compiler's messages are above"
    exit 3
fi
program=$(nice swift build "${build[@]}" --show-bin-path)/Fuzz
exec nice "$program" --count "$count" --failures "$root/$folder/fuzz-failures" "${memory[@]}" "$@"
