# shellcheck shell=sh
# The virtual environment in .local/venv, filled from a lock file with hashes. Sourced by ./run.

# find_python: prints the first Python 3.11 or newer that can make a virtual environment.
find_python() {
    for python in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$python"
            return 0
        fi
    done
    return 1
}

# require_python LOCK: afterwards .local/venv holds what LOCK says. The development lock holds the other one too.
require_python() {
    venv=.local/venv
    done_for=.local/stamps/python
    unfinished=.local/stamps/python.unfinished
    if [ -e "$done_for" ] && [ ! -e "$unfinished" ] && "$venv/bin/python" -c '' 2>/dev/null; then
        case $(cat "$done_for") in
            "$(checksum "$1")" | "$(checksum requirements-dev.lock)") return 0 ;;
        esac
    fi
    if [ -e "$unfinished" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
        # An installation that was cut off can leave half a package that looks whole: start over.
        step "Making a virtual environment in $venv" "$(find_python)" -m venv --clear "$venv"
    fi
    : >"$unfinished"
    step "Installing the Python packages of $1" pip_install "$1"
    checksum "$1" >"$done_for"
    rm -f "$unfinished"
}

# pip_install LOCK: exactly the lock, which is complete. pip 23 (Debian 12) looks past the pins for a requirement with
# an extra, such as coverage[toml], and takes the newest release, for which the lock has no hash (pypa/pip#9644): so it
# is told to look for nothing by itself, and the check afterwards says whether something is missing.
pip_install() {
    if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        "$venv/bin/python" -m ensurepip || return 1
    fi
    # Wheels only: a source package would run its own code here, and need compilers.
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off \
        --require-hashes --only-binary :all: --no-deps --requirement "$1" &&
        "$venv/bin/python" -m pip --disable-pip-version-check check
}
