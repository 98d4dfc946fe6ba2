"""Files that are written to harm: bombs, headers that lie, depth, links, aliases, pickles with code."""

import io
import json
import os
import pickle
import struct
import zipfile
import zlib

import h5py
import numpy as np
import pytest
import torch

from fuzz.corpus import TARGETS, dataset, motions
from fuzz.limits import limits
from zedo_cli.cameras.reading import read_cameras
from zedo_cli.errors import InputError
from zedo_cli.joint_names import find_skeleton
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.mocap.reading import read_motions
from zedo_cli.poses.reading import read_poses
from zedo_cli.prior.checkpoint import load_prior

HUGE = 10**12


def npy(shape, dtype="<f8", content=b""):
    """An NPY file whose header states any shape."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content


def archive(path, members):
    """An NPZ of raw members, deflated."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


@pytest.fixture(scope="module")
def bomb(tmp_path_factory):
    """300 MB of zeros in 300 kB, under every name that a reader asks for, and one that nobody does."""
    path = tmp_path_factory.mktemp("bomb") / "a.npz"
    names = {key for keys in KEYS.values() for key in keys} | {"unknown"}
    rows = 300_000_000 // (8 * 51 * len(names))
    content = npy((rows, 17, 3), "<f8", bytes(8 * 51 * rows))
    archive(path, {f"{name}.npy": content for name in names})
    assert path.stat().st_size < 400_000
    return path


class Code:
    """Runs code where it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


NPZ_READERS = {
    "keypoints": read_keypoints,
    "camera": read_cameras,
    "poses": read_poses,
    "motion": motions,
    "custom": lambda path: dataset("custom", path),
}
KEYS = {
    "keypoints": ("keypoints",),
    "camera": ("mtx", "K", "camera_matrix"),
    "poses": ("poses_3d", "meta"),
    "motion": ("pos",),
    "custom": ("keypoints", "poses_3d", "intrinsics"),
}
each_reader = pytest.mark.parametrize("name", NPZ_READERS)


def refused(read, path):
    with limits(), pytest.raises(InputError, match=path.name.replace(".", r"\.")) as caught:
        read(path)
    assert str(caught.value).isprintable()


@each_reader
@pytest.mark.parametrize("shape", [(HUGE, 17, 3), (2**40,), (2**31, 2**31, 2**31)], ids=str)
def test_a_huge_shape(tmp_path, name, shape):
    members = {f"{key}.npy": npy(shape) for key in KEYS[name]}
    refused(NPZ_READERS[name], archive(tmp_path / "a.npz", members))


@each_reader
def test_a_bomb(bomb, name):
    refused(NPZ_READERS[name], bomb)


@each_reader
def test_pickled_code_does_not_run(tmp_path, name):
    content = io.BytesIO()
    np.save(content, np.array([Code(tmp_path / "ran")], dtype=object), allow_pickle=True)
    members = {f"{key}.npy": content.getvalue() for key in KEYS[name]}
    refused(NPZ_READERS[name], archive(tmp_path / "a.npz", members))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("file", ["h36m_test.pkl", "mpii3d_test.pkl"])
def test_code_in_the_pickles_of_data_sets_does_not_run(tmp_path, file):
    (tmp_path / file).write_bytes(pickle.dumps([Code(tmp_path / "ran")]))
    name = "h36m" if file.startswith("h36m") else "3dhp"
    refused(lambda path: dataset(name, path), tmp_path / file)
    assert not (tmp_path / "ran").exists()


def test_code_in_a_checkpoint_does_not_run(tmp_path):
    torch.save({"model_state_dict": {"a": Code(tmp_path / "ran")}}, tmp_path / "a.pth")
    target = next(target for target in TARGETS if target.name == "gfpose")
    refused(target.read, tmp_path / "a.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("length", [2**63, 2**40, 10**8])
def test_a_checkpoint_whose_header_lies(tmp_path, length):
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", length) + b'{"a":1}')
    refused(load_prior, tmp_path / "a.safetensors")


def test_a_checkpoint_with_a_huge_tensor(tmp_path):
    header = json.dumps({"a": {"dtype": "F32", "shape": [HUGE], "data_offsets": [0, 4 * HUGE]}}).encode()
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    refused(load_prior, tmp_path / "a.safetensors")


DEEP = [
    "[" * 100_000,
    '{"people":' * 100_000,
    "[" * 100_000 + "]" * 100_000,
    '{"a":' * 50_000 + "1" + "}" * 50_000,
]


@pytest.mark.parametrize("content", DEEP, ids=["open", "objects", "closed", "closed objects"])
@pytest.mark.parametrize("read", [read_keypoints, read_cameras, read_poses, find_skeleton])
def test_depth(tmp_path, read, content):
    (tmp_path / "a.json").write_text(content)
    refused(read, tmp_path / "a.json")


def test_long_numbers(tmp_path):
    (tmp_path / "a.json").write_text(f'{{"fx": 1{"0" * 900_000}, "fy": 1, "cx": 1, "cy": 1}}')
    refused(read_cameras, tmp_path / "a.json")


def test_aliases_that_double(tmp_path):
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    lines += ["K: *a11", "camera_matrix: *a11"]
    (tmp_path / "a.yaml").write_text("\n".join(lines))
    refused(read_cameras, tmp_path / "a.yaml")


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.mkdir", "!!python/object/new:os.mkdir"])
def test_code_in_yaml_does_not_run(tmp_path, tag):
    (tmp_path / "a.yaml").write_text(f"camera_matrix: {tag} ['{tmp_path / 'ran'}']\n")
    refused(read_cameras, tmp_path / "a.yaml")
    assert not (tmp_path / "ran").exists()


def test_entities_that_double(tmp_path):
    entities = '<!ENTITY e0 "lolololol">' + "".join(
        f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10)
    )
    (tmp_path / "a.xml").write_text(
        f"<!DOCTYPE x [{entities}]><opencv_storage><camera_matrix><data>&e9;</data></camera_matrix>"
        "</opencv_storage>"
    )
    refused(read_cameras, tmp_path / "a.xml")


def test_an_entity_that_names_a_file(tmp_path):
    (tmp_path / "secret").write_text("1000 0 640 0 1000 360 0 0 1")
    (tmp_path / "a.xml").write_text(
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path / "secret"}">]><opencv_storage>'
        '<camera_matrix type_id="opencv-matrix"><rows>3</rows><cols>3</cols><dt>d</dt><data>&e;</data>'
        "</camera_matrix></opencv_storage>"
    )
    refused(read_cameras, tmp_path / "a.xml")


DOTS = "a." * 400_000
TOML = ["a = " + "[" * 50_000, f"{DOTS}b = 1", f"x = {{{DOTS}b = 1}}", f"[{DOTS}b]", "[" * 900_000]


@pytest.mark.parametrize("content", TOML, ids=["arrays", "keys", "inline", "tables", "heads"])
def test_deep_toml(tmp_path, content):
    (tmp_path / "a.toml").write_text(content)
    refused(read_cameras, tmp_path / "a.toml")
    refused(lambda path: dataset("custom", path), tmp_path / "a.toml")


@pytest.mark.parametrize("link", ["loop", "outside", "missing", "external", "virtual", "nested"])
def test_links_in_hdf5(tmp_path, link):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["tracks"] = np.zeros((1, 2, 17, 3))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name in ("tracks", "node_names", "point_scores"):
            if link == "loop":
                file[name] = h5py.SoftLink(f"/{name}")
            elif link == "outside":
                file[name] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/tracks")
            elif link == "nested":
                file[f"df_{name}/table"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/tracks")
            elif link == "external":
                file.create_dataset(name, (8,), "u1", external=[(str(tmp_path / "other.h5"), 0, 8)])
            elif link == "virtual":
                layout = h5py.VirtualLayout((1, 2, 17, 3), "f8")
                layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "tracks", (1, 2, 17, 3))
                file.create_virtual_dataset(name, layout)
            else:
                file[name] = h5py.SoftLink("/nowhere")
    refused(read_keypoints, tmp_path / "a.h5")
    if link in ("outside", "external", "virtual", "nested"):
        with pytest.raises(InputError, match="takes data from another file; copy it into this one"):
            read_keypoints(tmp_path / "a.h5")


def test_a_huge_array_in_hdf5(tmp_path):
    """Chunks that were never written take no place in the file."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("tracks", (1000, 2, 17, 1_000_000), "f8", chunks=(1, 2, 17, 1000))
        file["node_names"] = [b"nose"] * 17
    assert (tmp_path / "a.h5").stat().st_size < 1_000_000
    refused(read_keypoints, tmp_path / "a.h5")


