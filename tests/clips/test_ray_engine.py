"""The same work on Ray. A node that is lost costs nothing. Skipped where Ray is not installed."""

import subprocess
import sys
import textwrap
import time
from importlib.util import find_spec

import pytest

from zedo_cli.clips.engines import in_this_process
from zedo_cli.clips.finding import find_clips
from zedo_cli.clips.ray_engine import in_ray
from zedo_cli.errors import InputError

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")

RUN = textwrap.dedent(
    """
    import sys, threading, time
    from pathlib import Path

    import ray
    from ray.cluster_utils import Cluster

    from zedo_cli.clips.finding import find_clips
    from zedo_cli.clips.ray_engine import in_ray
    from zedo_cli.clips.work import OutputFolder, Work
    from zedo_cli.detectors.detecting import Detection
    from zedo_cli.from_files import InputOptions

    clips, out, prior = sys.argv[1:]
    method = {"prior": prior, "preset": "fast", "device": "cpu"}
    work = Work(InputOptions(), method, Detection(), OutputFolder(Path(out)))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
    lost = cluster.add_node(num_cpus=2)
    ray.init(address=cluster.address, log_to_driver=False)
    killer = threading.Timer(1.0, cluster.remove_node, [lost], {"allow_graceful": False})
    killer.start()
    for record in in_ray(work, find_clips([Path(clips)]), 3, None):
        print("RECORD", record.clip, record.status)
    killer.join()
    for _ in range(60):
        if not all(node["Alive"] for node in ray.nodes()):
            print("LOST")
            break
        time.sleep(0.5)
    ray.shutdown()
    cluster.shutdown()
    """
)
"""In a process of its own: Ray replaces functions of Python."""


def test_a_node_that_is_killed_changes_no_output(clips, work):
    found = find_clips([clips])
    list(in_this_process(work, found, 1, None))
    files = sorted(work.place.folder.rglob("*.npz"))
    content = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    arguments = [str(clips), str(work.place.folder), str(work.method["prior"])]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    assert "LOST" in lines
    records = sorted(line for line in lines if line.startswith("RECORD"))
    assert records == sorted(f"RECORD {clip.name} done" for clip in found)
    assert [path.read_bytes() for path in files] == content


def test_a_cluster_that_is_not_there_is_refused_at_once(clips, work):
    started = time.monotonic()
    with pytest.raises(InputError, match="no Ray cluster answers"):
        list(in_ray(work, find_clips([clips]), 1, "127.0.0.1:1"))
    assert time.monotonic() - started < 10
