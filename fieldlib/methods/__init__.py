"""Generative methods, one per file."""
