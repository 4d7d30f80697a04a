"""English. Another language is another file with the same names; braces stand for what the page fills in."""

LANGUAGE = "English"
LANGUAGES = "Other languages"
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
NO_CIFAR = "CIFAR-10 is not on this machine: name its folder in the environment variable FIELDLIB_DATA"

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
SAMPLES_NOTE = "several samples show the uncertainty"
STILLS = "Baselines alongside"
LIVE = "Live"

RUN = "Run"
STOP = "Stop"
OPENING = "recorded"
MODEL_RUN = "{model}, {how}"
HOW = "{solver}, {steps} steps"
HOW_ONE = "{solver}, 1 step"
HOW_EXACT = "one exact step"
COMPARISON = "{} lanes, same pixels and same noise"

BAD_INPUT = "Please check"
FAILURE = "Sorry"
FAILED = "Something went wrong on our side; it has been logged. Please try again or change a setting."
BUSY = "many people are asking just now: try again in a moment"
NO_GRADIENT = "a classical baseline has no gradient that tells where it looked: choose a trained model"
TOO_LONG = "the run was stopped after {seconds:g} s of computing, the limit: choose fewer steps, samples or lanes"
OFFLINE = (
    "The server does not answer. What is on the page stays, and the player goes on; Run waits until the server is back."
)
NO_FILE = "no file arrived: choose a picture to upload"
UPLOADS = {
    "bytes": "the file is larger than {megabytes} MB, the most that is allowed: make the picture smaller",
    "pixels": "the picture has more than {megapixels} megapixels, the most that is allowed: make it smaller",
    "kind": "the file is not a picture of a known kind; allowed: {kinds}",
    "damage": "the picture is damaged and cannot be decoded: save it again",
}

NO_TRUTH = "Your own colours have no true picture to compare with."

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
    "no_truth": NO_TRUTH,
    "truth_short": "Truth",
    "error": "Where the estimate is wrong",
    "error_note": "Mean absolute error of each pixel; 0 = exact, 1 = black for white.",
    "error_short": "Error",
    "uncertainty": "How much the samples differ",
    "uncertainty_note": "Standard deviation of each pixel over the samples; they start from different noise.",
    "uncertainty_short": "Uncertainty",
    "one_sample": "Needs several samples: choose 4 under Advanced, then run.",
    "one_call": "Draws one sample, whatever number is chosen.",
    "influence": "Where the network looked",
    "influence_note": "Point at a pixel: bright revealed pixels move its estimate most.",
    "influence_short": "Influence",
    "influence_known": "This pixel is revealed, so its own value counts most. "
    "The bright ones are the others that move its estimate.",
    "influence_failed": "The server did not answer: point at another pixel to try again.",
    "influence_status": "Point at a pixel, or walk with the arrow keys.",
    "stills": "Classical baselines",
    "spark_psnr": "PSNR over the steps of the run",
    "spark_ssim": "SSIM over the steps of the run",
    "scrub": "Position in the run",
    "play": "Play",
    "pause": "Pause",
    "back": "One step back",
    "next": "One step forward",
    "loop": "Loop",
    "speed": "Speed",
    "step": "Step",
    "calls": "Network calls",
    "call_short": "call",
    "calls_short": "calls",
    "time": "Sampling time",
    "row_state": "State x\u209c",
    "row_estimate": "Estimate x\u2080",
    "psnr": "Peak signal-to-noise ratio on the hidden pixels: higher is better",
    "ssim": "Structural similarity of the whole picture: 1 means identical",
    "mse": "Mean squared error on the hidden pixels, data range 1: lower is better",
    "mae": "Mean absolute error on the hidden pixels, data range 1: lower is better",
    "nothing": "Nothing to play yet.",
    "ready": "{} of 1024 pixels are revealed. Press Run to reconstruct the others.",
    "empty": "No pixel is revealed yet. Paint some on the sheet.",
    "full": "Every pixel is revealed, so nothing is left to reconstruct. Hide some.",
    "sampling": "Sampling\u2026",
    "outdated": "Settings have changed: press Run to see what they do.",
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
    "swatches": ("Black", "White", "Brown", "Red", "Yellow", "Green", "Blue", "Purple"),
    "any_colour": "Any colour",
    "edits": "Edit",
    "undo": "Undo (Ctrl+Z)",
    "redo": "Redo (Ctrl+Y)",
    "invert": "Invert",
    "clear": "Clear",
    "count": "{} of 1024\n({}\u00a0%)",
    "by_hand": "painted by hand",
    "cursor_revealed": "Row {}, column {}: revealed",
    "cursor_hidden": "Row {}, column {}: hidden",
}

