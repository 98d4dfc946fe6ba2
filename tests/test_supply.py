"""The lock names every dependency by its hash, bundled data has its licence, and the promises are written."""

import re
import tomllib

from places import ROOT

PINS = {
    name.lower().replace("_", "-"): version
    for name, version in re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M)
}


def locked():
    """Name, version and hashes of each entry of requirements.lock."""
    text = (ROOT / "requirements.lock").read_text()
    for entry in re.split(r"\n(?=[a-z0-9])", text.partition("\n")[2]):
        name, version = re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.+!-]+)", entry).groups()
        yield name, version, re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)


def test_every_dependency_is_locked_by_a_hash():
    entries = list(locked())
    assert len(entries) > 80
    assert not [name for name, _, hashes in entries if not hashes]


def test_the_lock_agrees_with_the_constraints_and_has_every_extra():
    versions = {name: version for name, version, _ in locked()}
    differ = {n: (v, PINS[n]) for n, v in versions.items() if n in PINS and v != PINS[n]}
    assert not differ
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    named = {
        name
        for group in re.findall(r"zedo-cli\[([\w,]+)\]", " ".join(extras["test"]))
        for name in group.split(",")
    }
    wanted = [*project["dependencies"], *extras["test"], *(line for name in named for line in extras[name])]
    names = {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in wanted} - {"zedo-cli"}
    assert not names - versions.keys()


def test_all_bundled_data_has_a_licence():
    """Every file in data/ and checkpoints/ is named, itself or its folder, in the README that credits it."""
    for folder in ("data", "checkpoints"):
        credits = (ROOT / folder / "README.md").read_text()
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_dir() or path.name == "README.md":
                continue
            parts = path.relative_to(ROOT / folder).parts
            named = path.name in credits or path.stem in credits
            assert named or any(f"{part.rstrip('0123456789')}" in credits for part in parts[:-1]), path
        assert "licence" in credits.lower()
    for licence in ("CC BY-SA 3.0", "CC BY 3.0", "ODC PDDL 1.0", "mocap.cs.cmu.edu"):
        assert licence in (ROOT / "data" / "README.md").read_text()
    assert "Redistribution and use" in (ROOT / "data" / "pose2sim" / "LICENSE").read_text()
    assert "Apache" in (ROOT / "LICENSE").read_text()[:200]


def test_no_binary_is_unknown():
    """Files that are not text are data of the project, of kinds that are expected."""
    kinds = {".npz", ".safetensors", ".task", ".png", ".mp4"}
    ours = ("src", "tests", "data", "checkpoints", "docs", "examples", "benchmarks", "tools")
    for path in (file for folder in ours for file in (ROOT / folder).rglob("*") if file.is_file()):
        if "__pycache__" in path.parts or path.suffix in kinds:
            continue
        assert b"\0" not in path.read_bytes()[:4096], path


def test_the_promises_are_written():
    text = (ROOT / "SECURITY.md").read_text()
    for word in ("pickles", "safetensors", "--require-hashes", "Reporting", "make fuzz"):
        assert word in text
