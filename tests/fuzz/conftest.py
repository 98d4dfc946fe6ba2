"""How many files are tried: a few in the tests, 100,000 by `make fuzz` (`ZEDO_FUZZ=100000`)."""

import os

from hypothesis import HealthCheck, settings

from fuzz.corpus import TARGETS
from fuzz.limits import TALLY

WAYS = 3
"""Tests that damage each target: bytes, values, and both."""

FILES = int(os.environ.get("ZEDO_FUZZ", "0"))

settings.register_profile(
    "fuzz",
    max_examples=max(4, FILES // (WAYS * len(TARGETS))),
    derandomize=not FILES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def pytest_terminal_summary(terminalreporter):
    if TALLY:
        terminalreporter.write_line("fuzz: " + ", ".join(f"{n} {what}" for what, n in TALLY.items()))
