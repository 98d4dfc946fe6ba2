"""From a film to 2D keypoints: decoding, detecting, and what is kept of an interrupted run."""
