"""One runnable per job: ``python -m train_scripts.<job> --help``."""
