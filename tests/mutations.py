"""Damage for files of any format, drawn by hypothesis: bytes, and values of any type in any place."""

import copy
import json
import pickle

import cdflib.cdfwrite
import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file

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


ODD_ARRAYS = [
    *(np.zeros(0), np.zeros((0, 17, 3)), np.zeros((3, 0, 3)), np.zeros(()), np.array("text"), np.zeros(3)),
    *(np.zeros((3, 17, 2), bool), np.zeros((3, 17, 3), complex), np.zeros((3, 17), "S3"), np.eye(3, 4)),
    *(np.zeros((1, 1, 1, 1, 1)), np.full((3, 17, 2), np.nan), np.full((3, 17, 3), np.inf), np.full(1, 2**62)),
    np.zeros(3, "datetime64[s]"),
    np.zeros(3, [("a", float), ("b", int)]),
]
"""What may stand in the place of any array."""

FACTORS = [0.0, -1.0, 1e-30, 1e-6, 1e3, 1e6, 1e30, 1e300, np.nan, np.inf]


def odd_array(array, data):
    """An array with other values, type or shape, or another one altogether."""
    array = np.asarray(array)
    kind = data.draw(st.sampled_from(["other", "value", "scale", "type", "cut", "transpose", "repeat"]))
    if kind == "other" or array.dtype.kind not in "fiub":
        return data.draw(st.sampled_from(ODD_ARRAYS))
    with np.errstate(all="ignore"):
        if kind == "value" and array.size:
            array = array.astype(np.float64)
            array.flat[data.draw(st.integers(0, array.size - 1))] = data.draw(st.sampled_from(FACTORS))
        elif kind == "scale":
            array = array * data.draw(st.sampled_from(FACTORS))
        elif kind == "type":
            array = array.astype(data.draw(st.sampled_from([">f8", "f2", "i1", "u8", "U5", "?"])))
        elif kind == "cut" and array.ndim:
            array = array[: data.draw(st.integers(0, len(array)))]
        elif kind == "repeat" and array.ndim:
            array = np.repeat(array, data.draw(st.integers(0, 40)), axis=0)
        else:
            array = array.T
    return array


def changed_content(path, data):
    """Change values in a file, so that it stays a file of its format."""
    suffix = path.suffix.lower()
    changers = {
        ".npz": _change_npz,
        ".npy": lambda path, data: np.save(path, odd_array(np.load(path), data)),
        ".h5": _change_hdf5,
        ".cdf": _change_cdf,
        ".pkl": lambda path, data: path.write_bytes(
            pickle.dumps(changed(pickle.loads(path.read_bytes()), data))
        ),
        ".parquet": _change_parquet,
        ".safetensors": _change_safetensors,
        ".pth": lambda path, data: torch.save(changed(torch.load(path, weights_only=True), data), path),
    }
    if suffix in changers:
        changers[suffix](path, data)
    else:
        path.write_text(changed_text(path.read_text(), suffix, data))


def _change_cdf(path, data):
    """CDF's writer takes numbers of one kind; the variable gets another value, shape or name."""
    with cdflib.CDF(path) as file:
        name = file.cdf_info().zVariables[0]
        values = np.asarray(file.varget(name), np.float64)
    values = odd_array(values, data)
    if values.dtype.kind != "f" or not values.size:
        values = np.zeros((1, 3))
    size = list(values.shape[1:]) or [1]
    about = {
        "Variable": data.draw(st.sampled_from([name, name, "Other"])),
        "Data_Type": 45,
        "Num_Elements": 1,
    }
    path.unlink()
    with cdflib.cdfwrite.CDF(path) as file:
        file.write_var(
            {**about, "Rec_Vary": True, "Dim_Sizes": size},
            var_data=values.astype(np.float64).reshape(-1, *size),
        )


def _change_npz(path, data):
    with np.load(path, allow_pickle=True) as file:
        arrays = {key: file[key] for key in file.files}
    key = data.draw(st.sampled_from(sorted(arrays)))
    kind = data.draw(st.sampled_from(["change", "change", "change", "remove", "rename"]))
    value = arrays.pop(key)
    if kind == "change" and value.dtype == object:
        value = np.array(changed(value.tolist(), data), dtype=object)
    elif kind == "change":
        value = odd_array(value, data)
    if kind != "remove":
        arrays[key if kind == "change" else "x"] = value
    np.savez(path, **arrays)


def _change_hdf5(path, data):
    with h5py.File(path, "a") as file:
        names = []
        file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        name = data.draw(st.sampled_from(sorted(names)))
        kind = data.draw(st.sampled_from(["change", "change", "remove", "loop", "outside", "group"]))
        value = file[name][()]
        del file[name]
        if kind == "change":
            value = odd_array(value, data)
            file[name] = value.astype("S") if value.dtype.kind in "UM" else value
        elif kind == "loop":
            file[name] = h5py.SoftLink(f"/{name}")
        elif kind == "outside":
            file[name] = h5py.ExternalLink("/etc/passwd", "/x")
        elif kind == "group":
            file.create_group(name)


def _change_parquet(path, data):
    table = pq.read_table(path)
    name = data.draw(st.sampled_from(table.column_names))
    kind = data.draw(st.sampled_from(["remove", "null", "text", "metadata", "repeat"]))
    place = table.column_names.index(name)
    if kind == "remove":
        table = table.remove_column(place)
    elif kind == "null":
        table = table.set_column(place, name, pa.nulls(len(table), table.schema.field(name).type))
    elif kind == "text":
        table = table.set_column(place, name, pa.array(["x"] * len(table)))
    elif kind == "repeat":
        table = pa.concat_tables([table] * data.draw(st.integers(0, 5)) or [table.slice(0, 0)])
    else:
        table = table.replace_schema_metadata({b"zedo": data.draw(st.binary(max_size=20))})
    pq.write_table(table, path)


def _change_safetensors(path, data):
    with safe_open(path, framework="pt") as file:
        about = dict(file.metadata())
        tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    if data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(about)))
        about[key] = json.dumps(changed(json.loads(about[key]), data))
    else:
        name = data.draw(st.sampled_from(sorted(tensors)))
        value = odd_array(tensors.pop(name).numpy(), data)
        if value.dtype.kind in "fiub":
            tensors[name] = torch.from_numpy(
                np.ascontiguousarray(value.astype(value.dtype.newbyteorder("=")))
            )
    save_file(tensors, path, about)


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
