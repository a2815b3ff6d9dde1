# shellcheck shell=sh
# The static files in one folder, under names that carry their content. Sourced by ./run.

# The stamp says from what, and into which folder: another folder may hold the files of another version.
collect_static() {
    into=${MAPDIALOG_STATIC_ROOT:-.local/static}
    made_from=$(find static mapdialog layers -path '*static*' -type f ! -name '*.pyc' -exec sha256sum {} + | sort |
        checksum - requirements.lock)
    made_from="$made_from $into"
    if [ "$made_from" != "$(cat .local/stamps/static 2>/dev/null)" ] || [ ! -d "$into" ]; then
        step "Collecting the static files" manage collectstatic --no-input --clear
        echo "$made_from" >.local/stamps/static
    fi
}
