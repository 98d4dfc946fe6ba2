"""Camera files as programs write them, each with the same K."""

import json

import numpy as np

K = np.array([[1000.0, 0, 640], [0, 1010, 360], [0, 0, 1]])

FILES = {
    "nine.json": json.dumps(K.ravel().tolist()),
    "by_columns.json": json.dumps({"width": 1280, "height": 720, "intrinsic_matrix": K.T.ravel().tolist()}),
    "projection.json": json.dumps(np.concatenate([K, np.zeros((3, 1))], 1).tolist()),
    "realsense.json": json.dumps({"fx": 1000, "fy": 1010, "ppx": 640, "ppy": 360}),
    "nerfstudio.json": json.dumps(
        {"fl_x": 1000, "fl_y": 1010, "cx": 640.5, "cy": 360.5, "w": 1280, "h": 720}
    ),
    "k.txt": "1000 0 640\n0 1010 360\n0 0 1\n",
    "cameras.txt": "# COLMAP\n1 OPENCV 1280 720 1000 1010 640.5 360.5 0 0 0 0\n",
    "intri.yml": "%YAML:1.0\n---\nnames:\n  - '01'\nK_01: !!opencv-matrix\n  rows: 3\n  cols: 3\n  dt: d\n"
    f"  data: {K.ravel().tolist()}\n",
    "ros.yaml": "image_width: 1280\nimage_height: 720\ncamera_matrix:\n  rows: 3\n  cols: 3\n"
    f"  data: {K.ravel().tolist()}\n",
    "kalibr.yaml": "cam0:\n  camera_model: pinhole\n  intrinsics: [1000, 1010, 640, 360]\n"
    "  distortion_model: radtan\n  distortion_coeffs: [0, 0, 0, 0]\n  resolution: [1280, 720]\n",
    "caliscope.toml": f"[cameras.0]\nsize = [1280, 720]\nmatrix = {K.tolist()}\n"
    "distortions = [[0.0, 0, 0, 0, 0]]\n"
    "rotation = [[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]\n",
}
"""Each holds K, and nothing that changes what it says."""
