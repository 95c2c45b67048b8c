"""Separations as a user meets them: batches, draws, events, what is handed on, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from orbitsim.errors import InputError
from orbitsim.kernels import separation as kernel
from orbitsim.phases.failure import BodyState, FailedFlight, Failure
from orbitsim.phases.separation import (
    CLEARANCE,
    Cylinder,
    SeparationBatch,
    SeparationCases,
    Spread,
    relative_motion,
    separate,
)
from orbitsim.phases.separation_result import (
    DamageLimits,
    hand_over,
    separation_events,
    separation_map,
    stack_axes,
)

PAYLOAD = Cylinder.uniform("payload", 7285.0, 7.2, 2.72)
STAGE = Cylinder.uniform("stage", 16071.0, 6.7, 2.66)


@pytest.fixture(scope="module")
def cases() -> SeparationCases:
    return Spread(stroke=(0.0, 0.1)).sample(12, 5, 297.9e3, 3187.0)


@pytest.fixture(scope="module")
def batch(cases: SeparationCases) -> SeparationBatch:
    return separate(PAYLOAD, STAGE, cases, duration=6.0)


def test_batch_is_its_cases_one_by_one_on_any_number_of_threads(
    cases: SeparationCases, batch: SeparationBatch
) -> None:
    alone = separate(PAYLOAD, STAGE, cases, duration=6.0, threads=1)
    np.testing.assert_array_equal(alone.r, batch.r)
    for i in (0, 7):
        one = separate(PAYLOAD, STAGE, cases[i], duration=6.0)
        np.testing.assert_array_equal(one.records[0], batch.records[i])
        np.testing.assert_array_equal(one.rates[0], batch.rates[i])
        assert one.count[0] == batch.count[i]


def test_every_case_is_good_and_keeps_its_books(batch: SeparationBatch) -> None:
    assert len(batch) == 12
    assert np.all(batch.status == 0)
    begin, end = batch.records[:, :, kernel.BEGIN], batch.records[:, :, kernel.END]
    seen = np.isfinite(begin)
    np.testing.assert_array_equal(seen.sum(axis=1), np.minimum(batch.count, kernel.RECORDS))
    assert np.all(end[seen] >= begin[seen])
    hardest, first = batch.records[:, :, kernel.HARDEST], batch.records[:, :, kernel.SPEED]
    assert np.all(hardest[seen] >= first[seen])
    # Nothing is lost before the bodies have parted, and they can meet only afterwards.
    met = batch.count > 0
    assert np.all(batch.first_contact[met] > batch.opened[met])


def test_same_seed_same_cases() -> None:
    a, b = (Spread().sample(5, 3, 1e5, 3000.0) for _ in range(2))
    np.testing.assert_array_equal(a.thrust, b.thrust)
    other = Spread().sample(5, 4, 1e5, 3000.0)
    assert not np.array_equal(a.speed, other.speed)
    fading = Spread(decay=(0.2, 2.0)).sample(50, 3, 1e5, 3000.0)
    assert np.all(fading.hold == 0.0) and fading.decay.min() >= 0.2 and fading.decay.max() <= 2.0


def test_momentum_is_the_thrusts_impulse(cases: SeparationCases) -> None:
    """Contacts and springs are internal: without thrust the common centre of mass stays."""
    quiet = replace(cases, thrust=np.zeros(12))
    flown = separate(PAYLOAD, STAGE, quiet, duration=3.0)
    total = PAYLOAD.mass * flown.v[:, 0] + STAGE.mass * flown.v[:, 1]
    np.testing.assert_allclose(total, 0.0, atol=1e-6 * PAYLOAD.mass)
    assert np.all(flown.count == 0)


def test_history_agrees_with_the_batch(cases: SeparationCases, batch: SeparationBatch) -> None:
    i = int(np.argmin(cases.thrust))
    motion = relative_motion(PAYLOAD, STAGE, cases[i], np.linspace(0.0, 6.0, 61))
    assert motion.outcome.count[0] == batch.count[i]
    np.testing.assert_allclose(motion.outcome.first_contact[0], batch.first_contact[i], rtol=1e-3)
    assert motion.gap.min() > -1e-3
    assert motion.distance[0] == pytest.approx(6.95)
    np.testing.assert_allclose(motion.tilt[0], 0.0, atol=1e-7)


def test_events_are_in_order_and_say_what_the_limits_say() -> None:
    case = SeparationCases.of(thrust=3e4, speed=0.8, restitution=0.5, exhaust_speed=3187.0)
    flown = separate(PAYLOAD, STAGE, case, duration=5.0)
    log = separation_events(flown, start=382.3)
    names = [event.name for event in log]
    assert names[:3] == ["separation", "recontact", "telemetry_lost"]
    assert names.count("recontact") == flown.count[0] >= 2
    assert "breakup" not in names  # 2 kJ are far from opening a hull
    assert [event.time for event in log] == sorted(event.time for event in log)
    assert log[0].time == pytest.approx(382.3 + CLEARANCE / 0.8, abs=1e-3)
    assert log[0].relative_speed == pytest.approx(0.8 - 0.02 * 3e4 / STAGE.mass, abs=0.02)
    assert log[1].relative_speed == pytest.approx(0.8, rel=0.01)
    frail = separation_events(flown, start=382.3, limits=DamageLimits(hull_energy=500.0))
    assert [event.name for event in frail].count("breakup") == 1
    deaf = separation_events(flown, limits=DamageLimits(telemetry_speed=5.0))
    assert "telemetry_lost" not in [event.name for event in deaf]


def test_full_thrust_against_springs_is_no_separation() -> None:
    case = SeparationCases.of(thrust=297.9e3, speed=0.5, stroke=0.1)
    flown = separate(PAYLOAD, STAGE, case, duration=5.0)
    assert separation_events(flown) == ()


def flight(thrust: float) -> FailedFlight:
    r, v = np.array([4.259e6, 6.635e5, 4.946e6]), np.array([-1924.6, 4551.0, 1159.1])
    axis = v / np.linalg.norm(v)
    failure = Failure(382.3, "third", "premature separation", thrust / 297.9e3)
    sigma = np.diag([100.0, 100.0, 100.0, 1.0, 1.0, 1.0]) ** 2
    return FailedFlight(
        failure,
        (
            BodyState("payload", 382.3, r, v, PAYLOAD.mass, sigma, axis=axis),
            BodyState("stage", 382.3, r, v, STAGE.mass, sigma, thrust=thrust, axis=axis),
        ),
        297.9e3,
        3187.0,
    )


def test_what_is_handed_over_adds_up() -> None:
    """Against gravity flown by SciPy, the pushers' speed along the axis, and the thrust's gain."""
    from independent import fly  # tests/independent.py

    case = SeparationCases.of(2, thrust=[2e3, 2e3], speed=[3.0, 3.2], exhaust_speed=3187.0)
    flown = separate(PAYLOAD, STAGE, case, duration=10.0)
    start = flight(2e3)
    payload, stage = hand_over(start, case, flown)
    assert payload.time == stage.time == pytest.approx(392.3)
    body = start.body("payload")
    ballistic = fly(body.r, body.v, 10.0).y[:, -1]
    share = STAGE.mass / (PAYLOAD.mass + STAGE.mass)
    np.testing.assert_allclose(
        payload.v - ballistic[3:], 3.1 * share * body.axis, rtol=0, atol=1e-4
    )
    gained = 2e3 * 10.0 / STAGE.mass - 3.1 * (1.0 - share)
    np.testing.assert_allclose(stage.v - ballistic[3:], gained * body.axis, rtol=0, atol=2e-3)
    assert payload.mass == PAYLOAD.mass
    assert stage.mass == pytest.approx(STAGE.mass - 2e3 * 10.0 / 3187.0)
    assert stage.thrust == pytest.approx(2e3)
    # Two cases 0.2 m/s apart along the axis, on top of what was there: 1 m/s and 100 m, carried.
    along = body.axis @ payload.covariance[3:, 3:] @ body.axis
    assert along == pytest.approx(1.0 + (0.2 * share) ** 2 / 2.0, rel=1e-4)
    across = stack_axes(body)[:, 0]
    assert across @ payload.covariance[:3, :3] @ across == pytest.approx(1e4 + 1e2, rel=1e-4)
    assert np.linalg.eigvalsh(stage.covariance).min() > 0.0


def test_stack_axes_are_a_rotation() -> None:
    turn = stack_axes(flight(0.0).body("payload"))
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)
    np.testing.assert_allclose(turn[:, 2], flight(0.0).body("payload").axis)


def test_map_has_the_closed_form_in_it() -> None:
    """First contact at 2 v m / F wherever nothing is out of line and the mass hardly changes."""
    aligned = Spread(thrust_offset=0.0, thrust_tilt=0.0, push_offset=0.0)
    found = separation_map(
        PAYLOAD,
        STAGE,
        np.array([0.0, 0.02, 0.1]),
        np.array([0.2, 0.5]),
        thrust=297.9e3,
        exhaust_speed=1e9,
        spread=aligned,
        cases=2,
        duration=4.0,
    )
    expected = 2.0 * found.speed * STAGE.mass / (297.9e3 * found.residual_thrust[1:, None])
    np.testing.assert_allclose(found.first_contact[1:], expected, atol=1e-5)
    assert np.all(np.isnan(found.first_contact[0])) and np.all(found.contacts[0] == 0.0)
    np.testing.assert_allclose(found.closing_speed[1:], [[0.2, 0.5]] * 2, rtol=1e-4)
    assert np.all(found.opened == 1.0)
    rows = found.rows()
    assert len(rows) == 6
    assert rows[3][:2] == (0.02, 0.5) and rows[3][7] == found.first_contact[1, 1]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (lambda: Cylinder.uniform("tin", -1.0, 1.0, 1.0), r"tin: the mass .* got -1"),
        (lambda: Cylinder("tin", 1.0, 1.0, 1.0, (1.0, 1.0, 3.0)), r"no body has the moments"),
        (lambda: Cylinder.uniform("tin", 1.0, 0.01, 1.0), r"too small for edges"),
        (lambda: SeparationCases.of(speeed=1.0), r"unknown entry 'speeed'; wanted one of .*speed"),
        (lambda: SeparationCases.of(thrust=-1.0), r"thrust must not be negative, got -1"),
        (lambda: SeparationCases.of(thrust=np.nan), r"thrust must be finite"),
        (lambda: SeparationCases.of(restitution=1.2), r"restitution is from 0 to 1, got 1\.2"),
        (lambda: SeparationCases.of(exhaust_speed=0.0), r"exhaust_speed must be positive"),
        (
            lambda: separate(PAYLOAD, STAGE, SeparationCases.of(), duration=0.0),
            r"duration must be positive and finite, got 0\.0 s",
        ),
        (
            lambda: separate(
                PAYLOAD, STAGE, SeparationCases.of(thrust=3e5, hold=300.0, exhaust_speed=3e3)
            ),
            r"burn more than the stage's 16071 kg",
        ),
        (
            lambda: relative_motion(PAYLOAD, STAGE, SeparationCases.of(2), np.array([0.0, 1.0])),
            r"a history is of one case, got 2",
        ),
        (
            lambda: relative_motion(PAYLOAD, STAGE, SeparationCases.of(), np.array([1.0, 0.0])),
            r"times must be >= 0, rising",
        ),
        (
            lambda: separation_map(
                PAYLOAD, STAGE, np.array([]), np.array([1.0]), thrust=1.0, exhaust_speed=1.0
            ),
            r"wanted rows of residual thrusts and speeds",
        ),
    ],
)
def test_refusals(what: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        what()  # type: ignore[operator]
