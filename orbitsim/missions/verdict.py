"""One rule that turns a documented figure and a derived one into a verdict.

The tolerance has two parts and no third.  The printed one is half the last printed digit's step, or
the whole step where the document hedges (about, almost, around).  The other is the uncertainty of
the derivation, which comes from the model and the printed precision of its inputs, never from the
figure under test.  Then

- *contradicted*: derived and documented differ by more than the tolerance;
- *undecided*: nothing is derived, or the derivation is coarser than three printed steps and so
  could not have told the figure from its neighbours;
- *supported*: otherwise.

A statement that is no number is held against the share of dispersed cases in which it holds:
supported from 95 %, contradicted up to 5 %, undecided between.  The share, (k + 1) / (n + 2) of n
cases by Laplace's rule of succession, has to pass the line by one sigma of its sampling.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

from astropy.time import TimeDelta

from orbitsim.missions.record import Figure
from orbitsim.missions.schema import UNITS

Verdict = Literal["supported", "contradicted", "undecided"]

_COARSE = 3.0
_MOST, _FEW = 0.95, 0.05
_HEDGES = ("about", "almost", "around", "approximately", "apparently")


@dataclass(frozen=True, slots=True)
class Derived:
    """What the flight makes of a figure.

    Attributes
    ----------
    value : float
        SI and radians; of a time, seconds after the documented one (the start of what is printed).
    uncertainty : float
        Half-width that model and inputs leave, same unit.
    basis : str
        From what, in a few words.
    """

    value: float
    uncertainty: float
    basis: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the flight makes of a statement.

    Attributes
    ----------
    value : float or str
        To stand beside it, in the figure's unit.
    share : float or None
        Of the dispersed cases, those in which the statement holds; None where no case can tell.
    basis : str
        From what, in a few words.
    cases : int or None
        How many the share was counted in; None where it is no sample.
    """

    value: float | str
    share: float | None
    basis: str
    cases: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A documented figure beside the derived one.

    Attributes
    ----------
    figure : Figure
    derived : float, str or None
        In the figure's unit; of a time, an ISO text.
    tolerance : float or None
        Same unit; of a time, seconds.
    verdict : {"supported", "contradicted", "undecided"}
    basis : str
    """

    figure: Figure
    derived: float | str | None
    tolerance: float | None
    verdict: Verdict
    basis: str


def judge_statement(figure: Figure, told: Told) -> Finding:
    """Hold the share of cases against a statement."""
    verdict: Verdict = "undecided"
    share, sigma = told.share, 0.0
    if share is not None and told.cases is not None:
        share = (share * told.cases + 1.0) / (told.cases + 2.0)
        sigma = sqrt(share * (1.0 - share) / told.cases)
    if share is not None and share - sigma >= _MOST:
        verdict = "supported"
    elif share is not None and share + sigma <= _FEW:
        verdict = "contradicted"
    return Finding(figure, told.value, None, verdict, told.basis)


def judge(figure: Figure, derived: Derived) -> Finding:
    """Hold a derived figure against the documented one."""
    printed = printed_tolerance(figure)
    if figure.kind == "time":
        difference = _outside(figure, derived.value)
        tolerance = derived.uncertainty
        value: float | str = (figure.time + TimeDelta(derived.value, format="sec")).utc.isot
        shown = tolerance
    else:
        difference = abs(derived.value - figure.si)
        tolerance = printed + derived.uncertainty
        scale = UNITS[figure.unit][1]
        value, shown = derived.value / scale, tolerance / scale
    verdict: Verdict = "supported"
    if difference > tolerance * (1.0 + 1e-9):
        verdict = "contradicted"
    elif derived.uncertainty > _COARSE * figure.precision_si > 0.0:
        verdict = "undecided"
    return Finding(figure, value, shown, verdict, derived.basis)


def _outside(figure: Figure, lead: float) -> float:
    """By how many seconds a moment `lead` after the printed one lies outside what is printed: the
    printed minute, day, month or year from its start, a second to either side; under a hedge, the
    whole step to either side."""
    step = figure.precision_si
    if figure.qualifier in _HEDGES:
        return max(0.0, abs(lead) - step)
    if step <= 1.0:
        return max(0.0, abs(lead) - 0.5 * step)
    return max(0.0, -lead, lead - step)


def printed_tolerance(figure: Figure) -> float:
    """Half the printed step, or all of it under a hedge; SI."""
    return figure.precision_si * (1.0 if figure.qualifier in _HEDGES else 0.5)


def root_sum(*parts: float) -> float:
    """Independent uncertainties together."""
    return sqrt(sum(part * part for part in parts))
