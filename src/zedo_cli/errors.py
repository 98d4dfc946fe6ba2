"""Errors and notes as data, so that Python and the command line can each name a setting in their own way."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from operator import index
from pathlib import Path
from typing import Any, Literal, TypeVar

T = TypeVar("T")

_SETTING = re.compile(r"`([a-z_]+)`")


class InputError(Exception):
    """Input that cannot be used, with the way to correct it.

    Args:
        message: what is wrong. A setting is named in backticks: `samples`.
        source: the file or folder.
        where: the place in the source: a key, a frame, a line, an index.
        fix: what the user should do.
        setting: the parameter that was given a value which cannot be used.
        value: that value, as the user wrote it.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str | Path | None = None,
        where: str | None = None,
        fix: str | None = None,
        setting: str | None = None,
        value: object = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = None if source is None else str(source)
        self.where = where
        self.fix = fix
        self.setting = setting
        self.value = value

    def __str__(self) -> str:
        """One line that names settings as Python's parameters."""
        return self.render(lambda name: name, lambda name, value: f"{name}={value}")

    def render(self, name: Callable[[str], str], assign: Callable[[str, object], str]) -> str:
        """One line: setting, source, place, message, fix.

        Args:
            name: how a setting is called, from its parameter name.
            assign: how a setting is shown together with its value.
        """
        parts = []
        if self.setting is not None:
            parts.append(name(self.setting) if self.value is None else assign(self.setting, self.value))
        parts += [part for part in (self.source, self.where) if part]
        text = self.message if self.fix is None else f"{self.message}; {self.fix}"
        parts.append(_SETTING.sub(lambda match: name(match.group(1)), text))
        return printable(": ".join(parts))


@dataclass(frozen=True)
class Note:
    """Something that the user should know about a result.

    level: `info` for what was assumed or repaired, `warning` for unreliable results. text: one line.
    code: a stable identifier for programs.
    """

    level: Literal["info", "warning"]
    text: str
    code: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))

    def render(self, name: Callable[[str], str]) -> str:
        """The text, with settings (in backticks) by the name that they have where it is shown."""
        return _SETTING.sub(lambda match: name(match.group(1)), self.text)

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


def printable(text: str) -> str:
    """The text on one line, with control characters (of names in a file, say) as escapes."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


def choose(name: str, known: Mapping[str, T], setting: str) -> T:
    """The entry of that name. Raises `InputError` that lists the known names."""
    if name not in known:
        raise InputError(f"unknown; it is one of {', '.join(known)}", setting=setting, value=name)
    return known[name]


def whole_number(value: Any, setting: str, least: int) -> int:
    """The value as an int. Raises `InputError` if it is not a whole number of at least `least`."""
    try:
        number = index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise InputError(f"must be a whole number of at least {least}", setting=setting, value=value)
    return number
