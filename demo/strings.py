"""Every sentence and label of the studio, in one place: another language is another file like this one."""

TITLE = "Sparse neural fields"
TAGLINE = (
    "A network sees only the revealed pixels. Starting from noise, it works out the hidden ones step by step: "
    "press Run and watch noise turn into a picture."
)

PICTURE = "Picture"
PICTURE_PICKER = "Choose a picture"
UPLOAD = "Upload your own"
YOUR_PICTURE = "Your picture"
CREDIT = "by {}, {}"
CIFAR = "CIFAR-10 no."
CIFAR_RANDOM = "Random"
CIFAR_TITLE = "CIFAR-10 test picture {}"
CIFAR_CREDIT = "{}. CIFAR-10, Krizhevsky 2009."

REVEALED = "Revealed pixels"
FRACTION = "Share (%)"
PATTERN = "Pattern"
SEED = "Seed"
SHUFFLE = "Shuffle"

METHOD = "Reconstruction"
MODEL = "Method and model"
SOLVER = "Solver"
DEFAULT_SOLVER = "The method's default"
STEPS = "Steps"
STEPS_EXACT = "up to 1000"
NOISE_SEED = "Noise seed"
NEW_NOISE = "New noise"
BASELINE = "{} (baseline)"

RUN = "Run"
STOP = "Stop"
OPENING = "recorded"
MODEL_RUN = "{model}, {solver}, {steps} steps"
BASELINE_RUN = "{model}"

BAD_INPUT = "Please check"
FAILURE = "Sorry"
FAILED = "Something went wrong on our side; it has been logged. Please try again or change a setting."
NO_FILE = "no file arrived: choose a picture to upload"

PLAYER = {
    "player": "Trajectory player. Space plays and pauses, arrow keys step, Home and End jump, L loops.",
    "title": "Before the run",
    "side": "Other views",
    "enlarge": "Enlarge",
    "state": "Noise becoming a picture",
    "state_note": "Current state x\u209c: the solver moves it a little at every step.",
    "state_short": "State",
    "observed": "What the network sees",
    "observed_note": "Only these pixels are known; the chequered ones are hidden.",
    "observed_short": "Revealed",
    "estimate": "What the network expects",
    "estimate_note": "Its estimate x\u2080 of the finished picture, made from the current state.",
    "estimate_short": "Estimate",
    "truth": "The true picture",
    "truth_note": "The network never sees it.",
    "truth_short": "Truth",
    "error": "Where the estimate is wrong",
    "error_note": "Mean absolute error of each pixel; 0 = exact, 1 = black for white.",
    "error_short": "Error",
    "decibels": "dB",
    "spark": "PSNR of state and estimate over the steps of the run",
    "scrub": "Position in the run",
    "play": "Play",
    "pause": "Pause",
    "back": "One step back",
    "next": "One step on",
    "loop": "Loop",
    "speed": "Speed",
    "step": "Step",
    "calls": "Network calls",
    "time": "Sampling time",
    "row_state": "State x\u209c",
    "row_estimate": "Estimate x\u2080",
    "psnr": "Peak signal-to-noise ratio on the hidden pixels: higher is better",
    "ssim": "Structural similarity of the whole picture: 1 is equal",
    "mse": "Mean squared error on the hidden pixels, data range 1: lower is better",
    "mae": "Mean absolute error on the hidden pixels, data range 1: lower is better",
    "nothing": "Nothing to play yet.",
    "ready": "{} of 1024 pixels are revealed. Press Run to reconstruct the others.",
    "sampling": "Sampling\u2026",
    "stopped": "Stopped after step {}.",
    "done": "Done. Drag the bar to look back, click a small picture to enlarge it.",
}
