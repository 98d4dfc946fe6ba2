"""The script for other lifters, with stand-ins for their code: theirs may not be bundled.

The stand-ins have the classes, arguments and names of weights of VideoPose3D and MotionBERT, and answer with
a known function of the keypoints, so that rows, mirroring, padding and scale are checked.
"""

import sys

import numpy as np
import pytest
import torch

from zedo_cli.datasets.custom import custom_predictions
from zedo_cli.datasets.loading import load_dataset

sys.path.insert(0, "benchmarks")
import peers

VIDEOPOSE3D = """
import torch
class TemporalModel(torch.nn.Module):
    def __init__(self, joints, features, out, filter_widths, channels):
        super().__init__()
        assert (joints, features, out, filter_widths, channels) == (17, 2, 17, [3, 3], 8)
        self.expand_conv = torch.nn.Conv1d(34, 8, 3, bias=False)
        self.layers_conv = torch.nn.ModuleList([torch.nn.Conv1d(8, 8, 3), torch.nn.Conv1d(8, 8, 1)])
    def receptive_field(self):
        return 9
    def forward(self, x):
        assert x.shape[2:] == (17, 2) and x.is_contiguous() and not self.training
        middle = x[:, 4:-4]
        return torch.cat([middle, middle[..., 1:]], dim=-1)
"""

MOTIONBERT = """
import torch
class DSTformer(torch.nn.Module):
    def __init__(self, dim_feat, dim_rep, depth, num_heads, mlp_ratio, norm_layer, maxlen, num_joints):
        super().__init__()
        assert (dim_feat, dim_rep, depth, num_heads) == (4, 6, 2, 2)
        assert (mlp_ratio, maxlen, num_joints) == (3.0, 20, 17)
        norm_layer(4)
        self.temp_embed = torch.nn.Parameter(torch.zeros(1, 20, 1, 4))
        self.pos_embed = torch.nn.Parameter(torch.zeros(1, 17, 4))
        self.pre_logits = torch.nn.Sequential()
        self.pre_logits.add_module("fc", torch.nn.Linear(4, 6))
        block = lambda: torch.nn.ModuleDict({"mlp_s": torch.nn.ModuleDict({"fc1": torch.nn.Linear(4, 12)})})
        self.blocks_st = torch.nn.ModuleList([block(), block()])
    def forward(self, x):
        assert x.shape[1] <= 20 and x.shape[3] == 3
        return torch.cat([x[..., :2], x[..., 1:2]], dim=-1) * 3
"""


@pytest.fixture(autouse=True)
def own_modules(monkeypatch):
    """Modules of one test's peer are not those of the next."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    for name in [name for name in sys.modules if name.split(".")[0] in ("common", "lib")]:
        del sys.modules[name]


def repository(root, module, text, prefix=""):
    """A stand-in, and a checkpoint of it."""
    path = root / "repo" / f"{module.replace('.', '/')}.py"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    namespace = {}
    exec(text, namespace)
    if "TemporalModel" in namespace:
        model = namespace["TemporalModel"](17, 2, 17, filter_widths=[3, 3], channels=8)
    else:
        model = namespace["DSTformer"](4, 6, 2, 2, 3.0, torch.nn.LayerNorm, 20, 17)
    weights = {prefix + name: value for name, value in model.state_dict().items()}
    torch.save({"epoch": 3, "model_pos": weights}, root / "checkpoint.bin")
    return ["--repo", str(root / "repo"), "--checkpoint", str(root / "checkpoint.bin")]


def run(root, peer, about, capsys, data="pose2sim"):
    peers.main(["--data", data, "--peer", peer, *about, "-o", str(root / "out")])
    said = capsys.readouterr().out
    assert "zedo eval --dataset custom --data-root" in said
    return *custom_predictions(root / "out"), said


def test_videopose3d_is_lifted_track_by_track(tmp_path, capsys):
    about = repository(tmp_path, "common.model", VIDEOPOSE3D)
    truth, prediction, _ = run(tmp_path, "videopose3d", about, capsys)
    data = load_dataset("pose2sim")
    assert len(truth) == len(data)
    assert truth.truth[:, 3] == pytest.approx(data.truth[:, 3], nan_ok=True)
    assert set(data.joints) <= set(truth.joints)
    # the stand-in answers (x, y, y), normalised by the width, about the pelvis; mirrored twice it is the same
    k = np.asarray(data.keypoints.intrinsics)
    sizes = data.keypoints.of_clips("image_size")
    width = np.array([sizes[clip][0] for clip in data.keypoints.clip]) if sizes[0] else 2 * k[:, 0, 2]
    points = np.where(data.keypoints.confidence[..., None] > 0, data.keypoints.points, np.nan)
    aside = (points - points[:, :1])[..., [0, 1, 1]] * (2 / width)[:, None, None]
    seen = np.isfinite(aside)
    assert seen.mean() > 0.5
    assert prediction.poses[seen] == pytest.approx(aside[seen], abs=1e-4)


def test_motionbert_gets_windows_and_the_scale_of_the_truth(tmp_path, capsys):
    about = repository(tmp_path, "lib.model.DSTformer", MOTIONBERT, prefix="module.")
    truth, prediction, said = run(tmp_path, "motionbert", [*about, "--heads", "2"], capsys, "open-video")
    assert "its scale is that of the truth" in said
    size = [np.linalg.norm(poses - poses[:, :1], axis=-1).mean() for poses in (truth.truth, prediction.poses)]
    assert 0.3 < size[1] / size[0] < 1.2
    assert truth.by_group


def test_a_checkpoint_that_holds_more_than_weights_is_not_trusted_unasked(tmp_path):
    about = repository(tmp_path, "common.model", VIDEOPOSE3D)
    content = torch.load(tmp_path / "checkpoint.bin", weights_only=True)
    torch.save(content | {"random_state": np.random.RandomState(0)}, tmp_path / "checkpoint.bin")
    arguments = ["--data", "pose2sim", "--peer", "videopose3d", *about, "-o", str(tmp_path / "out")]
    with pytest.raises(SystemExit, match="--trust-checkpoint"):
        peers.main(arguments)
    peers.main([*arguments, "--trust-checkpoint"])
    assert (tmp_path / "out/prediction.npz").is_file()


def test_a_checkpoint_for_other_joints_is_refused(tmp_path):
    about = repository(tmp_path, "common.model", VIDEOPOSE3D)
    content = torch.load(tmp_path / "checkpoint.bin", weights_only=True)
    content["model_pos"]["expand_conv.weight"] = torch.zeros(8, 30, 3)
    torch.save(content, tmp_path / "checkpoint.bin")
    with pytest.raises(SystemExit, match="takes 15 joints, not the 17"):
        peers.main(["--data", "pose2sim", "--peer", "videopose3d", *about, "-o", str(tmp_path / "out")])
