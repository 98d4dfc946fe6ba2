"""Checkpoints: a round trip, and strictness."""

import json
import shutil
import subprocess
import sys

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from priors import untrained
from zedo_cli.errors import InputError
from zedo_cli.evaluation.prior_quality import held_out_people
from zedo_cli.io.files import bundled, bundled_prior
from zedo_cli.prior import checkpoint
from zedo_cli.prior.checkpoint import load_prior, save_prior
from zedo_cli.skeletons import JOINTS
from zedo_cli.training.virtual_cameras import draw_scene, exact_view


def test_round_trip(small_prior, small_prior_file, tmp_path):
    loaded = load_prior(small_prior_file)
    assert loaded.card == small_prior.card
    pose = torch.randn(4, 17, 3)
    assert torch.allclose(loaded(pose, torch.tensor(0.1)), small_prior(pose, torch.tensor(0.1)), atol=1e-3)
    assert torch.equal(loaded.exemplars, small_prior.exemplars)
    again = tmp_path / "again.safetensors"
    save_prior(loaded, again)
    assert again.read_bytes() == small_prior_file.read_bytes()


@pytest.mark.parametrize(("name", "most"), [("open", 10_000_000), ("open-base", 3_000_000)])
def test_the_bundled_prior_tells_what_it_is(name, most):
    prior = load_prior(name)
    card = prior.card
    assert card.joints == JOINTS
    assert card.units == "metres"
    assert card.samples_seen >= 60_000_000
    assert prior.conditional
    assert {"cmu_amc", "accad_bvh", "uiprmd", "hdm05"} <= {source.name for source in card.sources}
    assert "CC BY-SA" in card.licence
    assert prior.cluster_counts == [1, 50]
    assert prior.exemplars.shape == (500, 17, 3)
    assert prior.takes_context
    assert prior.spread is not None
    assert sum(p.numel() for part in (prior.network, prior.spread) for p in part.parameters()) < most
    assert prior.tracks is not None
    assert sum(parameter.numel() for parameter in prior.tracks.parameters()) < 3_000_000


def test_the_default_prior_answers_better_than_the_smaller_ones(prior):
    scene = draw_scene(held_out_people(100, 0)["CMU 13/14"], torch.Generator().manual_seed(0))
    nothing, far = torch.zeros_like(scene.poses), torch.tensor(4.0)
    with torch.no_grad():
        errors = [
            (p(nothing, far, exact_view(scene)) - scene.poses).norm(dim=-1).mean()
            for p in (load_prior(), prior)
        ]
    assert errors[0] < 0.95 * errors[1]


def test_the_small_prior_is_bundled_too_and_answers_alike(prior):
    path = bundled("checkpoints/open-small.safetensors")
    small = load_prior(path)
    assert sum(parameter.numel() for parameter in small.network.parameters()) <= 1_500_000
    assert path.stat().st_size < 25e6
    assert small.card.samples_seen >= 60_000_000
    assert not small.takes_context
    scene = draw_scene(held_out_people(100, 0)["CMU 13/14"], torch.Generator().manual_seed(0))
    nothing, far = torch.zeros_like(scene.poses), torch.tensor(4.0)
    with torch.no_grad():
        errors = [
            (p(nothing, far, exact_view(scene)) - scene.poses).norm(dim=-1).mean() for p in (prior, small)
        ]
    assert errors[1] < 1.25 * errors[0]


def test_the_prior_without_rotation_is_bundled_too():
    card = load_prior(bundled("checkpoints/open-no-rotation.safetensors")).card
    assert card.training.rotation is False
    assert card.samples_seen >= 60_000_000


def changed(source, target, tensors=None, header=None):
    """A copy of a checkpoint with its tensors or its header changed."""
    with safe_open(source, "pt") as file:
        metadata = file.metadata()
    content = load_file(source)
    if tensors:
        tensors(content)
    if header:
        card = json.loads(metadata["zedo"])
        header(card)
        metadata = {"zedo": json.dumps(card)}
    save_file(content, target, metadata)
    return target