def test_a_wide_table(tmp_path):
    (tmp_path / "a.csv").write_text("," * 900_000)
    refused(read_keypoints, tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("1" * 900_000)
    refused(read_keypoints, tmp_path / "b.csv")


@pytest.mark.parametrize("frames", [10**9, 10**18])
def test_a_motion_that_states_more_frames_than_it_has(tmp_path, frames):
    text = "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\nCHANNELS 3 Xposition Yposition Zposition\nEnd Site\n{\n"
    text += f"OFFSET 0 1 0\n}}\n}}\nMOTION\nFrames: {frames}\nFrame Time: 0.1\n1 2 3\n"
    (tmp_path / "a.bvh").write_text(text)
    refused(motions, tmp_path / "a.bvh")


def test_a_frame_number_far_away(tmp_path):
    """A file of two frames, a thousand million apart, is not filled in between."""
    people = [{"pose_keypoints_2d": [500.0, 500.0, 0.9] * 25}]
    for number in (1, 10**9):
        (tmp_path / f"a_{number:012d}_keypoints.json").write_text(json.dumps({"people": people}))
    with limits():
        assert read_keypoints(tmp_path).frame.tolist() == [1, 10**9]


def test_a_folder_that_contains_itself(tmp_path):
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "again").symlink_to(tmp_path / "clips")
    with limits(), pytest.raises(InputError, match="clips"):
        read_motions([tmp_path / "clips"])


def test_a_compressed_stream_without_end(tmp_path):
    """A member whose stated size is small, and whose stream is not."""
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = bomb.compress(npy((10,), "<f8", bytes(80)) + bytes(100_000_000)) + bomb.flush()
    path = archive(tmp_path / "a.npz", {"keypoints.npy": b""})
    with zipfile.ZipFile(path) as file:
        info = file.getinfo("keypoints.npy")
    info.compress_size, info.file_size, info.CRC = len(content), 1000, 0
    header = info.FileHeader()
    directory = struct.pack(
        "<4s4B4HL2L5H2L",
        *(b"PK\x01\x02", 20, 3, 20, 0, 0, 8, 0, 33, 0, len(content), 1000, 13, 0, 0, 0, 0, 0, 0),
    )
    directory += b"keypoints.npy"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(header) + len(content), 0)
    path.write_bytes(header + content + directory + end)
    refused(read_keypoints, path)
