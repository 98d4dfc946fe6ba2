"""Checkpoints of GFPose and ZeDO, made here in their layouts from the golden network's weights."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from places import GOLDEN
from zedo_cli.errors import InputError
from zedo_cli.prior.checkpoint import load_prior, save_prior
from zedo_cli.prior.gfpose import read_checkpoint
from zedo_cli.prior.score_network import ScoreNetwork


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN / "golden_a.npz") as file:
        return {key: torch.from_numpy(np.asarray(file[key])) for key in file.files if key != "meta"}


@pytest.fixture(scope="module")
def weights(golden):
    """In the order of the network's parameters, with its buffer first, as PyTorch writes them."""
    order = ScoreNetwork(
        hidden=len(golden["w_pre_dense.bias"]), embed=len(golden["w_shared_time_embed.0.bias"])
    ).state_dict()
    return {"sigmas": torch.linspace(0, 1, 1000)} | {name: golden[f"w_{name}"] for name in order}


def document(weights, prefix="module.", ema=None):
    parameters = [value for name, value in weights.items() if name != "sigmas"]
    return {
        "epoch": 10,
        "model_state_dict": {prefix + name: value for name, value in weights.items()},
        "optimizer_state_dict": {"state": {}, "param_groups": [{"lr": 1e-4}]},
        "ema": {"decay": 0.9999, "num_updates": 5, "shadow_params": parameters if ema is None else ema},
        "step": 100,
    }


def agrees(prior, golden):
    for i, t in enumerate(golden["sde_t"].unsqueeze(1)):
        output = prior.network(golden["gt_pose"], 999 * t)
        assert float((output - golden["net_output"][i]).norm() / golden["net_output"][i].norm()) < 1e-5


@pytest.mark.parametrize("prefix", ["module.", ""])
@pytest.mark.parametrize("bare", [True, False])
def test_the_imported_network_is_the_golden_one(golden, weights, prior, tmp_path, prefix, bare):
    content = document(weights, prefix)
    torch.save(content["model_state_dict"] if bare else content, tmp_path / "zedo.pth")
    imported = read_checkpoint(tmp_path / "zedo.pth", prior, "by their owners")
    agrees(imported, golden)
    save_prior(imported, tmp_path / "zedo.safetensors", half=False)
    loaded = load_prior(tmp_path / "zedo.safetensors")
    assert torch.equal(loaded.network.pre_dense.weight, weights["pre_dense.weight"])
    assert torch.equal(loaded.exemplars, prior.exemplars)
    assert "by their owners" in loaded.card.licence
    assert not loaded.conditional


def test_the_average_is_taken_unless_chosen_otherwise(weights, prior, tmp_path):
    shadows = [2 * value for name, value in weights.items() if name != "sigmas"]
    torch.save(document(weights, ema=shadows), tmp_path / "zedo.pth")
    taken = {
        choice: read_checkpoint(tmp_path / "zedo.pth", prior, "", averaged=choice).network.post_dense.bias
        for choice in (None, True, False)
    }
    assert torch.equal(taken[None], 2 * weights["post_dense.bias"])
    assert torch.equal(taken[True], taken[None])
    assert torch.equal(taken[False], weights["post_dense.bias"])


def conditioned(weights):
    """GFPose's layers for a condition of 17 joints, beside the unconditional ones."""
    generator = torch.Generator().manual_seed(0)
    hidden = len(weights["pre_dense.bias"])

    def random(*shape):
        return 0.1 * torch.randn(shape, generator=generator)

    extra = {"cond_embed.0.weight": random(hidden, 51), "cond_embed.0.bias": random(hidden)}
    for name in ("pre_dense", *(f"b{i}_dense{j}" for i in (1, 2) for j in (1, 2))):
        extra |= {f"{name}_cond.weight": random(hidden, hidden), f"{name}_cond.bias": random(hidden)}
    return weights | extra


def test_a_condition_of_zeros_goes_into_the_biases(weights, prior, tmp_path):
    """What GFPose computes with a null condition: W silu(b_embed) + b is added to every layer."""
    whole = conditioned(weights)
    torch.save(document(whole), tmp_path / "gfpose.pth")
    network = read_checkpoint(tmp_path / "gfpose.pth", prior, "Apache-2.0").network
    condition = F.silu(F.linear(torch.zeros(51), whole["cond_embed.0.weight"], whole["cond_embed.0.bias"]))
    for name in ("pre_dense", "b1_dense1", "b2_dense2"):
        added = F.linear(condition, whole[f"{name}_cond.weight"], whole[f"{name}_cond.bias"])
        assert torch.allclose(network.get_submodule(name).bias, whole[f"{name}.bias"] + added, atol=1e-6)
        assert torch.equal(network.get_submodule(name).weight, whole[f"{name}.weight"])


class Attack:
    """What unpickling would run."""

    def __reduce__(self):
        return (print, ("attacked",))


def without(weights, name):
    return {key: value for key, value in weights.items() if key != name}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: {"model_state_dict": Attack()}, "objects other than tensors"),
        (lambda w: {"epoch": 3}, "has no 'model_state_dict'"),
        (lambda w: [1, 2], "holds a list"),
        (lambda w: document(without(w, "post_dense.bias")), "tensor 'post_dense.bias' is missing"),
        (lambda w: document(without(w, "pre_dense.weight")), "tensor 'pre_dense.weight' is missing"),
        (lambda w: document(w | {"head.weight": torch.ones(3)}), "tensor 'head.weight' does not belong"),
        (lambda w: document(w | {"b1_dense1.bias": torch.ones(3)}), "tensor 'b1_dense1.bias' has shape [3]"),
        (lambda w: document(w | {"pre_dense.weight": torch.ones(128, 48)}), "is for 16 joints"),
        (lambda w: document(w | {"post_dense.bias": torch.full((51,), torch.nan)}), "holds NaN"),
        (lambda w: document(w, ema=[torch.ones(2)]), "raw weights with weights raw"),
        (lambda w: document(w) | {"ema": {"decay": 1}}, "has no list 'shadow_params'"),
    ],
)
def test_bad_checkpoints(weights, prior, tmp_path, capsys, change, message):
    torch.save(change(weights), tmp_path / "bad.pth")
    with pytest.raises(InputError, match=r"bad\.pth") as error:
        read_checkpoint(tmp_path / "bad.pth", prior, "")
    assert message in str(error.value)
    assert "attacked" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04truncated"])
def test_damaged_files(prior, tmp_path, content):
    (tmp_path / "bad.pth").write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.pth: (is damaged|holds)"):
        read_checkpoint(tmp_path / "bad.pth", prior, "")


def test_the_command(weights, zedo, tmp_path, keypoints_npz):
    torch.save(document(weights), tmp_path / "zedo.pth")
    output = tmp_path / "zedo.safetensors"
    code, out, _ = zedo("import", tmp_path / "zedo.pth", "-o", output, "--weights", "raw")
    assert code == 0
    assert "parameters" in out
    assert (
        zedo("lift", keypoints_npz, "--prior", output, "-o", tmp_path / "o.npz", "--preset", "fast")[0] == 0
    )
    for words, message in (
        ((tmp_path / "none.pth", "-o", output), "no such checkpoint"),
        ((tmp_path / "zedo.pth", "-o", output, "--weights", "some"), "--weights some: unknown"),
        ((tmp_path / "zedo.pth", "-o", tmp_path / "zedo.pth"), "is the file to read"),
    ):
        code, _, err = zedo("import", *words)
        assert (code, err.count("\n")) == (2, 1), err
        assert message in err
