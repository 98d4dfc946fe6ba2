"""The one error that a user may cause: bad input, told in one line."""

from pydantic import ValidationError


class InputError(Exception):
    """Bad input. The message is one line that names the file, the place in it and the mend; the command exits with 2."""


def first_fault(error: ValidationError) -> str:
    """The first fault that a schema found: the field, with indices, and what is wrong with it."""
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"]) or "document"
    return f"{place}: {fault['msg'].removeprefix('Value error, ')}"
