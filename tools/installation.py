"""Build the wheel and the sdist, and use each in an empty environment outside the repository.

    python tools/installation.py [--resolution lowest-direct highest] [--kind wheel sdist]

Needs uv. Lists the size and the content of the wheel; then, for each kind and each choice of versions that
pyproject.toml allows, installs it with the extras that lift, evaluate and export, and runs what a user runs
first: the import, `zedo lift` on the bundled example, `zedo eval` on a few frames, `zedo export`. The exit
code is 1 if anything fails.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXTRAS = ("eval", "cameras", "export", "scale")
EXAMPLE = "data/pose2sim"
LARGEST_MB = 60
"""The wheel holds three priors, a detector's model and the example; it must not grow unseen."""


def run(*words: object, cwd: Path) -> str:
    """The output of a command. Raises `CalledProcessError` with it if it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(list(map(str, words)), cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-4000:], file=sys.stderr)
        done.check_returncode()
    return done.stdout


def listed(wheel: Path) -> None:
    """Print the size and the content of a wheel. Raises `SystemExit` if it is too large, or lacks a part."""
    size = wheel.stat().st_size / 1e6
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        packed: Counter[str] = Counter()
        for member in archive.infolist():
            parts = member.filename.split("/")
            packed["/".join(parts[:3] if "bundled" in parts else parts[:1])] += member.compress_size
    print(f"{wheel.name}: {size:.1f} MB, {len(names)} files")
    for name, part in packed.most_common():
        print(f"  {part / 1e6:8.2f} MB  {name}")
    needed = (
        "bundled/checkpoints/open.safetensors",
        "bundled/data/README.md",
        "licenses/LICENSE",
        "py.typed",
    )
    lacking = [name for name in needed if not any(entry.endswith(name) for entry in names)]
    if lacking or size > LARGEST_MB:
        raise SystemExit(f"the wheel lacks {lacking}" if lacking else f"the wheel has over {LARGEST_MB} MB")


def used(package: Path, resolution: str, place: Path) -> None:
    """Install a package in an empty environment, and do what a user does first."""
    place.mkdir()
    run("uv", "venv", "--quiet", "--python", sys.executable, "env", cwd=place)
    python = place / "env" / "bin" / "python"
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    run(
        *("uv", "pip", "compile", "--quiet", ROOT / "pyproject.toml", *extras, "--resolution", resolution),
        *("--python", python, "--output-file", "wanted.txt"),
        cwd=place,
    )
    run("uv", "pip", "install", "--quiet", "--python", python, "-r", "wanted.txt", cwd=place)
    run("uv", "pip", "install", "--quiet", "--python", python, "--no-deps", package, cwd=place)
    zedo = place / "env" / "bin" / "zedo"
    where = run(python, "-c", "import zedo_cli; print(zedo_cli.__file__)", cwd=place).strip()
    if not where.startswith(str(place)):
        raise SystemExit(f"zedo_cli was imported from {where}")
    example = ROOT / EXAMPLE
    run(
        *(zedo, "lift", example / "openpose" / "cam01_json", "-k", example / "calibration.toml"),
        *("--camera", "cam_01", "-o", "a.npz", "-o", "a.bvh", "-o", "a.c3d", "-o", "a.parquet"),
        cwd=place,
    )
    run(zedo, "export", "a.npz", "-o", "a.glb", "-o", "a.trc", cwd=place)
    run(zedo, "eval", "--limit", "24", "--prior", "open-small", "-o", "report", cwd=place)
    versions = run("uv", "pip", "freeze", "--quiet", "--python", python, cwd=place).split()
    shown = [
        v for v in versions if v.split("==")[0] in ("numpy", "torch", "typer", "pydantic", "scipy", "rich")
    ]
    print(f"{package.suffix}, {resolution}: works with {', '.join(shown)}")


def main() -> None:
    """Build, list, install, use."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--resolution", nargs="+", default=["lowest-direct", "highest"])
    parser.add_argument("--kind", nargs="+", choices=["wheel", "sdist"], default=["wheel", "sdist"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run("uv", "build", "--quiet", "--out-dir", place / "dist", ROOT, cwd=place)
        (wheel,), (sdist,) = (place / "dist").glob("*.whl"), (place / "dist").glob("*.tar.gz")
        listed(wheel)
        print(f"{sdist.name}: {sdist.stat().st_size / 1e6:.1f} MB")
        for kind in options.kind:
            for resolution in options.resolution:
                used(wheel if kind == "wheel" else sdist, resolution, place / f"{kind}-{resolution}")


if __name__ == "__main__":
    main()
