"""Is the process alive, and is it ready to serve."""

from django.core.checks import run_checks
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. It asks nothing of the database, whose trouble no restart of ours would mend."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and every migration is applied. The worker is a metric: it never stops intake."""
    try:
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    if pending:
        return JsonResponse({"status": "migrations are missing", "missing": pending}, status=503)
    # said, but no reason to send anybody away: contributions are taken all the same
    trouble = _trouble_of_the_journal()
    return JsonResponse({"status": "ok", **({"journal": trouble} if trouble else {})})


def _trouble_of_the_journal() -> str:
    checks = run_checks(tags=["journal"], include_deployment_checks=True, databases=[DEFAULT_DB_ALIAS])
    if any(check.is_serious() for check in checks):
        return "cannot be written: nothing can be erased or moderated (manage.py check --deploy says why)"
    if checks:
        return "is not this database's (manage.py check --deploy --database default says more)"
    return ""
