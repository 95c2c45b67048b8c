"""The SGP4 grid against the `sgp4` package and against a plain NumPy twin of it.

Agreement is asked to 1e-5 m within a week of the epoch.  What remains is the rounding of angles of
some 700 rad and, at worst, one correction of Kepler's equation of 1e-12 rad that the package makes
and the kernel does not, or the reverse.
"""

from __future__ import annotations

import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from sgp4.api import WGS72, Satrec, SatrecArray
from sgp4.model import Satrec as PythonSatrec

from benchmarks.twins import sgp4_in_numpy
from orbitsim.errors import Status
from orbitsim.kernels.sgp4 import pack, sgp4_grid
from orbitsim.kernels.sgp4_constants import Constants

FloatArray = NDArray[np.float64]

EARTH_RADIUS_KM, MU = 6378.135, 398600.8
EPOCH = 27000.5
WEEK = np.linspace(-10080.0, 10080.0, 293)


def satellite(
    e: float,
    perigee_km: float,
    *,
    bstar: float = 1e-4,
    inclination_deg: float = 51.6,
    angles: tuple[float, float, float] = (0.3, 1.9, 4.4),
) -> Satrec:
    """A record of given perigee height, made by the package from numbers instead of text."""
    a = (EARTH_RADIUS_KM + perigee_km) / (1.0 - e)
    motion = 60.0 * np.sqrt(MU / a**3)
    argument, anomaly, node = angles
    record = Satrec()
    record.sgp4init(
        *(WGS72, "i", 1, EPOCH, bstar, 0.0, 0.0),
        *(e, argument, np.radians(inclination_deg), anomaly, motion, node),
    )
    return record


def catalogue(size: int, seed: int = 7) -> list[Satrec]:
    """Near-Earth satellites as a catalogue has them: mostly low and round, some eccentric."""
    random = np.random.default_rng(seed)
    records: list[Satrec] = []
    while len(records) < size:
        kind = random.random()
        if kind < 0.8:
            e, perigee_km = 10.0 ** random.uniform(-5.0, -1.7), random.uniform(300.0, 1500.0)
        elif kind < 0.9:
            e, perigee_km = random.uniform(0.02, 0.4), random.uniform(180.0, 900.0)
        else:
            e, perigee_km = 10.0 ** random.uniform(-5.0, -2.5), random.uniform(185.0, 260.0)
        record = satellite(
            e,
            perigee_km,
            bstar=random.choice([1.0, 1.0, -0.3]) * 10.0 ** random.uniform(-6.0, -3.3),
            inclination_deg=random.choice([53.0, 97.8, random.uniform(0.0, 180.0)]),
            angles=tuple(random.uniform(0.0, 2.0 * np.pi, 3)),
        )
        if record.method == "n":
            records.append(record)
    return records


def molniya() -> Satrec:
    """A deep-space satellite, for the package to evaluate."""
    record = satellite(0.72, 500.0, inclination_deg=63.4)
    assert record.method == "d"
    return record


def decaying() -> Satrec:
    """A satellite that comes down between one and two days after the epoch."""
    return satellite(1e-3, 180.0, bstar=6e-3)


def python_record(record: Satrec) -> PythonSatrec:
    """The same satellite in the package's pure Python, which shows all its constants."""
    twin = PythonSatrec()
    twin.sgp4init(
        *(WGS72, "i", 1, EPOCH, record.bstar, 0.0, 0.0),
        *(record.ecco, record.argpo, record.inclo, record.mo, record.no_kozai, record.nodeo),
    )
    return twin


def by_package(
    records: list[Satrec], minutes: FloatArray
) -> tuple[FloatArray, FloatArray, NDArray[np.uint8]]:
    """What the package itself gives, arranged as `sgp4_grid` does; its failed states made NaN."""
    days, rest = np.divmod(minutes, 1440.0)
    r, v = np.empty((2, 3, len(records), minutes.size))
    codes = np.empty((len(records), minutes.size), dtype=np.uint8)
    for row, record in enumerate(records):
        codes[row], r_km, v_km = record.sgp4_array(
            record.jdsatepoch + days, record.jdsatepochF + rest / 1440.0
        )
        r[:, row], v[:, row] = 1e3 * r_km.T, 1e3 * v_km.T
    r[:, codes != 0] = np.nan
    v[:, codes != 0] = np.nan
    return r, v, codes


