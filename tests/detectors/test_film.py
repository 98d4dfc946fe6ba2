"""Decoding of films: sizes, times, rotation, and files that are no films."""

import math

import numpy as np
import pytest
from PIL import Image

from films import pictures, turn_by_metadata, write_sound, write_video
from zedo_cli.detectors.film import LARGEST, open_film
from zedo_cli.errors import InputError


def is_red(pixel: np.ndarray) -> bool:
    return bool(pixel[0] > 180 and pixel[1] < 70 and pixel[2] < 70)


def test_frames_and_times(tmp_path):
    film = open_film(write_video(tmp_path / "o.mp4", pictures(7)))
    assert (film.size, film.fps, film.count, film.focal) == ((128.0, 96.0), 30.0, 7, None)
    frames = list(film.frames())
    assert [frame.number for frame in frames] == list(range(7))
    np.testing.assert_allclose([frame.seconds for frame in frames], np.arange(7) / 30, atol=1e-3)
    assert all(frame.image.flags["C_CONTIGUOUS"] for frame in frames)  # detectors read its memory
    assert is_red(frames[0].image[20, 20])
    assert not is_red(frames[0].image[20, 100])


@pytest.mark.parametrize("width", [126, 130, 1080])
def test_rows_are_not_padded(tmp_path, width):
    """A decoder pads rows to a multiple of 32 or so; a view of that memory would be read askew."""
    film = open_film(write_video(tmp_path / "o.mp4", pictures(2, 64, width)))
    (image, *_) = [frame.image for frame in film.frames()]
    assert image.shape == (64, width, 3)
    assert image.flags["C_CONTIGUOUS"]


def test_it_starts_anywhere(tmp_path):
    film = open_film(write_video(tmp_path / "o.mp4", pictures(9)))
    assert [frame.number for frame in film.frames(5)] == [5, 6, 7, 8]
    assert next(iter(film.frames(5))).seconds == pytest.approx(5 / 30, abs=1e-3)


def test_a_variable_frame_rate_keeps_its_times(tmp_path):
    stamps = [0, 33, 70, 100, 180, 200]
    film = open_film(write_video(tmp_path / "o.mp4", pictures(6), stamps))
    np.testing.assert_allclose([frame.seconds for frame in film.frames()], np.array(stamps) / 1000, atol=2e-3)


@pytest.mark.parametrize(("quarters", "corner"), [(1, (20, -20)), (2, (-20, -20)), (3, (-20, 20))])
def test_films_that_lie_on_their_side_are_turned(tmp_path, quarters, corner):
    path = write_video(tmp_path / "o.mp4", pictures(2))
    turn_by_metadata(path, quarters)
    film = open_film(path)
    assert film.size == ((96.0, 128.0) if quarters % 2 else (128.0, 96.0))
    assert is_red(next(iter(film.frames())).image[corner])


def test_large_frames_are_reduced(tmp_path):
    film = open_film(write_video(tmp_path / "o.mp4", pictures(1, 2160, 3840)))
    assert film.size == (3840.0, 2160.0)
    (frame,) = film.frames()
    assert max(frame.image.shape) == LARGEST
    assert frame.scale == 2


def test_a_folder_of_images_and_an_image(tmp_path):
    for number, image in enumerate(pictures(12)):
        Image.fromarray(image).save(tmp_path / f"{number + 1}.png")
    film = open_film(tmp_path)
    frames = list(film.frames())
    assert (film.count, film.fps, len(frames)) == (12, None, 12)
    assert frames[9].image[90, 120, 0] == 90  # 10.png comes after 9.png
    assert math.isnan(frames[0].seconds)
    assert len(list(open_film(tmp_path / "3.png").frames())) == 1


def test_images_of_other_sizes_are_refused(tmp_path):
    for number, width in enumerate((128, 128, 96)):
        Image.fromarray(pictures(1, width=width)[0]).save(tmp_path / f"{number}.png")
    with pytest.raises(InputError, match="has 96x96 pixels, the first image 128x96; lift images"):
        list(open_film(tmp_path).frames())


def test_a_photograph_is_turned_and_gives_its_focal_length(tmp_path):
    exif = Image.Exif()
    exif[274] = 6  # turned clockwise to be upright
    exif.get_ifd(0x8769)[41989] = 28
    Image.fromarray(pictures(1)[0]).save(tmp_path / "o.jpg", exif=exif)
    film = open_film(tmp_path / "o.jpg")
    assert film.size == (96.0, 128.0)
    assert film.focal == pytest.approx(28 / 36 * 128)
    assert "focal length 28 mm of its EXIF" in film.notes[0].text
    assert is_red(next(iter(film.frames())).image[20, -20])


def test_what_is_no_film_is_refused(tmp_path):
    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "empty.mov").write_bytes(b"")
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "empty").mkdir()
    whole = write_video(tmp_path / "whole.avi", pictures(9)).read_bytes()
    (tmp_path / "cut.avi").write_bytes(whole[:2000])
    write_sound(tmp_path / "sound.mp4")
    for name, problem in (
        ("text.mp4", "cannot be decoded as a video"),
        ("empty.mov", "is empty"),
        ("text.png", "is not an image"),
        ("empty", "no images in this folder"),
        ("sound.mp4", "holds sound and no video"),
        ("cut.avi", "decoded"),
    ):
        with pytest.raises(InputError, match=problem) as caught:
            list(open_film(tmp_path / name).frames())
        assert caught.value.source == str(tmp_path / name)


def test_an_abandoned_film_stops_decoding(tmp_path):
    import threading

    film = open_film(write_video(tmp_path / "o.mp4", pictures(60)))
    before = threading.active_count()
    frames = film.frames()
    next(frames)
    frames.close()
    assert threading.active_count() == before
