"""Readers of 2D keypoints, one file per producer."""
