# shellcheck shell=sh
# Backup and restore: the database as one dump, the uploads as one archive, a manifest with their SHA-256 and the number
# of rows of every table. Sourced by ./run.

# Hands DATABASE_URL to psql, pg_dump and pg_restore by their environment: on a command line everybody could read the password.
database_environment() {
    if [ -z "${programs:-}" ]; then programs=$(newest_client); fi
    PATH=$programs:$PATH
    settings=$(.local/venv/bin/python - <<'PYTHON'
import os, shlex
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

url = os.environ["DATABASE_URL"].replace("postgis://", "postgresql://", 1)
variables = {o.keyword.decode(): o.envvar.decode() for o in pq.Conninfo.get_defaults() if o.envvar}
for name, value in conninfo_to_dict(url).items():
    if name in variables and value is not None:
        print(f"export {variables[name]}={shlex.quote(str(value))}")
PYTHON
    ) || stop "DATABASE_URL cannot be read."
    eval "$settings"
    export PGOPTIONS="-c idle_in_transaction_session_timeout=0 -c statement_timeout=0 -c lock_timeout=30s"
    media=${MAPDIALOG_MEDIA_ROOT:-.local/media}
}

newest_client() {
    # shellcheck disable=SC2012 # the names are version numbers
    found=$(ls -d /usr/lib/postgresql/*/bin/pg_dump | sort -V | tail -n 1)
    printf '%s\n' "${found%/pg_dump}"
}

query() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

# Every table that is ours: not the system's and not an extension's.
our_tables="FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"

# backup DIR
backup() {
    target=$(from_caller "${1:-}")
    if [ -z "$target" ] || [ $# != 1 ]; then stop "Say where to: ./run backup DIR"; fi
    if [ -e "$target" ] && [ -n "$(ls -A "$target" 2>&1)" ]; then stop "$target is not an empty directory: choose another name."; fi
    umask 077
    mkdir -p "$target"
    database_environment
    export target
    step "Copying the database" dump_database
    # After the database: a file is written before the row that names it, so every row's file is in the archive.
    mkdir -p "$media"
    step "Copying the uploads" tar --create --file "$target/media.tar" --directory "$media" --exclude=./.restoring .
    step "Writing the manifest" write_manifest
    say "The backup is in $target. It holds personal data: keep it as safe as the database itself."
}

# Ready-made PostGIS images add schemas that nothing of ours uses, and which a restore could not make again: left out.
only_ours="SELECT coalesce((SELECT string_agg('--extension=' || extname, ' ') FROM pg_extension
        WHERE extnamespace = 'public'::regnamespace), '') || ' ' ||
    coalesce((SELECT string_agg('--exclude-schema=' || nspname, ' ') FROM pg_namespace
        WHERE nspname NOT IN ('public', 'information_schema') AND nspname NOT LIKE 'pg\\_%'), '') AS only_ours"

# The rows are counted in the very snapshot that is dumped, so that comments coming in meanwhile do not matter.
dump_database() {
    query <<SQL || return 1
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv snapshot :snapshot
$only_ours \gset
\setenv only_ours :only_ours
\o | cat >"\$target/rows"
SELECT format('SELECT %L || count(*) || %L FROM %I.%I', 'rows ', format(' %I.%I', nspname, relname), nspname, relname)
    $our_tables ORDER BY nspname, relname
\gexec
\o
\! pg_dump --format=custom --no-owner --no-privileges \$only_ours --snapshot="\$snapshot" --file="\$target/database.dump" && : >"\$target/dumped"
COMMIT;
SQL
    rm "$target/dumped"
}

# The manifest is written last: a directory without one is not a backup.
write_manifest() {
    {
        printf 'mapdialog backup 1\n'
        printf 'made %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
        printf 'postgresql %s\n' "$(query --command 'SHOW server_version')"
        (cd "$target" && sha256sum database.dump media.tar) | sed 's/^/sha256 /'
        cat "$target/rows"
    } >"$target/manifest.new" &&
        rm "$target/rows" && mv "$target/manifest.new" "$target/manifest" && sync "$target"/*
}

# restore DIR [--yes]
restore() {
    source_directory=$(from_caller "${1:-}")
    if [ -z "$source_directory" ] || [ $# -gt 2 ] || { [ $# = 2 ] && [ "$2" != --yes ]; }; then
        stop "Say where from: ./run restore DIR [--yes]"
    fi
    if [ ! -f "$source_directory/manifest" ]; then stop "$source_directory holds no whole backup: it has no manifest."; fi
    database_environment
    step "Checking the backup's checksums" check_sums
    held=$(query --command "SELECT count(*) $our_tables")
    if [ "${2:-}" != --yes ] && { [ "$held" != 0 ] || [ -n "$(ls -A "$media" 2>/dev/null)" ]; }; then
        stop "There is data here already ($held tables). To replace all of it: ./run restore $1 --yes"
    fi
    umask 077
    rm -rf "$media/.restoring"
    mkdir -p "$media/.restoring"
    step "Unpacking the uploads" tar --extract --file "$source_directory/media.tar" --directory "$media/.restoring"
    step "Restoring the database and counting its rows" restore_database
    step "Putting the uploads in their place" replace_media
    say "Restored: every table has the number of rows that the manifest says."
    if ! manage migrate --check >/dev/null 2>&1; then
        say "The backup is from another version. Now: ./run upgrade (it erases again what was erased since)"
    else
        replay_journal
    fi
}

# What was erased or taken from view since the backup was made is so again. What the journal cannot say is said aloud.
replay_journal() {
    manage replay_journal >&2 || say "The database is restored all the same. Look at the journal before you let anybody in."
}

check_sums() { (cd "$source_directory" && sed -n 's/^sha256 //p' manifest | sha256sum --check --strict -); }

# All in one transaction, the counting included: when anything is wrong the database stays as it was.
restore_database() {
    {
        echo "$drop_ours"
        pg_restore --no-owner --no-privileges --no-comments --file - "$source_directory/database.dump" ||
            echo "SELECT 'the dump could not be read'::integer;"
        sed -n 's/^rows \([0-9]*\) \(.*\)$/\1 \2/p' "$source_directory/manifest" | while read -r rows table; do
            echo "DO \$check\$ BEGIN IF (SELECT count(*) FROM $table) <> $rows THEN"
            echo "RAISE EXCEPTION 'a table has not the number of rows that the manifest says'; END IF; END \$check\$;"
        done
        # Nobody sees, between this and the replay, what the journal says is erased or taken from view.
        echo "SET LOCAL search_path = public;"
        manage replay_journal --hide || echo "SELECT 'the journal could not be read'::integer;"
    } | query --single-transaction --output /dev/null
}

# Extensions stay: only a superuser may make them again.
drop_ours="DO \$drop\$ DECLARE statements text; BEGIN
    SELECT string_agg(format('DROP TABLE IF EXISTS %I.%I CASCADE', nspname, relname), ';') INTO statements $our_tables;
    EXECUTE coalesce(statements, '');
    SELECT string_agg(format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure), ';') INTO statements
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'));
    EXECUTE coalesce(statements, '');
    SELECT string_agg(format('DROP TYPE IF EXISTS %I.%I CASCADE', nspname, typname), ';') INTO statements
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype IN ('e', 'd', 'c') AND n.nspname = 'public'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype IN ('e', 'i'));
    EXECUTE coalesce(statements, '');
END \$drop\$;"

# The old uploads go only now that the rows which named them are gone.
replace_media() {
    find "$media" -mindepth 1 -maxdepth 1 ! -name .restoring -exec rm -rf {} + &&
        find "$media/.restoring" -mindepth 1 -maxdepth 1 -exec mv -t "$media" {} + &&
        rmdir "$media/.restoring"
}
