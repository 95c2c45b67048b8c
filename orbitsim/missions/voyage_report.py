"""A voyage as plain data."""

from __future__ import annotations

from math import degrees
from typing import Any

import numpy as np

from orbitsim.missions.voyage import Voyage
from orbitsim.missions.voyage_decay import SHARES, DecayStudy
from orbitsim.missions.voyage_descent import Descent
from orbitsim.missions.voyage_drift import DriftLeg
from orbitsim.phases.decay import StayingCost
from orbitsim.phases.docking import Docking
from orbitsim.phases.docking_campaign import DockingCampaign
from orbitsim.phases.undocking import Undocking


def voyage_rows(voyage: Voyage) -> dict[str, Any]:
    """Everything about a voyage; units stand in the names, angles are degrees."""
    rendezvous = voyage.rendezvous
    first, second = voyage.campaigns
    return {
        "events": [
            {
                "utc": event.time.utc.isot,
                "name": event.name,
                "latitude_deg": degrees(event.place[0]),
                "longitude_deg": degrees(event.place[1]),
                "altitude_km": event.place[2] / 1e3,
            }
            for event in voyage.events
        ],
        "rendezvous": {
            "burns": [
                {
                    "utc": burn.time.utc.isot,
                    "orbit": burn.orbit_number,
                    "name": burn.name,
                    "delta_v_m_s": burn.delta_v,
                    "duration_s": burn.duration,
                    "propellant_kg": burn.propellant,
                }
                for burn in rendezvous.burns
            ],
            "delta_v_m_s": rendezvous.delta_v,
            "least_delta_v_m_s": rendezvous.least_delta_v,
            "arrival_utc": rendezvous.arrival_time.utc.isot,
            "arrival_orbit": rendezvous.arrival_orbit,
            "docking_orbit": rendezvous.docking_orbit,
            "miss_m": float(np.linalg.norm(rendezvous.position_error)),
            "miss_m_s": float(np.linalg.norm(rendezvous.velocity_error)),
        },
        "docking": _docking(voyage.docking, first),
        "undocking": _undocking(voyage.first_undocking),
        "free_flight": [_leg(leg) for leg in voyage.drift],
        "decay_study": _study(voyage.study),
        "redocking": {**_docking(voyage.redocking, second), "kurs": voyage.refusal},
        "last_undocking": _undocking(voyage.last_undocking),
        "descent": _descent(voyage.descent),
        "station_sets": [
            {
                "utc": one.time.utc.isot,
                "days_since_the_one_before": one.days,
                "predicted_less_stated_radial_km": one.radial / 1e3,
                "predicted_less_stated_along_km": one.along / 1e3,
                "predicted_less_stated_across_km": one.across / 1e3,
                "predicted_less_stated_height_km": one.height / 1e3,
            }
            for one in voyage.handovers
        ],
        "balance": [
            {"after": one.after, "mass_kg": one.mass, "propellant_kg": one.propellant}
            for one in voyage.balance
        ],
    }


def _docking(docking: Docking, campaign: DockingCampaign) -> dict[str, Any]:
    contact = docking.contact
    assert contact is not None
    low, high = campaign.interval
    return {
        "plan": docking.plan.name,
        "port": docking.port.name,
        "outcome": docking.outcome.name.lower(),
        "duration_s": docking.duration,
        "propellant_kg": docking.propellant,
        "antenna": docking.machine.antenna.value,
        "contact": {
            "closing_speed_m_s": contact.closing_speed,
            "offset_m": float(np.hypot(*contact.offset)),
            "lateral_speed_m_s": float(np.hypot(*contact.lateral_speed)),
            "tilt_deg": degrees(contact.tilt),
        },
        "dispersed": {
            "cases": len(campaign),
            "captured": campaign.probability,
            "interval_95": [low, high],
            "closing_speed_m_s": _percentiles(campaign.closing_speed),
            "offset_m": _percentiles(campaign.miss),
        },
    }


