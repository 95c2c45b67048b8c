"""Fly a mission from one's own TOML file.

The same insertion orbit is known with two pairs of heights: 193.5 x 244.0 km from the manufacturer
and 182 x 233 km from NASA.  The first are heights over the ellipsoid; the mean ellipse of the orbit
flown from them, counted above a sphere of 6378 km, comes out as the second.
"""

from pathlib import Path

from orbitsim import BrouwerElements, audit, fly, load_mission
from orbitsim.earth import EQUATORIAL_RADIUS

FILE = Path(__file__).with_name("own_mission.toml")


def main() -> None:
    record = load_mission(FILE)
    flight = fly(record)
    assert flight.insertion is not None
    assert flight.ascent is not None
    low, high = flight.insertion.apsis_altitudes("ellipsoid")
    print(
        f"inserted {flight.ascent.cut_off.time:.1f} s after liftoff into "
        f"{low / 1e3:.1f} x {high / 1e3:.1f} km over the ellipsoid"
    )
    mean = BrouwerElements.from_orbit(flight.insertion)
    sphere_low, sphere_high = (
        mean.semi_major_axis * (1.0 + sign * mean.eccentricity) - EQUATORIAL_RADIUS
        for sign in (-1.0, 1.0)
    )
    print(
        f"whose mean ellipse is {sphere_low / 1e3:.1f} x {sphere_high / 1e3:.1f} km above 6378 km"
    )
    found = audit(record, flight)
    print(f"{found.count('supported')} of {len(found.findings)} figures supported")

    assert abs(low - 193.5e3) < 500.0
    assert abs(high - 244.0e3) < 500.0
    assert abs(sphere_low - 182e3) < 2e3
    assert abs(sphere_high - 233e3) < 2e3


if __name__ == "__main__":
    main()
