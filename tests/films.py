"""Small videos that tests make."""

import struct
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np


def write_video(
    path: Path, images: Sequence[np.ndarray], stamps: Sequence[int] | None = None, fps: int = 30
) -> Path:
    """A video of RGB images. stamps: times of the frames in thousandths of a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=1000 if stamps else fps)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt, stream.bit_rate = "yuv420p", 8_000_000
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts = stamps[number] if stamps else number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def turn_by_metadata(path: Path, quarters: int) -> None:
    """State in the track header of an MP4 by how many quarters players turn it clockwise."""
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarters % 4]
    one = 1 << 16
    data[place : place + 36] = struct.pack(
        ">9i", cosine * one, sine * one, 0, -sine * one, cosine * one, 0, 0, 0, 1 << 30
    )
    path.write_bytes(data)


def write_sound(path: Path) -> Path:
    """A file with sound and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        for number in range(20):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44100, number * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def pictures(count: int, height: int = 96, width: int = 128) -> list[np.ndarray]:
    """Images whose upper left quarter is red, the rest as bright as the number of the frame."""
    images = []
    for number in range(count):
        image = np.full((height, width, 3), 10 * number % 250, np.uint8)
        image[: height // 2, : width // 2] = 250, 0, 0
        images.append(image)
    return images
