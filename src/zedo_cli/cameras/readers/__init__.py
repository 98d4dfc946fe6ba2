"""Readers of cameras, one file per format."""
