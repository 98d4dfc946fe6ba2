"""The `zedo` command, and `python -m zedo_cli` for torchrun."""

import os
import sys

_TERMINATED = 143
"""Exit code after SIGTERM."""


def main() -> None:
    """Run the command. Ctrl-C or SIGTERM at any moment, even during imports, is one line and exit code 130 or
    143."""
    asked_to_end = False

    def end(number: int, frame: object) -> None:
        """As Ctrl-C: what is half-written is removed. A second SIGTERM ends the process at once."""
        nonlocal asked_to_end
        asked_to_end = True
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise KeyboardInterrupt

    try:
        import signal

        signal.signal(signal.SIGTERM, end)
        from zedo_cli.cli.app import run

        code = run()
    except KeyboardInterrupt:
        print("zedo: interrupted", file=sys.stderr)
        code = 130
    if code == 130 and asked_to_end:
        code = _TERMINATED
    if code in (130, _TERMINATED):
        # sys.exit is not enough: if the interrupt came within code run from a string, as imports of torch and
        # of named tuples do, Python remembers it and ends with the signal, whatever the exit code.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
