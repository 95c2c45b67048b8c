"""What each command does."""

from __future__ import annotations

import argparse
from math import degrees
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from orbitsim.cli import tables
from orbitsim.earth import Site
from orbitsim.errors import InputError
from orbitsim.missions.audit import Audit, audit
from orbitsim.missions.fly import Flight, Story, fly
from orbitsim.missions.record import load_mission, mission_names
from orbitsim.missions.report import flight_report, write_json
from orbitsim.phases.launch_window import launch_windows
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.trajectory import ground_track
from orbitsim.units import to_epoch

_LONGEST_TRACK_HOURS = 24.0 * 366.0


def run(options: argparse.Namespace) -> None:
    """Run the command that was parsed."""
    commands = {
        "missions": _missions,
        "fly": _fly,
        "audit": _audit,
        "window": _window,
        "track": _track,
    }
    commands[options.command](options)


def _missions(options: argparse.Namespace) -> None:
    table = Table("Name", "Mission", "Figures", "Liftoff")
    for name in mission_names():
        record = load_mission(name)
        liftoff = record.time("liftoff").iso[:19] if "liftoff" in record.flight else ""
        table.add_row(name, record.name, str(len(record.figures)), liftoff)
    _console().print(table)


def _fly(options: argparse.Namespace) -> None:
    record = load_mission(options.mission)
    story: Story = "planned" if options.planned else "flown"
    ending = "-planned" if options.planned else ""
    folder = Path(options.out or f"flight-{record.id}{ending}")
    _make(folder)
    console = _console()
    flight, found = _flown(options.mission, story)
    written = [write_json(flight_report(flight, found), folder / "flight.json")]
    with _working("pictures"):
        written += _pictures(flight, folder)
    tables.print_flight(console, flight, found)
    console.print("\nWritten: " + ", ".join(str(path) for path in written))


def _audit(options: argparse.Namespace) -> None:
    _, found = _flown(options.mission)
    tables.print_findings(_console(), found)


def _flown(mission: str, story: Story = "flown") -> tuple[Flight, Audit]:
    """Fly and audit, saying on the error stream what is being worked on."""
    record = load_mission(mission)
    status = _working("reading the record")
    with status:
        flight = fly(
            record,
            story=story,
            progress=lambda text: status.update(f"{record.name}: {text}"),
        )
        status.update(f"{record.name}: audit of {len(record.figures)} figures")
        return flight, audit(record, flight)


def _window(options: argparse.Namespace) -> None:
    site = None if options.site is None else Site.from_degrees(*options.site)
    day = options.day
    if Path(options.orbit).is_file() and not options.orbit.endswith(".toml"):
        station = MeanElements.from_file(options.orbit)[-1]
    else:
        record = load_mission(options.orbit)
        if record.station is None:
            raise InputError(f"{record.name} has no station whose plane could be launched into")
        elements = record.station.elements
        station = MeanElements.from_tle(elements.line1, elements.line2)
        day = day or record.time("liftoff")
        site = site or Site(
            record.quantity("site_latitude"),
            record.quantity("site_longitude"),
            record.quantity("site_height"),
        )
    if site is None or day is None:
        raise InputError("an element-set file needs --site LAT LON and --day YYYY-MM-DD")
    windows = launch_windows(station, site, day)
    console = _console()
    if windows:
        console.print(tables.windows_table(windows))
    else:
        console.print(
            f"Never: latitude {degrees(site.latitude):.2f} deg is higher than the inclination "
            f"{degrees(float(station.inclination)):.2f} deg."
        )


def _track(options: argparse.Namespace) -> None:
    if not 0.0 < options.hours <= _LONGEST_TRACK_HOURS:
        raise InputError(
            f"--hours must lie above 0 and up to {_LONGEST_TRACK_HOURS:.0f}, got {options.hours:g}"
        )
    elements = MeanElements.from_file(options.file)[-1]
    start = elements.epoch if options.start is None else to_epoch(options.start, "--start")
    seconds = np.arange(0.0, 3600.0 * options.hours + 1.0, 30.0)
    offset = float((start - elements.epoch).to_value("s"))
    track = ground_track(elements.propagate(offset + seconds))
    console = _console()
    table = Table("UTC", "Lat, deg", "Lon, deg", "Alt, km", title="Ground track")
    for index in range(0, seconds.size, 20):
        table.add_row(
            track.times[index].utc.iso[:19],
            f"{degrees(track.latitude[index]):.3f}",
            f"{degrees(track.longitude[index]):.3f}",
            f"{track.altitude[index] / 1e3:.2f}",
        )
    console.print(table)
    if options.out is not None:
        from orbitsim.plotting.ground_track import ground_track_figure
        from orbitsim.plotting.save import save_picture

        figure = ground_track_figure(
            track, title=f"Satellite {elements.satellite_number[0]}", night_at=track.times[0]
        )
        console.print(f"Written: {save_picture(figure, options.out)}")


def _pictures(flight: Flight, folder: Path) -> list[Path]:
    from orbitsim.plotting.mission import mission_figures
    from orbitsim.plotting.save import save_picture

    return [
        save_picture(figure, folder / f"{name}.png")
        for name, figure in mission_figures(flight).items()
    ]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from None


def _console() -> Console:
    """Standard output; wide enough for the tables where it is not a terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=150)


def _working(text: str):  # type: ignore[no-untyped-def]
    return Console(stderr=True).status(text)
