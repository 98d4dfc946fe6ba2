"""Training of a prior: data, augmentation, virtual cameras, detector noise, and the loop."""
