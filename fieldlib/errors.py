"""The one exception for bad input: its message can be shown to a person as it is."""


class InputError(ValueError):
    """Something a person gave cannot be used.

    The message says what was given, what is allowed and what to do. Command lines print it and
    exit with code 2, the studio shows it in the page, the HTTP API returns it.
    """
