"""The production web server: for ./run demo, the image and the systemd unit of docs/operators.md."""

import os
import shutil
import tempfile

bind = os.environ.get("MAPDIALOG_BIND", "127.0.0.1:8000")
# Takes in whole requests and hands out whole answers: no thread waits for a slow client (decision 29).
worker_class = "mapdialog.web.serving.worker.BufferingWorker"
workers = int(os.environ.get("MAPDIALOG_WEB_WORKERS", "2"))
threads = int(os.environ.get("MAPDIALOG_WEB_THREADS", "8"))

# The heartbeat file belongs in memory: on a busy disk its write stalls and a healthy worker is killed.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
timeout = 60  # without a sign of life, or with requests that no thread takes
graceful_timeout = 30  # for what is under way when the server ends or is reloaded

# Large bodies and answers lie here meanwhile. Not in /tmp, which is often memory.
_spool = os.path.abspath(os.environ.get("MAPDIALOG_SPOOL") or ".local/spool")
os.makedirs(_spool, mode=0o700, exist_ok=True)
os.environ["TMPDIR"] = tempfile.tempdir = _spool

accesslog = None  # addresses of residents are personal data; the proxy decides what it keeps
errorlog = "-"
control_socket_disable = True  # nobody uses it, and it would lie in somebody's home directory

# The workers count their requests together, in files that live in memory and go with the server.
_OURS = "mapdialog-metrics-"
if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # at a reload it is there already
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=_OURS, dir=worker_tmp_dir)


def child_exit(server, worker):  # gunicorn calls it by this name
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server):  # gunicorn calls it by this name
    folder = os.environ["PROMETHEUS_MULTIPROC_DIR"]
    if os.path.basename(folder).startswith(_OURS):  # a folder that the operator named is the operator's
        shutil.rmtree(folder, ignore_errors=True)
