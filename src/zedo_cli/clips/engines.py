"""Who does the work on many clips: this process, or several.

An engine is a function `(work, clips, workers, address) -> iterator of records`, in the order in which clips
are finished. A worker that dies (out of memory, killed) costs its own clip, which is tried
again alone, and nothing else.
"""

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import active_children, get_context

from zedo_cli.clips.finding import Clip
from zedo_cli.clips.records import Record
from zedo_cli.clips.work import Work
from zedo_cli.errors import InputError, choose
from zedo_cli.version import __version__

ATTEMPTS = 2
"""How often a clip is tried alone after a worker died that may have been at it."""

Engine = Callable[[Work, Sequence[Clip], int, str | None], Iterator[Record]]


def in_this_process(work: Work, clips: Sequence[Clip], workers: int, address: str | None) -> Iterator[Record]:
    """One clip after another."""
    for clip in clips:
        yield work(clip)


def in_processes(work: Work, clips: Sequence[Clip], workers: int, address: str | None) -> Iterator[Record]:
    """In `workers` processes of this machine, which share its cores."""
    shared = replace(work, threads=max(1, (os.cpu_count() or 1) // workers))
    waiting = deque(clips)
    while waiting:
        suspects = yield from _until_broken(shared, waiting, workers)
        for clip in suspects:  # nobody says whose worker died: those in flight are tried alone
            for _ in range(ATTEMPTS):
                if not (yield from _until_broken(shared, deque([clip]), 1)):
                    break
            else:
                yield died(work, clip)


def _until_broken(work: Work, waiting: deque[Clip], workers: int) -> Generator[Record, None, list[Clip]]:
    """Work until nothing waits, or a worker dies. Returns the clips that were in flight then."""
    running: dict[Future[Record], Clip] = {}
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_prepare_worker)
    try:
        while waiting or running:
            while waiting and len(running) < workers + 1:
                clip = waiting.popleft()
                running[pool.submit(work, clip)] = clip
            broken = False
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                try:
                    yield future.result()
                except BrokenProcessPool:
                    broken = True
                else:
                    del running[future]
            if broken:
                return list(running.values())
        return []
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        if running:  # interrupted, or broken
            for child in active_children():
                child.terminate()


def _prepare_worker() -> None:
    """Ctrl-C is for the parent; a request to stop cleans up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def died(work: Work, clip: Clip) -> Record:
    """The record of a clip whose worker died."""
    reason = "its worker process died (killed, or out of memory); lift it alone, with fewer jobs"
    return Record(clip.name, "failed", "", work.settings, __version__, reason=reason)


def _ray(work: Work, clips: Sequence[Clip], workers: int, address: str | None) -> Iterator[Record]:
    from zedo_cli.clips.ray_engine import in_ray

    return in_ray(work, clips, workers, address)


ENGINES: dict[str, Engine] = {"local": in_processes, "ray": _ray}


def engine_of(name: str, workers: int) -> Engine:
    """The engine of that name. Raises `InputError` for another name, or fewer than one worker."""
    if workers < 1:
        raise InputError("must be at least 1", setting="jobs", value=workers)
    chosen = choose(name, ENGINES, "engine")
    return in_this_process if name == "local" and workers == 1 else chosen
