"""Many clips on a Ray cluster: the same work in an actor pool of Ray Data.

Each actor loads the prior once. Ray holds back what the actors cannot take, and repeats what a lost node had
begun.
"""

import json
import logging
import socket
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from zedo_cli.clips.finding import Clip
from zedo_cli.clips.records import Record
from zedo_cli.clips.work import Work
from zedo_cli.errors import InputError
from zedo_cli.registry import missing_extra

RESTARTS = 3
"""How often an actor is started again, and a clip is tried again, after a node was lost."""


class Lifting:
    """An actor: lifts the clips of a batch."""

    def __init__(self, work: Work) -> None:
        self._work = replace(work, threads=1)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """The records of a batch of clips, both as JSON."""
        clips = [json.loads(str(text)) for text in batch["clip"]]
        found = [self._work(Clip(name, tuple(map(Path, files)), part)) for name, files, part in clips]
        return {"record": [json.dumps(asdict(record)) for record in found]}


def in_ray(work: Work, clips: Sequence[Clip], workers: int, address: str | None) -> Iterator[Record]:
    """The records of the clips, in the order in which they are finished.

    Inputs and outputs must be on a file system that all nodes see.

    Args:
        work: the same as without Ray.
        clips: to lift.
        workers: size of the actor pool, a core each.
        address: of the cluster; without it that of this machine, or a new one.

    Raises:
        InputError: Ray is not installed, or there is no cluster at the address.
    """
    _check_answers(address)
    try:
        import ray
    except ImportError as error:
        raise missing_extra("ray", "ray") from error
    if not clips:
        return
    begun = not ray.is_initialized()
    if begun:
        try:
            ray.init(
                address=address, logging_level=logging.ERROR, log_to_driver=False, include_dashboard=False
            )
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            raise _no_cluster(address, error) from error
    try:
        ray.data.DataContext.get_current().enable_progress_bars = False
        texts = [json.dumps([clip.name, list(map(str, clip.sources)), clip.part]) for clip in clips]
        rows = ray.data.from_items([{"clip": text} for text in texts], override_num_blocks=len(clips))
        lifted = rows.map_batches(
            Lifting,
            fn_constructor_args=(work,),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=workers),
            num_cpus=1,
            max_restarts=RESTARTS,
            max_task_retries=RESTARTS,
        )
        for row in lifted.iter_rows():
            if (record := Record.parse(row["record"].encode())) is not None:
                yield record
    finally:
        if begun:
            ray.shutdown()


def _check_answers(address: str | None) -> None:
    """Raise `InputError` if nothing listens at HOST:PORT; Ray itself would try for minutes."""
    host, colon, port = (address or "").removeprefix("ray://").rpartition(":")
    if colon and port.isdecimal():
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except (OSError, OverflowError) as error:
            raise _no_cluster(address, error) from error


def _no_cluster(address: str | None, error: Exception) -> InputError:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return InputError(
        f"no Ray cluster answers ({lines[0]})", setting="address", value=address, fix="is it running?"
    )
