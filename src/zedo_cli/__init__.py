"""zedo: 2D human keypoints and a camera in, metric 3D poses with their uncertainty out (ZeDO, arXiv
2307.03833).

    import zedo_cli as zedo

    poses = zedo.lift("openpose_json/", camera="K.json", preset="balanced", samples=20)
    zedo.write_poses(poses, "out.npz")

Names are imported when they are first used: importing this package does not import torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zedo_cli.errors import InputError, Note
from zedo_cli.version import __version__

if TYPE_CHECKING:
    from zedo_cli.cameras.container import Camera
    from zedo_cli.cameras.reading import read_camera
    from zedo_cli.keypoints.container import Keypoints
    from zedo_cli.keypoints.reading import read_keypoints
    from zedo_cli.lifter import Lifter
    from zedo_cli.lifting import lift
    from zedo_cli.live.incoming import LiveFrame
    from zedo_cli.pipeline.presets import Preset
    from zedo_cli.poses.container import Poses
    from zedo_cli.poses.reading import read_poses
    from zedo_cli.poses.writing import write_poses
    from zedo_cli.preparation import SideInformation
    from zedo_cli.prior.checkpoint import load_prior

__all__ = [
    "Camera",
    "InputError",
    "Keypoints",
    "Lifter",
    "LiveFrame",
    "Note",
    "Poses",
    "Preset",
    "SideInformation",
    "__version__",
    "lift",
    "load_prior",
    "read_camera",
    "read_keypoints",
    "read_poses",
    "write_poses",
]

_MODULES = {
    "Camera": "cameras.container",
    "Keypoints": "keypoints.container",
    "Lifter": "lifter",
    "LiveFrame": "live.incoming",
    "Poses": "poses.container",
    "Preset": "pipeline.presets",
    "SideInformation": "preparation",
    "lift": "lifting",
    "load_prior": "prior.checkpoint",
    "read_camera": "cameras.reading",
    "read_keypoints": "keypoints.reading",
    "read_poses": "poses.reading",
    "write_poses": "poses.writing",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module 'zedo_cli' has no attribute '{name}'")
    value = getattr(import_module(f"zedo_cli.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
