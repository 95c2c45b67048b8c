"""The rules that turn figures and statements into verdicts."""

from __future__ import annotations

import pytest

from orbitsim.missions.figure import Figure
from orbitsim.missions.verdict import Derived, Told, judge, judge_statement, root_sum


def figure(value: float | str, unit: str, precision: float | None, qualifier: str = "") -> Figure:
    return Figure("some.key", value, unit, precision, qualifier, "document", "line 1")


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (1.0, "supported"),
        (0.95, "supported"),
        (0.94, "undecided"),
        (0.06, "undecided"),
        (0.05, "contradicted"),
        (0.0, "contradicted"),
        (None, "undecided"),
    ],
)
def test_share_of_cases_decides_a_statement(share: float | None, verdict: str) -> None:
    finding = judge_statement(figure("tailspin", "text", None), Told("9 deg/s", share, "cases"))
    assert (finding.verdict, finding.derived, finding.tolerance) == (verdict, "9 deg/s", None)


@pytest.mark.parametrize(
    ("share", "cases", "verdict"),
    [
        (42 / 43, 43, "undecided"),
        (1.0, 43, "supported"),
        (1.0, 5, "undecided"),
        (0.0, 5, "undecided"),
        (0.0, 60, "contradicted"),
    ],
)
def test_few_cases_decide_less(share: float, cases: int, verdict: str) -> None:
    told = Told("9 deg/s", share, "cases", cases)
    assert judge_statement(figure("tailspin", "text", None), told).verdict == verdict


@pytest.mark.parametrize(
    ("derived", "uncertainty", "verdict"),
    [
        (2.4e6, 0.2e6, "contradicted"),
        (3.45e6, 0.0, "supported"),
        (3.35e6, 0.1e6, "supported"),
        (3.5e6, 0.31e6, "undecided"),
    ],
)
def test_tolerance_has_two_parts(derived: float, uncertainty: float, verdict: str) -> None:
    about = figure(3500, "km", 100, "approximately")
    assert judge(about, Derived(derived, uncertainty, "fall")).verdict == verdict


def test_root_sum() -> None:
    assert root_sum(3.0, 4.0) == 5.0
    assert root_sum() == 0.0
