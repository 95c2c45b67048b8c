"""The ``orbitsim`` command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from orbitsim import __version__
from orbitsim.errors import OrbitsimError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0, 1 on an error, 2 on a wrong call, 130 on Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        # Imported late: help and errors of the call should not wait for the numerics.
        from orbitsim.cli import commands

        commands.run(options)
    except KeyboardInterrupt:
        print("orbitsim: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone; the rest of it is not wanted.
        sys.stderr.close()
        return 1
    except OrbitsimError as error:
        text = " ".join(str(error).split())
        print(f"orbitsim: {text}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="orbitsim",
        description="Turn the documented figures of a space mission into a flown and checked one.",
        epilog="Start with: orbitsim fly progress-ms-04",
    )
    parser.add_argument("--version", action="version", version=f"orbitsim {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser("missions", help="list the missions that come with the package")

    fly = commands.add_parser(
        "fly",
        help="fly a mission, print what came of it, write flight.json and pictures",
        description="Fly a mission from its documented figures: launch window, ascent, orbit, "
        "rendezvous, or the loss down to the ground; then hold every documented figure against the "
        "flown one.",
    )
    fly.add_argument("mission", help="a mission's name (see 'orbitsim missions') or a TOML file")
    fly.add_argument(
        "--out", metavar="DIR", help="folder for flight.json and PNGs (default: flight-NAME)"
    )
    fly.add_argument(
        "--planned",
        action="store_true",
        help="of a mission that was lost: fly it as it was planned, to the docking",
    )

    audit = commands.add_parser("audit", help="fly a mission and print the findings only")
    audit.add_argument("mission", help="a mission's name or a TOML file")

    window = commands.add_parser(
        "window",
        help="times at which a site passes through an orbit's plane",
        description="List the launch windows of a day: into the plane of a mission's station, or "
        "of the last element set of a file.",
    )
    window.add_argument("orbit", help="a mission's name, or a file of two-line element sets")
    window.add_argument(
        "--site",
        nargs=2,
        type=float,
        metavar=("LAT", "LON"),
        help="degrees (default: the mission's)",
    )
    window.add_argument("--day", help="UTC day, e.g. 2016-12-01 (default: the mission's)")

    track = commands.add_parser(
        "track",
        help="ground track of two-line element sets, as a table and a picture",
    )
    track.add_argument("file", help="a file of two-line element sets; the last one is drawn")
    track.add_argument("--hours", type=float, default=3.0, help="length of the track (default: 3)")
    track.add_argument("--start", help="UTC instant to start at (default: the set's epoch)")
    track.add_argument("--out", metavar="PNG", help="picture to write (default: none)")
    return parser
