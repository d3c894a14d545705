"""The JSON Schema of tables that people write, from the structs that they are read into."""

from typing import Any, Final

import msgspec

from livetail.core.tables import Table

_LEFT_OUT: Final = ("discriminator", "title")
"""What msgspec adds and has no meaning here: a mapping to names that are not used, and the names of classes."""


def table_schema(table: type[Table]) -> dict[str, Any]:
    """The schema of a table, which refers to nothing outside itself."""
    (schema,), parts = msgspec.json.schema_components([table], ref_template="{name}")
    inlined: dict[str, Any] = _inlined(schema, parts)
    return inlined


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """A schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [_inlined(item, parts) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        others = {key: value for key, value in schema.items() if key != "$ref"}
        return _inlined(parts[schema["$ref"]] | others, parts)
    return {
        key: value if key == "default" else _inlined(value, parts)
        for key, value in schema.items()
        if key not in _LEFT_OUT
    }
