# shellcheck shell=sh
# The private PostgreSQL cluster of this checkout: made, started, found again, stopped. Sourced by ./run.
#
# It listens on 127.0.0.1 on a port of its own and asks for a password (.local/database_password), so that other
# users of the machine cannot reach it. As root it belongs to "postgres", because PostgreSQL refuses to run as root.

# find_postgres: prints the programs' directory of the newest PostgreSQL that has PostGIS.
find_postgres() {
    newest=""
    for programs in /usr/lib/postgresql/*/bin; do
        version=${programs#/usr/lib/postgresql/}
        version=${version%/bin}
        if [ ! -x "$programs/postgres" ] || [ ! -e "/usr/share/postgresql/$version/extension/postgis.control" ]; then
            continue
        fi
        if [ -z "$newest" ] || [ "$version" -gt "$newest" ]; then newest=$version; fi
    done
    if [ -z "$newest" ]; then return 1; fi
    printf '/usr/lib/postgresql/%s/bin\n' "$newest"
}

# Runs a program as the owner of the cluster, in a directory that every user may enter, without our lock.
as_owner() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && exec runuser -u postgres -- "$@" 9>&-)
    else
        (cd / && exec "$@" 9>&-)
    fi
}

# Sets cluster (its directory), data, port and programs; prepares the directory, not the cluster.
locate_cluster() {
    cluster=$here/.local/pg
    if [ "$(id -u)" = 0 ]; then
        if ! runuser -u postgres -- test -x "$here/.local" 2>/dev/null; then
            cluster=/var/lib/mapdialog/$(printf '%s' "$here" | sha256sum | cut -c 1-12)
        fi
        mkdir -p "$cluster"
        chown postgres: "$cluster"
    else
        mkdir -p "$cluster"
    fi
    chmod 700 "$cluster"
    data=$cluster/data
    programs=$(find_postgres)
    if [ -e "$data/PG_VERSION" ]; then
        made_by=$(cat "$data/PG_VERSION")
        programs=/usr/lib/postgresql/$made_by/bin
        if [ ! -x "$programs/postgres" ]; then
            stop "$data was made by PostgreSQL $made_by, which is gone. Install postgresql-$made_by-postgis-3 again."
        fi
    fi
}

# A process number in postmaster.pid proves nothing after a crash or a restart of the machine: look at what runs there.
cluster_runs() {
    process=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) || return 1
    [ -n "$process" ] && [ "$(readlink "/proc/$process/cwd")" = "$data" ]
}

# require_cluster: afterwards the cluster runs, holds our database, and DATABASE_URL names it.
require_cluster() {
    locate_cluster
    secret=.local/database_password
    require_secret "$secret"
    if [ ! -e "$data/PG_VERSION" ]; then step "Making a private database cluster in $cluster" make_cluster; fi
    if ! cluster_runs; then step "Starting the private database cluster" start_cluster; fi
    port=$(sed -n 4p "$data/postmaster.pid")
    DATABASE_URL=postgresql://mapdialog:$(cat "$secret")@127.0.0.1:$port/mapdialog
    export DATABASE_URL
    await_cluster
    make_database || stop "The database could not be made. The cluster's log: $cluster/log"
}

make_cluster() {
    # Under another name until it is whole, so that a run that was cut off leaves nothing that looks ready.
    unfinished=$cluster/unfinished
    as_owner rm -rf "$unfinished" &&
        as_owner tee "$cluster/password" <"$secret" >/dev/null &&
        as_owner "$programs/initdb" --pgdata "$unfinished" --username mapdialog --pwfile "$cluster/password" \
            --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 &&
        as_owner rm "$cluster/password" &&
        echo "include = 'mapdialog.conf'" | as_owner tee -a "$unfinished/postgresql.conf" &&
        as_owner mv "$unfinished" "$data"
}

start_cluster() {
    as_owner rm -f "$data/postmaster.pid"
    # A copy, because "postgres" may not be able to read the checkout.
    as_owner tee "$data/mapdialog.conf" <docker/postgresql.conf >/dev/null || return 1
    attempt=0
    port=$(cat .local/database_port 2>/dev/null) || port=""
    # After a hard stop the old server's last processes need a moment to leave, and the port may be somebody else's now.
    while [ "$attempt" -lt 10 ]; do
        attempt=$((attempt + 1))
        port=$(free_port "${port:-}") || return 1
        if as_owner "$programs/pg_ctl" start --pgdata "$data" --log "$cluster/log" --wait --timeout 120 --silent \
            --options "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=''"; then
            echo "$port" >.local/database_port
            return 0
        fi
        as_owner tail -n 5 "$cluster/log"
        sleep 2
    done
    return 1
}

# free_port [PORT]: this port if nobody listens on it, or else another one.
free_port() {
    "$(find_python)" - "$@" <<'PYTHON'
import random, socket, sys

wanted = [int(port) for port in sys.argv[1:] if port]
for port in wanted + random.sample(range(20000, 30000), 100):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    sys.exit()
sys.exit("No free port was found.")
PYTHON
}

# A server found running may still be recovering from a crash.
await_cluster() {
    waited=0
    until "$programs/pg_isready" --quiet --host 127.0.0.1 --port "$port"; do
        waited=$((waited + 1))
        if [ "$waited" -gt 120 ]; then stop "The database does not answer. Its log: $cluster/log"; fi
        sleep 1
    done
}

private_psql() {
    PGPASSWORD=$(cat "$secret") PGCONNECT_TIMEOUT=10 "$programs/psql" --no-psqlrc --quiet --tuples-only --no-align \
        --host 127.0.0.1 --port "$port" --username mapdialog --dbname postgres "$@"
}

make_database() {
    exists=$(private_psql --command "SELECT count(*) FROM pg_database WHERE datname = 'mapdialog'") || return 1
    if [ "$exists" = 0 ]; then private_psql --command 'CREATE DATABASE mapdialog' || return 1; fi
}

stop_cluster() {
    if ! find_postgres >/dev/null; then return 0; fi
    locate_cluster
    if ! cluster_runs; then
        say "The private database cluster is not running."
        return 0
    fi
    step "Stopping the private database cluster" \
        as_owner "$programs/pg_ctl" stop --pgdata "$data" --mode fast --wait --timeout 120
}
