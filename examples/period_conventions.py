"""Which period do "193.0 x 245.0 km, 51.66 deg" have?  It depends on what altitude and period mean.

The planned orbit of Progress MS-04 is documented with 88.59 min.  Read plainly, as an ellipse above
a sphere of 6378.137 km, it comes out 0.29 min too long; with heights over the ellipsoid and the
period from node to node it agrees to a few thousandths.
"""

from astropy import units as u

from orbitsim import Orbit, period_table

INSERTION_LATITUDE_ARGUMENT = 81.9 * u.deg  # where powered flight from Baikonur ends


def main() -> None:
    table = period_table(
        193.0e3,
        245.0e3,
        (51.66 * u.deg).to_value("rad"),
        argument_of_perigee=INSERTION_LATITUDE_ARGUMENT.to_value("rad"),
        documented=88.59 * 60.0,
    )
    for row in table.rows:
        print(
            f"{row.datum:>10} {row.kind:<12} {row.period / 60:8.4f} {row.difference / 60:+8.4f} min"
        )

    orbit = Orbit.from_apsides(
        193.0 * u.km,
        245.0 * u.km,
        51.66 * u.deg,
        "2016-12-01T15:00:39",
        argument_of_perigee=INSERTION_LATITUDE_ARGUMENT,
    )
    low, high = orbit.apsis_altitudes("equatorial")
    print(f"the same orbit counted above 6378.137 km: {low / 1e3:.1f} x {high / 1e3:.1f} km")

    assert (table.nearest.datum, table.nearest.kind) == ("ellipsoid", "nodal")
    assert abs(table.nearest.difference) < 0.02 * 60.0
    assert abs(table.row("equatorial", "keplerian").difference / 60.0 - 0.29) < 0.005


if __name__ == "__main__":
    main()
