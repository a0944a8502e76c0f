"""What is written under each field of a noun, for help texts and pages that are read off it."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent


@cache
def field_lines(noun: type) -> dict[str, str]:
    """Give the line of doc under each field of a dataclass or member of an enum.

    Args:
        noun: a class of a module.

    Returns:
        The line by the field's name, without its full stop; a line that was wrapped is one again.
        Nothing where Python runs without the source.
    """
    try:
        module = ast.parse(dedent(inspect.getsource(noun)))
    except OSError:
        return {}
    statements = [entry for node in module.body for entry in getattr(node, "body", ())]
    lines = {}
    for statement, after in pairwise(statements):
        name = _assigned(statement)
        if name and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            lines[name] = " ".join(str(after.value.value).split()).rstrip(".")
    return lines


def _assigned(statement: ast.stmt) -> str:
    """Give the name that a statement assigns to; empty where it is none."""
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case _:
            return ""
