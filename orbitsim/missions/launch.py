"""The launch of a mission: windows, and the predicted liftoff with an account of what remains."""

from __future__ import annotations

from dataclasses import dataclass
from math import degrees, radians, sqrt

from orbitsim.earth import ROTATION_RATE, Site
from orbitsim.errors import RecordError
from orbitsim.missions.record import Figure, MissionRecord, load_reference_flight
from orbitsim.missions.verdict import printed_tolerance
from orbitsim.phases.launch_window import LaunchWindow, launch_windows
from orbitsim.phases.liftoff import (
    LiftoffPrediction,
    flown_turn,
    planar_insertion,
    predict_liftoff,
)
from orbitsim.phases.phasing import Profile
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.vehicles.rocket import load_rocket

_PHASING_HEIGHT = 5.0
"""km; by how much burns of the first day may leave the phasing orbit higher or lower than planned
here, of the some 100 km between insertion and station."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that moves the predicted liftoff.

    Attributes
    ----------
    name : str
    slope : float
        s per unit.
    unit : str
    doubt : float
        Half-width of what is not known, in the unit.
    """

    name: str
    slope: float
    unit: str
    doubt: float

    @property
    def seconds(self) -> float:
        """Half-width that the doubt leaves in the liftoff, s."""
        return abs(self.slope) * self.doubt


@dataclass(frozen=True, slots=True)
class LaunchPrediction:
    """A predicted liftoff, with and without what a flown launch has taught.

    Attributes
    ----------
    uncalibrated : LiftoffPrediction
        The ascent's model alone.
    calibrated : LiftoffPrediction or None
        The same with its node turned as `reference` asks for; None without a reference.
    reference : str
        Name of the flown launch, or empty.
    turn : float
        Measured on it, rad to the east.
    causes : tuple of Cause
        What is left in the calibrated prediction.
    """

    uncalibrated: LiftoffPrediction
    calibrated: LiftoffPrediction | None
    reference: str
    turn: float
    causes: tuple[Cause, ...]

    @property
    def doubt(self) -> float:
        """Half-width of the calibrated prediction, s: the causes as independent."""
        return sqrt(sum(cause.seconds**2 for cause in self.causes))


def station_elements(record: MissionRecord) -> MeanElements | None:
    """The station's orbit by the last elements before launch, None without a station."""
    if record.station is None:
        return None
    return MeanElements.from_tle(record.station.elements.line1, record.station.elements.line2)


def fly_windows(
    record: MissionRecord, site: Site | None, station: MeanElements | None
) -> tuple[LaunchWindow, ...]:
    """Passages of the pad through the station's plane on the day of launch."""
    if site is None or station is None or "liftoff" not in record.flight:
        return ()
    return launch_windows(station, site, record.time("liftoff"))


def predict_launch(
    record: MissionRecord,
    site: Site | None,
    station: MeanElements | None,
    profile: Profile,
    node_scatter: float = 0.0,
) -> LaunchPrediction | None:
    """Predict the liftoff from the day, the planned docking and elements known before.

    The documented liftoff gives the day and nothing else.

    Parameters
    ----------
    record : MissionRecord
    site, station, profile
        Of the record.
    node_scatter : float, optional
        One sigma of the insertion's node over dispersed ascents, rad.

    Returns
    -------
    LaunchPrediction or None
        None where the record lacks launcher, orbit, site, station or docking time.
    """
    needed = {"launcher", "payload_mass", "liftoff", "docking", "perigee_altitude"}
    if site is None or station is None or not needed <= set(record.flight):
        return None
    insertion = planar_insertion(
        load_rocket(record.text("launcher")),
        record.quantity("payload_mass"),
        site,
        record.quantity("perigee_altitude"),
        record.quantity("apogee_altitude"),
        record.quantity("inclination"),
        altitude_datum=record.text("altitude_datum")
        if "altitude_datum" in record.flight
        else "ellipsoid",
    )
    day, docking = record.time("liftoff").utc.iso[:10], record.time("docking")
    alone = predict_liftoff(insertion, site, station, day, docking_time=docking, profile=profile)
    if "calibration" not in record.flight:
        return LaunchPrediction(alone, None, "", 0.0, ())
    flown = load_reference_flight(record.text("calibration"))
    met = station_elements(flown)
    if met is None:
        raise RecordError(f"{flown.source}: a launch to calibrate with needs a table [station]")
    turn = flown_turn(
        insertion,
        site,
        met,
        flown.time("liftoff"),
        docking_time=flown.time("docking"),
        profile=profile,
    )
    found = predict_liftoff(
        insertion.turned(turn), site, station, day, docking_time=docking, profile=profile
    )
    return LaunchPrediction(
        alone, found, flown.name, turn, _causes(record, flown, found, node_scatter)
    )


def _causes(
    record: MissionRecord, flown: MissionRecord, found: LiftoffPrediction, node_scatter: float
) -> tuple[Cause, ...]:
    """Every doubt counts for two launches, the one predicted and the one learnt from, which may
    err apart."""
    inclination = record.role("inclination")
    printed = printed_tolerance(inclination) if isinstance(inclination, Figure) else 0.0
    liftoff = flown.role("liftoff")
    clock = printed_tolerance(liftoff) if isinstance(liftoff, Figure) else 0.0
    both = sqrt(2.0)
    per_radian = 1.0 / ROTATION_RATE
    return (
        Cause(
            "inclination of the insertion, as printed",
            found.seconds_per_degree_of_inclination,
            "deg",
            both * degrees(printed),
        ),
        Cause(
            "height of the phasing orbit",
            found.seconds_per_km_of_phasing,
            "km",
            both * _PHASING_HEIGHT,
        ),
        Cause(
            "node of the insertion, by dispersions of the ascent",
            -per_radian * radians(1.0),
            "deg",
            both * degrees(node_scatter),
        ),
        Cause(f"liftoff of {flown.name}, as printed", 1.0, "s", clock),
    )
