"""The same work on Ray. A node that is lost costs nothing. Skipped where Ray is not installed."""

import threading
import time

import pytest

from zedo_cli.clips.engines import in_this_process
from zedo_cli.clips.finding import find_clips
from zedo_cli.clips.ray_engine import in_ray
from zedo_cli.errors import InputError

ray = pytest.importorskip("ray")
cluster_utils = pytest.importorskip("ray.cluster_utils")
pytestmark = pytest.mark.filterwarnings("ignore")  # those of Ray itself


def test_a_node_that_is_killed_changes_no_output(clips, work):
    found = find_clips([clips])
    list(in_this_process(work, found, 1, None))
    files = sorted(work.place.folder.rglob("*.npz"))
    content = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
    lost = cluster.add_node(num_cpus=2)
    ray.init(address=cluster.address, log_to_driver=False)
    try:
        records = in_ray(work, found, 3, None)
        killer = threading.Timer(1.0, cluster.remove_node, [lost], {"allow_graceful": False})
        killer.start()
        done = list(records)
        killer.join()
        assert [node["Alive"] for node in ray.nodes()].count(False) == 1
    finally:
        ray.shutdown()
        cluster.shutdown()
    assert all(record.done for record in done)
    assert sorted(record.clip for record in done) == sorted(clip.name for clip in found)
    assert [path.read_bytes() for path in files] == content


def test_a_cluster_that_is_not_there_is_refused_at_once(clips, work):
    started = time.monotonic()
    with pytest.raises(InputError, match="no Ray cluster answers"):
        list(in_ray(work, find_clips([clips]), 1, "127.0.0.1:1"))
    assert time.monotonic() - started < 10
