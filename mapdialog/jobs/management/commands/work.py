"""manage.py work QUEUE: one worker process. `./run worker` starts one for each queue."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mapdialog.jobs.queues import Queue
from mapdialog.jobs.worker import serve


class Command(BaseCommand):
    help = "Do the tasks of one queue until told to stop. ./run worker starts a process for each queue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("queue", choices=[queue.value for queue in Queue])
        parser.add_argument("--until-empty", action="store_true", help="end when nothing waits")

    def handle(self, **options: Any) -> None:
        serve(Queue(options["queue"]), until_empty=options["until_empty"])
