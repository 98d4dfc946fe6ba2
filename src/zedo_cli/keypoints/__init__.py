"""2D keypoints: the container, its checks, and one reader per producer."""
