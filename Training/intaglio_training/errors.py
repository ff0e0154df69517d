"""What ends a command early: each is a sentence without a traceback."""


class InputError(Exception):
    """The input is wrong: what was wrong, what was expected, and what to do. Exit code 2."""


class Interrupted(Exception):
    """A signal ended a run before its last step, and its checkpoint is written. Exit code 130, as a shell says it of SIGINT."""
