"""Learned rivals of the generative methods, one per file: the same networks, asked once, with losses of their own."""
