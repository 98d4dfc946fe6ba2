"""Another lifter's checkpoint on a data set of zedo, from the same keypoints, as a folder that zedo scores.

    python benchmarks/peers.py --data open-video --peer videopose3d --repo VideoPose3D \\
        --checkpoint pretrained_h36m_cpn.bin -o peer
    zedo eval --dataset custom --data-root peer

Needs the code and the checkpoint of the peer, which you have: VideoPose3D (`common/model.py`; a checkpoint
for the 17 joints of Human3.6M, not for COCO's) or MotionBERT (`lib/model/DSTformer.py`). Each track of a clip
is lifted as a sequence, with the mirrored sequence averaged in, as both programs do by default. The script
uses the truth for one thing: MotionBERT answers in pixels and leaves the scale open, which its own evaluation
takes from the truth; so does this one, with one factor for each track, and says so.
"""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.skeletons import MIRROR

Sequence = Callable[[Tensor], Tensor]
"""Keypoints and confidences of a track `[F, 17, 3]`, normalised, to poses `[F, 17, 3]`."""


def weights_of(path: Path, trusted: bool) -> dict[str, Tensor]:
    """`model_pos` of a checkpoint, without the prefix of parallel training."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=not trusted)
    except Exception as error:
        raise SystemExit(
            f"{path}: is damaged, or holds more than weights; if you trust its origin, load it as a pickle,"
            " which can run code, with --trust-checkpoint"
        ) from error
    return {name.removeprefix("module."): value for name, value in content["model_pos"].items()}


def videopose3d(weights: dict[str, Tensor]) -> Sequence:
    """Temporal convolutions; the architecture follows from the shapes of the weights."""
    first = weights["expand_conv.weight"]
    joints = first.shape[1] // 2
    if joints != 17:
        raise SystemExit(f"the checkpoint takes {joints} joints, not the 17 of Human3.6M")
    layers = sorted(
        (name for name in weights if name.startswith("layers_conv.") and name.endswith("weight")),
        key=lambda name: int(name.split(".")[1]),
    )
    widths = [first.shape[-1], *(weights[name].shape[-1] for name in layers[::2])]
    model = import_module("common.model").TemporalModel(
        17, 2, 17, filter_widths=widths, channels=first.shape[0]
    )
    model.load_state_dict(weights)
    model.eval()
    before = (model.receptive_field() - 1) // 2

    def lift(frames: Tensor) -> Tensor:
        padded = torch.cat([frames[:1].expand(before, -1, -1), frames, frames[-1:].expand(before, -1, -1)])
        answer: Tensor = model(padded[None, ..., :2].contiguous())[0]
        return answer - answer[:, :1]

    return lift


def motionbert(weights: dict[str, Tensor], heads: int) -> Sequence:
    """The transformer; all but the number of heads follows from the shapes of the weights."""
    _, longest, _, width = weights["temp_embed"].shape
    depth = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks_st."))
    model = import_module("lib.model.DSTformer").DSTformer(
        dim_feat=width,
        dim_rep=weights["pre_logits.fc.weight"].shape[0],
        depth=depth,
        num_heads=heads,
        mlp_ratio=weights["blocks_st.0.mlp_s.fc1.weight"].shape[0] / width,
        norm_layer=lambda size: nn.LayerNorm(size, eps=1e-6),
        maxlen=longest,
        num_joints=weights["pos_embed"].shape[1],
    )
    model.load_state_dict(weights)
    model.eval()

    def lift(frames: Tensor) -> Tensor:
        return torch.cat([model(part[None])[0] for part in frames.split(longest)])

    return lift


def normalised(points: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Pixels `[..., 2]` as both peers take them: -1 to 1 over the image's width, the aspect ratio kept."""
    return np.asarray(points / size[0] * 2 - [1, size[1] / size[0]])


