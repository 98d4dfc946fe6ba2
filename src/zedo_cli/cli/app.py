"""The `zedo` command."""

import sys
from typing import Annotated

import typer

from zedo_cli import __version__
from zedo_cli.cli.ablate import ablate
from zedo_cli.cli.eval import evaluate
from zedo_cli.cli.eval_prior import prior
from zedo_cli.cli.import_checkpoint import import_checkpoint
from zedo_cli.cli.lift import lift
from zedo_cli.cli.train import train
from zedo_cli.errors import InputError

app = typer.Typer(
    name="zedo",
    help="Lift 2D human keypoints to metric 3D poses. Zero-shot: any camera, any detector, no training for either.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command()(lift)
app.command(name="eval")(evaluate)
app.command()(ablate)
app.command()(train)
app.command()(prior)
app.command(name="import")(import_checkpoint)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"zedo {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None: ...


def main(arguments: list[str] | None = None) -> None:
    """Run the command. Bad input is one line on standard error and exit code 2."""
    try:
        code = app(args=arguments, prog_name="zedo", standalone_mode=False)
    except (InputError, OSError) as error:
        code = _refused(str(error))
    except typer.Abort:
        code = 130
    except Exception as error:
        told = getattr(error, "format_message", None)
        if told is None:
            raise
        # Typer's own, of options and commands; whose class it is depends on Typer's version
        command = getattr(getattr(error, "ctx", None), "command_path", "zedo")
        code = _refused(f"{told().rstrip('.')}; see {command} --help") if told() else 2
    sys.exit(code or 0)


def _refused(message: str) -> int:
    print(f"zedo: {' '.join(message.split())}", file=sys.stderr)
    return 2
