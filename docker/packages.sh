# shellcheck shell=sh
# Debian packages: which of docker/packages.txt the machine lacks, and installing them where that is permitted.
# Sourced by ./run.

any_exists() {
    for path in "$@"; do
        if [ -e "$path" ]; then return 0; fi
    done
    return 1
}

# find_node: any Node will do for the unit tests; Debian 12 has 18.20.
find_node() { command -v node; }

# missing_packages GROUP...: the packages of these groups that are not there, on one line.
missing_packages() {
    groups=" $* "
    missing=""
    while read -r group package sign; do
        case $groups in *" $group "*) ;; *) continue ;; esac
        # shellcheck disable=SC2086 # the pattern is meant to be expanded
        case $sign in
            /*) any_exists $sign || missing="$missing $package" ;;
            *) "$sign" >/dev/null || missing="$missing $package" ;;
        esac
    done <docker/packages.txt
    printf '%s' "${missing# }"
}

# The names in docker/packages.txt are those of Debian 12 and 13, the two releases ./run is tried on.
say_if_untested() {
    # shellcheck source=/dev/null
    system=$(. "${os_release:-/etc/os-release}" 2>/dev/null && printf '%s %s' "$ID" "${VERSION_ID:-}") || system="an unknown system"
    case $system in
        "debian 12" | "debian 13") ;;
        *) say "Untested on $system: the names of the packages are those of Debian 12 and 13." ;;
    esac
}

# require_packages GROUP...: installs what is missing, or stops and names the exact command.
require_packages() {
    wanted=$(missing_packages "$@")
    if [ -z "$wanted" ]; then return 0; fi
    command="apt-get install --no-install-recommends $wanted"
    say_if_untested
    if ! command -v apt-get >/dev/null; then
        stop "This machine has no apt-get. Install what these Debian packages hold, then try again: $wanted"
    elif [ "$(id -u)" = 0 ]; then
        as_administrator=""
    elif sudo -n true 2>/dev/null; then
        as_administrator="sudo -n"
    else
        stop "Debian packages are missing, and you may not install any. Ask an administrator for:
    $command"
    fi
    step "Installing Debian packages: $wanted" apt_install "$wanted"
    wanted=$(missing_packages "$@")
    if [ -n "$wanted" ]; then stop "Still missing after the installation: $wanted. Try by hand: $command"; fi
}

apt_install() {
    # Debian starts a cluster on port 5432 with its first PostgreSQL package. Ours is a private one: nobody asked for that.
    no_cluster=/etc/postgresql-common/createcluster.d/mapdialog.conf
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        $as_administrator mkdir -p "${no_cluster%/*}"
        echo 'create_main_cluster = false' | $as_administrator tee "$no_cluster" >/dev/null
    fi
    apt="$as_administrator env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300"
    # An older, complete package list is good enough when the network is not there.
    $apt update || echo "The package list could not be renewed."
    status=0
    # shellcheck disable=SC2086 # one word per package
    $apt install --no-install-recommends $1 || status=$?
    $as_administrator rm -f "$no_cluster"
    return "$status"
}