def both_ways(lift: Sequence, frames: Tensor) -> Tensor:
    """The mean with the answer to the mirrored sequence, mirrored back."""
    other = torch.tensor([-1.0, 1.0, 1.0])
    mirrored = lift((frames * other)[:, list(MIRROR)])
    return (lift(frames) + (mirrored * other)[:, list(MIRROR)]) / 2


def lifted(data: Dataset, lift: Sequence, in_pixels: bool) -> np.ndarray:
    """Poses about the pelvis `[N, 17, 3]` m of all tracks."""
    people = data.keypoints
    poses = np.zeros(data.truth.shape)
    k = np.broadcast_to(np.asarray(people.intrinsics), (len(data), 3, 3))
    for clip, person in sorted(set(zip(people.clip.tolist(), people.person.tolist(), strict=True))):
        rows = np.flatnonzero((people.clip == clip) & (people.person == person))
        rows = rows[np.argsort(people.frame[rows], kind="stable")]
        known = people.of_clips("image_size")[clip]
        size = np.array(2 * k[rows[0], :2, 2] if known is None else known)
        points = normalised(people.points[rows], size) * (people.confidence[rows, :, None] > 0)
        frames = np.concatenate([points, people.confidence[rows, :, None]], axis=-1)
        with torch.no_grad():
            answer = both_ways(lift, torch.from_numpy(frames).float()).double().numpy()
        answer -= answer[:, :1]
        if in_pixels:
            truth = data.truth[rows] - data.truth[rows, :1]
            seen = np.isfinite(truth)
            answer *= (answer * truth)[seen].sum() / (answer**2)[seen].sum()
        poses[rows] = answer
    return poses


def write(folder: Path, data: Dataset, poses: np.ndarray) -> None:
    """The truth and the prediction, for `--dataset custom`."""
    folder.mkdir(parents=True, exist_ok=True)
    people = data.keypoints
    row: dict[str, Any] = {"frame": people.frame, "person": people.person, "clip": people.clip}
    about = {"sequence": data.sequence} | ({"group": data.group} if data.by_group else {})
    seen = {
        "keypoints_2d": people.points,
        "confidence": people.confidence,
        "intrinsics": np.broadcast_to(np.asarray(people.intrinsics), (len(data), 3, 3)),
    }
    scored = np.full(data.truth.shape, np.nan)
    scored[:, [0, *data.joints]] = data.truth[:, [0, *data.joints]]
    np.savez(folder / "truth.npz", poses_3d=scored, **row, **about, **seen)
    np.savez(folder / "prediction.npz", poses_3d=poses, **row)


def main(arguments: list[str] | None = None) -> None:
    """Lift and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True, help="a data set of zedo eval")
    parser.add_argument("--data-root", type=Path, help="your copy of it, where it is not bundled")
    parser.add_argument("--keypoints", help="a kind of 2D keypoints of the data set")
    parser.add_argument("--peer", required=True, choices=["videopose3d", "motionbert"])
    parser.add_argument("--repo", required=True, type=Path, help="the folder of its code, which is run")
    parser.add_argument("--checkpoint", required=True, type=Path)
    parser.add_argument("--trust-checkpoint", action="store_true", help="load it as a pickle")
    parser.add_argument("--heads", type=int, default=8, help="of MotionBERT's attention")
    parser.add_argument("-o", "--output", required=True, type=Path)
    options = parser.parse_args(arguments)
    data = load_dataset(options.data, options.data_root, options.keypoints)
    sys.path.insert(0, str(options.repo))
    weights = weights_of(options.checkpoint, options.trust_checkpoint)
    in_pixels = options.peer == "motionbert"
    lift = motionbert(weights, options.heads) if in_pixels else videopose3d(weights)
    write(options.output, data, lifted(data, lift, in_pixels))
    print(f"{len(data)} rows of {options.data} ({data.kind}) by {options.peer}: {options.output}")
    if in_pixels:
        print("its scale is that of the truth, one factor for each track: compare PA-MPJPE with others")
    print(f"zedo eval --dataset custom --data-root {options.output}")


if __name__ == "__main__":
    main()
