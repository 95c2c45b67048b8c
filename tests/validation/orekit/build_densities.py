"""Makes densities.csv: Orekit's air at single places, with the indices that it drew from its file.

    cd tests && python -m validation.orekit.build_densities

Needs what `build_references` needs.  Places are drawn at random from 120 to 1000 km, on quiet days
and in the storms of July 2000 and October 2003.
"""

from __future__ import annotations

import csv
import tempfile
from math import radians
from pathlib import Path

import numpy as np
from validation import scenarios as flown
from validation.orekit.build_references import HERE, SPACE_WEATHER, Models

from org.orekit.bodies import GeodeticPoint  # isort: skip

DAYS = ("2000-07-15", "2000-11-16", "2003-10-30", "2008-06-20", "2014-02-27", "2016-12-01")
PLACES_A_DAY = 12
MODELS = ("nrlmsise00_daily", "nrlmsise00_history", "harris_priester")


def main() -> None:
    random = np.random.default_rng(20)
    with tempfile.TemporaryDirectory() as folder:
        models = Models(Path(folder))
        air = [models.atmosphere(name) for name in MODELS]
        with (HERE / "densities.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(
                "# Orekit 13.1.9; by build_densities.py; conventions as in the flights' headers\n"
                f"# {SPACE_WEATHER}; Harris-Priester with exponent "
                f"{flown.HARRIS_PRIESTER_EXPONENT!r}\n"
                "# day and s in UTC; geodetic latitude and longitude deg, height m on WGS 84; "
                "density kg/m3\n"
            )
            table = csv.writer(file, lineterminator="\n")
            indices = ["f107", "f107a", *(f"ap{k}" for k in range(7))]
            table.writerow(["day", "s", "latitude", "longitude", "height", *indices, *MODELS])
            for day in DAYS:
                for _ in range(PLACES_A_DAY):
                    table.writerow(row(models, air, day, random))


def row(models: Models, air: list, day: str, random: np.random.Generator) -> list:
    """One place and time, the indices and the densities."""
    seconds = round(random.uniform(0.0, flown.DAY), 1)
    latitude = round(np.degrees(np.arcsin(random.uniform(-1.0, 1.0))), 3)
    longitude = round(random.uniform(-180.0, 180.0), 3)
    height = round(120e3 * (1000.0 / 120.0) ** random.uniform(), 0)
    date = models.date(f"{day}T00:00:00").shiftedBy(seconds)
    place = models.ellipsoid.transform(GeodeticPoint(radians(latitude), radians(longitude), height))
    weather = models.weather
    indices = [weather.getDailyFlux(date), weather.getAverageFlux(date), *weather.getAp(date)]
    densities = [model.getDensity(date, place, models.itrf) for model in air]
    numbers = [seconds, latitude, longitude, height, *indices, *densities]
    return [day, *(repr(float(x)) for x in numbers)]


if __name__ == "__main__":
    main()
