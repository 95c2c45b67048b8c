"""The verb `fall`: shapes, outcomes, heating, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from orbitsim.environment.profile import AirProfile, WindProfile
from orbitsim.errors import InputError
from orbitsim.kernels.heating import MEAN_SHARE
from orbitsim.orbit import Orbit
from orbitsim.phases.fall import Fall, Outcome, Thermal, descend, fall
from orbitsim.vehicles.materials import ALUMINIUM, STEEL, TITANIUM

START = Orbit.from_state([6_558e3, 0, 0], [0, 5e3, 3e3], "2016-12-01")
FAST = Orbit.from_elements(
    semi_major_axis=6_478e3, eccentricity=0.008, inclination=0.9, raan=0.0,
    argument_of_perigee=0.0, true_anomaly=3.0, epoch="2016-12-01", frame="TEME",
)  # fmt: skip
"""An entry from orbit: perigee below the air, just after apogee."""


def test_shapes_and_company() -> None:
    """One body or many: the same, bit for bit, and in any number of threads."""
    many = fall(START, np.full((3, 40), 1e-2) * np.arange(1, 41))
    assert many.shape == (3, 40)
    assert many.r.shape == (3, 40, 3)
    one = fall(START, 7e-2, threads=1)
    assert one.shape == ()
    assert float(one.duration) == many.duration[1, 6]
    assert np.array_equal(fall(START, np.full(3, 1e-2), threads=2).r, many.r[:, 0])


def test_a_batch_of_starts_with_their_own_epochs() -> None:
    later = Orbit.from_state(
        np.tile(START.r, (2, 1)), np.tile(START.v, (2, 1)), ["2016-12-01", "2016-12-02"][0]
    )
    result = fall(later, [[1e-3], [1e-2], [1e-1]])
    assert result.shape == (3, 2)
    assert np.array_equal(result.duration[:, 0], result.duration[:, 1])


def test_results_cannot_be_written_to() -> None:
    result = fall(START, [1e-3, 1e-2])
    for name in Fall.__slots__:
        value = getattr(result, name)
        if isinstance(value, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                value[...] = 0


def test_the_time_and_the_energy() -> None:
    result = fall(START, [1e-3, 1e-2], mass=[10.0, 20.0])
    assert (result.time - START.epoch).to_value("s") == pytest.approx(result.duration)
    assert result.kinetic_energy == pytest.approx(0.5 * np.array([10, 20]) * result.speed**2)
    assert np.isnan(fall(START, 1e-3).kinetic_energy)


def test_a_wind_carries_a_light_body() -> None:
    """A fragment that sinks from 30 km in a wind of 20 m/s drifts by wind times time."""
    still = Orbit.from_state([6_408e3, 0, 0], [0, 6_408e3 * 7.292115e-5, 0], "2016-12-01")
    calm = fall(still, 0.2)
    windy = fall(still, 0.2, wind=WindProfile([0.0, 50e3], [20.0, 20.0], [0.0, 0.0]))
    drift = np.linalg.norm(windy.r - calm.r)
    assert drift == pytest.approx(20.0 * float(calm.duration), rel=0.01)


def test_thinner_air_at_a_place() -> None:
    """Density halved is the ballistic coefficient halved."""
    standard = AirProfile.standard()
    half = AirProfile(standard.height, 0.5 * standard.density, standard.speed_of_sound)
    assert fall(START, 2e-2, air=half).r == pytest.approx(fall(START, 1e-2).r, abs=0.5)


def test_a_drag_curve_over_mach() -> None:
    """A flat curve is a factor; one that drops below Mach 1 makes the end faster."""
    doubled = fall(START, 1e-2, drag_curve=([0.0, 30.0], [2.0, 2.0]))
    assert doubled.r == pytest.approx(fall(START, 2e-2).r, abs=0.5)
    slippery = fall(START, 1e-2, drag_curve=([0.0, 0.9, 1.1, 30.0], [0.5, 0.5, 1.0, 1.0]))
    assert float(slippery.speed) == pytest.approx(float(fall(START, 5e-3).speed), rel=1e-3)


def test_the_ground_may_be_high() -> None:
    high = fall(START, 1e-2, ground_height=[0.0, 1500.0])
    assert high.height == pytest.approx([0.0, 1500.0], abs=1e-3)
    assert high.duration[1] < high.duration[0]


def test_outcomes() -> None:
    orbiting = Orbit.from_state([7_000e3, 0, 0], [0, 7_546.0, 0], "2016-12-01")
    assert fall(orbiting, 1e-3, longest=3600.0).status == Outcome.ALOFT
    buried = fall(START, 1e-3, ground_height=300e3)
    assert buried.status == Outcome.BELOW_GROUND
    assert np.isnan(buried.latitude)
    assert Outcome(int(buried.status)).explanation.startswith("started at or below")
    assert all(outcome.explanation for outcome in Outcome)


def test_aluminium_burns_up_and_titanium_comes_down() -> None:
    """A hollow sphere of half a metre and 2 mm from orbit: aluminium melts, titanium does not, as
    tanks found on the ground are of titanium or steel (Ailor et al., Aerospace Corp.)."""
    surface = np.pi * 0.5**2
    metals = [ALUMINIUM, TITANIUM]
    mass = np.array([surface * 2e-3 * metal.density for metal in metals])
    ballistic = np.pi * 0.25**2 / mass
    hot = Thermal(0.25, surface, metals)
    result = fall(FAST, ballistic, mass=mass, thermal=hot)
    assert result.status.tolist() == [Outcome.DEMISED, Outcome.LANDED]
    assert 60e3 < result.demise_height[0] < 95e3
    assert np.isnan(result.demise_height[1])
    assert result.hottest[1] < TITANIUM.melting_temperature
    assert result.mass[1] == pytest.approx(mass[1])
    assert result.mass[0] < 2e-3 * mass[0]


def test_melting_takes_the_heat_it_needs() -> None:
    """Half of a body is lost to as much heat as warms it whole and melts half of it."""
    thick = 40e-3
    surface = np.pi * 0.5**2
    mass = surface * thick * ALUMINIUM.density
    cool = fall(FAST, 0.05, mass=mass, thermal=Thermal(0.25, surface, ALUMINIUM))
    assert cool.status == Outcome.LANDED
    assert cool.hottest < ALUMINIUM.melting_temperature
    hotter = fall(FAST, 1e-3, mass=mass, thermal=Thermal(0.25, surface, ALUMINIUM))
    assert hotter.mass < cool.mass


def test_without_heat_to_melt_mass_and_path_stay() -> None:
    plain = fall(FAST, 1e-2, mass=50.0)
    cold = fall(FAST, 1e-2, mass=50.0, thermal=Thermal(0.3, 1e-6, STEEL))
    assert cold.r == pytest.approx(plain.r, abs=1e-6)
    assert cold.mass == 50.0
    assert cold.hottest == pytest.approx(300.0, abs=1.0)
    assert cold.peak_heating > 1e5
    assert np.isnan(plain.peak_heating)


def test_radiation_balances_the_flux_on_a_foil() -> None:
    """A foil has next to no heat capacity: its hottest temperature is that at which it radiates
    what a tumbling body takes in at its peak, with the warm wall's share off."""
    result = fall(FAST, 1.0, mass=1e-3, thermal=Thermal(0.25, 2e-2, STEEL))
    balance = (MEAN_SHARE * float(result.peak_heating) / (0.6 * 5.670374419e-8)) ** 0.25
    assert float(result.hottest) == pytest.approx(balance, rel=0.02)


