"""The registry of data sets; the other tables are in `registry.py`, which has this one too."""

from typing import Any

from zedo_cli.entries import DatasetReader, Registry, lazy


def _dataset(
    name: str, title: str, module: str, function: str, kinds: tuple[str, ...], **about: Any
) -> DatasetReader:
    return DatasetReader(
        name=name, title=title, load=lazy(f"datasets.{module}", function), kinds=kinds, **about
    )


_VIDEO_KINDS = tuple(
    f"{keypoints}{variant}" for variant in ("", "-10", "-60", "-bodies") for keypoints in ("gt", "detected")
)

DATASETS = Registry(
    DatasetReader,
    "zedo.datasets",
    (
        _dataset(
            "open",
            "held-out people in virtual cameras, bundled",
            "open",
            "load",
            ("gt", "detected"),
            bundled=True,
        ),
        _dataset(
            "pose2sim",
            "real OpenPose detections, bundled",
            "pose2sim",
            "load",
            ("detected", "gt"),
            bundled=True,
        ),
        _dataset(
            "validation",
            "training people kept for validation, bundled; settings are chosen on it",
            "validation",
            "load",
            ("gt", "detected", "swapped"),
            bundled=True,
        ),
        _dataset(
            "open-video",
            "held-out people in motion and static virtual cameras, bundled",
            "open_video",
            "load",
            _VIDEO_KINDS,
            bundled=True,
        ),
        _dataset(
            "validation-video",
            "the same with training people kept for validation, bundled",
            "open_video",
            "load_validation",
            _VIDEO_KINDS,
            bundled=True,
        ),
        _dataset("h36m", "Human3.6M, subjects 9 and 11", "h36m", "load", ("gt", "cpn", "sh"), own_files=True),
        _dataset("3dhp", "MPI-INF-3DHP, test set", "mpi_inf_3dhp", "load", ("gt",)),
        _dataset("3dpw", "3DPW, test set", "pw3d", "load", ("gt", "detected")),
        _dataset("humaneva", "HumanEva-I, validation recordings", "humaneva", "load", ("gt",)),
        _dataset("emdb", "EMDB 1, with your SMPL models", "emdb", "load", ("gt",)),
        _dataset("rich", "RICH, test set, with your SMPL-X models", "rich", "load", ("gt",)),
        _dataset("ski", "Ski-PosePTZ, test set", "ski", "load", ("gt",)),
        _dataset("custom", "your own: an NPZ with keypoints, K and 3D, or a folder", "custom", "load", ()),
    ),
    setting="dataset",
)
