"""`zedo import`: checkpoints of other programs."""

from pathlib import Path
from typing import Annotated

import typer


def import_checkpoint(
    checkpoint: Annotated[Path, typer.Argument(help="A .pth file in the layout of GFPose or ZeDO.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The prior to write (.safetensors).")],
    weights: Annotated[
        str,
        typer.Option(
            help="Which weights: ema (moving average) or raw. [default: ema if there is one]",
            show_default=False,
        ),
    ] = "auto",
    licence: Annotated[
        str, typer.Option(help="Licence of the weights, for the card of the prior.")
    ] = "not stated",
) -> None:
    """Convert a checkpoint of GFPose or ZeDO to a prior that `lift` takes.

    Only tensors are unpickled. The prior gets the poses to start from of the bundled one.

    Example: `zedo import zedo_h36m.pth -o h36m.safetensors`, then `zedo lift keypoints.json --prior
    h36m.safetensors ...`
    """
    from zedo_cli.errors import InputError, choose
    from zedo_cli.io.files import writable
    from zedo_cli.prior.checkpoint import load_prior, save_prior
    from zedo_cli.prior.gfpose import read_checkpoint

    averaged = choose(weights, {"auto": None, "ema": True, "raw": False}, "weights")
    if output.resolve() == checkpoint.resolve():
        raise InputError("is the file to read", source=output, fix="choose another `output`")
    writable(output)
    prior = read_checkpoint(checkpoint, load_prior(), licence, averaged)
    save_prior(prior, output, half=False)
    typer.echo(f"prior: {output}, {sum(p.numel() for p in prior.network.parameters()):,} parameters")