BAD_TENSORS = {
    "missing": (lambda t: t.pop("network.post_dense.bias"), "'network.post_dense.bias' is missing"),
    "left over": (lambda t: t.update({"network.extra": torch.zeros(1)}), "'network.extra' does not belong"),
    "shape": (lambda t: t.update({"network.post_dense.bias": torch.zeros(3)}), "has shape [3]; the network"),
    "exemplars": (lambda t: t.update({"exemplars": torch.zeros(5, 16, 3)}), "must be [S, 17, 3]"),
    "no exemplars": (lambda t: t.pop("exemplars"), "'exemplars' is missing"),
}
BAD_HEADERS = {
    "architecture": (lambda c: c.update(architecture="octopus"), "architecture 'octopus' is unknown"),
    "parametrisation": (lambda c: c.update(parametrisation="v-pred"), "parametrisation 'v-pred' is unknown"),
    "joints": (lambda c: c.update(joints=list(reversed(JOINTS))), "joint order"),
    "version": (lambda c: c.update(format_version=1), "format_version"),
    "units": (lambda c: c.update(units="millimetres"), "units"),
    "field": (lambda c: c.update(colour="red"), "colour"),
    "network": (lambda c: c["network"].update(colour=1), "header field network"),
}


@pytest.mark.parametrize("name", BAD_TENSORS)
def test_tensors_are_checked(small_prior_file, tmp_path, name):
    change, message = BAD_TENSORS[name]
    with pytest.raises(InputError, match=r"bad\.safetensors") as error:
        load_prior(changed(small_prior_file, tmp_path / "bad.safetensors", tensors=change))
    assert message in str(error.value)


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_headers_are_checked(small_prior_file, tmp_path, name):
    change, message = BAD_HEADERS[name]
    with pytest.raises(InputError, match=r"bad\.safetensors") as error:
        load_prior(changed(small_prior_file, tmp_path / "bad.safetensors", header=change))
    assert message in str(error.value)


BAD_SIZES = {
    "context": "are known",
    "joints": "are known",
    "embed": "must be even",
    "width": "its units come in pairs",
    "inner": "its units come in pairs",
}


@pytest.mark.parametrize("name", BAD_SIZES)
@pytest.mark.parametrize("much", [1, 10**6 + 1])
def test_sizes_that_cannot_be_are_refused_at_once(small_prior, tmp_path, name, much):
    sizes = {"joints": 17, "width": 32, "inner": 32, "blocks": 1, "embed": 16, "context": 14}
    path = tmp_path / "symmetric.safetensors"
    save_prior(untrained(small_prior.start_poses, "symmetric_network", sizes, "EDM"), path)
    load_prior(path)
    bad = changed(path, tmp_path / "bad.safetensors", header=lambda c: c["network"].update({name: much}))
    with pytest.raises(InputError, match="header field network") as error:
        load_prior(bad)
    assert BAD_SIZES[name] in str(error.value)


def test_foreign_files(tmp_path, small_prior_file):
    (tmp_path / "text.safetensors").write_text("hello")
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    (tmp_path / "cut.safetensors").write_bytes(small_prior_file.read_bytes()[:-100])
    torch.save({"a": 1}, tmp_path / "pickle.safetensors")
    messages = {
        "text": "not a safetensors",
        "other": "without zedo's header",
        "cut": "not a safetensors",
        "pickle": "not a safetensors",
    }
    for name, message in messages.items():
        with pytest.raises(InputError, match=message):
            load_prior(tmp_path / f"{name}.safetensors")
    with pytest.raises(InputError, match="no such checkpoint"):
        load_prior(tmp_path / "nowhere.safetensors")


def test_a_bundled_prior_that_was_changed_is_refused(tmp_path, monkeypatch):
    for suffix in (".safetensors", ".json"):
        shutil.copy(bundled_prior("open-small").with_suffix(suffix), tmp_path)
    monkeypatch.setattr(checkpoint, "bundled_prior", lambda name: tmp_path / f"{name}.safetensors")
    load_prior("open-small")
    path = tmp_path / "open-small.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="not the file that was shipped: its SHA-256 differs; install zedo"):
        load_prior("open-small")
    load_prior(path)  # named as a file, it is the user's own


def test_a_network_that_is_not_in_the_file_takes_no_memory(small_prior_file, tmp_path):
    huge = changed(
        small_prior_file, tmp_path / "a.safetensors", header=lambda c: c["network"].update(hidden=2_000_000)
    )  # 16 TB
    with pytest.raises(InputError, match="header field network: states a network of"):
        load_prior(huge)


def test_loading_imports_no_compiler():
    """Some functions of torch import sympy where tensors have no memory, as when a size is looked up."""
    code = (
        "import sys\n"
        "from zedo_cli.prior.checkpoint import load_prior\n"
        "load_prior('open')\n"
        "assert 'sympy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
