"""Damage for files of any format, drawn by hypothesis: bytes, and values of any type in any place."""

import copy
import json

from hypothesis import strategies as st

from zedo_cli.errors import InputError

ODD = [
    *(
        None,
        True,
        -1,
        0,
        1e300,
        -1e300,
        10**400,
        float("nan"),
        float("inf"),
        "",
        "x",
        "1",
        "\x1b[31m",
        "\x00",
    ),
    *([], {}, [[]], [None], [[1, 2, 3]], {"x": 1}, {"keypoints": None}, {"people": 0}, [[[[[]]]]]),
]
"""What may stand in the place of any value."""


def damaged(content, data):
    """Bytes of which some are changed, missing, added or repeated."""
    content = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "insert", "repeat"]))
        if kind == "flip":
            content[place] ^= data.draw(st.integers(1, 255))
        elif kind == "cut":
            del content[place : place + data.draw(st.integers(1, 400))]
        elif kind == "insert":
            content[place:place] = data.draw(st.binary(max_size=40))
        else:
            content[place:place] = content[place : place + 200] * data.draw(st.integers(1, 4))
        content = content or bytearray(b"x")
    return bytes(content)


def changed_text(text, suffix, data):
    """A JSON document with changed values, or other text with a changed cell."""
    if suffix == ".json":
        document = json.loads(text)
        for _ in range(data.draw(st.integers(1, 3))):
            document = changed(document, data)
        return json.dumps(document)
    mark = "," if suffix == ".csv" else " "
    lines = [line.split(mark) for line in text.splitlines()]
    line = data.draw(st.sampled_from(lines))
    cell = data.draw(st.integers(0, len(line) - 1))
    line[cell] = str(data.draw(st.sampled_from(ODD))).replace("\x00", "")
    return "\n".join(mark.join(line) for line in lines)


def changed(document, data):
    """A document in which something is replaced, left out, doubled or nested."""
    places = []

    def walk(value, path):
        places.append(path)
        items = (
            value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
        )
        for key, child in list(items)[:40]:
            walk(child, (*path, key))

    walk(document, ())
    if len(places) == 1:
        return data.draw(st.sampled_from(ODD))
    *path, last = data.draw(st.sampled_from(places[1:]))
    document = copy.deepcopy(document)
    parent = document
    for key in path:
        parent = parent[key]
    kind = data.draw(st.sampled_from(["replace", "replace", "remove", "double", "nest"]))
    if kind == "replace":
        parent[last] = data.draw(st.sampled_from(ODD))
    elif kind == "remove":
        del parent[last]
    elif kind == "double" and isinstance(parent, list):
        parent.insert(last, parent[last])
    else:
        parent[last] = [parent[last]]
    return document


def assert_one_line(action, source):
    """That the action succeeds, or fails with one line that names the source and holds no control
    characters."""
    message = str(source)
    try:
        action()
    except InputError as error:
        message = str(error)
    assert message.isprintable()
    assert str(source) in message
