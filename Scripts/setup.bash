# Set-up shared by ./intaglio and ./test. Sourced, not run; expects `root` to hold the repository root.
# Everything said here goes to standard error: standard output belongs to the tool.

binary="$root/.build/release/intaglio"
stamp="$root/.build/intaglio.stamp"
lock="$root/.build/intaglio.lock"

say() { printf '%s\n' "$*" >&2; }

# Everything the tool is built from, one line a file: path, time of change, bytes. A file that was added, changed or removed changes the listing.
list_sources() {
    (cd -- "$root" && find Package.swift Sources -type f -printf '%p %T@ %s\n' | LC_ALL=C sort)
}

# True when the built tool belongs to the sources as they lie there now. Takes milliseconds and starts neither compiler nor package manager.
is_built() {
    [ -x "$binary" ] && [ -f "$stamp" ] && list_sources | cmp -s - "$stamp"
}

# True when the system package $1 is there: known to the package database, or visible by the command or pkg-config module $2.
has_package() {
    case $2 in
        command:*) command -v "${2#command:}" >/dev/null 2>&1 && return 0 ;;
        module:*) pkg-config --exists "${2#module:}" 2>/dev/null && return 0 ;;
    esac
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}

# Makes sure that the system packages named as `package=probe` are there; installs what is missing where that needs no question, else says what to type and exits 2.
require_packages() {
    local entry missing=()
    for entry in "$@"; do
        has_package "${entry%%=*}" "${entry#*=}" || missing+=("${entry%%=*}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    local privilege=()
    [ "$(id -u)" = 0 ] || privilege=(sudo)
    if command -v apt-get >/dev/null 2>&1 && { [ ${#privilege[@]} = 0 ] || sudo -n true 2>/dev/null; }; then
        [ ${#privilege[@]} = 0 ] || privilege=(sudo -n)
        say "installing ${missing[*]}"
        if "${privilege[@]}" apt-get update -qq >&2 \
            && "${privilege[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2; then
            return 0
        fi
        [ ${#privilege[@]} = 0 ] || privilege=(sudo)
    fi
    say "error: system packages are missing: ${missing[*]}"
    say "  remedy: type this, then run the same command again:"
    say "  ${privilege[*]:+${privilege[*]} }apt-get update && ${privilege[*]:+${privilege[*]} }apt-get install -y ${missing[*]}"
    exit 2
}

require_swift() {
    local found
    found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1) || true
    if [ -z "$found" ]; then
        say "error: no Swift toolchain on the PATH; Swift 6.3 or later is needed"
        say "  remedy: install it from https://www.swift.org/install/linux/"
        exit 2
    fi
    if [ "${found% *}" -lt 6 ] || { [ "${found% *}" = 6 ] && [ "${found#* }" -lt 3 ]; }; then
        say "error: Swift ${found/ /.} is too old; Swift 6.3 or later is needed"
        say "  remedy: install it from https://www.swift.org/install/linux/"
        exit 2
    fi
}

require_build_tools() {
    require_packages git=command:git pkg-config=command:pkg-config libgmp-dev=module:gmp libopenblas-dev=module:openblas libpng-dev=module:libpng \
        libssl-dev=module:libcrypto
    require_swift
}

# Builds the tool unless it is built. One build at a time; the stamp is the listing taken before the build, so that a file changed during it is seen next time.
build_tool() {
    is_built && return 0
    require_build_tools
    mkdir -p -- "$root/.build"
    exec {lock_descriptor}>"$lock"
    flock "$lock_descriptor"
    if ! is_built; then
        say "building intaglio (the first time takes a few minutes)"
        rm -f -- "$stamp"
        list_sources >"$stamp.partial"
        if ! swift build --package-path "$root" -c release --product intaglio >&2; then
            say "error: the build failed; the compiler's messages are above"
            exit 3
        fi
        mv -f -- "$stamp.partial" "$stamp"
    fi
    exec {lock_descriptor}>&-
}
