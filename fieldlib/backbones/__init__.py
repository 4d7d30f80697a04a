"""Networks from points to points, one per file."""
