"""Checks of what comes from outside: each returns the clean value or says what was given and what is allowed."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Collection

import numpy as np

from demo import strings
from fieldlib import InputError

MOST_SEED = 2**31 - 1


def whole(name: str, value: object, low: int, high: int) -> int:
    """``value`` as a whole number from ``low`` to ``high``; 20.0 counts as 20.

    Raises:
        InputError: anything else, NaN and truth values included.
    """
    number = _number(value)
    if not (number.is_integer() and low <= number <= high):
        raise error("whole", _named(name), low, high, _shown(value))
    return int(number)


def digits(name: str, text: str, low: int, high: int) -> int:
    """Typed ``text`` as a whole number from ``low`` to ``high``.

    Raises:
        InputError: anything else, other scripts' digits and thousands of digits included.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise error("whole", _named(name), low, high, _shown(text))
    return whole(name, int(text), low, high)


def share(name: str, value: object) -> float:
    """``value`` as a fraction strictly between 0 and 1.

    Raises:
        InputError: anything else, NaN included.
    """
    number = _number(value)
    if not 0 < number < 1:
        raise error("share", _named(name), _shown(value))
    return number


def one_of(name: str, value: object, known: Collection[str]) -> str:
    """``value`` when it is one of ``known``.

    Raises:
        InputError: anything else; the message lists the known names.
    """
    if not isinstance(value, str) or value not in known:
        raise error("unknown", _named(name), _shown(value), ", ".join(filter(None, known)))
    return value


def picture(pixels: object, size: int) -> np.ndarray:
    """``pixels`` when they are a uint8 (size, size, 3) array.

    Raises:
        InputError: anything else.
    """
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.shape != (size, size, 3):
        got = f"{pixels.dtype} {pixels.shape}" if isinstance(pixels, np.ndarray) else type(pixels).__name__
        raise error("picture", size, got)
    return pixels


def drawn_mask(mask: object, size: int) -> np.ndarray | None:
    """``mask`` when it is a bool (size, size) array, or None.

    Raises:
        InputError: anything else.
    """
    if mask is None or (isinstance(mask, np.ndarray) and mask.dtype == bool and mask.shape == (size, size)):
        return mask
    got = f"{mask.dtype} {mask.shape}" if isinstance(mask, np.ndarray) else type(mask).__name__
    raise error("mask", size, got)


def partial_mask(mask: np.ndarray) -> np.ndarray:
    """``mask`` when something is revealed and something is hidden.

    Raises:
        InputError: an empty or a full mask.
    """
    if not mask.any():
        raise error("empty")
    if mask.all():
        raise error("full")
    return mask


def pack_mask(mask: np.ndarray) -> str:
    """A bool mask as base64url text without padding: one bit per pixel, row-major, first pixel in the highest bit."""
    return base64.urlsafe_b64encode(np.packbits(mask).tobytes()).decode().rstrip("=")


def unpack_mask(text: object, size: int) -> np.ndarray:
    """The inverse of :func:`pack_mask` for a (size, size) mask.

    Raises:
        InputError: wrong length or alphabet.
    """
    count = math.ceil(size * size / 8)
    length = math.ceil(count * 4 / 3)
    if not isinstance(text, str) or len(text) != length:
        raise error("mask_length", size, length, _shown(text))
    bits = np.unpackbits(np.frombuffer(from_base64url("the mask", text), np.uint8), count=size * size)
    return bits.astype(bool).reshape(size, size)


def from_base64url(name: str, text: str) -> bytes:
    """The bytes in ``text``, base64url without padding.

    Raises:
        InputError: characters outside that alphabet.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise error("letters", _named(name)) from None


def refusal(name: str, value: object, allowed: str) -> InputError:
    """The error that says what ``name`` has to be and what was given, in the language in use."""
    return error("refusal", _named(name), _named(allowed), _shown(value))


def error(kind: str, *gaps: object) -> InputError:
    """The message called ``kind`` in the language in use."""
    return InputError(strings.CHECKS[kind].format(*gaps))


def _named(name: str) -> str:
    """``name``, or what is allowed for it, in the language in use."""
    return strings.CHECKED.get(name, name)


def _number(value: object) -> float:
    """``value`` as a float; NaN when it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value) if math.isfinite(value) else math.nan
    except OverflowError:
        return math.nan


def _shown(value: object) -> str:
    """``value`` for a message, cut to a readable length."""
    text = strings.CHECKS["nothing"] if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
