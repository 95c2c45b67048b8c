"""When does a pad pass through the station's plane?  Two passes a day, or never."""

from astropy.time import Time

from orbitsim import MeanElements, Site, launch_windows

STATION = MeanElements.from_tle(
    "1 25544U 98067A   16333.80487076  .00003660  00000-0  63336-4 0  9996",
    "2 25544  51.6440 317.1570 0006082 266.5744 156.9779 15.53752683 30592",
)
LIFTOFF = Time("2016-12-01T14:51:52", scale="utc")


def main() -> None:
    baikonur = Site.from_degrees(45.9203, 63.3422, 90.0)
    windows = launch_windows(STATION, baikonur, LIFTOFF)
    for window in windows:
        name = "descending" if window.descending else "ascending"
        print(f"{window.time.utc.iso[:19]} UTC, {name}")
    ascending = next(window for window in windows if not window.descending)
    early = (ascending.time - LIFTOFF).to_value("s")
    print(f"Progress MS-04 lifted off {early:.0f} s before the ascending pass")

    assert len(windows) == 2
    assert abs(early) < 90.0
    assert launch_windows(STATION, (62.9, 40.6), LIFTOFF) == ()  # Plesetsk lies too far north


if __name__ == "__main__":
    main()
