"""Fly the separations of `CASES` with MuJoCo and write `separation.csv`.

Run ``python generate.py`` where MuJoCo is installed (written with 4.0.0).  The test does not need
MuJoCo.  Its contacts are soft: a spring and a damper per unit mass, here so stiff that a blow lasts
4 ms, and damped so that a blow has the coefficient of restitution of the case.  The mass is
held, as MuJoCo's bodies keep theirs.
"""

from __future__ import annotations

import csv
from math import atan2, exp, pi, sqrt
from pathlib import Path

CASES = {
    # residual thrust N, separation speed m/s, thrust offset m, push offset m, restitution, friction
    "flat": (15000.0, 0.5, (0.0, 0.0), (0.0, 0.0), 0.3, 0.3),
    "smooth": (15000.0, 0.5, (0.04, 0.0), (-0.03, 0.0), 0.3, 0.0),
    "tilted": (15000.0, 0.5, (0.04, 0.0), (-0.03, 0.0), 0.3, 0.3),
    "skew": (30000.0, 0.8, (0.03, -0.05), (0.05, 0.02), 0.2, 0.2),
}
PAYLOAD = (7285.0, 7.2, 2.72)
STAGE = (16071.0, 6.7, 2.66)
DURATION, STEP, EVERY = 1.5, 2e-5, 1250
BLOW = 4e-3
COLUMNS = ("x", "y", "z", "qw", "qx", "qy", "qz", "vx", "vy", "vz", "wx", "wy", "wz")
HERE = Path(__file__).resolve().parent


def spring_and_damper(restitution: float) -> tuple[float, float]:
    """Per unit mass, for a blow of about `BLOW` seconds.

    A damped spring that cannot pull lets go before it is at rest; its restitution is that of
    Schwager and Poeschel (Granular Matter 9, 2007, eq. 14), solved here for the damping.
    """
    low, high = 1e-6, 0.7
    for _ in range(60):
        ratio = 0.5 * (low + high)
        root = sqrt(1.0 - ratio**2)
        found = exp(-ratio / root * (pi - atan2(2.0 * ratio * root, root**2 - ratio**2)))
        low, high = (ratio, high) if found > restitution else (low, ratio)
    natural = pi / BLOW
    return natural**2, 2.0 * low * natural


def model_text(restitution: float, friction: float) -> str:
    spring, damper = spring_and_damper(restitution)
    bodies = ""
    for name, (mass, length, diameter), z in (
        ("payload", PAYLOAD, 0.5 * PAYLOAD[1]),
        ("stage", STAGE, -0.5 * STAGE[1]),
    ):
        across, along = mass * (0.75 * diameter**2 + length**2) / 12.0, mass * diameter**2 / 8.0
        bodies += f"""
        <body name="{name}" pos="0 0 {z}"><freejoint/>
          <inertial pos="0 0 0" mass="{mass}" diaginertia="{across} {across} {along}"/>
          <geom type="cylinder" size="{diameter / 2} {length / 2}" friction="{friction} 0 0"
           condim="3" solref="{-spring} {-damper}" solimp="0.9999 0.9999 0.001"/>
        </body>"""
    return f"""<mujoco><option gravity="0 0 0" timestep="{STEP}" integrator="RK4"
      cone="elliptic" impratio="10"><flag multiccd="enable"/></option>
      <worldbody>{bodies}</worldbody></mujoco>"""


def fly(name: str) -> list[list[float | str]]:
    import mujoco
    import numpy as np

    thrust, speed, offset, push, restitution, friction = CASES[name]
    model = mujoco.MjModel.from_xml_string(model_text(restitution, friction))
    data = mujoco.MjData(model)
    total = PAYLOAD[0] + STAGE[0]
    impulse = speed * PAYLOAD[0] * STAGE[0] / total
    for b, (body, sign) in enumerate(((PAYLOAD, 1.0), (STAGE, -1.0))):
        across = body[0] * (0.75 * body[2] ** 2 + body[1] ** 2) / 12.0
        data.qvel[6 * b + 2] = sign * impulse / body[0]
        data.qvel[6 * b + 3] = sign * impulse * push[1] / across
        data.qvel[6 * b + 4] = -sign * impulse * push[0] / across
    rows: list[list[float | str]] = []
    stage = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "stage")
    for step in range(round(DURATION / STEP) + 1):
        if step % EVERY == 0:
            numbers = np.concatenate([data.qpos[:7], data.qvel[:6], data.qpos[7:], data.qvel[6:]])
            rows.append([name, step * STEP, data.ncon, *numbers.tolist()])
        turn = data.xmat[stage].reshape(3, 3) if step else np.eye(3)
        force = turn @ np.array([0.0, 0.0, thrust])
        point = turn @ np.array([*offset, -0.5 * STAGE[1]])
        data.xfrc_applied[stage, :3] = force
        data.xfrc_applied[stage, 3:] = np.cross(point, force)
        mujoco.mj_step(model, data)
    return rows


def main() -> None:
    import mujoco

    names = ["case", "t", "contacts"]
    for body in ("payload", "stage"):
        names += [f"{body}_{x}" for x in COLUMNS]
    with (HERE / "separation.csv").open("w", newline="") as file:
        file.write(
            f"# MuJoCo {mujoco.__version__}, generate.py: two cylinders, the rear one thrusting; "
            "SI, common axes, angular velocities in body axes\n"
        )
        out = csv.writer(file, lineterminator="\n")
        out.writerow(names)
        for name in CASES:
            for row in fly(name):
                out.writerow([x if isinstance(x, str) else f"{x:.9g}" for x in row])


if __name__ == "__main__":
    main()
