"""The `zedo` command, and `python -m zedo_cli` for torchrun."""

import sys


def main() -> None:
    """Run the command. Ctrl-C at any moment, also while modules are imported, is one line and exit code
    130."""
    try:
        from zedo_cli.cli.app import run

        code = run()
    except KeyboardInterrupt:
        print("zedo: interrupted", file=sys.stderr)
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
