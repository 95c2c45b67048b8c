"""Distance of cylinders against projections onto convex sets; impacts against textbook formulas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from orbitsim.kernels import contact, cylinders
from orbitsim.phases.separation import Cylinder

PAYLOAD = Cylinder.uniform("payload", 7285.0, 7.2, 2.72)
STAGE = Cylinder.uniform("stage", 16071.0, 6.7, 2.66)
BODIES = np.stack([PAYLOAD.row(), STAGE.row()])


def pair_of(*states: np.ndarray) -> np.ndarray:
    return np.concatenate(states)


def state(r=(0, 0, 0), v=(0, 0, 0), q=(1, 0, 0, 0), w=(0, 0, 0)) -> np.ndarray:
    return np.array([*r, *v, *q, *w], dtype=float)


def contact_at(point: tuple[float, ...], normal: tuple[float, ...]) -> np.ndarray:
    table = np.zeros((cylinders.MOST, cylinders.CONTACT))
    table[0, :6] = [*point, *normal]
    return table


def body(mass: float, inertia: tuple[float, float, float]) -> np.ndarray:
    return np.array([mass, *inertia, 0.0, 0.0, 0.0, 1.0, 1.0])


def struck(
    pair: np.ndarray, bodies: np.ndarray, contacts: np.ndarray, n: int, e: float, mu: float
) -> tuple[np.ndarray, float]:
    after = pair.copy()
    total = contact.strike(
        after,
        bodies,
        contacts,
        n,
        e,
        mu,
        np.zeros(cylinders.MOST),
        np.zeros(12),
        np.zeros((cylinders.MOST, 3)),
        np.zeros((cylinders.MOST, 3, 24)),
        np.zeros((cylinders.MOST, 3)),
    )
    return after, total


# ---- distance


def distance(c0: np.ndarray, turn0: np.ndarray, c1: np.ndarray, turn1: np.ndarray) -> float:
    """Of the rounded cylinders, by alternating projections onto their cores."""

    def nearest(x: np.ndarray, c: np.ndarray, turn: np.ndarray, shape: Cylinder) -> np.ndarray:
        local = turn.T @ (x - c)
        wide = 0.5 * shape.diameter - cylinders.EDGE
        local[:2] *= min(1.0, wide / max(np.hypot(*local[:2]), 1e-12))
        long = 0.5 * shape.length - cylinders.EDGE
        local[2] = np.clip(local[2], -long, long)
        return c + turn @ local

    x = c1.copy()
    for _ in range(5000):
        y = nearest(x, c0, turn0, PAYLOAD)
        x, before = nearest(y, c1, turn1, STAGE), x
        if np.linalg.norm(x - before) < 1e-9:
            break
    return float(np.linalg.norm(x - y)) - 2.0 * cylinders.EDGE


def test_gap_is_that_of_alternating_projections() -> None:
    """40 random attitudes, each slid along a random direction until the true gap is about 5 mm."""
    rng = np.random.default_rng(4)
    contacts = np.zeros((cylinders.MOST, cylinders.CONTACT))
    errors = []
    for _ in range(40):
        turns = Rotation.random(2, random_state=rng)
        a, b = turns.as_matrix()
        direction = rng.standard_normal(3)
        direction /= np.linalg.norm(direction)
        near, far = 0.0, 12.0
        for _ in range(12):
            middle = 0.5 * (near + far)
            apart = distance(middle * direction, a, np.zeros(3), b)
            near, far = (middle, far) if apart < 0.005 else (near, middle)
        q = turns.as_quat(scalar_first=True)
        pair = pair_of(state(far * direction, q=q[0]), state(q=q[1]))
        _, gap = cylinders.find_contacts(pair, BODIES, 1e-4, contacts)
        errors.append(gap - distance(far * direction, a, np.zeros(3), b))
    errors = np.abs(errors)
    assert np.median(errors) < 1e-7
    assert np.max(errors) < 1e-3


def test_faces_that_touch_are_seen_all_round() -> None:
    contacts = np.zeros((cylinders.MOST, cylinders.CONTACT))
    pair = pair_of(state((0, 0, 3.6)), state((0, 0, -3.35)))
    count, gap = cylinders.find_contacts(pair, BODIES, 1e-4, contacts)
    assert gap == pytest.approx(0.0, abs=1e-12)
    assert count == cylinders.RIM
    np.testing.assert_allclose(contacts[:count, 3:6], np.tile([0.0, 0.0, 1.0], (count, 1)))
    np.testing.assert_allclose(contacts[:count, 2], 0.0, atol=1e-12)
    np.testing.assert_allclose(np.hypot(*contacts[:count, :2].T), 1.33 - cylinders.EDGE)


def test_crossed_sides_touch_at_the_common_perpendicular() -> None:
    contacts = np.zeros((cylinders.MOST, cylinders.CONTACT))
    across = (np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0)  # a quarter turn about x
    pair = pair_of(state((2.7, 0.4, 0.3)), state(q=across))
    count, gap = cylinders.find_contacts(pair, BODIES, 0.1, contacts)
    assert (count, gap) == (1, pytest.approx(2.7 - 1.36 - 1.33))
    np.testing.assert_allclose(contacts[0, :3], [1.33, 0.4, 0.0], atol=1e-12)
    np.testing.assert_allclose(contacts[0, 3:6], [1.0, 0.0, 0.0], atol=1e-12)


# ---- impacts


@pytest.mark.parametrize("e", [0.0, 0.3, 1.0])
def test_central_impact_of_two_balls(e: float) -> None:
    """v1' = (m1 v1 + m2 v2 + m2 e (v2 - v1)) / (m1 + m2), any mechanics text."""
    m1, m2, v1, v2 = 3.0, 5.0, -2.0, 1.5
    bodies = np.stack([body(m1, (1, 1, 1)), body(m2, (2, 2, 2))])
    pair = pair_of(state((0, 0, 1), v=(0, 0, v1)), state((0, 0, -1), v=(0, 0, v2)))
    after, total = struck(pair, bodies, contact_at((0, 0, 0), (0, 0, 1)), 1, e, 0.4)
    mean = m1 * v1 + m2 * v2
    assert after[5] == pytest.approx((mean + m2 * e * (v2 - v1)) / (m1 + m2))
    assert after[18] == pytest.approx((mean + m1 * e * (v1 - v2)) / (m1 + m2))
    assert total == pytest.approx((1 + e) * m1 * m2 / (m1 + m2) * (v2 - v1))


