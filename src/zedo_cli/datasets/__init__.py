"""Data sets with known 3D poses."""
