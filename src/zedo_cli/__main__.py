"""The `zedo` command, and `python -m zedo_cli` for torchrun."""

import os
import sys


def main() -> None:
    """Run the command. Ctrl-C at any moment, even during imports, is one line and exit code 130."""
    try:
        from zedo_cli.cli.app import run

        code = run()
    except KeyboardInterrupt:
        print("zedo: interrupted", file=sys.stderr)
        code = 130
    if code == 130:
        # sys.exit is not enough: if the interrupt came within code run from a string, as imports of torch and
        # of named tuples do, Python remembers it and ends with the signal, whatever the exit code.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
