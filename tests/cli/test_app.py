"""The command as a whole: what Typer itself refuses is one line too."""

import pytest

from zedo_cli import __version__
from zedo_cli.cli import app


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("eval", "--limit", "0"), "zedo: Invalid value for '--limit'"),
        (("lift", "a.npz", "--samples", "0"), "zedo: Invalid value for '--samples'"),
        (("eval", "--stride", "x"), "'--stride'"),
        (("eval", "--nope"), "No such option: --nope"),
        (("lift",), "Missing argument"),
        (("nope",), "No such command 'nope'; see zedo --help"),
    ],
)
def test_what_typer_refuses_is_one_line(zedo, arguments, message):
    code, out, err = zedo(*arguments)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert out == ""
    assert err.rstrip().endswith("--help")


def test_help_and_version(zedo):
    code, out, _ = zedo("--help")
    assert code == 0
    for verb in ("lift", "eval", "ablate", "train", "eval-prior", "import", "formats"):
        assert verb in out
    code, out, err = zedo("--version")
    assert (code, err) == (0, "")
    assert out.startswith(f"zedo {__version__}")
    code, out, _ = zedo("eval", "--help")
    assert code == 0
    assert "--data-root" in out
    assert zedo()[0] == 2


def test_an_interrupt_is_no_traceback(zedo, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("zedo_cli.from_files.read_keypoints", interrupted)
    code, _, err = zedo("lift", "a.npz")
    assert (code, err.strip()) == (130, "zedo: interrupted")


def test_faults_of_ours_are_not_hidden(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("zedo_cli.from_files.read_keypoints", broken)
    with pytest.raises(ZeroDivisionError):
        app.run(["lift", "a.npz"])