def test_states_agree_with_the_package_within_a_week() -> None:
    records = catalogue(400)
    r, v, status = sgp4_grid(pack(records), WEEK)
    r_package, v_package, codes = by_package(records, WEEK)
    np.testing.assert_array_equal(status, codes)
    assert np.isfinite(r).mean() > 0.9
    np.testing.assert_allclose(r, r_package, rtol=0, atol=1e-5)
    np.testing.assert_allclose(v, v_package, rtol=0, atol=1e-8)


def test_states_agree_with_the_numpy_twin() -> None:
    records = catalogue(60, seed=11)
    r, v, status = sgp4_grid(pack(records), WEEK)
    for row, record in enumerate(records):
        fine = status[row] == 0
        r_twin, v_twin = sgp4_in_numpy(python_record(record), WEEK[fine])
        np.testing.assert_allclose(r[:, row, fine], r_twin, rtol=0, atol=1.5e-5)
        np.testing.assert_allclose(v[:, row, fine], v_twin, rtol=0, atol=1.5e-8)


def test_constants_are_those_of_the_package() -> None:
    records = [*catalogue(60), satellite(0.01, 120.0), satellite(1e-5, 90.0), satellite(0.0, 400.0)]
    constants = Constants(*np.moveaxis(pack(records).constants, 1, 0).reshape(40, -1))
    for row, record in enumerate(records):
        k = python_record(record)
        full = 0.0 if k.isimp else 1.0
        wanted = {
            "mean_anomaly_rate": k.mdot,
            "perigee_drag": full * k.omgcof,
            "node_drag": k.nodecf,
            "eta": k.eta,
            "anomaly_drag": full * k.xmcof,
            "anomaly_drag_at_epoch": k.delmo,
            "axis": (k.xke / k.no_unkozai) ** (2 / 3),
            "axis_1": -k.cc1,
            "axis_2": -k.d2,
            "axis_3": -k.d3,
            "axis_4": -k.d4,
            "longitude_2": k.no_unkozai * k.t2cof,
            "longitude_3": k.no_unkozai * k.t3cof,
            "longitude_4": k.no_unkozai * k.t4cof,
            "longitude_5": k.no_unkozai * k.t5cof,
            "eccentricity_drag": k.bstar * k.cc4,
            "eccentricity_drag_periodic": full * k.bstar * k.cc5,
            "long_period_y": k.aycof / k.a,
            "long_period_longitude": k.xlcof / k.a,
            "radius_secular": 1.5 * k.con41,
            "rate_periodic": k.x1mth2,
            "latitude_periodic": -0.25 * k.x7thm1,
        }
        for name, value in wanted.items():
            assert getattr(constants, name)[row] == pytest.approx(value, rel=2e-12, abs=1e-18), name


def test_inclination_of_180_degrees_is_no_pole_of_the_long_period_terms() -> None:
    records = [satellite(0.01, 500.0, inclination_deg=180.0)]
    r, v, status = sgp4_grid(pack(records), WEEK)
    r_package, v_package, _ = by_package(records, WEEK)
    assert not status.any()
    np.testing.assert_allclose(r, r_package, rtol=0, atol=1e-5)
    np.testing.assert_allclose(v, v_package, rtol=0, atol=1e-8)


def test_a_satellite_that_decays_in_mid_grid() -> None:
    minutes = np.linspace(0.0, 5000.0, 1001)
    r, v, status = sgp4_grid(pack([*catalogue(3), decaying()]), minutes)
    codes = by_package([decaying()], minutes)[2][0]
    assert 0 < np.count_nonzero(codes) < codes.size
    np.testing.assert_array_equal(status[3], codes)
    np.testing.assert_array_equal(np.isnan(r[:, 3]).all(axis=0), codes != 0)
    np.testing.assert_array_equal(np.isnan(v[:, 3]).all(axis=0), codes != 0)
    assert not status[:3].any()
    assert np.isfinite(r[:, :3]).all()