def test_mean_share_of_a_sphere() -> None:
    """Lees (1956): laminar heating of a hemisphere at high Mach number, averaged by quadrature over
    a whole sphere whose back takes none."""
    theta = np.linspace(1e-4, np.pi / 2, 20_001)
    d = theta**2 - 0.5 * theta * np.sin(4 * theta) + (1.0 - np.cos(4 * theta)) / 8.0
    ratio = 2.0 * theta * np.sin(theta) * np.cos(theta) ** 2 / np.sqrt(d)
    mean = np.trapezoid(ratio * np.sin(theta), theta) / 2.0
    assert mean == pytest.approx(MEAN_SHARE, rel=1e-5)


def test_descend_to_a_height_and_go_on() -> None:
    """A fall in two pieces ends where it does in one."""
    entry = descend(START, [1e-3, 1e-2], 100e3)
    assert entry.shape == (2,)
    assert fall(entry, [1e-3, 1e-2]).r == pytest.approx(fall(START, [1e-3, 1e-2]).r, abs=0.5)
    with pytest.raises(InputError, match="do not pass"):
        descend(START, 1e-3, 400e3)


@pytest.mark.parametrize(
    ("ballistic", "settings", "words"),
    [
        (-1e-3, {}, "ballistic_coefficient must be finite and not negative"),
        (np.nan, {}, "ballistic_coefficient"),
        (1e-3, {"mass": 0.0}, "mass must be positive"),
        (1e-3, {"tolerance": 0.0}, "tolerance must be positive"),
        (1e-3, {"longest": np.inf}, "longest"),
        (1e-3, {"thermal": Thermal(0.1, 0.1, STEEL)}, "needs the bodies' mass"),
        (1e-3, {"mass": 1.0, "thermal": Thermal(0.0, 0.1, STEEL)}, "nose_radius must be positive"),
        (1e-3, {"mass": 1.0, "thermal": Thermal([0.1, 0.2], 0.1, STEEL)}, "does not fit"),
        (1e-3, {"drag_curve": ([1.0, 0.0], [1.0, 1.0])}, "rising Mach"),
        ([1e-3, 1e-2], {"mass": [1.0, 2.0, 3.0]}, "do not fit together"),
    ],
)
def test_refusals(ballistic: object, settings: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        fall(START, ballistic, **settings)  # type: ignore[arg-type]


def test_profiles_are_checked() -> None:
    with pytest.raises(InputError, match="must rise"):
        AirProfile([0.0, 0.0], [1.0, 1.0], [300.0, 300.0])
    with pytest.raises(InputError, match="density must be positive"):
        AirProfile([0.0, 1.0], [1.0, 0.0], [300.0, 300.0])
    with pytest.raises(InputError, match="the heights have"):
        WindProfile([0.0, 1.0], [1.0], [1.0, 2.0])
    with pytest.raises(InputError, match="at least two"):
        WindProfile([0.0], [1.0], [1.0])
