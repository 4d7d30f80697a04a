"""What pyproject.toml cannot say: the files of ``assets/`` travel inside the wheel, as the package fieldlib.bundled."""

from setuptools import find_packages, setup

BUNDLED = "fieldlib.bundled"
METHODS = ("score_sde", "denoiser", "flow_matching")
# Rivals, larger networks and the classifier stay in the repository: a wheel has at most 40 MB.
CARRIED = ["gallery/*", "lmmse/*", "study/**/*", *(f"weights/{method}/tiny*/*" for method in METHODS)]

setup(
    packages=[*find_packages(include=["fieldlib*", "train_scripts*", "demo*"]), BUNDLED],
    py_modules=["app"],
    package_dir={BUNDLED: "assets"},
    package_data={BUNDLED: CARRIED, "demo": ["**/*.js", "**/*.css", "**/*.html", "**/*.json"]},
)
