"""The public surface: its names, its examples, and what importing it costs."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import orbitsim
from orbitsim import errors

PACKAGE = Path(orbitsim.__file__).parent

PUBLIC = {
    "BrouwerElements",
    "ConvergenceError",
    "ElementSetError",
    "EpochError",
    "EquinoctialElements",
    "Event",
    "FittedElements",
    "fit_mean_elements",
    "EventLog",
    "FiniteBurn",
    "FrameError",
    "GroundTrack",
    "ImpulsiveBurn",
    "InputError",
    "KeplerianElements",
    "MassChange",
    "MeanElements",
    "Orbit",
    "OrbitsimError",
    "PropagationError",
    "RecordError",
    "Site",
    "Status",
    "Trajectory",
    "__version__",
    "audit",
    "fly",
    "ground_track",
    "lambert",
    "launch_windows",
    "load_mission",
    "mission_names",
    "period_table",
    "propagate",
    "state_transition",
}


def examples() -> list[str]:
    """Modules that have an example in a docstring, without importing any."""
    return sorted(
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in PACKAGE.rglob("*.py")
        if ">>> " in path.read_text(encoding="utf-8")
    )


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    )
    return done.stdout.strip()


def test_the_public_names_are_these() -> None:
    assert set(orbitsim.__all__) == PUBLIC
    assert len(orbitsim.__all__) == len(PUBLIC)
    assert dir(orbitsim) == sorted(PUBLIC)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_is_there_and_explained(name: str) -> None:
    thing = getattr(orbitsim, name)
    assert thing is getattr(orbitsim, name)
    if name != "__version__":
        assert (thing.__doc__ or "").strip()
        assert thing.__name__ == name
        assert thing.__module__.startswith("orbitsim")


def test_the_type_checker_sees_the_same_names() -> None:
    """The block under TYPE_CHECKING is written by hand beside the table that run time uses."""
    source = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    block = source.split("if TYPE_CHECKING:")[1].split("\ndef ")[0]
    for name in PUBLIC - {"__version__"}:
        assert f" {name}" in block, name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'orbitsim' has no attribute 'orbits'"):
        _ = orbitsim.orbits


def test_importing_costs_nothing() -> None:
    """No numerics, no astronomy, no compiler: only what is used is imported, when it is used."""
    loaded = run("import sys, orbitsim; print(*sorted(sys.modules))").split()
    for heavy in ("numpy", "scipy", "numba", "astropy", "sgp4", "erfa", "matplotlib", "rich"):
        assert heavy not in loaded
    assert sorted(name for name in loaded if name.startswith("orbitsim")) == ["orbitsim"]


def test_errors_come_without_numerics() -> None:
    loaded = run("import sys; from orbitsim import InputError; print(*sys.modules)").split()
    assert "numpy" not in loaded


def test_the_verb_is_not_hidden_by_a_package() -> None:
    """A package called `propagate` would take the function's place as soon as it were imported."""
    code = "import orbitsim.propagation, orbitsim; print(callable(orbitsim.propagate))"
    assert run(code) == "True"


def test_the_exception_tree_is_the_one_that_is_drawn() -> None:
    drawn = [line for line in (errors.__doc__ or "").splitlines() if "──" in line]
    names = [line.split("──")[1].split()[0] for line in drawn]
    defined = {
        name
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, Exception) and name != "OrbitsimError"
    }
    assert set(names) == defined
    above = [errors.OrbitsimError]
    for line, name in zip(drawn, names, strict=True):
        depth = line.index("──") // 4
        error = getattr(errors, name)
        assert error.__bases__[0] is above[depth - 1]
        above = [*above[:depth], error]
    assert issubclass(errors.InputError, ValueError)


@pytest.mark.parametrize("module", examples())
def test_examples_in_docstrings_run(module: str) -> None:
    found = doctest.testmod(importlib.import_module(module))
    assert found.attempted > 0
    assert found.failed == 0
