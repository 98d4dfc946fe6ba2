"""Where the tests find real data."""

from pathlib import Path

from zedo_cli.files import bundled

GOLDEN = Path(__file__).parent / "golden"
EXAMPLE = bundled("data/pose2sim")
