"""Is the process alive, and is it ready to serve."""

from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. It asks nothing of the database, whose trouble no restart of ours would mend."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and every migration is applied. The worker is a metric: it never stops intake."""
    try:
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    if pending:
        return JsonResponse({"status": "migrations are missing", "missing": pending}, status=503)
    if run_checks(tags=["journal"], include_deployment_checks=True):
        # said, but no reason to send anybody away: contributions are taken all the same
        trouble = "cannot be written: nothing can be erased or moderated (manage.py check --deploy says why)"
        return JsonResponse({"status": "ok", "journal": trouble})
    return JsonResponse({"status": "ok"})