@pytest.mark.parametrize("e", [0.0, 0.5, 1.0])
def test_ball_strikes_a_rod_off_its_centre(e: float) -> None:
    """A free rod struck across at a distance d: J = (1 + e) u / (1/m + 1/M + d^2 / I),
    and the rod leaves with J/M and turns with J d / I (the standard eccentric-impact result)."""
    m, M, length, d, u = 2.0, 6.0, 3.0, 1.1, 4.0
    inertia = M * length**2 / 12.0
    bodies = np.stack([body(M, (inertia, inertia, 1e-3)), body(m, (1, 1, 1))])
    pair = pair_of(state(), state((-1, 0, d), v=(u, 0, 0)))
    after, total = struck(pair, bodies, contact_at((0, 0, d), (1, 0, 0)), 1, e, 0.0)
    impulse = (1 + e) * u / (1 / m + 1 / M + d**2 / inertia)
    assert total == pytest.approx(impulse)
    assert after[3] == pytest.approx(impulse / M)
    assert after[11] == pytest.approx(impulse * d / inertia)
    assert after[16] == pytest.approx(u - impulse / m)


@pytest.mark.parametrize(("friction", "e"), [(0.1, 0.0), (0.1, 0.6), (5.0, 0.0), (5.0, 0.6)])
def test_ball_skids_or_rolls_off_a_wall(friction: float, e: float) -> None:
    """Solid ball on a wall without spin: sliding loses mu (1 + e) v_n of v_t; gripping leaves it
    rolling with 5/7 of v_t, whatever the restitution (Routh)."""
    m, R, vn, vt = 2.0, 0.5, 3.0, 4.0
    moment = 0.4 * m * R**2
    bodies = np.stack([body(m, (moment,) * 3), body(1e12, (1e12,) * 3)])
    pair = pair_of(state((0, 0, R), v=(vt, 0, -vn)), state((0, 0, -1)))
    after, _ = struck(pair, bodies, contact_at((0, 0, 0), (0, 0, 1)), 1, e, friction)
    slid = vt - friction * (1 + e) * vn
    expected = slid if friction < 1.0 else 5.0 / 7.0 * vt
    assert after[3] == pytest.approx(expected, rel=1e-6)
    assert after[5] == pytest.approx(e * vn, rel=1e-9, abs=1e-9)
    assert after[11] == pytest.approx((vt - expected) * m * R / moment, rel=1e-6)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 12),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.5),
)
def test_no_impact_gains_energy_or_changes_momenta(seed: int, n: int, e: float, mu: float) -> None:
    rng = np.random.default_rng(seed)
    q = Rotation.random(2, random_state=rng).as_quat(scalar_first=True)
    pair = pair_of(
        *(state(rng.normal(size=3), rng.normal(size=3), q[b], rng.normal(size=3)) for b in (0, 1))
    )
    contacts = np.zeros((cylinders.MOST, cylinders.CONTACT))
    contacts[:n, :3] = rng.normal(size=(n, 3))
    normals = rng.normal(size=(n, 3))
    contacts[:n, 3:6] = normals / np.linalg.norm(normals, axis=1)[:, None]
    after, total = struck(pair, BODIES, contacts, n, e, mu)
    before = contact.kinetic_energy(pair, BODIES)
    assert total >= 0.0
    assert contact.kinetic_energy(after, BODIES) <= before * (1.0 + 1e-9)
    np.testing.assert_allclose(momenta(after), momenta(pair), rtol=1e-9, atol=1e-6)


def momenta(pair: np.ndarray) -> np.ndarray:
    """Linear and angular momentum about the origin."""
    total = np.zeros(6)
    for b in (0, 1):
        s = pair[13 * b : 13 * b + 13]
        turn = Rotation.from_quat(s[6:10], scalar_first=True)
        p = BODIES[b, 0] * s[3:6]
        total += np.concatenate([p, np.cross(s[:3], p) + turn.apply(BODIES[b, 1:4] * s[10:13])])
    return total


def test_nan_goes_in_and_comes_out() -> None:
    contacts = np.zeros((cylinders.MOST, cylinders.CONTACT))
    pair = pair_of(state((0, 0, 3.6)), state((0, 0, np.nan)))
    assert np.isnan(cylinders.find_contacts(pair, BODIES, 1e-4, contacts)[1])
