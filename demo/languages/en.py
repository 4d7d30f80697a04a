"""English."""

FIGURES = {
    "state": "state",
    "estimate": "estimate",
    "psnr": "PSNR (dB)",
    "step": "Step",
    "calls": "Network calls",
    "baseline": "Baseline, exact",
    "bend": "way / distance = {:.2f}",
    "red": "Red",
    "blue": "Blue",
    "coefficients": "Signal α and noise σ",
    "snr": "log₁₀ signal-to-noise ratio",
    "t": "Time t (0 = picture, 1 = noise)",
    "deviation": "Standard deviation of the samples",
    "coverage": "Truths inside the samples' intervals",
    "measured": "this picture",
    "calibrated": "a calibrated method",
}
