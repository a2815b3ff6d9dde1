"""Traps that every test walks over: a fault of these kinds makes whichever test meets it red.

- `sockets`: nobody talks to a machine beyond this one.
- `templates`: a template of ours that asks for a variable nobody gave it. Django prints nothing and goes on.
- `order`: rows whose order nobody asked for come back last first.
- `left_out`: where CI runs, a test that is left out has failed.
- `event_loop`: no event loop, and Django's refusal to serve one, outside of the browser tests.
- `language`: every test begins in the installation's language and time zone, not in the last request's.
- `properties`: Hypothesis measures no time, and tries the same examples at every run of CI.
"""

pytest_plugins = [
    f"tests.traps.{trap}"
    for trap in ("event_loop", "language", "left_out", "order", "properties", "sockets", "templates")
]
