"""`python -m zedo_cli`, the same as `zedo`."""

from zedo_cli.cli.app import main

if __name__ == "__main__":
    main()
