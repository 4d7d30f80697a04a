"""Solvers, one per file."""