FIGURES = {
    "state": "state",
    "estimate": "estimate",
    "psnr": "PSNR (dB)",
    "step": "Step",
    "calls": "Network calls",
    "baseline": "Answers at once, no solver",
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

STATIONS = {
    "few": {
        "title": "A few pixels",
        "text": "Only 51 of 1024 pixels are revealed: [the painting sheet](pixels) shows which. "
        "The network gets nothing else.",
        "question": "What will it make of the rest?",
        "answers": ("An even grey", "The large shapes, blurred", "The exact picture"),
        "reveal": "Neighbouring pixels of photographs are alike, so a few reveal the large shapes. Fine detail cannot "
        "be known; the network has to invent it.",
        "compare": "reveal more with [the share](pixels) and watch the shapes sharpen.",
    },
    "estimate": {
        "title": "State and estimate",
        "text": "In [the player](player) two pictures will move. The small state goes from noise to picture. "
        "The large estimate is what the network expects the finished picture to be.",
        "question": "When does the estimate show the large shapes?",
        "answers": ("At the first step", "Half-way", "Only at the end"),
        "reveal": "At once: the revealed pixels are known from the start. The steps after it only decide the detail.",
        "compare": "drag the bar of [the player](player) to the first step and look at both pictures.",
    },
    "sample": {
        "title": "One sample or the mean",
        "text": "The first estimate is the mean of all pictures that fit; the last state is one of them. "
        "The table under [the player](player) will show the PSNR of both.",
        "question": "Which of the two has the higher PSNR?",
        "answers": ("The first estimate", "The last state", "Both the same"),
        "reveal": "The mean, by up to 3 dB: a sample has to choose details, and each wrong choice costs. It looks "
        "sharper all the same. PSNR rewards caution, not beauty.",
        "compare": "read the table under [the player](player) at the first step and at the last.",
    },
    "spread": {
        "title": "Several samples",
        "text": "Four samples start from different noise and see the same pixels. "
        "[The player](player) will show how much they differ: bright means a lot.",
        "question": "Where do they differ most?",
        "answers": ("At the revealed pixels", "Far from them", "The same everywhere"),
        "reveal": "Revealed pixels are dark: they leave no choice, and their neighbours little.",
        "compare": "open [Numbers](numbers), choose the spread of 8 samples, and see whether the truth lies among them "
        "as often as it should.",
    },
    "steps": {
        "title": "How many steps?",
        "text": "Three lanes, the same flow matching network, 1, 8 and 50 [steps](steps). "
        "Each step is at least one network call and costs time.",
        "question": "What do 50 steps add over 8?",
        "answers": ("Several decibels", "A sharper picture", "Almost nothing"),
        "reveal": "Eight steps of a good solver are as good as fifty. One step gives the mean: the best PSNR and a "
        "blur.",
        "compare": "read PSNR and milliseconds of the three lanes in [the player](player).",
    },
    "ways": {
        "title": "Straight and curved ways",
        "text": "The same network and the same noise in two lanes; only the solver differs, see Advanced under "
        "[the method](method). Euler follows a deterministic equation (ODE), Euler-Maruyama adds fresh noise at "
        "every step (SDE).",
        "question": "With which solver do colours take the straighter way?",
        "answers": ("Euler, without chance", "Euler-Maruyama, with fresh noise", "Both the same"),
        "reveal": "Without chance each colour goes almost straight from noise to picture. With fresh noise it "
        "flickers and goes several times as far. This comes from the solver, not from the method: each method can be "
        "solved either way.",
        "compare": "open [Numbers](numbers) and choose the ways of the colours, then choose another method in both "
        "lanes: Euler stays the straighter one.",
    },
    "hole": {
        "title": "One hole instead of many gaps",
        "text": "As many pixels are revealed as usual, but the hidden ones now form [one block](pixels). Its inside "
        "has to be inferred from its edge.",
        "question": "How does the quality change?",
        "answers": ("It gets better", "It stays the same", "It gets worse"),
        "reveal": "It falls by several decibels: most hidden pixels are now far from any known one. "
        "Scattered pixels tell the network more than as many around a hole.",
        "compare": "choose Uniform as [the pattern](pixels), which scatters about as many, and run again.",
    },
    "classics": {
        "title": "Against the classics",
        "text": "Beside the network will stand two classical methods in [the player](player): the nearest pixel and a "
        "smooth spline.",
        "question": "Can a spline beat one sample of the network by PSNR?",
        "answers": ("Never", "Yes, it often does", "Only without noise"),
        "reveal": "On average the spline gets about 22 dB, one sample 20.7 dB and the network's estimate 23.6 dB. "
        "A sample is one plausible picture, not a compromise.",
        "compare": "look under [the player](player): estimates against splines, samples against samples.",
    },
    "resolution": {
        "title": "Any resolution",
        "text": "A picture here is a field: it has a colour at every place. Every second pixel in both "
        "directions is revealed, a quarter of all, and [the player](player) will fill in the others. The result can be "
        "read on a grid of 256 by 256.",
        "question": "Does detail appear that 32 by 32 does not have?",
        "answers": ("No", "Yes, real detail", "Only at the edges"),
        "reveal": "No. The finer grid is read smoothly between the samples of the field. "
        "It looks better than squares, but nothing new is known.",
        "compare": "open [Any resolution](resolution) and pull the slider between squares and field.",
    },
}
GUIDE = {
    "label": "Guided walk",
    "title": "A guided walk in {} stations",
    "intro": "Predict, step, describe, compare: each station asks first, then runs.",
    "start": "Start",
    "close": "Close",
    "back": "Back",
    "next": "Next",
    "place": "Station {} of {}",
    "again": "Set up again",
    "hint": "Your answer starts the run.",
    "right": "Right.",
    "wrong": "Not quite.",
    "compare": "Compare:",
}
FORMULAS = {
    "heading": "The methods side by side",
    "note": "The marked column is the method of the first lane, the marked line is what its solver uses. The targets "
    "are those of the textbooks. The bundled networks of all methods learn one and the same thing instead: "
    "what a linear guess from the revealed pixels and the state still gets wrong, in units of its expected error. "
    "Each method turns this estimate into its own target, so with the same solver and noise the pictures are nearly "
    "the same.",
    "method": "Method",
    "path": "From picture to noise",
    "target": "Textbook target",
    "ode": "Step without chance (ODE)",
    "sde": "Step with fresh noise (SDE)",
}
GLOSSARY_TITLE = "Glossary"
GLOSSARY = (
    ("Context", "The revealed pixels: all that the network is told."),
    ("State x\u209c", "The picture on its way: pure noise at t = 1, finished at t = 0."),
    ("Estimate x\u2080", "What the network expects the finished picture to be, given the state and the context."),
    ("Score", "The direction in which pictures become more probable; it points from noise to picture."),
    ("Velocity", "How fast, and in which direction, each colour moves along the way."),
    (
        "\u03b1\u209c, \u03c3\u209c",
        "How much of the picture and how much of the noise \u03b5 is in the state at time t.",
    ),
    (
        "s, v, x\u0302\u2080, \u03b5\u0302",
        "What the network says: score, velocity, and its estimates of picture and noise.",
    ),
    ("\u03b2", "The rate at which the path of the score-based SDE turns picture into noise; it grows with t."),
    (
        "\u03b7, z",
        "\u03b7 is how much fresh noise a step of the denoiser adds; z is that noise, drawn anew at every step.",
    ),
    (
        "g, w",
        "g is how strong the fresh noise is, w the random walk that it is drawn from; dw is one small step of it.",
    ),
    ("Solver", "The recipe that turns the network's answers into steps."),
    ("Network call", "One pass through the network, the unit of cost. Some solvers make several calls in a step."),
    (
        "PSNR",
        "Peak signal-to-noise ratio in decibels: at 20 dB the typical (root mean square) error is a tenth of the range "
        "from black to white; 3 dB more halve the mean squared error.",
    ),
    ("SSIM", "Structural similarity: compares local patterns, 1 means identical."),
    (
        "CRPS",
        "Continuous ranked probability score: the mean distance of the samples from the truth, less half their mean "
        "distance from each other. Lower is better; of a single answer it is the absolute error.",
    ),
    (
        "tiny, tiny_conv, base",
        "Sizes of the network: tiny is a Perceiver IO with 2.9 million parameters, tiny_conv a set convolution with "
        "2.8 million, base a larger one with 7.6 million, which is the most accurate and the slowest.",
    ),
    ("Posterior", "All pictures that fit the context, each with its probability; a sample is one of them."),
    ("Coverage", "How often the truth lies inside an interval of the samples; 90% of the time for the 90% interval."),
)
LINK = {
    "complaint": "Part of this link cannot be used: {}",
    "share": "Share and take home",
    "link": "Link to exactly this set-up",
    "link_note": "The address bar follows too. For a lesson add ?lock= or ?hide= and parts of the page, with & in "
    "place of ? where the link has one already: {}. Downloads and code hold the first sample of each lane, without the "
    "baselines beside it.",
    "qr": "Show as QR code",
    "qr_label": "QR code of the link",
    "qr_too_long": "the link is too long for a QR code, because it holds a whole picture: share it as text",
    "strip": "Picture strip (PNG)",
    "webp": "Animation (WebP)",
    "gif": "Animation (GIF)",
    "bundle": "Numbers and code (ZIP)",
    "file": "Download",
    "code": "Show the code",
    "code_label": "Python that makes this picture again",
}
FORMER = "Of a former set-up: press Run or the button above."
NUMBERS = {
    "title": "Numbers and plots",
    "which": "Plot",
    "plots": {
        "steps": "Quality at every step",
        "calls": "Quality against network calls",
        "ways": "Ways of the colours",
        "schedule": "Signal and noise over time",
        "spread": "Spread of 8 samples",
    },
    "refresh": "Draw again",
    "label": "Plot",
    "notes": {
        "steps": "Of every lane, on the hidden pixels. The line follows the time bar of the player.",
        "calls": "This picture, these pixels, the model of the first lane. One call gives the mean, which has the best "
        "PSNR; samples are sharper and cost up to 3 dB.",
        "ways": "Twelve hidden pixels from noise to colour. 1.00 is a straight line.",
        "schedule": "The signal is multiplied by \u03b1, the noise by \u03c3. The line follows the time bar.",
        "spread": "PSNR of one sample {one:.2f} dB, of their mean {mean:.2f} dB, of the estimate in one call "
        "{estimate:.2f} dB; CRPS {crps:.4f}. One picture says little about calibration.",
    },
    "baseline": "A model that answers at once has no way from noise to picture: choose one with a solver in the first "
    "lane.",
}
RESOLUTION = {
    "title": "Any resolution",
    "intro": "The result is a field on the run's 32 by 32 samples: ask it for a colour anywhere. Nothing finer than "
    "the samples is invented.",
    "size": "Read at",
    "sizes": "{0} \u00d7 {0}",
    "left": "Left of the slider",
    "readers": {"nearest": "Nearest pixel", "bilinear": "Linear", "truth": "The true picture"},
    "field": "Field (cubic convolution)",
    "compare": "Read the run",
    "slider": "Left: your choice, right: the field",
    "why": "Field and bicubic enlargement are the same formula here, so linear interpolation stands in its place.",
    "scores": "PSNR against the true picture at this size: {}.",
    "score": "{}: {:.2f} dB",
    "no_truth": "The finest original here of this picture has {0} \u00d7 {0} pixels, so there is no PSNR at this "
    "size; the true picture is shown at {1} \u00d7 {1}.",
    "presets": {"inpainting": "Fill a hole", "super_resolution": "Enlarge from every second pixel"},
}
KNOWLEDGE = "Formulas and words"
PATTERN_TITLES = {
    "block": "Block",
    "border": "Border",
    "drawn": "Drawn",
    "grid": "Grid",
    "lines": "Lines",
    "random_walk": "Random walk",
    "uniform": "Uniform",
}
TITLES = {
    "Field denoiser": "Field denoiser",
    "Score-based SDE": "Score-based SDE",
    "CRPS ensemble": "CRPS ensemble",
    "Regression": "Regression",
    "Annealed Langevin": "Annealed Langevin",
    "Dormand-Prince 5 (ODE, adaptive)": "Dormand-Prince 5 (ODE, adaptive)",
    "Euler (ODE)": "Euler (ODE)",
    "Euler-Maruyama (SDE)": "Euler-Maruyama (SDE)",
    "Heun (ODE)": "Heun (ODE)",
    "Midpoint (ODE)": "Midpoint (ODE)",
    "Predictor-corrector (SDE)": "Predictor-corrector (SDE)",
    "Runge-Kutta 4 (ODE)": "Runge-Kutta 4 (ODE)",
    "Biharmonic": "Biharmonic",
    "Linear (Delaunay)": "Linear (Delaunay)",
    "Linear Gaussian (LMMSE)": "Linear Gaussian (LMMSE)",
    "Nearest neighbour": "Nearest neighbour",
    "Thin-plate spline": "Thin-plate spline",
}
PICTURE_TITLES = {
    "cat": "Chelsea the cat",
    "astronaut": "Astronaut Eileen Collins",
    "coffee": "Cup of coffee",
    "raccoon": "Raccoon",
    "temple": "Summer Palace in Beijing",
    "balloon": "Hot-air balloon",
    "dahlia": "Dahlia",
    "rocket": "Launch of Falcon 9",
    "admiral": "Rear Admiral Grace Hopper",
    "boats": "Boats at dusk",
    "tiger": "Tiger",
    "fire_engine": "Fire engine",
    "leaf": "Fallen leaf",
    "kite": "Kite in the sky",
    "marigold": "Marigold",
    "zebra": "Zebra",
    "cups": "Colourful cups",
    "ladybird": "Ladybird",
    "dune": "Grass on a dune",
    "bus": "Bus in Korea",
    "lake": "Lake at one in the morning",
    "frog": "Frog",
}
CIFAR_CLASSES = {
    "airplane": "airplane",
    "automobile": "automobile",
    "bird": "bird",
    "cat": "cat",
    "deer": "deer",
    "dog": "dog",
    "frog": "frog",
    "horse": "horse",
    "ship": "ship",
    "truck": "truck",
}
CHECKS = {
    "nothing": "an empty field",
    "whole": "{} is a whole number from {} to {}; got {}",
    "share": "{} is a number between 0 and 1, both excluded; got {}",
    "unknown": "unknown {} {}; known: {}",
    "picture": "a picture is uint8 of shape ({0}, {0}, 3); got {1}",
    "mask": "a mask is bool of shape ({0}, {0}); got {1}",
    "empty": "no pixel is revealed: reveal at least one",
    "full": "every pixel is revealed, so nothing is left to reconstruct: hide at least one",
    "mask_length": "a {0}x{0} mask is {1} base64url characters; got {2}",
    "letters": "{} holds characters outside base64url (A-Z a-z 0-9 - _)",
    "own_length": "a picture in a link is at most {} base64url characters: copy the whole link again",
    "own_damaged": "the picture in the link is damaged: copy the whole link again",
    "refusal": "{} is {}; got {}",
}
CHECKED = {
    "steps": "steps",
    "samples": "samples",
    "the pixel seed": "the pixel seed",
    "the noise seed": "the noise seed",
    "the revealed fraction": "the revealed fraction",
    "the picture number": "the picture number",
    "model": "model",
    "solver": "solver",
    "pattern": "pattern",
    "the number of samples": "the number of samples",
    "baseline": "baseline",
    "gallery picture": "gallery picture",
    "the picture": "the picture",
    "the picture in the link": "the picture in the link",
    "the mask": "the mask",
    "the share in per cent": "the share in per cent",
    "the value": "the value",
    "number of samples": "number of samples",
    "the number of lanes": "the number of lanes",
    "steps of the first lane": "steps of the first lane",
    "a lane": "a lane",
    "view": "view",
    "language": "language",
    "part of the page": "part of the page",
    "the station": "the station",
    "a station of the walk": "a station of the walk",
    "a number between 0 and 1, for example 0.2": "a number between 0 and 1, for example 0.2",
    "model,solver,steps, for example flow_matching/tiny,euler,20": "model,solver,steps, for example "
    "flow_matching/tiny,euler,20",
}
