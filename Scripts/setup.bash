# Set-up shared by ./intaglio and ./test. Sourced, not run; expects `root` to hold the repository root.
# Everything said here goes to standard error: standard output belongs to the tool.
# Exit codes of its own: 2 something for the user to do, 3 a build that failed. Never 1, which is the tool's word for a difference.

binary="$root/.build/release/intaglio"
stamp="$root/.build/intaglio.stamp"
lock="$root/.build/intaglio.lock"
lock_descriptor=

# A closed standard error must not fail the commands that would talk there.
{ : >&2; } 2>/dev/null || exec 2>/dev/null

say() { printf '%s\n' "$*" >&2; }

# stop CODE WHAT REMEDY
stop() {
    say "error: $2"
    say "  remedy: $3"
    exit "$1"
}

# Stops unless the commands named as `command=package` are there.
require_commands() {
    local entry
    for entry in "$@"; do
        command -v "${entry%%=*}" >/dev/null 2>&1 || stop 2 "the command ${entry%%=*} is missing" "install the system package ${entry#*=}"
    done
}

# Everything the tool is built from, one line a file: path, time of change, bytes. A file that was added, changed or removed changes the listing.
list_sources() (
    set -o pipefail
    cd -- "$root" && find Package.swift Sources -type f -printf '%p %T@ %s\n' | LC_ALL=C sort
)

# True when the built tool belongs to the sources as they lie there now. Takes milliseconds and starts neither compiler nor package manager.
is_built() {
    local listing
    [ -x "$binary" ] && [ -r "$stamp" ] && listing=$(list_sources) && [ "$listing" = "$(<"$stamp")" ]
}

# One set-up at a time: installing packages, building. The tool itself does not hold the lock.
take_lock() {
    [ -z "$lock_descriptor" ] || return 0
    require_commands mkdir=coreutils flock=util-linux
    mkdir -p -- "$root/.build" 2>/dev/null && { exec {lock_descriptor}>>"$lock"; } 2>/dev/null \
        || stop 2 "$root/.build cannot be written to" "copy the repository to a folder that may be written to, or change its permissions"
    flock -n "$lock_descriptor" && return 0
    say "waiting for another set-up of intaglio to end"
    flock "$lock_descriptor" || stop 2 "$lock cannot be locked" "copy the repository to a file system with locks"
}

release_lock() {
    [ -n "$lock_descriptor" ] || return 0
    exec {lock_descriptor}>&-
    lock_descriptor=
}

# True when the system package $1 is there: known to the package database, or visible by the command or pkg-config module $2.
has_package() {
    case $2 in
        command:*) command -v "${2#command:}" >/dev/null 2>&1 && return 0 ;;
        module:*) pkg-config --exists "${2#module:}" 2>/dev/null && return 0 ;;
    esac
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Makes sure that the system packages named as `package=probe` are there; installs what is missing where that needs no question, else says what to type and exits 2.
# To be called with the lock.
require_packages() {
    local entry missing=() privilege=() user
    for entry in "$@"; do
        has_package "${entry%%=*}" "${entry#*=}" || missing+=("${entry%%=*}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    user=$(id -u 2>/dev/null) || user=$EUID
    [ "$user" = 0 ] || privilege=(sudo)
    if command -v apt-get >/dev/null 2>&1 && { [ "$user" = 0 ] || sudo -n true 2>/dev/null; }; then
        say "installing ${missing[*]}"
        # What the package manager starts does not inherit the lock. It waits for others that install; old lists may do where new ones cannot be had.
        (
            exec {lock_descriptor}>&-
            [ "$user" = 0 ] || privilege=(sudo -n)
            "${privilege[@]}" apt-get -o DPkg::Lock::Timeout=600 update -qq >&2
            "${privilege[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends "${missing[@]}" >&2
        ) && return 0
    fi
    say "error: system packages are missing: ${missing[*]}"
    say "  remedy: type this, then run the same command again:"
    say "  ${privilege[*]:+${privilege[*]} }apt-get update && ${privilege[*]:+${privilege[*]} }apt-get install -y ${missing[*]}"
    exit 2
}

require_swift() {
    local version
    version=$(swift --version 2>/dev/null)
    [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] \
        || stop 2 "no Swift toolchain on the PATH; Swift 6.3 or later is needed" "install it from https://www.swift.org/install/linux/"
    if [ "${BASH_REMATCH[1]}" -lt 6 ] || { [ "${BASH_REMATCH[1]}" = 6 ] && [ "${BASH_REMATCH[2]}" -lt 3 ]; }; then
        stop 2 "Swift ${BASH_REMATCH[1]}.${BASH_REMATCH[2]} is too old; Swift 6.3 or later is needed" "install it from https://www.swift.org/install/linux/"
    fi
}

require_build_tools() {
    require_packages git=command:git pkg-config=command:pkg-config libgmp-dev=module:gmp libpng-dev=module:libpng libssl-dev=module:libcrypto
    require_swift
}

# Builds the tool unless it is built. One build at a time; the stamp is the listing taken before the build, so that a file changed during it is seen next time.
build_tool() {
    require_commands find=findutils sort=coreutils
    if ! is_built; then
        take_lock
        if ! is_built; then
            require_build_tools
            build_once
        fi
    fi
    release_lock
}

build_once() {
    local status=0
    say "building intaglio (the first time takes a few minutes)"
    rm -f -- "$stamp" && list_sources >"$stamp.partial" \
        || stop 2 "$root/.build cannot be written to, or the sources cannot be read" "make room there and change the permissions, or copy the repository"
    swift build --package-path "$root" -c release --product intaglio >&2 || status=$?
    if [ "$status" -gt 128 ]; then
        stop 3 "the build was ended by signal $((status - 128))" "run the same command again; a build needs 4 GB of memory"
    elif [ "$status" != 0 ] || ! [ -x "$binary" ]; then
        stop 3 "the build failed; the compiler's messages are above" "correct what they name, or make room where the disk is full, and run the same command again"
    fi
    mv -f -- "$stamp.partial" "$stamp" || stop 2 "$stamp cannot be written" "make room there, or change the permissions"
}
