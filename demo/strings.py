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

LANES = "Methods side by side"
LANE_COUNTS = ("One", "Two", "Three")
ADVANCED = "Advanced"
LANE = "Lane {}"
SAME_STEPS = "as lane 1"
SAMPLES = "Samples"
SAMPLES_NOTE = "more than one shows the uncertainty"
STILLS = "Baselines beside it"
LIVE = "Live"

RUN = "Run"
STOP = "Stop"
OPENING = "recorded"
MODEL_RUN = "{model}, {how}"
HOW = "{solver}, {steps} steps"
HOW_EXACT = "one exact step"
COMPARISON = "{} methods, same pixels and same noise"

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
    "uncertainty": "How much the samples differ",
    "uncertainty_note": "Standard deviation of each pixel over the samples; they start from different noise.",
    "uncertainty_short": "Uncertainty",
    "one_sample": "Needs several samples: choose 4 under Advanced, then run.",
    "influence": "Where the network looked",
    "influence_note": "Point at a pixel: bright revealed pixels move its estimate most.",
    "influence_short": "Looked at",
    "influence_status": "Point at a pixel, or walk with the arrow keys.",
    "stills": "Classical baselines",
    "decibels": "dB",
    "spark_psnr": "PSNR over the steps of the run",
    "spark_ssim": "SSIM over the steps of the run",
    "scrub": "Position in the run",
    "play": "Play",
    "pause": "Pause",
    "back": "One step back",
    "next": "One step on",
    "loop": "Loop",
    "speed": "Speed",
    "step": "Step",
    "calls": "Network calls",
    "calls_short": "calls",
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
    "preview": "Preview with a few steps.",
    "stopped": "Stopped after step {}.",
    "stopped_early": "Stopped before the first step.",
    "done": "Done. Drag the bar to look back, click a small picture to enlarge it.",
}

PAINTER = {
    "source": "What the network is told",
    "picture": "Pixels of the picture",
    "colours": "My own colours",
    "sheet": (
        "Painting sheet of 32 by 32 cells. Arrow keys move the cursor, Space paints or erases, "
        "Control Z and Control Y undo and redo."
    ),
    "action": "Paint or erase",
    "reveal": "Reveal",
    "hide": "Hide",
    "paint": "Paint",
    "erase": "Erase",
    "shape": "Tool",
    "pen": "Brush",
    "pen_hint": "Drag to paint",
    "rectangle": "Rectangle",
    "rectangle_hint": "Drag from corner to corner",
    "pattern": "Pattern",
    "pattern_hint": "Drag a rectangle to fill with the pattern chosen below",
    "brush": "Size",
    "palette": "Colour",
    "any_colour": "Any colour",
    "edits": "Edit",
    "undo": "Undo (Ctrl+Z)",
    "redo": "Redo (Ctrl+Y)",
    "invert": "Invert",
    "clear": "Clear",
    "count": "{} of 1024\n{} %",
}
