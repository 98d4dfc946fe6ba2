"""The `zedo` command, and `python -m zedo_cli` for torchrun."""

import os
import sys
from types import FrameType

_INTERRUPTED, _TERMINATED = 130, 143
"""Exit codes after Ctrl-C and after SIGTERM."""


def main() -> None:
    """Run the command. Ctrl-C or SIGTERM at any moment, even during imports, is one line and exit code 130 or
    143."""
    asked = _INTERRUPTED

    def end(number: int, frame: FrameType | None) -> None:
        """As Ctrl-C: what is half-written is removed. A second SIGTERM ends the process at once."""
        nonlocal asked
        asked = 128 + number
        if _importing(frame):
            _exit_at_once("zedo: interrupted", asked)
        if number == signal.SIGTERM:
            signal.signal(number, signal.SIG_DFL)
        raise KeyboardInterrupt

    try:
        import signal

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        from zedo_cli.cli.app import run

        code = run()
    except KeyboardInterrupt:
        print("zedo: interrupted", file=sys.stderr)
        code = _INTERRUPTED
    code = asked if code == _INTERRUPTED else code
    if code in (_INTERRUPTED, _TERMINATED):
        # sys.exit is not enough: if the interrupt came within code run from a string, as imports of torch and
        # of named tuples do, Python remembers it and ends with the signal, whatever the exit code.
        _exit_at_once("", code)
    sys.exit(code)


def _importing(frame: FrameType | None) -> bool:
    """Whether a module is being imported, of which the C++ code may not survive an exception (torch)."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _exit_at_once(line: str, code: int) -> None:
    if line:
        print(line, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
