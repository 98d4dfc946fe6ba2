"""The one registry: what zedo can read and write, built in or added by installed packages.

An entry states its name, a title, the file suffixes that it takes and the extra that it requires. Its
functions are imported when they are first called, so that a list of all entries costs nothing. A package adds
entries through the entry-point groups named here; docs/extending.md is a tutorial.
"""

from typing import Any

from zedo_cli.dataset_table import DATASETS
from zedo_cli.entries import (
    FOLDER,
    IMAGE_SUFFIXES,
    VIDEO_SUFFIXES,
    CameraReader,
    DatasetReader,
    Detector,
    Entry,
    KeypointReader,
    MocapReader,
    PoseWriter,
    Registry,
    lazy,
    missing_extra,
)

__all__ = [
    "CAMERA_READERS",
    "DATASETS",
    "DETECTORS",
    "FOLDER",
    "IMAGE_SUFFIXES",
    "KEYPOINT_READERS",
    "MOCAP_READERS",
    "POSE_WRITERS",
    "VIDEO_SUFFIXES",
    "CameraReader",
    "DatasetReader",
    "Detector",
    "Entry",
    "KeypointReader",
    "MocapReader",
    "PoseWriter",
    "Registry",
    "missing_extra",
]


def _keypoints(
    name: str, title: str, suffixes: tuple[str, ...], functions: str = "", **about: Any
) -> KeypointReader:
    """A reader of `keypoints/readers/`. functions: its module, and the ending of its two functions:
    `mmpose:images` has `accepts_images` and `read_images`."""
    module, _, ending = (functions or name.replace("-", "_")).partition(":")
    accepts, read = (
        lazy(f"keypoints.readers.{module}", f"{function}_{ending}" if ending else function)
        for function in ("accepts", "read")
    )
    return KeypointReader(name=name, title=title, suffixes=suffixes, accepts=accepts, read=read, **about)


_HDF5: dict[str, Any] = {"extra": "keypoints", "needs": ("h5py",)}

KEYPOINT_READERS = Registry(
    KeypointReader,
    "zedo.keypoint_readers",
    (
        _keypoints("zedo-json", "zedo's JSON of one clip", (".json",)),
        _keypoints(
            "openpose",
            "OpenPose's --write_json, also of Pose2Sim and rtmlib: a folder, or files of frames",
            (".json", FOLDER),
            per_frame=True,
        ),
        _keypoints("alphapose", "AlphaPose's results, all formats", (".json",)),
        _keypoints("coco", "results or annotations as COCO's and PoseTrack's", (".json",)),
        _keypoints("mmpose", "MMPose's predictions of a video", (".json",)),
        _keypoints(
            "mmpose-images",
            "MMPose's predictions, a file for each image",
            (".json", FOLDER),
            "mmpose:images",
            per_frame=True,
        ),
        _keypoints("ultralytics", "Ultralytics' results of a video", (".json",)),
        _keypoints(
            "ultralytics-frames",
            "Ultralytics' results, a file for each frame",
            (".json", FOLDER),
            "ultralytics:frames",
            per_frame=True,
        ),
        _keypoints(
            "yolo-text",
            "YOLO labels (save_txt), a file for each frame",
            (".txt", FOLDER),
            "ultralytics:text",
            per_frame=True,
        ),
        _keypoints("mediapipe", "MediaPipe's landmarks as JSON", (".json",)),
        _keypoints("mediapipe-csv", "MediaPipe's landmarks as CSV", (".csv",), "mediapipe:table"),
        _keypoints("vitpose", "easy_ViTPose's JSON", (".json",)),
        _keypoints("videopose3d", "VideoPose3D's 2D data", (".npz",)),
        _keypoints(
            "detectron2", "NPZ of VideoPose3D's Detectron2 script", (".npz",), "videopose3d:detections"
        ),
        _keypoints("zedo-npz", "zedo's NPZ: keypoints, confidence, intrinsics, ...", (".npz",)),
        _keypoints("deeplabcut", "DeepLabCut's CSV", (".csv",)),
        _keypoints("deeplabcut-h5", "DeepLabCut's HDF5", (".h5",), "deeplabcut:hdf5", **_HDF5),
        _keypoints("sleap", "SLEAP's analysis HDF5", (".h5",), **_HDF5),
        _keypoints("csv", "a table with columns such as left_hip_x, or numbers alone", (".csv",), "table"),
        _keypoints("npy", "an array [frames, J, 2 or 3]", (".npy",), "table:array"),
        _keypoints(
            "parquet",
            "many clips in one file, of zedo pack",
            (".parquet",),
            extra="scale",
            needs=("pyarrow",),
            parts=lazy("keypoints.readers.parquet", "parts"),
            read_part=lazy("keypoints.readers.parquet", "read_part"),
        ),
    ),
)


def _detector(name: str, title: str, extra: str, *needs: str) -> Detector:
    opener = lazy(f"detectors.{name}", "open_detector")
    return Detector(name=name, title=title, open=opener, extra=extra, needs=needs)


