"""The one error that a user may cause: bad input, told in one line."""


class InputError(Exception):
    """Bad input. The message is one line that names the file, the place in it and the mend; the command exits with 2."""
