"""Ground track of a two-line element set: three revolutions of the station in November 2016."""

import tempfile
from pathlib import Path

import numpy as np

from orbitsim import MeanElements, ground_track
from orbitsim.plotting.ground_track import ground_track_figure
from orbitsim.plotting.save import save_picture

LINE1 = "1 25544U 98067A   16333.80487076  .00003660  00000-0  63336-4 0  9996"
LINE2 = "2 25544  51.6440 317.1570 0006082 266.5744 156.9779 15.53752683 30592"


def main() -> None:
    station = MeanElements.from_tle(LINE1, LINE2)
    track = ground_track(station.propagate(np.arange(0.0, 3 * 93 * 60.0, 30.0)))
    north = np.degrees(track.latitude.max())
    print(
        f"northernmost {north:.2f} deg, {track.altitude.min() / 1e3:.1f} to "
        f"{track.altitude.max() / 1e3:.1f} km high"
    )
    figure = ground_track_figure(track, title="Station, three revolutions", night_at=track.times[0])
    with tempfile.TemporaryDirectory() as folder:
        picture = save_picture(figure, Path(folder) / "track.png")
        assert picture.stat().st_size > 10_000

    # The geodetic latitude reaches a little past the inclination, which is geocentric.
    assert 51.6 < north < 51.9
    assert 395e3 < track.altitude.min() < track.altitude.max() < 430e3


if __name__ == "__main__":
    main()
