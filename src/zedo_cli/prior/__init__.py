"""What lifting needs of a diffusion prior: network, preconditioning, checkpoints."""
