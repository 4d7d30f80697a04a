"""Español."""

LANGUAGE = "Español"
LANGUAGES = "Otros idiomas"
TITLE = "Campos neuronales dispersos"
TAGLINE = (
    "La red solo ve los píxeles revelados. A partir de ruido deduce paso a paso los ocultos: "
    "pulsa Ejecutar y mira cómo el ruido se vuelve imagen."
)

PICTURE = "Imagen"
PICTURE_PICKER = "Elige una imagen"
UPLOAD = "Sube la tuya"
YOUR_PICTURE = "Tu imagen"
CREDIT = "de {}, {}"
CIFAR = "CIFAR-10 n.º"
CIFAR_RANDOM = "Al azar"
CIFAR_TITLE = "Imagen de prueba {} de CIFAR-10"
CIFAR_CREDIT = "{}. CIFAR-10, Krizhevsky 2009."
NO_CIFAR = "CIFAR-10 no está en esta máquina: indica su carpeta en la variable de entorno FIELDLIB_DATA"

REVEALED = "Píxeles revelados"
FRACTION = "Proporción (%)"
PATTERN = "Patrón"
SEED = "Semilla"
SHUFFLE = "Mezclar"

METHOD = "Reconstrucción"
MODEL = "Método y modelo"
SOLVER = "Integrador"
DEFAULT_SOLVER = "El propio del método"
STEPS = "Pasos"
STEPS_EXACT = "hasta 1000"
NOISE_SEED = "Semilla del ruido"
NEW_NOISE = "Otro ruido"
BASELINE = "{} (referencia)"

LANES = "Métodos en paralelo"
LANE_COUNTS = ("Uno", "Dos", "Tres")
ADVANCED = "Avanzado"
LANE = "Carril {}"
SAME_STEPS = "como el 1"
SAMPLES = "Muestras"
SAMPLES_NOTE = "con varias se ve la incertidumbre"
STILLS = "Referencias al lado"
LIVE = "En vivo"

RUN = "Ejecutar"
STOP = "Parar"
OPENING = "grabado"
MODEL_RUN = "{model}, {how}"
HOW = "{solver}, {steps} pasos"
HOW_ONE = "{solver}, 1 paso"
HOW_EXACT = "un paso exacto"
COMPARISON = "{} carriles, mismos píxeles y mismo ruido"

BAD_INPUT = "Revisa, por favor"
FAILURE = "Lo sentimos"
FAILED = "Algo falló por nuestra parte y quedó registrado. Inténtalo de nuevo o cambia un ajuste."
BUSY = "mucha gente pregunta ahora mismo: prueba otra vez en un momento"
NO_GRADIENT = "una referencia clásica no tiene gradiente que diga dónde miró: elige un modelo entrenado"
TOO_LONG = "la ejecución se detuvo tras {seconds:g} s de cálculo, el límite: elige menos pasos, muestras o carriles"
OFFLINE = (
    "El servidor no responde. Lo que hay en la página se queda y el reproductor sigue; Ejecutar espera a que vuelva."
)
NO_FILE = "no llegó ningún archivo: elige una imagen"
UPLOADS = {
    "bytes": "el archivo pesa más de {megabytes} MB, el máximo permitido: reduce la imagen",
    "pixels": "la imagen tiene más de {megapixels} megapíxeles, el máximo permitido: redúcela",
    "kind": "el archivo no es una imagen de un tipo conocido; se admiten: {kinds}",
    "damage": "la imagen está dañada y no se puede leer: guárdala otra vez",
}

NO_TRUTH = "Tus propios colores no tienen imagen verdadera con la que comparar."

