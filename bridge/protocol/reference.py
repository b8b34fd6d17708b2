"""The tables of all messages in bridge/PROTOCOL.md, made from the messages themselves and their docstrings."""

import ast
import inspect
import json
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from msgspec import NODEFAULT, Struct
from msgspec import inspect as types

from bridge.protocol import fields
from bridge.protocol import messages as m
from bridge.protocol.errors import MEANINGS

DOCUMENT = Path(__file__).parents[1] / "PROTOCOL.md"
BEGIN, END = "<!-- reference: made by python -m bridge.protocol.schema -->\n", "<!-- end of the reference -->\n"
FINITE = 1e6
"""Limit of the numbers that have their own ranges elsewhere."""
COMMON = ("op", "v", "id")
"""Fields that all requests have; told once."""


def write_reference() -> None:
    """Put the tables into the document, between its two marks."""
    DOCUMENT.write_text(with_reference(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


def with_reference(document: str) -> str:
    """The document with the tables as they have to be."""
    before, _, rest = document.partition(BEGIN)
    return before + BEGIN + "\n" + reference() + "\n" + END + rest.partition(END)[2]


def reference() -> str:
    """All tables."""
    parts = ["### Requests\n"]
    for kind in get_args(m.AnyRequest):
        op = str(kind.__struct_config__.tag)
        result = m.RESULTS.get(op)
        parts.append(f"#### `{op}`\n\n{_first(kind)}\n")
        parts.append(_table(kind, COMMON))
        parts.append(
            "Result: " + ("empty.\n" if result is None else f"[{result.__name__}](#{result.__name__.lower()}).\n")
        )
    parts.append(f"#### Controls\n\n{_first(m.Controls)}\n\n" + _table(m.Controls))
    parts.append("### Results\n")
    results: list[type[Struct]] = [*dict.fromkeys(m.RESULTS.values()), m.Failure]
    for told in results:
        parts.append(f"#### {told.__name__}\n\n{_first(told)}\n\n" + _table(told))
    parts.append("### Stream headers\n")
    for header in (m.FrameHeader, m.MotionHeader, m.Event):
        parts.append(f"#### {header.__name__}\n\n{_first(header)}\n\n" + _table(header))
    parts.append("### Error codes\n\n| code | meaning |\n|---|---|")
    parts.extend(f"| `{code}` | {meaning} |" for code, meaning in MEANINGS.items())
    return "\n".join(part for part in parts if part) + "\n"


def _link(kind: type) -> str:
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _first(kind: type) -> str:
    """What a message's docstring says."""
    return " ".join((inspect.getdoc(kind) or "").split())


def _table(kind: type[Struct], leave_out: tuple[str, ...] = ()) -> str:
    meanings = _meanings(kind)
    described: Any = types.type_info(kind)
    rows = [
        f"| `{field.encode_name}` | {_type(field.type)} | {_default(field)} | {meanings.get(field.name, '')} |"
        for field in described.fields
        if field.name not in leave_out
    ]
    return "\n".join(["| field | type | default | meaning |", "|---|---|---|---|", *rows, ""]) if rows else ""


def _default(field: types.Field) -> str:
    """What a field is where it is left out."""
    if field.required:
        return "required"
    if field.default is NODEFAULT:
        return "as it was" if field.default_factory is NODEFAULT else "`[]`"
    if isinstance(field.default, Struct):
        return "nothing"
    if isinstance(field.default, bytes):
        return "empty"
    return f"`{json.dumps(field.default)}`"


def _type(kind: Any) -> str:
    """A field's type and limits in words."""
    match kind:
        case types.UnionType():
            return " or ".join(_type(each) for each in kind.types)
        case types.NoneType():
            return "null"
        case types.LiteralType():
            return " ".join(f'`"{value}"`' for value in _ordered(kind.values))
        case types.IntType() | types.FloatType():
            return ("int" if isinstance(kind, types.IntType) else "float") + _range(kind)
        case types.BoolType():
            return "bool"
        case types.StrType():
            return "name" if kind.pattern else "text" + (f", {kind.max_length} characters" if kind.max_length else "")
        case types.BytesType():
            return f"bytes, {(kind.max_length or 0) >> 20} MiB"
        case types.ListType() | types.CollectionType():
            length = f"{kind.min_length} " if kind.min_length and kind.min_length == kind.max_length else ""
            return f"list of {length}{_type(kind.item_type)}"
        case types.DictType():
            return "map"
        case types.StructType():
            return _link(kind.cls)
        case _:
            return "anything"


def _ordered(values: tuple[Any, ...]) -> list[Any]:
    """Values of a Literal in the order of its definition, which msgspec does not keep."""
    for name in m.__all__:
        defined = get_args(getattr(m, name))
        if set(defined) == set(values):
            return list(defined)
    return sorted(values)


def _range(kind: types.IntType | types.FloatType) -> str:
    low = kind.ge if kind.ge is not None else kind.gt
    if kind.le == FINITE:
        return ""
    if kind.gt is not None:
        return f", above {_number(low)} to {_number(kind.le)}"
    if low is None and kind.le is None:
        return ""
    return f", {_number(low)} to {_number(kind.le)}" if kind.le is not None else f", {_number(low)} and up"


def _number(value: float | None) -> str:
    if value == 1 << 53:
        return "2^53"
    return f"{value:g}" if value is not None and value < 1e6 else f"{value}"


def _meanings(kind: type[Struct]) -> dict[str, str]:
    """What stands below the fields; where nothing does, what stands below their types."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    found = _texts(body.body) if isinstance(body, ast.ClassDef) else {}
    aliases = _texts(ast.parse(inspect.getsource(fields)).body)
    del aliases["Name"]  # the document tells it once
    for name, annotation in inspect.get_annotations(kind).items():
        for alias in aliases:
            if annotation in (known := getattr(fields, alias), known | None):
                found.setdefault(name, aliases[alias])
    return found


def _texts(statements: list[ast.stmt]) -> dict[str, str]:
    """The docstrings that stand below assignments, by the names that are assigned."""
    found: dict[str, str] = {}
    for statement, text in pairwise(statements):
        if not (isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)):
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        if isinstance(target, ast.Name):
            found[target.id] = " ".join(str(text.value.value).split()).replace("|", "\\|")
    return found
