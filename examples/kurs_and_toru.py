"""Two dockings of one ship: Kurs fails, TORU saves the day, and the second time there is no Kurs.

Kurs loses its lock below 90 m.  The ship backs off to station-keeping, the antenna at its nose is
retracted, and a cosmonaut flies it in by television; ice on the camera makes him stop at a few
metres, back off and try again.  Later the fault is cleared, but a retracted antenna cannot be
deployed again, so that the final approach is once more flown by hand.
"""

from orbitsim.errors import DockingStateError
from orbitsim.phases.docking import fly_docking
from orbitsim.phases.docking_campaign import fly_dockings
from orbitsim.phases.docking_file import load_docking_plan
from orbitsim.phases.docking_result import Docking, DockingOutcome
from orbitsim.phases.docking_setting import Faults
from orbitsim.phases.docking_states import DockingState
from orbitsim.vehicles.spacecraft import load_spacecraft

SHIP = load_spacecraft("progress-m1")
MEAN_MOTION = 1.1375e-3  # rad/s, of a circular orbit about 390 km high
CASES = 200


def show(docking: Docking) -> None:
    for event in docking.events:
        print(f"{event.time:8.0f} s {event.gap:7.1f} m  {event.state:16s} {event.what}")
    print(f"         {docking.propellant:.0f} kg of propellant\n")


def main() -> None:
    faults = Faults(no_lock_below=90.0, camera_blur=8.0, blur_half_life=1800.0)
    first = fly_docking(
        load_docking_plan("kurs-then-toru"), SHIP, mean_motion=MEAN_MOTION, faults=faults
    )
    show(first)
    assert first.outcome is DockingOutcome.CAPTURED
    tries = [e for e in first.events if e.state is DockingState.TORU_APPROACH]
    assert len(tries) == 2

    machine = first.machine.after("undock", "clear fault")
    try:
        fly_docking(load_docking_plan("kurs"), SHIP, mean_motion=MEAN_MOTION, machine=machine)
    except DockingStateError as refusal:
        print(f"by Kurs alone: {refusal}\n")
        assert "antenna is retracted" in str(refusal)
    else:
        raise AssertionError("Kurs flew without its antenna")

    second = fly_docking(
        load_docking_plan("kurs-to-hold-then-toru"),
        SHIP,
        mean_motion=MEAN_MOTION,
        machine=machine,
        mass=6600.0,
        propellant=400.0,
    )
    show(second)
    assert second.outcome is DockingOutcome.CAPTURED
    assert second.time_in(DockingState.FINAL_APPROACH) == 0.0

    for name, plan, blur in (
        ("Kurs", "kurs", 1.0),
        ("TORU", "toru", 1.0),
        ("TORU, iced camera", "toru", 8.0),
    ):
        campaign = fly_dockings(
            load_docking_plan(plan),
            SHIP,
            CASES,
            mean_motion=MEAN_MOTION,
            faults=Faults(camera_blur=blur),
        )
        low, high = campaign.interval
        print(f"{name:18s} {campaign.probability:6.1%} captured ({low:.1%} to {high:.1%})")
        assert campaign.probability > (0.98 if blur == 1.0 else 0.8)


if __name__ == "__main__":
    main()
