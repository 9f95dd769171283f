"""What a server tells of itself in its metrics."""

import re
import urllib.request

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


def metrics(url: str) -> list[tuple[str, dict[str, str], float]]:
    """Return every sample of the server's metrics: its name, its labels and its value."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    return [
        (name, dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value))
        for name, labels, value in _SAMPLE.findall(text)
    ]


def requests_answered(url: str) -> dict[str, int]:
    """Return how many requests for speech were answered, by status."""
    counts: dict[str, int] = {}
    for name, labels, value in metrics(url):
        if name == "batchtts_server_requests_total" and "speech" in labels["path"]:
            counts[labels["status"]] = counts.get(labels["status"], 0) + round(value)
    return counts