def test_codes_are_the_packages_where_the_theory_breaks_down() -> None:
    random = np.random.default_rng(2)
    records = [
        satellite(e, perigee_km, bstar=bstar, angles=tuple(random.uniform(0.0, 6.2, 3)))
        for e in (1e-6, 0.01, 0.3, 0.6, 0.9)
        for perigee_km in (-4000.0, -800.0, 60.0, 110.0, 300.0)
        for bstar in (-1e-2, 1e-4, 1e-1)
    ]
    records = [record for record in records if record.method == "n"]
    r, _, status = sgp4_grid(pack(records), WEEK)
    codes = by_package(records, WEEK)[2]
    assert {0, 1, 4, 6} <= set(np.unique(codes).tolist())
    np.testing.assert_array_equal(status, codes)
    np.testing.assert_array_equal(np.isnan(r).any(axis=0), codes != 0)


def test_deep_space_satellites_come_in_the_same_call_from_the_package() -> None:
    records = [molniya(), *catalogue(2), molniya(), satellite(1e-4, 36000.0)]
    r, v, status = sgp4_grid(pack(records), WEEK)
    r_package, v_package, codes = by_package(records, WEEK)
    np.testing.assert_array_equal(status, codes)
    for row in (0, 3, 4):
        np.testing.assert_array_equal(r[:, row], r_package[:, row])
        np.testing.assert_array_equal(v[:, row], v_package[:, row])


def test_elements_that_are_not_finite_get_the_packages_verdict() -> None:
    records = [satellite(0.01, 500.0, bstar=np.nan), satellite(0.01, 500.0)]
    r, _, status = sgp4_grid(pack(records), WEEK)
    assert (status[0] == Status.NOT_FINITE).all()
    assert np.isnan(r[:, 0]).all()
    assert not status[1].any()


@pytest.mark.parametrize("record", [satellite(0.01, 500.0), molniya()], ids=["near", "deep"])
def test_times_that_are_not_finite(record: Satrec) -> None:
    minutes = np.arange(40.0)
    minutes[[3, 17, 39]] = np.nan, np.inf, -np.inf
    r, v, status = sgp4_grid(pack([record]), minutes)
    lost = ~np.isfinite(minutes)
    np.testing.assert_array_equal(status[0], np.where(lost, Status.NOT_FINITE, 0))
    np.testing.assert_array_equal(np.isnan(r[:, 0]).all(axis=0), lost)
    np.testing.assert_array_equal(np.isnan(v[:, 0]).all(axis=0), lost)


def test_an_angle_without_a_digit_left_is_not_finite() -> None:
    r, _, status = sgp4_grid(pack([satellite(0.01, 500.0, bstar=0.0)]), [0.0, 1e18])
    assert status.tolist() == [[0, Status.NOT_FINITE]]
    assert np.isnan(r[:, 0, 1]).all()


@pytest.mark.parametrize("times", [1, 2, 15, 16, 17, 255, 256, 257, 700])
def test_a_state_does_not_depend_on_its_company(times: int) -> None:
    records = [*catalogue(97), decaying(), molniya()]
    minutes = np.linspace(-3000.0, 9000.0, times)
    packed = pack(records)
    r, v, status = sgp4_grid(packed, minutes)
    for row in (0, 50, 96, 97, 98):
        alone = pack(records[row : row + 1])
        r_alone, v_alone, status_alone = sgp4_grid(alone, minutes)
        np.testing.assert_array_equal(r[:, row], r_alone[:, 0])
        np.testing.assert_array_equal(v[:, row], v_alone[:, 0])
        np.testing.assert_array_equal(status[row], status_alone[0])
        r_last, _, _ = sgp4_grid(alone, minutes[-1:])
        np.testing.assert_array_equal(r[:, row, -1], r_last[:, 0, 0])


@pytest.mark.parametrize("times", [5, 300])
def test_own_times_and_offsets(times: int) -> None:
    records = [*catalogue(40), molniya()]
    packed = pack(records)
    shared = np.linspace(0.0, 1440.0, times)
    offset = np.arange(41) * 128.0
    r, v, status = sgp4_grid(packed, shared, offset=offset)
    r_own, v_own, status_own = sgp4_grid(packed, shared + offset[:, np.newaxis])
    np.testing.assert_array_equal(r, r_own)
    np.testing.assert_array_equal(v, v_own)
    np.testing.assert_array_equal(status, status_own)
    for row in (0, 40):
        wanted = by_package(records[row : row + 1], shared + offset[row])[0][:, 0]
        np.testing.assert_allclose(r[:, row], wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("copies", "times"), [(1, 500), (24, 5)])