PLAYER = {
    "player": "Reproductor. Espacio reproduce y pausa, las flechas van paso a paso, Inicio y Fin saltan, L repite.",
    "title": "Antes de ejecutar",
    "side": "Otras vistas",
    "enlarge": "Ampliar",
    "state": "El ruido se vuelve imagen",
    "state_note": "Estado actual x\u209c: el integrador lo mueve un poco en cada paso.",
    "state_short": "Estado",
    "observed": "Lo que ve la red",
    "observed_note": "Solo se conocen estos píxeles; los ajedrezados están ocultos.",
    "observed_short": "Revelado",
    "estimate": "Lo que espera la red",
    "estimate_note": "Su estimación x\u2080 de la imagen final, hecha desde el estado actual.",
    "estimate_short": "Estimación",
    "truth": "La imagen verdadera",
    "truth_note": "La red nunca la ve.",
    "no_truth": NO_TRUTH,
    "truth_short": "Verdad",
    "error": "Dónde se equivoca la estimación",
    "error_note": "Error absoluto medio de cada píxel; 0 = exacto, 1 = negro por blanco.",
    "error_short": "Error",
    "uncertainty": "Cuánto difieren las muestras",
    "uncertainty_note": "Desviación típica de cada píxel entre las muestras; parten de ruido distinto.",
    "uncertainty_short": "Incertidumbre",
    "one_sample": "Necesita varias muestras: elige 4 en Avanzado y ejecuta.",
    "one_call": "Da una sola muestra, sea cual sea el número elegido.",
    "influence": "Dónde miró la red",
    "influence_note": "Señala un píxel: los revelados claros son los que más mueven su estimación.",
    "influence_short": "Influencia",
    "influence_known": "Este píxel está revelado y es el que más cuenta. Brillan los otros que mueven su estimación.",
    "influence_failed": "El servidor no respondió: señala otro píxel para intentarlo de nuevo.",
    "influence_status": "Señala un píxel o muévete con las flechas.",
    "stills": "Referencias clásicas",
    "spark_psnr": "PSNR a lo largo de los pasos",
    "spark_ssim": "SSIM a lo largo de los pasos",
    "scrub": "Posición en la ejecución",
    "play": "Reproducir",
    "pause": "Pausa",
    "back": "Un paso atrás",
    "next": "Un paso adelante",
    "loop": "Repetir",
    "speed": "Velocidad",
    "step": "Paso",
    "calls": "Llamadas a la red",
    "call_short": "llamada",
    "calls_short": "llamadas",
    "time": "Tiempo de muestreo",
    "row_state": "Estado x\u209c",
    "row_estimate": "Estimación x\u2080",
    "psnr": "Relación señal a ruido de pico en los píxeles ocultos: más es mejor",
    "ssim": "Similitud estructural de la imagen entera: 1 es igual",
    "mse": "Error cuadrático medio en los píxeles ocultos, rango 1: menos es mejor",
    "mae": "Error absoluto medio en los píxeles ocultos, rango 1: menos es mejor",
    "nothing": "Aún no hay nada que reproducir.",
    "ready": "Hay {} de 1024 píxeles revelados. Pulsa Ejecutar para reconstruir los demás.",
    "empty": "Aún no hay píxeles revelados. Pinta algunos en la hoja.",
    "full": "Todos los píxeles están revelados: no queda nada que reconstruir. Oculta algunos.",
    "sampling": "Muestreando\u2026",
    "outdated": "Los ajustes han cambiado: pulsa Ejecutar para ver qué hacen.",
    "preview": "Vista previa con pocos pasos.",
    "stopped": "Parado tras el paso {}.",
    "stopped_early": "Parado antes del primer paso.",
    "done": "Listo. Arrastra la barra para mirar atrás, pulsa una imagen pequeña para ampliarla.",
}

PAINTER = {
    "source": "Lo que se le dice a la red",
    "picture": "Píxeles de la imagen",
    "colours": "Mis propios colores",
    "sheet": (
        "Hoja de 32 por 32 celdas. Las flechas mueven el cursor, Espacio pinta o borra, "
        "Control Z y Control Y deshacen y rehacen."
    ),
    "action": "Pintar o borrar",
    "reveal": "Revelar",
    "hide": "Ocultar",
    "paint": "Pintar",
    "erase": "Borrar",
    "shape": "Herramienta",
    "pen": "Pincel",
    "pen_hint": "Arrastra para pintar",
    "rectangle": "Rectángulo",
    "rectangle_hint": "Arrastra de esquina a esquina",
    "pattern": "Patrón",
    "pattern_hint": "Arrastra un rectángulo que se llena con el patrón de abajo",
    "brush": "Tamaño",
    "palette": "Color",
    "swatches": ("Negro", "Blanco", "Marrón", "Rojo", "Amarillo", "Verde", "Azul", "Violeta"),
    "any_colour": "Cualquier color",
    "edits": "Editar",
    "undo": "Deshacer (Ctrl+Z)",
    "redo": "Rehacer (Ctrl+Y)",
    "invert": "Invertir",
    "clear": "Vaciar",
    "count": "{} de 1024\n({}\u00a0%)",
    "by_hand": "pintados a mano",
    "cursor_revealed": "Fila {}, columna {}: revelado",
    "cursor_hidden": "Fila {}, columna {}: oculto",
}

