"""Tables that users write: what a struct accepts, and the problem of everything else."""

import math
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

import pytest
from msgspec import Meta

from livetail.core.tables import MAX_PROBLEMS, Path, Problems, Table, nearest, shown


def is_even(value: int) -> str | None:
    return f"is {value}; an even number is expected" if value % 2 else None


class Shape(Table, frozen=True, tag_field="shape"):
    title: ClassVar = "the shape"


class Circle(Shape, frozen=True, tag="circle"):
    radius: Annotated[float, Meta(ge=0.5, le=10)]


class Line(Shape, frozen=True, tag="line"):
    length: int


class Drawing(Table, frozen=True, rename="camel"):
    title: ClassVar = "a drawing"

    name: Annotated[str, Meta(min_length=1, max_length=8)]
    pen_width: Annotated[int, Meta(ge=1, le=2_000, extra={"check": is_even})] | None = None
    colour: Literal["red", "blue"] = "red"
    is_dashed: bool = False
    wait: Annotated[str, Meta(extra={"expected": "a duration such as 90s"})] = "0s"
    points: list[Annotated[int, Meta(ge=0, le=9)]] = []
    tags: dict[str, str] = {}
    what: Annotated[float, Meta(ge=0, le=100)] | Circle | Line | None = None

    def check(self) -> Iterable[tuple[Path, str]]:
        if self.is_dashed and self.pen_width is None:
            yield ("isDashed",), "is true; a dashed drawing needs a penWidth"


def read(values: object) -> tuple[Drawing | None, list[str]]:
    problems = Problems()
    drawing = problems.read(Drawing, values)
    return drawing, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("values", "drawing"),
    [
        ({"name": "a"}, Drawing(name="a")),
        ({"name": "a", "penWidth": 2, "isDashed": True}, Drawing(name="a", pen_width=2, is_dashed=True)),
        ({"name": "a", "pen_width": 2, "what": None}, Drawing(name="a", pen_width=2)),
        ({"name": "a", "points": (1, 2), "tags": {"k": "v"}}, Drawing(name="a", points=[1, 2], tags={"k": "v"})),
        ({"name": "a", "what": 1}, Drawing(name="a", what=1.0)),
        ({"name": "a", "what": {"shape": "circle", "radius": 2}}, Drawing(name="a", what=Circle(radius=2.0))),
        ({"name": "a", "what": {"shape": "line", "length": 2}}, Drawing(name="a", what=Line(length=2))),
    ],
)
def test_a_good_table_becomes_its_struct(values: dict[str, Any], drawing: Drawing) -> None:
    assert read(values) == (drawing, [])


@pytest.mark.parametrize(
    ("values", "sentences"),
    [
        ([], ["it is a list; a table is expected"]),
        ({}, ["name is missing; a text of 1 to 8 characters is expected"]),
        ({"name": ""}, ["name is ''; a text of 1 to 8 characters is expected"]),
        ({"name": "\ud800"}, ["name is '\\ud800'; a text of 1 to 8 characters is expected"]),
        ({"name": "a", "nmae": 1}, ["nmae is not a key of a drawing; did you mean 'name'?"]),
        ({"name": "a", "penWidth": 3}, ["penWidth is 3; an even number is expected"]),
        ({"name": "a", "penWidth": True}, ["penWidth is true; a whole number from 1 to 2,000 is expected"]),
        ({"name": "a", "pen_width": 10**400}, ["pen_width is a number of very many digits; a whole number"]),
        ({"name": "a", "penWidth": 2, "pen_width": 2}, ["pen_width is given twice"]),
        ({"name": "a", "colour": "green"}, ["colour is 'green'; one of blue, red is expected"]),
        ({"name": "a", "colour": None}, ["colour is null; one of blue, red is expected"]),
        ({"name": "a", "colour": ["red"]}, ["colour is a list; one of blue, red is expected"]),
        ({"name": "a", "isDashed": 1}, ["isDashed is 1; true or false is expected"]),
        ({"name": "a", "is_dashed": True}, ["isDashed is true; a dashed drawing needs a penWidth"]),
        ({"name": "a", "wait": 5}, ["wait is 5; a duration such as 90s is expected"]),
        ({"name": "a", "points": [1, -1]}, ["points 2 is -1; a whole number from 0 to 9 is expected"]),
        ({"name": "a", "points": 1}, ["points is 1; a list; of each entry a whole number from 0 to 9 is expected"]),
        ({"name": "a", "tags": {"k": 1}}, ["tags.k is 1; a text is expected"]),
        ({"name": "a", "what": "x"}, ["what is 'x'; a number from 0 to 100 or a table is expected"]),
        ({"name": "a", "what": math.inf}, ["what is inf; a number from 0 to 100 or a table is expected"]),
        (
            {"name": "a", "what": 10**310},
            ["what is a number of very many digits; a number from 0 to 100"],
        ),
        ({"name": "a", "what": {}}, ["what.shape is missing; one of circle, line is expected"]),
        ({"name": "a", "what": {"shape": "cirle"}}, ["what.shape is 'cirle'; one of circle, line is expected"]),
        (
            {"name": 1, "what": {"shape": "circle", "radius": 11, "x": 1}, 5: 6},
            [
                "name is 1; a text of 1 to 8 characters is expected",
                "what.radius is 11; a number from 0.5 to 10 is expected",
                "what.x is not a key of the shape circle; it takes radius",
                "5 is not a key of a drawing; it takes name",
            ],
        ),
    ],
)
def test_every_problem_is_one_sentence(values: object, sentences: list[str]) -> None:
    drawing, found = read(values)
    assert drawing is None
    assert len(found) == len(sentences)
    for sentence, beginning in zip(found, sentences, strict=True):
        assert sentence.startswith(beginning)


def test_a_problem_has_the_path_as_it_was_written() -> None:
    problems = Problems()
    problems.read(Drawing, {"name": "a", "pen_width": 0, "what": {"shape": "line"}}, ("drawing", 2))
    assert [problem.path for problem in problems] == [
        ("drawing", 2, "pen_width"),
        ("drawing", 2, "what", "length"),
    ]
    assert [str(problem) for problem in problems] == [
        "drawing 2: pen_width is 0; a whole number from 1 to 2,000 is expected",
        "drawing 2: what.length is missing; a whole number is expected",
    ]


def test_a_document_that_is_wrong_throughout_has_a_bounded_number_of_problems() -> None:
    problems = Problems()
    problems.read(Drawing, {"name": "a", "points": [-1] * 20_000})
    assert len(problems) == 20_000 and len(list(problems)) == MAX_PROBLEMS + 1
    assert str(list(problems)[-1]) == "it has 19,900 more problems"


def test_a_sentence_is_one_short_line_whatever_it_quotes() -> None:
    _, [problem] = read({"name": "a", "x\ny" * 40_000: 1})
    assert "\n" not in problem and len(problem) < 200
    assert len(shown("x" * 1_000_000)) < 70
    assert nearest("x" * 40_000, ["name"]) == "it takes name"
