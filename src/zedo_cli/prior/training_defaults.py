"""Defaults of a training run. Light to import: the command line shows them in its help."""

STEPS = 30_000
"""Optimiser steps."""

BATCH_SIZE = 2048
"""Samples of each process in a step."""

LEARNING_RATE = 2e-3
"""Peak of the cosine schedule."""

EMA = 0.9995
"""Decay of the moving average of the weights."""

NETWORK = "base"
"""Name of the recipe."""

TRACK_FRAMES, TRACK_STEPS = 2_000_000, 4000
"""Of a track network: frames of virtual clips that the prior lifts, and optimiser steps."""

TRACK_BATCH = 4096
"""Frames in a step."""

TRACK_WIDTH, TRACK_HEADS, TRACK_BLOCKS = 256, 8, 4
"""Of the network: 2.7 million parameters."""

TRACK_LEARNING_RATE = 1e-3
"""Peak of its cosine schedule."""
