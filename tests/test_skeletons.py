"""Joint sets and maps."""

import pytest

from zedo_cli.joint_sets import SKELETONS
from zedo_cli.skeletons import JOINTS, LIMBS, MIRROR, PARENTS


def test_mirror_is_an_involution_that_keeps_the_trunk():
    assert [MIRROR[i] for i in MIRROR] == list(range(17))
    assert [i for i in range(17) if MIRROR[i] == i] == [0, 7, 8, 9, 10]
    assert all(MIRROR[PARENTS[i]] == PARENTS[MIRROR[i]] for i in range(17))


@pytest.mark.parametrize("name", SKELETONS)
def test_every_skeleton_has_the_limbs(name):
    skeleton = SKELETONS[name]
    assert len(skeleton.sources) == len(skeleton.trust) == len(JOINTS)
    assert all(len(skeleton.sources[limb]) == 1 for limb in LIMBS)
    used = [joint for sources in skeleton.sources for joint in sources]
    assert all(0 <= joint < skeleton.size for joint in used)
    singles = [sources[0] for sources in skeleton.sources if len(sources) == 1]
    assert len(set(singles)) == len(singles)


def test_known_joints():
    assert SKELETONS["body_25"].sources[JOINTS.index("right_hip")] == (9,)
    assert SKELETONS["body_25b"].sources[JOINTS.index("head_top")] == (18,)
    assert SKELETONS["coco17"].sources[JOINTS.index("pelvis")] == (11, 12)
    assert SKELETONS["coco17"].sources[JOINTS.index("spine")] == ()