FIGURES = {
    "state": "estado",
    "estimate": "estimación",
    "psnr": "PSNR (dB)",
    "step": "Paso",
    "calls": "Llamadas a la red",
    "baseline": "Responde de una vez, sin integrador",
    "bend": "camino / distancia = {:.2f}",
    "red": "Rojo",
    "blue": "Azul",
    "coefficients": "Señal α y ruido σ",
    "snr": "log₁₀ de señal a ruido",
    "t": "Tiempo t (0 = imagen, 1 = ruido)",
    "deviation": "Desviación típica de las muestras",
    "coverage": "Verdades dentro de los intervalos",
    "measured": "esta imagen",
    "calibrated": "un método calibrado",
}

STATIONS = {
    "few": {
        "title": "Unos pocos píxeles",
        "text": "Solo hay 51 de 1024 píxeles revelados: [la hoja de pintar](pixels) muestra cuáles. "
        "La red no recibe nada más.",
        "question": "¿Qué hará con el resto?",
        "answers": ("Un gris uniforme", "Las formas grandes, borrosas", "La imagen exacta"),
        "reveal": "En las fotos los píxeles vecinos se parecen, así que unos pocos revelan las formas grandes. El "
        "detalle fino no se puede saber; la red tiene que inventarlo.",
        "compare": "revela más con [la proporción](pixels) y mira cómo se afinan las formas.",
    },
    "estimate": {
        "title": "Estado y estimación",
        "text": "En [el reproductor](player) se moverán dos imágenes. El estado, pequeño, va del ruido a la imagen. "
        "La estimación, grande, es lo que la red espera que sea la imagen final.",
        "question": "¿Cuándo muestra la estimación las formas grandes?",
        "answers": ("En el primer paso", "A la mitad", "Solo al final"),
        "reveal": "Enseguida: los píxeles revelados se conocen desde el principio. Los pasos siguientes solo deciden "
        "el detalle.",
        "compare": "lleva la barra de [el reproductor](player) al primer paso y mira las dos imágenes.",
    },
    "sample": {
        "title": "Una muestra o la media",
        "text": "La primera estimación es la media de todas las imágenes que encajan; el último estado es una de "
        "ellas. La tabla bajo [el reproductor](player) mostrará la PSNR de las dos.",
        "question": "¿Cuál de las dos tiene mayor PSNR?",
        "answers": ("La primera estimación", "El último estado", "Las dos igual"),
        "reveal": "La media, hasta 3 dB más: una muestra tiene que elegir detalles y cada elección errada cuesta. "
        "Aun así se ve más nítida. La PSNR premia la cautela, no la belleza.",
        "compare": "lee la tabla bajo [el reproductor](player) en el primer paso y en el último.",
    },
    "spread": {
        "title": "Varias muestras",
        "text": "Cuatro muestras parten de ruido distinto y ven los mismos píxeles. "
        "[El reproductor](player) mostrará cuánto difieren: claro es mucho.",
        "question": "¿Dónde difieren más?",
        "answers": ("En los píxeles revelados", "Lejos de ellos", "Igual en todas partes"),
        "reveal": "Los píxeles revelados quedan oscuros: no dejan elección, y sus vecinos poca.",
        "compare": "abre [Números](numbers), elige la dispersión de 8 muestras y mira si la verdad cae entre ellas tan "
        "a menudo como debería.",
    },
    "steps": {
        "title": "¿Cuántos pasos?",
        "text": "Tres carriles, la misma red de flow matching, 1, 8 y 50 [pasos](steps). "
        "Cada paso es al menos una llamada a la red y cuesta tiempo.",
        "question": "¿Qué aportan 50 pasos frente a 8?",
        "answers": ("Varios decibelios", "Una imagen más nítida", "Casi nada"),
        "reveal": "Ocho pasos de un buen integrador valen como cincuenta. Un paso da la media: la mejor PSNR y una "
        "imagen borrosa.",
        "compare": "lee la PSNR y los milisegundos de los tres carriles en [el reproductor](player).",
    },
    "ways": {
        "title": "Caminos rectos y curvos",
        "text": "La misma red y el mismo ruido en dos carriles; solo cambia el integrador, que está en Avanzado, bajo "
        "[el método](method). Euler sigue una ecuación sin azar (EDO), Euler-Maruyama añade ruido nuevo en cada paso "
        "(EDE).",
        "question": "¿Con qué integrador siguen los colores el camino más recto?",
        "answers": ("Euler, sin azar", "Euler-Maruyama, con ruido nuevo", "Con los dos igual"),
        "reveal": "Sin azar cada color va casi recto del ruido a la imagen. Con ruido nuevo parpadea y recorre varias "
        "veces más. Eso se debe al integrador, no al método: cada método se puede resolver de las dos maneras.",
        "compare": "abre [Números](numbers) y elige los caminos de los colores; luego elige otro método en los dos "
        "carriles: Euler sigue siendo el más recto.",
    },
    "hole": {
        "title": "Un hueco en vez de muchos",
        "text": "Se revelan tantos píxeles como siempre, pero los ocultos forman ahora [un solo bloque](pixels). Su "
        "interior hay que deducirlo del borde.",
        "question": "¿Cómo cambia la calidad?",
        "answers": ("Mejora", "Sigue igual", "Empeora"),
        "reveal": "Baja varios decibelios: casi todos los píxeles ocultos quedan lejos de uno conocido. "
        "Los píxeles dispersos dicen más que otros tantos alrededor de un hueco.",
        "compare": "elige Uniforme como [patrón](pixels), que dispersa casi el mismo número, y ejecuta otra vez.",
    },
    "classics": {
        "title": "Frente a los clásicos",
        "text": "Junto a la red habrá dos métodos clásicos en [el reproductor](player): el píxel más cercano y una "
        "superficie suave (spline).",
        "question": "¿Puede un spline superar en PSNR a una muestra de la red?",
        "answers": ("Nunca", "Sí, a menudo", "Solo sin ruido"),
        "reveal": "De media el spline logra unos 22 dB, una muestra 20.7 dB y la estimación de la red 23.6 dB. "
        "Una muestra es una imagen plausible, no un compromiso.",
        "compare": "mira bajo [el reproductor](player): estimaciones con splines, muestras con muestras.",
    },
    "resolution": {
        "title": "Cualquier resolución",
        "text": "Aquí una imagen es un campo: tiene color en cada lugar. Está revelado uno de cada dos píxeles "
        "en ambas direcciones, la cuarta parte, y [el reproductor](player) llenará los demás. El resultado se puede "
        "leer a 256 por 256.",
        "question": "¿Aparece detalle que no está a 32 por 32?",
        "answers": ("No", "Sí, detalle real", "Solo en los bordes"),
        "reveal": "No. La rejilla fina se lee suavemente entre las muestras del campo. "
        "Se ve mejor que los cuadrados, pero no se sabe nada nuevo.",
        "compare": "abre [Cualquier resolución](resolution) y mueve el control entre cuadrados y campo.",
    },
}
GUIDE = {
    "label": "Recorrido guiado",
    "title": "Un recorrido en {} estaciones",
    "intro": "Predecir, avanzar, describir, comparar: cada estación pregunta primero y luego ejecuta.",
    "start": "Empezar",
    "close": "Cerrar",
    "back": "Atrás",
    "next": "Siguiente",
    "place": "Estación {} de {}",
    "again": "Preparar de nuevo",
    "hint": "Tu respuesta inicia la ejecución.",
    "right": "Correcto.",
    "wrong": "No del todo.",
    "compare": "Compara:",
}
FORMULAS = {
    "heading": "Los métodos, uno junto a otro",
    "note": "La columna marcada es el método del primer carril, la línea marcada lo que usa su integrador. Los "
    "objetivos son los de los manuales. Las redes incluidas de todos los métodos aprenden en su lugar una misma cosa: "
    "lo que una estimación lineal a partir de los píxeles revelados y del estado deja mal, en unidades de su error "
    "esperado. Cada método lo convierte en su propio objetivo; por eso, con el mismo integrador y el mismo ruido, "
    "las imágenes son casi iguales.",
    "method": "Método",
    "path": "De la imagen al ruido",
    "target": "Objetivo de manual",
    "ode": "Paso sin azar (EDO)",
    "sde": "Paso con ruido nuevo (EDE)",
}
GLOSSARY_TITLE = "Glosario"
GLOSSARY = (
    ("Contexto", "Los píxeles revelados: todo lo que se le dice a la red."),
    ("Estado x\u209c", "La imagen en camino: puro ruido en t = 1, terminada en t = 0."),
    ("Estimación x\u2080", "Lo que la red espera que sea la imagen final, dados el estado y el contexto."),
    ("Score", "La dirección en que las imágenes se hacen más probables; apunta del ruido a la imagen."),
    ("Velocidad", "Con qué rapidez y hacia dónde se mueve cada color en el camino."),
    ("\u03b1\u209c, \u03c3\u209c", "Cuánto de la imagen y cuánto del ruido \u03b5 hay en el estado en el tiempo t."),
    (
        "s, v, x\u0302\u2080, \u03b5\u0302",
        "Lo que dice la red: score, velocidad y sus estimaciones de la imagen y del ruido.",
    ),
    ("\u03b2", "La rapidez con que el camino de la EDE basada en el score convierte imagen en ruido; crece con t."),
    ("\u03b7, z", "\u03b7 es cuánto ruido nuevo añade un paso del denoiser; z es ese ruido, distinto en cada paso."),
    ("g, w", "g es la fuerza del ruido nuevo, w el paseo aleatorio del que sale; dw es un pequeño paso suyo."),
    ("Integrador", "La receta que convierte las respuestas de la red en pasos."),
    (
        "Llamada a la red",
        "Una pasada por la red, la unidad de coste. Algunos integradores llaman varias veces por paso.",
    ),
    (
        "PSNR",
        "Relación señal a ruido de pico en decibelios: con 20 dB el error típico (la raíz del error cuadrático medio) "
        "es una décima del rango de negro a blanco; 3 dB más reducen a la mitad el error cuadrático medio.",
    ),
    ("SSIM", "Similitud estructural: compara patrones locales, 1 es igual."),
    (
        "CRPS",
        "Continuous ranked probability score: la distancia media de las muestras a la verdad, menos la mitad de su "
        "distancia media entre ellas. Menos es mejor; de una sola respuesta es el error absoluto.",
    ),
    (
        "tiny, tiny_conv, base",
        "Tamaños de la red: tiny es un Perceiver IO de 2.9 millones de parámetros, tiny_conv una convolución de "
        "conjuntos de 2.8 millones, base otra mayor de 7.6 millones, la más exacta y la más lenta.",
    ),
    ("Posterior", "Todas las imágenes que encajan con el contexto, con su probabilidad; una muestra es una de ellas."),
    ("Cobertura", "Cuántas veces la verdad cae en un intervalo de las muestras; el 90 % para el intervalo del 90 %."),
)
LINK = {
    "complaint": "Una parte de este enlace no se puede usar: {}",
    "share": "Compartir y llevar a casa",
    "link": "Enlace a exactamente esta configuración",
    "link_note": "La barra de direcciones también lo sigue. Para una lección añade ?lock= o ?hide= y partes de la "
    "página, con & en lugar de ? si el enlace ya lleva uno: {}. Las descargas y el código llevan la primera muestra de "
    "cada carril, sin las referencias de al lado.",
    "qr": "Mostrar código QR",
    "qr_label": "Código QR del enlace",
    "qr_too_long": "el enlace es demasiado largo para un código QR, porque lleva una imagen: compártelo como texto",
    "strip": "Tira de imágenes (PNG)",
    "webp": "Animación (WebP)",
    "gif": "Animación (GIF)",
    "bundle": "Números y código (ZIP)",
    "file": "Descargar",
    "code": "Mostrar el código",
    "code_label": "Python que vuelve a hacer esta imagen",
}
FORMER = "De una configuración anterior: pulsa Ejecutar o el botón de arriba."
NUMBERS = {
    "title": "Números y gráficas",
    "which": "Gráfica",
    "plots": {
        "steps": "Calidad en cada paso",
        "calls": "Calidad y llamadas a la red",
        "ways": "Caminos de los colores",
        "schedule": "Señal y ruido en el tiempo",
        "spread": "Dispersión de 8 muestras",
    },
    "refresh": "Dibujar de nuevo",
    "label": "Gráfica",
    "notes": {
        "steps": "De cada carril, en los píxeles ocultos. La línea sigue la barra de tiempo del reproductor.",
        "calls": "Esta imagen, estos píxeles, el modelo del primer carril. Una llamada da la media, con la mejor PSNR; "
        "las muestras son más nítidas y cuestan hasta 3 dB.",
        "ways": "Doce píxeles ocultos del ruido al color. 1.00 es una línea recta.",
        "schedule": "La señal se multiplica por \u03b1, el ruido por \u03c3. La línea sigue la barra de tiempo.",
        "spread": "PSNR de una muestra {one:.2f} dB, de su media {mean:.2f} dB, de la estimación en una llamada "
        "{estimate:.2f} dB; CRPS {crps:.4f}. Una imagen dice poco sobre la calibración.",
    },
    "baseline": "Un modelo que responde de una vez no tiene camino del ruido a la imagen: elige uno con integrador en "
    "el primer carril.",
}
RESOLUTION = {
    "title": "Cualquier resolución",
    "intro": "El resultado es un campo sobre las 32 por 32 muestras: pregúntale un color en cualquier lugar. No se "
    "inventa nada más fino que las muestras.",
    "size": "Leer a",
    "sizes": "{0} \u00d7 {0}",
    "left": "A la izquierda",
    "readers": {"nearest": "Píxel más cercano", "bilinear": "Lineal", "truth": "La imagen verdadera"},
    "field": "Campo (convolución cúbica)",
    "compare": "Leer el resultado",
    "slider": "Izquierda: lo que elijas, derecha: el campo",
    "why": "El campo y la ampliación bicúbica son aquí la misma fórmula; en su lugar está la interpolación lineal.",
    "scores": "PSNR frente a la imagen verdadera a este tamaño: {}.",
    "score": "{}: {:.2f} dB",
    "no_truth": "El original más fino de esta imagen aquí tiene {0} \u00d7 {0} píxeles, así que a este tamaño no "
    "hay PSNR; la imagen verdadera se muestra a {1} \u00d7 {1}.",
    "presets": {"inpainting": "Rellenar un hueco", "super_resolution": "Ampliar desde uno de cada dos píxeles"},
}
KNOWLEDGE = "Fórmulas y palabras"
PATTERN_TITLES = {
    "block": "Bloque",
    "border": "Borde",
    "drawn": "Dibujado",
    "grid": "Rejilla",
    "lines": "Líneas",
    "random_walk": "Paseo aleatorio",
    "uniform": "Uniforme",
}
TITLES = {
    "Field denoiser": "Denoiser de campos",
    "Score-based SDE": "EDE basada en el score",
    "CRPS ensemble": "Conjunto CRPS",
    "Regression": "Regresión",
    "Annealed Langevin": "Langevin con enfriamiento gradual",
    "Dormand-Prince 5 (ODE, adaptive)": "Dormand-Prince 5 (EDO, adaptativo)",
    "Euler (ODE)": "Euler (EDO)",
    "Euler-Maruyama (SDE)": "Euler-Maruyama (EDE)",
    "Heun (ODE)": "Heun (EDO)",
    "Midpoint (ODE)": "Punto medio (EDO)",
    "Predictor-corrector (SDE)": "Predictor-corrector (EDE)",
    "Runge-Kutta 4 (ODE)": "Runge-Kutta 4 (EDO)",
    "Biharmonic": "Biarmónica",
    "Linear (Delaunay)": "Lineal (Delaunay)",
    "Linear Gaussian (LMMSE)": "Lineal gaussiana (LMMSE)",
    "Nearest neighbour": "Vecino más cercano",
    "Thin-plate spline": "Spline de placa delgada",
}
PICTURE_TITLES = {
    "cat": "La gata Chelsea",
    "astronaut": "La astronauta Eileen Collins",
    "coffee": "Taza de café",
    "raccoon": "Mapache",
    "temple": "Palacio de Verano de Pekín",
    "balloon": "Globo aerostático",
    "dahlia": "Dalia",
    "rocket": "Lanzamiento del Falcon 9",
    "admiral": "La contraalmirante Grace Hopper",
    "boats": "Barcas al anochecer",
    "tiger": "Tigre",
    "fire_engine": "Camión de bomberos",
    "leaf": "Hoja caída",
    "kite": "Cometa en el cielo",
    "marigold": "Tagete",
    "zebra": "Cebra",
    "cups": "Tazas de colores",
    "ladybird": "Mariquita",
    "dune": "Hierba en una duna",
    "bus": "Autobús en Corea",
    "lake": "Lago a la una de la madrugada",
    "frog": "Rana",
}
CIFAR_CLASSES = {
    "airplane": "avión",
    "automobile": "automóvil",
    "bird": "pájaro",
    "cat": "gato",
    "deer": "ciervo",
    "dog": "perro",
    "frog": "rana",
    "horse": "caballo",
    "ship": "barco",
    "truck": "camión",
}
CHECKS = {
    "nothing": "un campo vacío",
    "whole": "{}: tiene que ser un número entero de {} a {}; se recibió {}",
    "share": "{}: tiene que ser un número entre 0 y 1, sin incluirlos; se recibió {}",
    "unknown": "{} {}: no se conoce; se conocen: {}",
    "picture": "una imagen es uint8 de forma ({0}, {0}, 3); se recibió {1}",
    "mask": "una máscara es bool de forma ({0}, {0}); se recibió {1}",
    "empty": "no hay ningún píxel revelado: revela al menos uno",
    "full": "todos los píxeles están revelados y no queda nada que reconstruir: oculta al menos uno",
    "mask_length": "una máscara de {0}x{0} son {1} caracteres base64url; se recibió {2}",
    "letters": "{}: tiene caracteres fuera de base64url (A-Z a-z 0-9 - _)",
    "own_length": "una imagen en un enlace tiene como máximo {} caracteres base64url: copia otra vez el enlace entero",
    "own_damaged": "la imagen del enlace está dañada: copia otra vez el enlace entero",
    "refusal": "{}: tiene que ser {}; se recibió {}",
}
CHECKED = {
    "steps": "pasos",
    "samples": "muestras",
    "the pixel seed": "la semilla de los píxeles",
    "the noise seed": "la semilla del ruido",
    "the revealed fraction": "la proporción revelada",
    "the picture number": "el número de la imagen",
    "model": "modelo",
    "solver": "integrador",
    "pattern": "patrón",
    "the number of samples": "el número de muestras",
    "baseline": "referencia",
    "gallery picture": "imagen de la galería",
    "the picture": "la imagen",
    "the picture in the link": "la imagen del enlace",
    "the mask": "la máscara",
    "the share in per cent": "la proporción en tanto por ciento",
    "the value": "el valor",
    "number of samples": "número de muestras",
    "the number of lanes": "el número de carriles",
    "steps of the first lane": "pasos del primer carril",
    "a lane": "un carril",
    "view": "vista",
    "language": "idioma",
    "part of the page": "parte de la página",
    "the station": "la estación",
    "a station of the walk": "una estación del recorrido",
    "a number between 0 and 1, for example 0.2": "un número entre 0 y 1, por ejemplo 0.2",
    "model,solver,steps, for example flow_matching/tiny,euler,20": "modelo,integrador,pasos, por ejemplo "
    "flow_matching/tiny,euler,20",
}
