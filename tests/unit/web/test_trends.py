"""A test over time: what belongs to one line, where it is drawn, and what the table says."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from openrecord.web.records import charts
from openrecord.web.records.charts import WHOLE, Dot, chart
from openrecord.web.records.ranges import Direction
from openrecord.web.records.trends import test_of as of_test
from openrecord.web.records.trends import trends_of
from openrecord.web.records.values import Shown, Trend
from openrecord.web.words import day_in_words
from tests.unit.web.entries import shown_of

SNOMED = "http://snomed.info/sct"
START = datetime(2024, 1, 1, 12, tzinfo=UTC)
FIGURES = st.one_of(
    st.integers(-(10**6), 10**6).map(Decimal), st.decimals(-1000, 1000, places=3), st.sampled_from([Decimal("1e12")])
)


def result(days: int, value: float | None, unit: str = "g/L", **more: Any) -> Shown:
    """A haemoglobin so many days after the start."""
    at = START + timedelta(days=days)
    body: dict[str, Any] = {
        "resourceType": "Observation",
        "code": {"text": "Haemoglobin", "coding": [{"system": SNOMED, "code": "1022431000000105"}]},
        **more,
    }
    if value is not None:
        body["valueQuantity"] = {"value": value, "unit": unit, **body.get("valueQuantity", {})}
    return shown_of(f"/record/test-results/{days}", f"Observation/{days}", day_in_words(at), body, at)


def only(this: Shown, *others: Shown) -> Trend:
    """The one trend of a page."""
    (found,) = trends_of(this, others)
    return found


def between(low: float | None, high: float | None) -> list[dict[str, Any]]:
    """A reference range."""
    bounds = {"low": low, "high": high}
    return [{end: {"value": value} for end, value in bounds.items() if value is not None}]


def test_grams_in_a_litre_and_in_a_decilitre_stand_on_one_line() -> None:
    trend = only(result(20, 137), result(10, 13.5, "g/dL"), result(0, 140))
    assert [(row.value, row.converted) for row in trend.rows] == [
        ("137 g/L", ""),
        ("13.5 g/dL", "135 g/L"),
        ("140 g/L", ""),
    ]
    assert trend.chart is not None
    assert len(trend.chart.marks) == 3
    assert trend.chart.marks[1].y > trend.chart.marks[2].y > trend.chart.marks[0].y
    assert trend.apart == ""


def test_what_does_not_convert_is_in_the_table_only_and_said() -> None:
    trend = only(result(20, 137), result(10, 8.5, "mmol/L"), result(5, 8, ""), result(0, 140))
    assert len(trend.rows) == 4
    assert trend.chart is not None
    assert len(trend.chart.marks) == 2
    assert "mmol/L, no unit" in trend.apart
    assert only(result(20, 137), result(10, 8.5, "mmol/L")).chart is None


def test_a_bound_is_drawn_hollow_and_ends_the_line() -> None:
    trend = only(
        result(40, 9), result(30, 8), result(20, 5, valueQuantity={"comparator": "<"}), result(10, 7), result(0, 6)
    )
    assert trend.chart is not None
    assert [mark.is_bound for mark in trend.chart.marks] == [False, False, True, False, False]
    assert [mark.is_this for mark in trend.chart.marks] == [False, False, False, False, True]
    assert len(trend.chart.lines) == 2
    assert trend.rows[2].value == "<5 g/L"


def test_the_key_has_the_shape_of_a_bound_whose_place_is_known() -> None:
    below = {"comparator": "<", "value": 90, "unit": "g/L"}
    trend = only(result(10, 0, valueQuantity=below, referenceRange=between(115, 165)), result(0, 140))
    assert trend.chart is not None
    assert [mark.shape for mark in trend.chart.marks if mark.is_bound] == ["below"]
    assert "below" in trend.chart.shapes
    untold = only(result(10, 0, valueQuantity=below), result(0, 140, referenceRange=between(115, 165)))
    assert untold.chart is not None
    assert untold.chart.shapes == ("within",)


def test_a_range_is_drawn_where_it_holds() -> None:
    whole = only(result(20, 137, referenceRange=between(115, 165)), result(0, 140, referenceRange=between(115, 165)))
    assert whole.chart is not None
    ((x, _y, width, _height),) = whole.chart.bands
    assert (x, width) == (0, WHOLE)
    parts = only(
        result(30, 137, referenceRange=between(115, 165)),
        result(20, 137),
        result(10, 137, referenceRange=between(120, None)),
        result(0, 140, referenceRange=between(120, None)),
    )
    assert parts.chart is not None
    first, second = parts.chart.bands
    assert (first.x, first.y) == (0, 0)
    assert first.x + first.width < parts.chart.marks[2].x < second.x
    assert second.x + second.width == WHOLE
    assert [row.range_text for row in parts.rows] == ["115 to 165", "", "120 or more", "120 or more"]


def test_a_range_in_a_unit_of_its_own_is_converted_or_not_drawn() -> None:
    other = [{"low": {"value": 11.5, "unit": "g/dL"}, "high": {"value": 8, "unit": "mmol/L"}}]
    trend = only(result(20, 137, referenceRange=other), result(0, 140, referenceRange=other))
    assert trend.chart is not None
    assert [band.y for band in trend.chart.bands] == [0]


def test_directions_have_shapes() -> None:
    held = between(115, 165)
    earlier = result(10, 100, referenceRange=held), result(0, 170, referenceRange=held)
    trend = only(result(20, 137, referenceRange=held), *earlier)
    assert trend.chart is not None
    assert [mark.shape for mark in trend.chart.marks] == ["above", "below", "within"]
    assert trend.chart.shapes == ("above", "below", "within")
    assert [row.tag for row in trend.rows] == ["", "Below the range", "Above the range"]


def test_components_have_a_line_each() -> None:
    def reading(days: int, upper: float, lower: float) -> Shown:
        components = [
            {"code": {"text": "Systolic"}, "valueQuantity": {"value": upper, "unit": "mmHg"}},
            {"code": {"text": "Diastolic"}, "valueQuantity": {"value": lower, "unit": "mm[Hg]"}},
        ]
        return result(days, None, component=components)

    systolic, diastolic = trends_of(reading(10, 130, 80), [reading(0, 125, 78)])
    assert (systolic.title, diastolic.title) == ("Systolic", "Diastolic")
    assert [row.value for row in diastolic.rows] == ["80 mmHg", "78 mmHg"]


def test_a_result_stands_in_its_place_among_older_and_newer_ones() -> None:
    trend = only(result(10, 130), result(20, 140), result(10, 131), result(0, 120))
    assert [(row.value, row.is_this) for row in trend.rows] == [
        ("140 g/L", False), ("130 g/L", True), ("131 g/L", False), ("120 g/L", False)
    ]  # fmt: skip
    assert trend.chart is not None
    assert [mark.is_this for mark in trend.chart.marks] == [False, False, True, False]


def test_a_date_of_which_only_the_year_is_known_stays_one() -> None:
    year = structs.replace(result(0, 140), date="2024")
    trend = only(result(40, 137), year)
    assert trend.chart is not None
    assert trend.chart.ends == ("2024", "10 February 2024")
    assert "from 2024 to 10 February 2024" in trend.summary
    assert trend.rows[1].date == "2024"


def test_without_other_values_there_is_nothing_to_show() -> None:
    assert trends_of(result(0, 137), []) == ()
    assert trends_of(result(1, 137), [result(0, None, valueString="clotted")]) == ()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ([{"system": SNOMED, "code": "1"}], (SNOMED, "1")),
        ([{"system": "urn:x", "code": "0"}, {"system": SNOMED, "code": "1"}], (SNOMED, "1")),
        ([{"code": "0"}, {"system": "urn:x", "code": "2"}], ("urn:x", "2")),
        ([{"code": "0"}], None),
        ([{"system": SNOMED, "code": "196411000000103"}], None),
        ([], None),
    ],
)
def test_the_same_test_is_told_by_its_code(code: list[dict[str, str]], expected: tuple[str, str] | None) -> None:
    assert of_test(result(0, 5, code={"coding": code, "text": "x"})) == expected
    assert of_test(result(0, None, code={"coding": code, "text": "x"}, valueString="words")) is None


@st.composite
def dots(draw: st.DrawFn) -> list[Dot]:
    """Values in the order of time, with ranges that may be open."""
    days = sorted(draw(st.lists(st.dates(date(1, 1, 1), date(9999, 12, 31)), min_size=1, max_size=12)))
    made = []
    for day in days:
        low, high = draw(st.one_of(st.none(), FIGURES)), draw(st.one_of(st.none(), FIGURES))
        if low is not None and high is not None and low > high:
            low, high = high, low
        made.append(Dot(day, draw(FIGURES), low, high, draw(st.sampled_from(Direction)), draw(st.booleans())))
    return made


@given(dots())
def test_everything_lies_on_the_drawing_in_its_order(given_dots: list[Dot]) -> None:
    made = chart(given_dots)
    assert all(0 <= mark.x <= WHOLE and 0 <= mark.y <= WHOLE for mark in made.marks)
    for (dot, mark), (other, another) in itertools.combinations(zip(given_dots, made.marks, strict=True), 2):
        assert mark.x <= another.x
        if dot.value < other.value:
            assert mark.y >= another.y
    assert all(
        band.x >= 0 and band.y >= 0 and band.x + band.width <= WHOLE + 0.1 and band.y + band.height <= WHOLE + 0.1
        for band in made.bands
    )
    assert 2 <= len(made.values) <= 5
    gaps = {number(after.text) - number(tick.text) for tick, after in itertools.pairwise(made.values)}
    assert len(gaps) == 1
    assert len(made.years) <= charts._MOST_YEARS
    assert len(made.ends) in ({0} if made.years else {1, 2})
    assert all(0 <= year.at <= WHOLE for year in made.years)


PLAIN = str.maketrans("\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "-0123456789")


def number(figure: str) -> Decimal:
    """What a figure beside a plot says."""
    return Decimal(figure.replace("\u00d710", "e").translate(PLAIN))


@pytest.mark.parametrize(
    ("values", "figures"),
    [
        ([1_000_000, 2_000_000], ["1\u00d710⁶", "1.25\u00d710⁶", "1.5\u00d710⁶", "1.75\u00d710⁶", "2\u00d710⁶"]),
        ([-150_000, 0], ["-1.5\u00d710⁵", "-1\u00d710⁵", "-50000", "0"]),
        ([0.000001, 0.000002], ["1\u00d710⁻⁶", "1.25\u00d710⁻⁶", "1.5\u00d710⁻⁶", "1.75\u00d710⁻⁶", "2\u00d710⁻⁶"]),
    ],
)
def test_a_long_figure_is_a_power_of_ten(values: list[float], figures: list[str]) -> None:
    drawn = only(result(1, values[1]), result(0, values[0])).chart
    assert drawn is not None
    assert [tick.text for tick in drawn.values] == figures


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_however_large_or_small_stops_a_page(value: float, other: float) -> None:
    assert only(result(1, value), result(0, other)).chart is not None
