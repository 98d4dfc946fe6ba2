"""Files behind URLs: names, local copies, and errors that say the URL."""

from pathlib import Path

import pytest

from zedo_cli.errors import InputError
from zedo_cli.io import remote


@pytest.mark.parametrize("url", ["s3://bucket/a b/clip.json", "gs://b/c", "memory://x/y", "file:///tmp/x"])
def test_a_path_keeps_its_url(url):
    assert remote.url_of(Path(url)) == url
    assert remote.shown(Path(url)) == url


@pytest.mark.parametrize("local", ["clip.json", "/tmp/a:b/c", "C:/clips", "a/s3://b"])
def test_local_paths_are_not_remote(local):
    assert remote.url_of(Path(local)) is None
    assert remote.shown(Path(local)) == str(Path(local))


def test_files_are_written_whole_and_read_back(store, tmp_path):
    place = Path("memory://data/deep/a.json")
    remote.write(place, b"one")
    assert remote.read(place) == b"one"
    assert remote.exists(place)
    assert remote.is_folder(place.parent)
    assert remote.files_under(Path("memory://data")) == [place]
    before = remote.version_of(place)
    remote.write(place, b"another")
    assert remote.version_of(place) != before
    with pytest.raises(FileExistsError):
        remote.write(place, b"x", new=True)
    local = tmp_path / "b.bin"
    local.write_bytes(b"two")
    remote.put(local, Path("memory://data/b.bin"))
    assert remote.read(Path("memory://data/b.bin")) == b"two"
    remote.remove(place)
    remote.remove(place)
    assert not remote.exists(place)


def test_a_copied_file_appears_as_a_whole_in_a_folder_of_this_machine(tmp_path):
    local = tmp_path / "b.bin"
    local.write_bytes(b"two")
    target = Path(f"file://{tmp_path}/out/b.bin")
    remote.put(local, target)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.bin"]


def test_local_copies_of_files_and_folders(store, tmp_path):
    for name in ("a/1.json", "a/2.json", "b/1.json"):
        remote.write(Path(f"memory://clips/{name}"), name.encode())
    local = tmp_path / "c.json"
    paths = [Path("memory://clips/a"), Path("memory://clips/b/1.json"), local]
    with remote.nearby(paths) as near:
        folder, file, kept = near.paths
        assert sorted(path.read_text() for path in folder.iterdir()) == ["a/1.json", "a/2.json"]
        assert file.read_text() == "b/1.json"
        assert kept == local
        assert near.shown(f"{file}: x") == "memory://clips/b/1.json: x"
    assert not folder.exists()


def test_errors_within_name_the_url(store):
    remote.write(Path("memory://clips/1.json"), b"")
    with pytest.raises(InputError) as caught, remote.nearby([Path("memory://clips/1.json")]) as near:
        raise InputError("is empty", source=near.paths[0])
    assert str(caught.value) == "memory://clips/1.json: is empty"


def test_what_is_not_there_or_not_installed(store):
    with pytest.raises(InputError, match=r"memory://no/clip.json: no such file"):
        remote.read(Path("memory://no/clip.json"))
    with pytest.raises(InputError, match=r"nosuch://a/b: cannot be opened .*install what fsspec needs"):
        remote.exists(Path("nosuch://a/b"))


def test_what_a_file_system_raises_is_one_line(store, monkeypatch):
    def refuse(self, name):
        raise RuntimeError("no credentials\nfor this bucket")

    monkeypatch.setattr(type(store), "cat_file", refuse)
    with pytest.raises(InputError, match=r"^memory://a/b: cannot be reached \(no credentials for this"):
        remote.read(Path("memory://a/b"))