def _undocking(left: Undocking) -> dict[str, Any]:
    return {
        "utc": left.release.utc.isot,
        "delta_v_m_s": left.delta_v,
        "distance_after_burn_m": float(np.linalg.norm(left.relative_r)),
        "speed_after_burn_m_s": float(np.linalg.norm(left.relative_v)),
    }


def _leg(leg: DriftLeg) -> dict[str, Any]:
    path = leg.path
    return {
        "name": leg.name,
        "from_utc": path.times[0].utc.isot,
        "to_utc": path.times[-1].utc.isot,
        "phase_ahead_of_station_deg": [degrees(float(path.phase[k])) for k in (0, -1)],
        "height_km": [float(path.ship_height[k]) / 1e3 for k in (0, -1)],
        "station_height_km": [float(path.station_height[k]) / 1e3 for k in (0, -1)],
        "delta_v_m_s": leg.delta_v,
        "propellant_kg": leg.propellant,
    }


def _study(study: DecayStudy) -> dict[str, Any]:
    def cost(one: StayingCost) -> dict[str, float]:
        return {"delta_v_m_s": one.delta_v, "propellant_kg": one.propellant}

    early, middle, late = study.lifetime.quantile([0.05, 0.5, 0.95])
    return {
        "days": study.days,
        "ballistic_coefficient_m2_kg": study.coefficient,
        "height_lost_km_at_share_of_the_coefficient": {
            f"{share:g}": float(loss) / 1e3 for share, loss in zip(SHARES, study.loss, strict=True)
        },
        "height_lost_km_in_weather": {name: loss / 1e3 for name, loss in study.loss_in.items()},
        "to_hold_the_height": cost(study.to_hold),
        "to_sink_with_the_station": cost(study.to_follow),
        "lifetime_d": {"5 %": float(early), "median": float(middle), "95 %": float(late)},
    }


def _descent(descent: Descent) -> dict[str, Any]:
    entry = descent.entry
    plan = entry.plan
    return {
        "ignition_utc": plan.ignition.utc.isot,
        "delta_v_m_s": plan.delta_v,
        "duration_s": plan.duration,
        "propellant_kg": plan.propellant,
        "perigee_altitude_km": plan.perigee_height / 1e3,
        "interfaces": [
            {
                "altitude_km": height / 1e3,
                "utc": state.epoch.utc.isot,
                "speed_m_s": float(speed),
                "angle_deg": degrees(float(angle)),
            }
            for height, state, speed, angle in zip(
                entry.heights, entry.interfaces, entry.speeds, entry.angles, strict=True
            )
        ],
        "breakup_utc": entry.breakup.epoch.utc.isot,
        "first_debris_utc": entry.first_impact.utc.isot,
        "last_debris_utc": entry.last_impact.utc.isot,
        "footprint_length_km": entry.length / 1e3,
        "pieces": [
            {
                "name": piece.name,
                "mass_kg": piece.mass,
                "lands": bool(entry.surviving[k]),
                "latitude_deg": degrees(float(entry.fall.latitude[k])),
                "longitude_deg": degrees(float(entry.fall.longitude[k])),
            }
            for k, piece in enumerate(entry.pieces)
            if entry.surviving[k]
        ],
        "dispersed": {
            "cases": int(descent.delta_v.size),
            "first_debris_min": _percentiles(descent.first / 60.0),
            "last_debris_min": _percentiles(descent.last / 60.0),
        },
        "by_delta_v": [
            {
                "delta_v_m_s": size,
                "perigee_altitude_km": low / 1e3,
                "half_of_the_mass_down_min": half / 60.0,
                "there_longitude_deg": degrees(where),
            }
            for size, low, half, where in descent.by_delta_v
        ],
    }


def _percentiles(values: Any) -> dict[str, float]:
    known = np.asarray(values)[np.isfinite(values)]
    low, middle, high = np.percentile(known, [5.0, 50.0, 95.0])
    return {"5 %": float(low), "median": float(middle), "95 %": float(high)}
