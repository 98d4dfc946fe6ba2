"""`python -m zedo_cli`, for torchrun."""

from zedo_cli.cli.app import main

if __name__ == "__main__":
    main()
