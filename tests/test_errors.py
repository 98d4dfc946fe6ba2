"""Errors and notes are data; each reader names a setting in its own words."""

import re

import pytest

from places import SOURCE
from zedo_cli.cli.terminal import option_name
from zedo_cli.errors import InputError, Note, choose


def on_the_command_line(error):
    return error.render(option_name, lambda name, value: f"{option_name(name)} {value}")


def test_python_names_the_parameter_and_the_command_line_the_option():
    error = InputError("give the camera with `intrinsics`, or `image_size`", setting="camera_up", value="+z")
    assert str(error) == "camera_up=+z: give the camera with intrinsics, or image_size"
    assert on_the_command_line(error) == "--camera-up +z: give the camera with --intrinsics, or --image-size"


def test_a_line_has_source_place_message_and_fix():
    error = InputError("is NaN", source="a.json", where="frame 3", fix="remove it")
    assert str(error) == "a.json: frame 3: is NaN; remove it"
    assert (error.source, error.where, error.fix, error.setting) == ("a.json", "frame 3", "remove it", None)


def test_a_line_is_one_line_whatever_the_file_is_called():
    assert "\n" not in str(InputError("is\nempty", source="a\nb.json"))


def test_an_unknown_name_lists_the_known_ones():
    assert choose("b", {"a": 1, "b": 2}, "preset") == 2
    with pytest.raises(InputError, match="preset=c: unknown; it is one of a, b"):
        choose("c", {"a": 1, "b": 2}, "preset")


def test_a_note_is_data():
    assert Note("info", "text", "code").as_dict() == {"level": "info", "text": "text", "code": "code"}


def test_options_are_named_on_the_command_line_alone():
    """No `--option` of zedo's in what Python raises; OpenPose's and pip's own options may be quoted."""
    allowed = (
        "--keypoint_scale",
        "--write_json",
        "--option",
        "--NAME",
        "--help",
        "--require-hashes",
        "--no-NAME",
    )
    found = []
    for path in SOURCE.rglob("*.py"):
        if path.relative_to(SOURCE).parts[0] != "cli":
            for match in re.finditer(r"(?<![\w-])--[a-zA-Z][\w-]*", path.read_text()):
                if match.group(0) not in allowed:
                    found.append(f"{path.relative_to(SOURCE)}: {match.group(0)}")
    assert not found


def test_nothing_reads_the_text_of_a_note():
    """Programs look at the level and the code."""
    pattern = re.compile(r"note\.text\.(startswith|find|partition)|in note\.text|in str\(error\)")
    assert not [str(path) for path in SOURCE.rglob("*.py") if pattern.search(path.read_text())]
