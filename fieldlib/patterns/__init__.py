"""Sampling patterns: which pixels are revealed; one per file."""
