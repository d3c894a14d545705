"""The tables of docs/control-plane.md: `python -m tests.docs.control_tables` prints them."""

from livetail.server.control.table import ROUTES
from livetail.server.metrics import METRICS

__all__ = ["metrics_table", "routes_table"]


def routes_table() -> str:
    rows = ["| route | does |", "| --- | --- |"]
    for route in ROUTES:
        query = "&".join(f"{name}=N" for name in (route.query.__struct_fields__ if route.query else ()))
        path = f"{route.path}[?{query}]" if query else route.path
        rows.append(f"| `{route.method} {path}` | {route.summary} |")
    return "\n".join(rows)


def metrics_table() -> str:
    rows = ["| metric | kind | is |", "| --- | --- | --- |"]
    for metric in METRICS:
        labels = f"{{{','.join(metric.labels)}}}" if metric.labels else ""
        rows.append(f"| `{metric.full_name}{labels}` | {metric.kind} | {metric.doc} |")
    return "\n".join(rows)


if __name__ == "__main__":
    import sys

    sys.stdout.write(f"{routes_table()}\n\n{metrics_table()}\n")
