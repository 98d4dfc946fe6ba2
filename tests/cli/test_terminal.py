"""What is shown on the terminal."""

from zedo_cli.cli.terminal import MOST_OF_A_KIND, print_notes
from zedo_cli.errors import Note


def test_a_few_notes_of_each_kind_are_printed_and_the_others_counted(capsys):
    many = [Note("warning", f"clip {number}", "turned") for number in range(MOST_OF_A_KIND + 30)]
    print_notes([*many, Note("info", "one", "other")])
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "warning: clip 0"
    assert "note: one" in lines
    assert lines[-1] == "note: 30 more of this kind (turned); the output's metadata has all"
    assert len(lines) == MOST_OF_A_KIND + 2


def test_settings_are_named_as_options(capsys):
    print_notes([Note("warning", "the rate is unknown: state it with `fps` or `image_size`", "rate")])
    assert capsys.readouterr().err == "warning: the rate is unknown: state it with --fps or --image-size\n"
