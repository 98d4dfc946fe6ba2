"""Blender, where it is installed as the package `bpy`: where the bones of an armature are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

FPS = 30


def imported(path: Path) -> Any:
    """Blender with an empty scene and a file in it. The test is skipped where Blender is not installed."""
    blender = pytest.importorskip("bpy", reason="Blender is not installed", exc_type=ImportError)
    blender.ops.wm.read_factory_settings(use_empty=True)
    blender.context.scene.render.fps = FPS
    if path.suffix == ".bvh":
        blender.ops.import_anim.bvh(
            filepath=str(path), global_scale=0.01, axis_forward="-Z", axis_up="Y", frame_start=0
        )
    else:
        blender.ops.import_scene.gltf(filepath=str(path))
    return blender


def heads(blender: Any, frame: int) -> list[dict[str, np.ndarray]]:
    """Position (m, Z up) of each bone by name, for each armature."""
    blender.context.scene.frame_set(frame)
    armatures = [thing for thing in blender.data.objects if thing.type == "ARMATURE"]
    return [
        {bone.name.split(":")[-1]: np.array(thing.matrix_world @ bone.head) for bone in thing.pose.bones}
        for thing in armatures
    ]
