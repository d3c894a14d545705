"""Values drawn from JSON Schema, and values that are nearly so: for the part of JSON Schema that our documents use."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

__all__ = ["drawn", "nearly"]

_LONGEST = 12
_LARGEST = 10**9
_OTHERS: tuple[Any, ...] = (True, 7, 0.5, "text", [], {})

Schema = Mapping[str, Any]


def drawn(schema: Schema, components: Schema) -> st.SearchStrategy[Any]:
    """Values that fit `schema`; `components` is what its references lead to."""
    if "$ref" in schema:
        return drawn(components[schema["$ref"].rpartition("/")[2]], components)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    for either in ("oneOf", "anyOf"):
        if either in schema:
            return st.one_of([drawn(branch, components) for branch in schema[either]])
    match schema.get("type"):
        case "string":
            least, most = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
            return st.text(min_size=least, max_size=min(most, max(least, _LONGEST)))
        case "integer":
            return st.integers(schema.get("minimum", -_LARGEST), int(schema.get("maximum", _LARGEST)))
        case "number":
            return st.floats(schema.get("minimum", -_LARGEST), schema.get("maximum", _LARGEST))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "array":
            return st.lists(drawn(schema["items"], components), min_size=schema.get("minItems", 0), max_size=3)
        case "object" if "properties" in schema:
            return _tables(schema, components)
        case "object":
            inner = schema.get("additionalProperties", {})
            return st.dictionaries(st.text(max_size=5), drawn(inner, components), max_size=3)
    return st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=_LONGEST))


@st.composite
def _tables(draw: st.DrawFn, schema: Schema, components: Schema) -> dict[str, Any]:
    properties = schema["properties"]
    required = schema.get("required", [])
    optional = [name for name in properties if name not in required]
    least = max(0, schema.get("minProperties", 0) - len(required))
    most = min(len(optional), schema.get("maxProperties", len(properties)) - len(required))
    chosen = draw(st.lists(st.sampled_from(optional), min_size=least, max_size=most, unique=True)) if optional else []
    return {name: draw(drawn(properties[name], components)) for name in (*required, *chosen)}


@st.composite
def nearly(draw: st.DrawFn, schema: Schema, components: Schema) -> Any:
    """Values that fit `schema` but for one thing. Some fit after all."""
    value = draw(drawn(schema, components))
    if not isinstance(value, dict) or draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from([*_OTHERS, None]))
    changes = ["more"] + (["less", "other"] if value else [])
    change = draw(st.sampled_from(changes))
    if change == "more":
        return {**value, "noSuchKey": draw(st.sampled_from(_OTHERS))}
    name = draw(st.sampled_from(sorted(value)))
    if change == "less":
        return {key: inner for key, inner in value.items() if key != name}
    return {**value, name: draw(st.sampled_from(_OTHERS))}
