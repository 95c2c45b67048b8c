"""A thousand orbits at once: the type, the calls and the shapes are those of a single one."""

import numpy as np
from astropy import units as u

from orbitsim import Orbit, propagate


def main() -> None:
    inclination = np.linspace(0.0, 110.0, 1000) * u.deg
    orbits = Orbit.from_apsides(
        300.0 * u.km, 420.0 * u.km, inclination, "2024-01-01", altitude_datum="equatorial"
    )
    day = propagate(orbits, np.arange(0.0, 86400.0, 300.0), method="j2")
    print(f"{orbits!r} -> {day!r}")

    nodal = orbits.period("nodal") / 60.0
    print(f"nodal period {np.nanmin(nodal):.3f} to {np.nanmax(nodal):.3f} min")

    one = propagate(orbits[700], np.arange(0.0, 86400.0, 300.0), method="j2")
    apart = np.linalg.norm(day.r[700] - one.r, axis=-1).max()
    print(f"orbit 700 of the batch and the same alone: {apart:.1e} m apart")

    assert day.r.shape == (1000, 288, 3)
    assert apart < 1e-6
    # First-order theory leaves out terms of order e J2; an equatorial orbit has no node.
    theory = orbits.first_order_period("nodal") / 60.0
    assert np.isnan(nodal[0])
    assert np.abs(nodal[1:] - theory[1:]).max() < 5e-3


if __name__ == "__main__":
    main()
