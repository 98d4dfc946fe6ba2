"""Live lifting: one frame in, its poses out, from past frames only and in constant memory."""
