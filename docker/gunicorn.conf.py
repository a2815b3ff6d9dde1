"""The production web server: for ./run demo, the image and the systemd unit of docs/operators.md."""

import os
import shutil
import tempfile

bind = os.environ.get("MAPDIALOG_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("MAPDIALOG_WEB_WORKERS", "2"))
threads = int(os.environ.get("MAPDIALOG_WEB_THREADS", "8"))

# The heartbeat file belongs in memory: on a busy disk its write stalls and a healthy worker is killed.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
timeout = 60
graceful_timeout = 30
keepalive = 5

accesslog = None  # addresses of residents are personal data; the proxy decides what it keeps
errorlog = "-"
control_socket_disable = True  # nobody uses it, and it would lie in somebody's home directory

# The workers count their requests together, in files that live in memory and go with the server.
_made = ""
if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    _made = tempfile.mkdtemp(prefix="mapdialog-metrics-", dir=worker_tmp_dir)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _made


def child_exit(server, worker):  # gunicorn calls it by this name
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server):  # gunicorn calls it by this name
    if _made:  # a folder that the operator named is the operator's
        shutil.rmtree(_made, ignore_errors=True)
