"""Drops from rest by RocketPy: writes drops.csv beside this file.

Run in an environment of its own that has RocketPy (1.13.0): ``python build_drops.py``.  A point
mass without motor, nose down, falls through RocketPy's standard atmosphere under its Somigliana
gravity with the Earth's rotation; its Earth is flat.
"""

from __future__ import annotations

import csv
from importlib.metadata import version
from math import pi, sqrt
from pathlib import Path

from rocketpy import Environment, Flight
from rocketpy.motors.empty_motor import EmptyMotor
from rocketpy.rocket.point_mass_rocket import PointMassRocket

LATITUDE = 50.0
CASES = [(3e3, 0.02), (10e3, 0.001), (10e3, 0.02), (20e3, 0.005), (30e3, 0.0005), (30e3, 0.02)]
"""Height, m, and ballistic coefficient, m2/kg."""


def drop(height: float, ballistic: float) -> tuple[float, float, float, float]:
    """Time (s), speed (m/s), drift to the east and to the north (m)."""
    env = Environment(latitude=LATITUDE, longitude=80.0, elevation=0.0)
    env.set_atmospheric_model(type="standard_atmosphere")
    env.max_expected_height = 40e3
    body = PointMassRocket(
        radius=sqrt(ballistic * 100.0 / pi),
        mass=100.0,
        center_of_mass_without_motor=0.0,
        power_off_drag=1.0,
        power_on_drag=1.0,
    )
    body.add_motor(EmptyMotor(), 0.0)
    flight = Flight(
        rocket=body,
        environment=env,
        rail_length=1.0,
        initial_solution=[0.0, 0.0, 0.0, height, 0, 0, 0, 0.0, 1.0, 0.0, 0.0, 0, 0, 0],
        max_time=5e3,
        max_time_step=0.5,
        rtol=1e-9,
        atol=1e-9,
        terminate_on_apogee=False,
        simulation_mode="3 DOF",
    )
    return flight.t_final, flight.speed(flight.t_final), flight.x_impact, flight.y_impact


def main() -> None:
    with (Path(__file__).parent / "drops.csv").open("w", newline="") as file:
        file.write(
            f"# Drops from rest at latitude {LATITUDE:g} deg by RocketPy {version('rocketpy')}; "
            "see build_drops.py.\n# m, m2/kg, s, m/s, m, m\n"
        )
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["height", "ballistic", "time", "speed", "east", "north"])
        for case in CASES:
            rows.writerow([*case, *(round(x, 4) for x in drop(*case))])


if __name__ == "__main__":
    main()
