"""One way to make a command line: a frozen dataclass whose fields are the flags and whose docstring is the help.

>>> @dataclass(frozen=True)
... class Options:
...     '''Greet somebody.
...
...     Attributes:
...         name: whom to greet.
...         times: how often.
...     '''
...     name: str
...     times: int = 1
>>> run(Options, main)   # python -m train_scripts.greet --name Ada --times 2

Bad input ends with a message on stderr and exit code 2, an interrupt with 130; neither shows a traceback.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from fieldlib.errors import InputError

Options = TypeVar("Options")
BAD_INPUT, INTERRUPTED = 2, 130
NAMING = ("method", "preset")  # options that a reader of a command wants to see


def run(options: type[Options], main: Callable[[Options], None], arguments: Sequence[str] | None = None) -> None:
    """Call ``main`` with the options of the command line and leave with its exit code."""
    try:
        main(parse(options, arguments))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)


def parse(options: type[Options], arguments: Sequence[str] | None = None) -> Options:
    """The options on the command line; argparse leaves with code 2 at an unknown flag or an unreadable value."""
    summary = (inspect.getdoc(options) or "").partition("\nAttributes:")[0].strip()
    helps = {k: v for kind in reversed(options.__mro__) for k, v in argument_help(inspect.getdoc(kind) or "").items()}
    parser = argparse.ArgumentParser(
        description=summary, allow_abbrev=False, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    hints = get_type_hints(options)
    for field in fields(options):  # type: ignore[arg-type]
        add_flag(parser, field, hints[field.name], helps.get(field.name, ""))
    given = vars(parser.parse_args(arguments))
    return options(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()})


def add_flag(parser: argparse.ArgumentParser, field: Field[Any], hint: Any, text: str) -> None:  # noqa: ANN401
    """One flag for one field: ``batch_size: int = 64`` becomes ``--batch-size`` with an integer value."""
    flag = "--" + field.name.replace("_", "-")
    default = field.default if field.default_factory is MISSING else field.default_factory()
    settings: dict[str, Any] = {"dest": field.name, "help": text or " "}
    settings |= {"required": True} if default is MISSING else {"default": default}
    kind = value_type(hint)
    if kind is bool:
        parser.add_argument(flag, action=argparse.BooleanOptionalAction, **settings)
    elif get_origin(kind) is tuple:
        kinds = [k for k in get_args(kind) if k is not Ellipsis]
        parser.add_argument(flag, type=kinds[0], nargs="+" if len(kinds) == 1 else len(kinds), **settings)
    else:
        parser.add_argument(flag, type=kind, metavar=kind.__name__.upper(), **settings)


def value_type(hint: Any) -> Any:  # noqa: ANN401 - type hints have no common type
    """``int`` for ``int`` and for ``int | None``."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(kind for kind in get_args(hint) if kind is not types.NoneType)
    return hint


def argument_help(docstring: str) -> dict[str, str]:
    """The texts of the ``Attributes:`` section by name; continuation lines are indented further."""
    section = docstring.partition("\nAttributes:\n")[2].partition("\n\n")[0]
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", section, flags=re.MULTILINE)
    return {name: re.sub(r"\s+", " ", text).replace("%", "%%") for name, text in entries}


def picked(options: Any, names: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 - any of the scripts' dataclasses
    """The options of these names, with their values."""
    return {name: getattr(options, name) for name in names}


def command_of(options: Any, leave_out: Sequence[str] = ()) -> str:  # noqa: ANN401 - any of the scripts' dataclasses
    """The flags that give ``options``: method and preset always, the others where they differ from their defaults."""
    flags = []
    for field in fields(options):
        value = getattr(options, field.name)
        if field.name not in leave_out and value is not None and (value != field.default or field.name in NAMING):
            flags.append(f"--{field.name.replace('_', '-')}" + ("" if value is True else f" {spoken(value)}"))
    return " ".join(flags)


def spoken(value: object) -> str:
    """A value as it is typed after its flag."""
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def output_file(path: Path, suffixes: Sequence[str]) -> Path:
    """``path``, with its folder made, before any long work starts.

    Raises:
        InputError: another suffix, a folder of that name, or a folder that cannot be made.
    """
    if path.suffix.lower() not in suffixes:
        raise InputError(f"the output must end in {' or '.join(suffixes)}; got {str(path)!r}")
    if path.is_dir():
        raise InputError(f"{path} is a folder; give the name of a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {path.parent}: {error}") from error
    return path


def whole_number(name: str, value: int, low: int, high: int) -> int:
    """``value`` when it lies from ``low`` to ``high``.

    Raises:
        InputError: it does not.
    """
    if not low <= value <= high:
        raise InputError(f"{name} is a whole number from {low} to {high}; got {value}")
    return value
