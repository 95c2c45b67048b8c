"""Launch vehicles: stages in parallel and in line, parts that are shed, drag, nominal times.

A rocket is a TOML file.  The package brings some (`rocket_names`), and a file of one's own is
loaded the same way.  Every number in it names its source, and figures that contradict it stay
beside it (`Rocket.figures`).
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from orbitsim.errors import InputError
from orbitsim.vehicles.launcher import Figure, Part, Rocket, Stage
from orbitsim.vehicles.rocket_file import read_rocket

__all__ = ["Figure", "Part", "Rocket", "Stage", "load_rocket", "rocket_names"]


def rocket_names() -> tuple[str, ...]:
    """Names of the rockets that come with the package.

    >>> rocket_names()
    ('soyuz-u',)
    """
    folder = resources.files("orbitsim.vehicles") / "data"
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


def load_rocket(name_or_path: str | Path) -> Rocket:
    """Read a rocket.

    Parameters
    ----------
    name_or_path : str or Path
        One of `rocket_names` (case and spaces do not matter), or a TOML file laid out alike.

    Raises
    ------
    InputError
        If there is no such rocket or file.
    RecordError
        If the file says something unusable; the message names file, key and what was wanted.

    Examples
    --------
    >>> rocket = load_rocket("soyuz-u")
    >>> rocket.stage("third").engine
    'RD-0110 (11D55)'
    >>> figure = rocket.figures["stages.third.dry_mass"]
    >>> figure.value, [other.value for other in figure.alternatives]
    (2410.0, [2350.0])
    """
    name = str(name_or_path).strip().lower().replace(" ", "-")
    if name in rocket_names():
        file = f"{name}.toml"
        text = (resources.files("orbitsim.vehicles") / "data" / file).read_text("utf-8")
    else:
        path = Path(name_or_path)
        if not path.is_file():
            raise InputError(
                f"no rocket {str(name_or_path)!r}: neither a file nor one of {rocket_names()}"
            )
        file, text = str(path), path.read_text("utf-8")
    return read_rocket(file, text)
