"""`zedo import`: other people's checkpoints."""

from pathlib import Path
from typing import Annotated

import typer


def import_checkpoint(
    checkpoint: Annotated[Path, typer.Argument(help="A .pth of GFPose's or ZeDO's layout.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The prior to write (.safetensors).")],
    weights: Annotated[
        str, typer.Option(help="ema or raw. [default: the moving average, if there is one]", show_default=False)
    ] = "auto",
    licence: Annotated[str, typer.Option(help="Terms of the weights, for the prior's card.")] = "not stated",
) -> None:
    """Turn a checkpoint of GFPose or ZeDO into a prior that `lift` takes.

    Nothing but tensors is unpickled. The prior gets the bundled one's start poses.

    Example: `zedo import zedo_h36m.pth -o h36m.safetensors`, then `zedo lift keypoints.json --prior h36m.safetensors ...`
    """
    from zedo_cli.errors import InputError
    from zedo_cli.io.files import writable
    from zedo_cli.lifter import bundled_prior
    from zedo_cli.prior.checkpoint import load_prior, save_prior
    from zedo_cli.prior.gfpose import read_foreign

    choices = {"auto": None, "ema": True, "raw": False}
    if weights not in choices:
        raise InputError(f"--weights {weights}: unknown; it is one of ema, raw")
    if output.resolve() == checkpoint.resolve():
        raise InputError(f"{output}: is the file to read; choose another --output")
    writable(output)
    prior = read_foreign(checkpoint, load_prior(bundled_prior()), licence, choices[weights])
    save_prior(prior, output, half=False)
    typer.echo(f"prior: {output}, {sum(p.numel() for p in prior.network.parameters()):,} parameters")
