"""Fly a mission from one's own TOML file.

The same insertion orbit is known with two pairs of heights: 193.5 x 244.0 km from the manufacturer
and 182 x 233 km from NASA, which counts above a sphere of 6378 km.  Flying the first shows how far
that explains the second.
"""

from pathlib import Path

from orbitsim import audit, fly, load_mission

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
    sphere_low, sphere_high = flight.insertion.apsis_altitudes("equatorial")
    print(f"which is {sphere_low / 1e3:.1f} x {sphere_high / 1e3:.1f} km above 6378.137 km")
    found = audit(record, flight)
    print(f"{found.count('supported')} of {len(found.findings)} figures supported")

    assert abs(low - 193.5e3) < 500.0
    assert abs(high - 244.0e3) < 500.0
    assert abs(sphere_low - 182e3) < 2e3


if __name__ == "__main__":
    main()