def test_threads_do_not_change_a_bit(copies: int, times: int) -> None:
    packed = pack([*catalogue(300), decaying()] * copies)
    minutes = np.linspace(0.0, 5000.0, times)
    one = sgp4_grid(packed, minutes, threads=1)
    two = sgp4_grid(packed, minutes, threads=2)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


def test_calls_from_several_python_threads() -> None:
    packed = pack(catalogue(100))
    minutes = np.linspace(0.0, 1440.0, 400)
    wanted = sgp4_grid(packed, minutes)
    with ThreadPoolExecutor(4) as pool:
        for got in pool.map(lambda _: sgp4_grid(packed, minutes), range(8)):
            for a, b in zip(wanted, got, strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("size", "times"), [(0, 5), (0, 0), (3, 0)])
@pytest.mark.parametrize("own", [False, True])
def test_empty_batches(size: int, times: int, own: bool) -> None:
    minutes = np.zeros((size, times) if own else times)
    r, v, status = sgp4_grid(pack([*catalogue(2), molniya()][:size]), minutes)
    assert r.shape == v.shape == (3, size, times)
    assert status.shape == (size, times)


def test_layout_and_type_of_the_times_do_not_matter() -> None:
    packed = pack(catalogue(30))
    minutes = np.arange(0.0, 900.0, 3.0)
    wanted, _, _ = sgp4_grid(packed, minutes)
    frozen = minutes.copy()
    frozen.flags.writeable = False
    strided = np.repeat(minutes, 2)[::2]
    shared = np.broadcast_to(minutes, (30, minutes.size))
    by_columns = np.asfortranarray(shared)
    short = minutes.astype(np.float32)
    for given in (frozen, strided, shared, by_columns, short, minutes.astype(int).tolist()):
        r, _, _ = sgp4_grid(packed, given)
        np.testing.assert_array_equal(r, wanted)


def test_out_is_filled_and_nothing_of_its_size_stands_beside_it() -> None:
    packed = pack([*catalogue(60), molniya()])
    minutes = np.linspace(0.0, 1440.0, 20_000)
    wanted_r, wanted_v, _ = sgp4_grid(packed, minutes)
    out = np.zeros((3, 61, 20_000)), np.zeros((3, 61, 20_000))
    tracemalloc.start()
    try:
        r, v, status = sgp4_grid(packed, minutes, out=out)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert r is out[0]
    assert v is out[1]
    np.testing.assert_array_equal(r, wanted_r)
    np.testing.assert_array_equal(v, wanted_v)
    assert peak - status.nbytes < 0.05 * (r.nbytes + v.nbytes)


@pytest.mark.parametrize(
    ("minutes", "offset", "message"),
    [
        (np.zeros((3, 4)), None, r"\(T,\) or \(2, T\), got \(3, 4\)"),
        (np.zeros((2, 4, 1)), None, r"got \(2, 4, 1\)"),
        (np.zeros(4), np.zeros(3), r"offset must have the shape \(2,\), got \(3,\)"),
        (["noon"], None, "noon"),
    ],
)
def test_times_that_do_not_fit(minutes: ArrayLike, offset: ArrayLike | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sgp4_grid(pack(catalogue(2)), minutes, offset=offset)


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((3, 2, 5)),
        np.zeros((3, 2, 4), dtype=np.float32),
        np.zeros((4, 2, 3)).T,
        np.broadcast_to(0.0, (3, 2, 4)),
    ],
)
def test_out_that_cannot_be_filled(bad: FloatArray) -> None:
    with pytest.raises(ValueError, match="out"):
        sgp4_grid(pack(catalogue(2)), np.arange(4.0), out=(np.zeros((3, 2, 4)), bad))


def test_the_loops_are_vector_code() -> None:
    # In scalar code the kernel would be some 4 times as fast as the package, in vectors 14 to 40.
    records = catalogue(100)
    packed, package = pack(records), SatrecArray(records)
    minutes = np.arange(1024.0)
    days = np.full(minutes.size, records[0].jdsatepoch), minutes / 1440.0
    out = sgp4_grid(packed, minutes)[:2]
    ours, theirs = [], []
    for _ in range(5):
        start = time.perf_counter()
        sgp4_grid(packed, minutes, out=out, threads=1)
        middle = time.perf_counter()
        package.sgp4(*days)
        ours.append(middle - start)
        theirs.append(time.perf_counter() - middle)
    assert min(ours) < min(theirs) / 8.0
