"""Text files of numbers, with one-line errors that name file and line."""

from pathlib import Path

from zedo_cli.errors import InputError

Lines = list[tuple[int, list[str]]]
"""Numbers of the lines and their words."""


def read_lines(path: Path) -> Lines:
    """The lines that are neither empty nor comments (#). Raises `InputError` if there is no such file."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=path) from error
    split = [(number, line.split()) for number, line in enumerate(text.splitlines(), start=1)]
    return [(number, words) for number, words in split if words and not words[0].startswith("#")]


LARGEST = 1e9
"""No length, in any unit, and no angle is larger: such a number is damage, as NaN is."""


def numbers(words: list[str], place: str, count: int) -> list[float]:
    """Exactly `count` numbers. Raises `InputError` that names the place."""
    try:
        values = [float(word) for word in words]
    except ValueError as error:
        raise InputError("is not a row of numbers", source=place) from error
    if not all(abs(value) < LARGEST for value in values):
        raise InputError("holds a number that is not finite", source=place, fix="remove that frame")
    if len(values) != count:
        raise InputError(f"has {len(values)} numbers", source=place, fix=f"it must have {count}")
    return values
