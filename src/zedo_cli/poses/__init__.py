"""Lifted 3D poses: the container, and one writer per format."""
