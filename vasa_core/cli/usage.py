"""Wrong use of the command line, told in one sentence like every other error."""

PREFIX = "Value error, "  # pydantic's, before the messages of enumerations


def usage_sentence(error: Exception) -> str | None:
    """What was wrong with the options or arguments, and where to look; None for errors of other kinds.

    Known by what click's errors have (`format_message`, `ctx`), as typer brings a click of its own since 0.29.
    """
    format_message = getattr(error, "format_message", None)
    if format_message is None:
        return None
    message = " ".join(format_message().split()).rstrip(".")
    wrong, param = _wrong_value(error), getattr(error, "param", None)
    if wrong is not None and param is not None:
        given, reason = wrong
        message = f"'{given}' does not do for {'/'.join(param.opts)}: {reason[:1].lower()}{reason[1:]}"
    context = getattr(error, "ctx", None)
    stop = "" if message.endswith("?") else "."
    return f"{message}{stop} See {context.command_path if context else 'vasa'} --help."


def _wrong_value(error: Exception) -> tuple[str, str] | None:
    """The value and the reason, where pydantic refused it."""
    details = getattr(error.__cause__, "errors", None)
    first = details()[0] if callable(details) else None
    return (
        (str(first["input"]), first["msg"].removeprefix(PREFIX).partition(", unable")[0].rstrip(".")) if first else None
    )


def help_of(error: Exception) -> str | None:
    """The help text, where a command was given without anything."""
    return error.format_message() if type(error).__name__ == "NoArgsIsHelpError" else None  # type: ignore[attr-defined]
