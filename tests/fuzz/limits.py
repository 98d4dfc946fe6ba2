"""What a file may cost, and what became of each."""

import resource
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from zedo_cli.errors import InputError

SECONDS, MEGABYTES = 20, 1000
"""For a file of under 1 MB."""

LIBRARY_MEGABYTES = 6000
"""HDF5's library takes up to several gigabytes for a damaged heap of texts, and gives them back."""

TALLY: Counter[str] = Counter()
"""How many files were tried, read, and refused."""


@contextmanager
def limits(library: bool = False) -> Iterator[None]:
    """An error where the block takes longer, or more memory, than a small file may; with `library`, than the
    C library of HDF5 takes."""

    def stop(number: int, frame: object) -> None:
        raise TimeoutError(f"took over {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    most = LIBRARY_MEGABYTES if library else MEGABYTES
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    assert grown < most, f"took {grown:.0f} MB"


def read_or_refused(read: Callable[[Path], object], path: Path) -> None:
    """That the file is read, or refused in one printable line, within the limits."""
    with limits(library=path.suffix == ".h5"):
        TALLY["tried"] += 1
        try:
            read(path)
        except InputError as error:
            TALLY["refused"] += 1
            message = str(error)
            assert message
            assert message.isprintable()
        else:
            TALLY["read"] += 1
