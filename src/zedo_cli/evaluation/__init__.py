"""Evaluation: metrics, protocols, per-frame scores, intervals, resumable runs, ablations."""
