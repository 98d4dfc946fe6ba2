"""Records survive crashes, and know files by their content."""

import json

import pytest

from zedo_cli.clips.records import FOLDER, Record, Records, digest_of, fingerprint


@pytest.fixture
def folder(tmp_path):
    (tmp_path / FOLDER).mkdir()
    return tmp_path


def record(name, status="done"):
    return Record(name, status, "f", "s", "0", outputs=(f"{name}.npz",), notes=({"text": "n"},))


def test_round_trip(folder):
    Records(folder, "0-of-2").add(record("a"))
    Records(folder, "1-of-2").add(record("b"))
    assert Records(folder, "0-of-1").by_clip == {"a": record("a"), "b": record("b")}


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_a_line_that_was_cut_off_does_not_count(folder, cut):
    records = Records(folder, "0-of-1")
    records.add(record("a"))
    records.add(record("b"))
    path = folder / FOLDER / "records-0-of-1.jsonl"
    path.write_bytes(path.read_bytes()[:-cut] if cut > 1 else path.read_bytes()[:-2])
    again = Records(folder, "0-of-1")
    assert set(again.by_clip) == {"a"}
    again.add(record("c"))
    assert set(Records(folder, "0-of-1").by_clip) == {"a", "c"}


def test_a_later_success_replaces_a_failure_and_not_the_other_way_round(folder):
    records = Records(folder, "0-of-1")
    records.add(record("a", "failed"))
    records.add(record("a"))
    records.add(record("a", "failed"))
    assert Records(folder, "0-of-1").by_clip["a"].done


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b"nonsense", b'{"clip": 1}', b'"text"', b"null"])
def test_foreign_lines_are_no_records(line):
    assert Record.parse(line) is None


def test_a_fingerprint_is_of_names_and_contents(tmp_path):
    one, two = tmp_path / "1.json", tmp_path / "2.json"
    one.write_text("a")
    two.write_text("b")
    whole = fingerprint([tmp_path])
    assert fingerprint([one, two]) == whole
    two.write_text("c")
    assert fingerprint([tmp_path]) != whole
    two.rename(tmp_path / "3.json")
    assert len({whole, fingerprint([tmp_path])}) == 2


def test_a_digest_does_not_depend_on_the_order():
    assert digest_of({"a": 1, "b": [2]}) == digest_of(json.loads('{"b": [2], "a": 1}'))
    assert digest_of({"a": 1}) != digest_of({"a": 2})
