"""Learned rivals of the generative methods, one per file: the same networks, one call, no diffusion."""
