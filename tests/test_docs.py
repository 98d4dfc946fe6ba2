"""The documents agree with the program, and the code with what the documents promise of it."""

import ast
import re
import runpy
from types import SimpleNamespace

import numpy as np
import pytest

from places import ROOT, SOURCE
from zedo_cli.cli import options
from zedo_cli.pipeline.presets import DEFAULT
from zedo_cli.version import __version__

PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        ROOT / "checkpoints/README.md",
        ROOT / "data/README.md",
    ]
)
CODE = [
    path for folder in ("src", "benchmarks", "examples", "tools") for path in (ROOT / folder).rglob("*.py")
]
GENERATED = ("cli.md", "settings.md")
LONGEST = 110

LONG_FUNCTIONS = {"train"}
"""The training loop is read from top to bottom."""
WIDE_FUNCTIONS = {"lift"}
"""`zedo.lift` takes what the command takes: keypoints, camera, method."""


@pytest.mark.parametrize(("name", "writer"), [("cli.md", "cli_page"), ("settings.md", "settings_page")])
def test_generated_pages_are_up_to_date(name, writer):
    tool = runpy.run_path(str(ROOT / "tools" / "reference.py"))
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == tool[writer](), "run: python tools/reference.py"


def test_the_default_preset_of_the_command_is_the_default():
    assert options.PRESET == DEFAULT


def test_every_command_has_a_section():
    tool = runpy.run_path(str(ROOT / "tools" / "reference.py"))
    from zedo_cli.cli.app import app

    named = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert named == set(tool["COMMANDS"])


def test_the_tutorial_shows_the_examples_as_they_are():
    tutorial = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    for name in ("custom_reader.py", "custom_denoiser.py"):
        assert (ROOT / "examples" / name).read_text(encoding="utf-8") in tutorial, name


def test_the_writer_of_the_tutorial_writes(tmp_path):
    tutorial = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    (block,) = (
        code for code in re.findall(r"```python\n(.*?)```", tutorial, re.DOTALL) if "PoseWriter" in code
    )
    scope = {}
    exec(block, scope)
    sink = scope["writer"].open(tmp_path / "poses.csv")
    sink.append(SimpleNamespace(poses_3d=np.ones((2, 17, 3))))
    sink.close()
    assert np.loadtxt(tmp_path / "poses.csv", delimiter=",").shape == (2, 51)


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in citation
    assert f"## [{__version__}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"https?:|#|mailto:", target):
            assert (page.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_lines_of_prose_are_short(page):
    """Tables, links and pictures cannot be wrapped."""
    if page.name in GENERATED:
        return
    lines = enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
    assert not [
        number for number, line in lines if len(line) > LONGEST and not re.match(r"\||!\[|\s*- \[", line)
    ]


PRIVATE = re.compile(
    r"(?<![a-z])(told|heard|doubt|doubted|doubts|mend|mended|mends|dwarf|manyth|so many)(?![a-z])"
    r"|before (a|the) (camera|lens)",
    re.IGNORECASE,
)
TESTS = [path for path in (ROOT / "tests").rglob("*.py") if path.name != "test_docs.py"]


@pytest.mark.parametrize("path", [*PAGES, *CODE, *TESTS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_words_are_standard(path):
    """docs/glossary.md has the terms."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    assert not [(number, line) for number, line in lines if PRIVATE.search(line)]


def functions():
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path.relative_to(ROOT), node


def test_functions_are_short_and_take_few_parameters():
    """A command's parameters are its options; its body reads them from top to bottom."""
    long, wide = [], []
    for path, node in functions():
        if "cli" in path.parts:
            continue
        count = len(node.args.posonlyargs) + len(node.args.args) + len(node.args.kwonlyargs)
        has_self = bool(node.args.args) and node.args.args[0].arg in ("self", "cls")
        body = node.body[1:] if ast.get_docstring(node) else node.body
        lines = node.end_lineno - body[0].lineno + 1 if body else 0
        if lines > 60 and node.name not in LONG_FUNCTIONS:
            long.append(f"{path}:{node.lineno} {node.name} {lines}")
        if count - has_self > 8 and node.name not in WIDE_FUNCTIONS:
            wide.append(f"{path}:{node.lineno} {node.name} {count - has_self}")
    assert not long
    assert not wide


def test_files_are_small():
    assert not [path for path in CODE if len(path.read_text(encoding="utf-8").splitlines()) > 300]


def test_the_tree_of_tests_mirrors_the_tree_of_code():
    """A test file is named after the module that it tests, or, of a package of readers, after its reading.
    `fuzz/` and `faults/` are about all of the code; `benchmarks/` has its own tree."""
    of_the_project = {
        "test_api.py",
        "test_accuracy.py",
        "test_supply.py",
        "test_docs.py",
        "test_startup.py",
        "test_properties.py",
    }
    for path in (ROOT / "tests").rglob("test_*.py"):
        relative = path.relative_to(ROOT / "tests")
        if relative.parts[0] in ("fuzz", "faults"):
            continue
        if relative.parts[0] == "benchmarks":
            assert (ROOT / relative.with_name(relative.name.removeprefix("test_"))).exists(), relative
            continue
        module = SOURCE / relative.with_name(relative.name.removeprefix("test_"))
        assert relative.name in of_the_project or module.exists() or module.with_suffix("").is_dir(), relative
