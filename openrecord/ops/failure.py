"""How a command says that it could not do what was asked. Imports nothing, so that it can be caught anywhere."""


class CommandFailed(Exception):
    """The message goes to whoever typed the command; it never holds an NHS number, a name or clinical content."""
