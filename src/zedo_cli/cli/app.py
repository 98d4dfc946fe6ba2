"""The `zedo` command: its subcommands, and how errors reach the user."""

import sys
from typing import Annotated

import typer

from zedo_cli import version
from zedo_cli.cli.ablate import ablate
from zedo_cli.cli.eval import evaluate
from zedo_cli.cli.eval_prior import eval_prior
from zedo_cli.cli.export import export
from zedo_cli.cli.formats import formats
from zedo_cli.cli.import_checkpoint import import_checkpoint
from zedo_cli.cli.lift import lift
from zedo_cli.cli.pack import pack
from zedo_cli.cli.stream import stream
from zedo_cli.cli.terminal import Stopped, option_name
from zedo_cli.cli.train import train
from zedo_cli.cli.train_tracks import train_tracks
from zedo_cli.cli.view import view
from zedo_cli.errors import InputError

app = typer.Typer(
    name="zedo",
    help="Lift 2D human keypoints to metric 3D poses. Zero-shot: any camera and any detector,"
    " without training for them.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command()(lift)
app.command()(stream)
app.command()(pack)
app.command()(export)
app.command()(view)
app.command(name="eval")(evaluate)
app.command()(ablate)
app.command()(train)
app.command(name="train-tracks")(train_tracks)
app.command(name="eval-prior")(eval_prior)
app.command(name="import")(import_checkpoint)
app.command()(formats)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"zedo {version.describe()}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None: ...


def run(arguments: list[str] | None = None) -> int:
    """Run the command. Returns the exit code: 2 with one line on standard error for bad input, 130 for
    Ctrl-C."""
    try:
        code = app(args=arguments, prog_name="zedo", standalone_mode=False)
    except InputError as error:
        return _refuse(error.render(option_name, lambda name, value: f"{option_name(name)} {value}"))
    except Stopped as stop:
        print(f"zedo: {stop}", file=sys.stderr)
        return stop.code
    except OSError as error:
        return _refuse(str(error))
    except typer.Abort:
        return _interrupted()
    except Exception as error:
        # Typer's own errors; their class depends on the version of Typer
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        if not message():
            return 2
        command = getattr(getattr(error, "ctx", None), "command_path", "zedo")
        return _refuse(f"{message().rstrip('.')}; see {command} --help")
    return _interrupted() if code == 130 else int(code or 0)


def _refuse(message: str) -> int:
    print(f"zedo: {' '.join(message.split())}", file=sys.stderr)
    return 2


def _interrupted() -> int:
    print("zedo: interrupted", file=sys.stderr)
    return 130
