"""`zedo formats`."""


def test_every_format_is_listed_with_its_extra(zedo):
    code, out, _ = zedo("formats")
    assert code == 0
    lines = out.splitlines()
    assert any(line.split()[:3] == ["openpose", ".json", "folder"] for line in lines)
    assert any("yaml" in line and "pip install 'zedo-cli[cameras]'" in line for line in lines)
    assert "3D poses out:" in lines
