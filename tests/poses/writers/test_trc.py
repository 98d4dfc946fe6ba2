"""TRC, read by another reader."""

import numpy as np
import pytest
from trc import TRCData

from motions import FPS, filmed, walker
from zedo_cli.poses.frames import Y_UP_FORWARD
from zedo_cli.poses.writing import write_poses

pytestmark = pytest.mark.filterwarnings("ignore")  # of the readers


def test_trc(tmp_path):
    person = walker(frames=30)
    frames = np.delete(np.arange(31), 10) + 4
    written = write_poses(filmed(person, frames=frames), tmp_path / "walk.trc", frame="camera")
    assert written.paths == [tmp_path / "walk.trc"]
    data = TRCData()
    data.load(str(tmp_path / "walk.trc"))
    assert (data["Units"], float(data["DataRate"]), int(data["NumFrames"])) == ("m", FPS, 31)
    assert data["Markers"][:2] == ["Hip", "RHip"]
    assert data["Frame#"][0] == 5
    assert data["Time"][0] == pytest.approx(4 / FPS, abs=1e-6)
    pelvis = np.array(data["Hip"], float)
    np.testing.assert_allclose(np.delete(pelvis, 10, axis=0), person[:, 0] @ Y_UP_FORWARD.T, atol=2e-6)
    assert np.isnan(pelvis[10]).all()
    head = np.array(data["Head"], float)
    assert (np.delete(head, 10, axis=0)[:, 1] > 1.2).all()  # Y is up, and the floor is at 0
