"""The version, and the commit if zedo runs from its repository."""

from pathlib import Path

__version__ = "0.2.0"


def describe() -> str:
    """`0.2.0`, or `0.2.0 (commit 1a2b3c4)` in a checkout of the repository."""
    git = Path(__file__).resolve().parents[2] / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if head.startswith("ref: "):
            name = head.removeprefix("ref: ")
            loose = git / name
            packed = (git / "packed-refs").read_text().splitlines() if not loose.exists() else []
            head = (
                loose.read_text().strip()
                if loose.exists()
                else next(s for s in packed if s.endswith(f" {name}"))
            )
    except (OSError, StopIteration):
        return __version__
    return f"{__version__} (commit {head[:7]})"