DETECTORS = Registry(
    Detector,
    "zedo.detectors",
    (
        _detector("mediapipe", "BlazePose, bundled, offline", "video", "av", "PIL", "mediapipe"),
        _detector("rtmlib", "RTMO or RTMPose, downloaded", "rtmlib", "av", "PIL", "rtmlib", "onnxruntime"),
    ),
    setting="detector",
)


def _camera(
    name: str,
    title: str,
    suffixes: tuple[str, ...],
    module: str | None = None,
    function: str = "read",
    **about: Any,
) -> CameraReader:
    read = lazy(f"cameras.readers.{module or name.replace('-', '_')}", function)
    return CameraReader(name=name, title=title, suffixes=suffixes, read=read, **about)


CAMERA_READERS = Registry(
    CameraReader,
    "zedo.camera_readers",
    (
        _camera("matrix-json", "K, or fx, fy, cx, cy, OpenCV, Open3D, nerfstudio", (".json",)),
        _camera("matrix-npy", "K as NPY", (".npy",)),
        _camera("matrix-npz", "K and distortion as NPZ", (".npz",), "matrix_npy", "read_npz"),
        _camera("text", "K as text, or COLMAP's cameras.txt", (".txt",)),
        _camera("calibration-toml", "calibration of Pose2Sim, Anipose or Caliscope", (".toml",)),
        _camera(
            "yaml",
            "OpenCV, EasyMocap, ROS or Kalibr",
            (".yaml", ".yml"),
            "yaml_file",
            extra="cameras",
            needs=("yaml",),
        ),
        _camera("xml", "OpenCV", (".xml",), "xml_file"),
        _camera(
            "photo",
            "a photograph with its focal length in EXIF",
            (".jpg", ".jpeg"),
            extra="cameras",
            needs=("PIL",),
        ),
    ),
)


def _poses(name: str, title: str, suffix: str, function: str = "", **about: Any) -> PoseWriter:
    """A writer of `poses/writers/`. function: its module, and the function that opens its sink."""
    module, _, opener = (function or name).partition(":")
    opened = lazy(f"poses.writers.{module}", opener or "open_sink")
    return PoseWriter(name=name, title=title, suffixes=(suffix,), open=opened, **about)


_ANIMATION: dict[str, Any] = {"holds": "person", "frame": "world"}
_CLIP_OF_MOTION: dict[str, Any] = {"holds": "clip", "frame": "world", "extra": "export"}


POSE_WRITERS = Registry(
    PoseWriter,
    "zedo.pose_writers",
    (
        _poses("npz", "all arrays, for Python", ".npz", hypotheses=True),
        _poses("json", "all arrays, a record for each person in a frame", ".json", hypotheses=True),
        _poses("csv", "a table, a row for each person in a frame", ".csv"),
        _poses("csv-long", "a table, a row for each joint", ".long.csv", "csv:open_long_sink"),
        _poses("parquet", "the table as Parquet", ".parquet", extra="scale", needs=("pyarrow",)),
        _poses("trc", "markers, for OpenSim", ".trc", **_ANIMATION),
        _poses("c3d", "markers, for biomechanics", ".c3d", needs=("ezc3d",), **_CLIP_OF_MOTION),
        _poses("mot", "joint angles, for OpenSim", ".mot", **_ANIMATION),
        _poses(
            "angles", "joint angles with their uncertainty", ".angles.csv", "mot:open_csv_sink", **_ANIMATION
        ),
        _poses("bvh", "animation, for Blender and others", ".bvh", **_ANIMATION),
        _poses(
            "glb",
            "animated skeletons (glTF)",
            ".glb",
            holds="clip",
            frame="world",
            extra="export",
            needs=("pygltflib",),
        ),
        _poses(
            "overlay",
            "a video with keypoints, reprojection and 3D",
            ".mp4",
            holds="clip",
            extra="video",
            needs=("av", "PIL"),
        ),
        _poses("html", "a page to look at", ".html", holds="clip", frame="world", hypotheses=True),
        _poses("camera", "the cameras and where they are in the world frame", ".camera.json"),
        _poses(
            "rerun",
            "a recording for Rerun",
            ".rrd",
            holds="clip",
            frame="world",
            extra="rerun",
            needs=("rerun",),
        ),
        _poses("picture", "a picture of a few frames", ".png", extra="plot", needs=("matplotlib",)),
    ),
)


MOCAP_READERS = Registry(
    MocapReader,
    "zedo.mocap_readers",
    (
        MocapReader(
            name="npz", title="zedo's NPZ of poses", suffixes=(".npz",), read=lazy("mocap.npz", "read")
        ),
        MocapReader(name="bvh", title="BVH", suffixes=(".bvh",), read=lazy("mocap.bvh", "read")),
        MocapReader(
            name="amc",
            title="Acclaim AMC, its ASF beside it",
            suffixes=(".amc",),
            read=lazy("mocap.asf_amc", "read"),
        ),
    ),
)
