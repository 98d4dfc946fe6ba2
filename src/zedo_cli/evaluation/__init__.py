"""Measuring on data sets: protocols, scores of each frame, intervals, runs that can be resumed, ablations."""
