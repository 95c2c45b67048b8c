"""A day in a low orbit: what the air takes, when it is dark, and a burn that lifts the orbit.

A cargo ship of seven tonnes stands in an insertion orbit of 193 x 245 km and sinks by kilometres in
a day.  One burn at the first apogee puts it higher, where it sinks less.  All that happens on the
way, shadows, passes over a ground station and the burn itself, is found to a microsecond.
"""

import numpy as np

from orbitsim import FiniteBurn, Orbit, Site, Trajectory, ground_track, propagate
from orbitsim.forces import Drag, Gravity, RadiationPressure, SolidTides, ThirdBody
from orbitsim.propagation import events

EPOCH = "2000-11-16T01:41:00"  # near the maximum of solar activity
MASS, AREA = 7000.0, 10.0  # kg, m2
DAY, MINUTE = 86_400.0, 60.0
BAIKONUR = Site.from_degrees(45.92, 63.34)

FORCES = (
    Gravity(20)
    + ThirdBody("sun")
    + ThirdBody("moon")
    + SolidTides()
    + Drag(mass=MASS, area=AREA, cd=2.2)  # in NRLMSISE-00 on the measured solar activity
    + RadiationPressure(mass=MASS, area=AREA, cr=1.3)
)

WHAT = {
    ("earth umbra", False): "into the shadow",
    ("earth umbra", True): "out of the shadow",
    ("elevation", True): "rises over Baikonur",
    ("elevation", False): "sets over Baikonur",
    ("FiniteBurn", True): "engine on",
    ("FiniteBurn", False): "engine off",
}


def heights(flight: Trajectory, last: bool) -> tuple[float, float]:
    """Lowest and highest above the ellipsoid in the first or the last revolution, km."""
    revolution = (flight.t > DAY - 90 * MINUTE) if last else (flight.t < 90 * MINUTE)
    altitude = ground_track(flight).altitude[revolution] / 1e3
    return float(altitude.min()), float(altitude.max())


def main() -> None:
    orbit = Orbit.from_apsides(193e3, 245e3, np.radians(51.67), EPOCH, raan=1.9)
    times = np.arange(0.0, DAY + 1.0, MINUTE)
    settings = {"method": "numerical", "forces": FORCES, "mass": MASS}

    coasting = propagate(orbit, times, **settings)
    free = propagate(orbit, times, method="numerical", forces=Gravity(20))
    for name, last in (("first", False), ("last", True)):
        low, high = heights(coasting, last)
        print(f"{name} revolution: {low:.1f} x {high:.1f} km above the ellipsoid")
    sunk = heights(coasting, False)[1] - heights(coasting, True)[1]
    ahead = np.linalg.norm(coasting.r[-1] - free.r[-1]) / 1e3
    print(f"the air takes {sunk:.1f} km of its apogee and puts it {ahead:.0f} km ahead\n")
    assert 1.0 < sunk < 30.0
    assert ahead > 100.0

    burn = FiniteBurn(2950.0, events.apogee(), delta_v=40.0, specific_impulse=302.0)
    looked_for = [events.eclipse("umbra"), events.elevation(BAIKONUR, np.radians(7.0))]
    lifted = propagate(orbit, times, burns=[burn], events=looked_for, **settings)
    log = lifted.events
    for name, t, rising in zip(log.name, log.t, log.rising, strict=True):
        if t < 6 * 3600.0:
            print(f"{t / MINUTE:8.2f} min  {WHAT[name, bool(rising)]}")

    low, high = heights(lifted, True)
    on, off = log.of("FiniteBurn").t
    spent = MASS - lifted.mass[-1]
    print(f"\nthe engine burns {off - on:.1f} s and {spent:.1f} kg of propellant")
    print(f"a day later: {low:.1f} x {high:.1f} km")
    dark = log.of("earth umbra")
    entries, exits = dark.t[~dark.rising], dark.t[dark.rising]
    exits = exits[exits > entries[0]]
    longest = (exits - entries[: exits.size]).max() / MINUTE
    print(f"{entries.size} shadows, the longest {longest:.1f} min")
    assert np.isclose(spent, MASS * -np.expm1(-40.0 / (302.0 * 9.80665)))
    assert low > heights(coasting, True)[0] + 30.0
    assert 15 <= entries.size <= 17
    assert longest < 38.0


if __name__ == "__main__":
    main()
