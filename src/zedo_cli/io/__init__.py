"""Files: atomic writing, JSON, NPZ, and restricted unpickling."""
