"""Classical reconstructions with the interface of a model; one per file."""
