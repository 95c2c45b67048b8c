"""A loss as plain data: its events, its debris, what it hangs on."""

from __future__ import annotations

from math import degrees
from typing import Any

import numpy as np

from orbitsim.earth import Site
from orbitsim.missions.debris import HEAVY, Debris, Spot
from orbitsim.missions.failure import FlownFailure
from orbitsim.missions.fly import Flight
from orbitsim.missions.loss import Loss, Sensitivity
from orbitsim.missions.regions import locate
from orbitsim.phases.footprint import Footprint
from orbitsim.phases.separation_result import SeparationMap
from orbitsim.units import FloatArray


def event_rows(flight: Flight) -> list[dict[str, Any]]:
    """Events of the flight with one sigma each; of a flight without a loss, the insertion."""
    if flight.loss is not None:
        liftoff = flight.record.time("liftoff")
        return [
            {
                "name": event.name,
                "body": event.body,
                "utc": _utc(liftoff, event.spot.time),
                **spot_row(event.spot),
                "note": event.note,
            }
            for event in flight.loss.events
        ]
    if flight.scatter is None or flight.ascent is None:
        return []
    batch = flight.scatter.batch
    good = batch.status == 0
    at = flight.ascent.event("payload separation")
    place = next(m.place for m in flight.timeline if m.event == "payload separation")
    assert place is not None
    apart = np.std(batch.r[good] - at.r, axis=0)
    return [
        {
            "name": "insertion",
            "body": "payload",
            "utc": _utc(flight.record.time("liftoff"), at.time),
            "t_plus_s": at.time,
            "sigma_t_s": float(np.std(batch.event_times[good, -1])),
            "latitude_deg": degrees(place[0]),
            "longitude_deg": degrees(place[1]),
            "altitude_km": place[2] / 1e3,
            "sigma_position_km": float(np.linalg.norm(apart)) / 1e3,
            "note": "over dispersed ascents under closed-loop guidance",
        }
    ]


def loss_rows(loss: Loss, site: Site | None) -> dict[str, Any]:
    """Everything about a loss."""
    rows: dict[str, Any] = {
        "state": {
            "utc": loss.state.epoch.utc.isot,
            "speed_m_s": float(np.linalg.norm(loss.state.v)),
            "perigee_altitude_km": float(loss.state.apsis_altitudes("ellipsoid")[0]) / 1e3,
        },
        "vacuum_impact": {
            "utc": loss.vacuum.time.utc.isot,
            "latitude_deg": degrees(loss.vacuum.latitude),
            "longitude_deg": degrees(loss.vacuum.longitude),
            "downrange_km": None if site is None else loss.vacuum.distance(site) / 1e3,
        },
    }
    if loss.failure is not None and loss.failure.outcome is not None:
        rows["separation"] = _separation(loss.failure)
    if loss.outcomes is not None:
        rows["separation_map"] = _map(loss.outcomes)
    if loss.footprint is not None and loss.heavy is not None and site is not None:
        rows["footprint"] = footprint_row(loss.footprint, site)
        rows[f"footprint_above_{HEAVY:.0f}_kg"] = footprint_row(loss.heavy, site)
        rows["debris"] = [_debris(one) for one in loss.debris]
        rows["share_of_mass_that_survives_heating"] = [
            {"body": one.name, "if_all_of": one.material, "share": one.share}
            for one in loss.survival
        ]
        rows["sensitivities"] = [_sensitivity(one) for one in loss.sensitivities]
    return rows


def spot_row(spot: Spot) -> dict[str, float]:
    """A moment and place with one sigma each."""
    return {
        "t_plus_s": spot.time,
        "sigma_t_s": spot.time_sigma,
        "latitude_deg": degrees(spot.latitude),
        "longitude_deg": degrees(spot.longitude),
        "altitude_km": spot.altitude / 1e3,
        "sigma_along_km": spot.along / 1e3,
        "sigma_across_km": spot.across / 1e3,
    }


def footprint_row(footprint: Footprint, site: Site) -> dict[str, Any]:
    """Centre, spread, distance and region of a footprint."""
    place = locate(footprint.latitude, footprint.longitude)
    return {
        "latitude_deg": degrees(footprint.latitude),
        "longitude_deg": degrees(footprint.longitude),
        "downrange_km": footprint.distance(site) / 1e3,
        "heading_deg": degrees(footprint.heading),
        "sigma_along_km": footprint.along / 1e3,
        "sigma_across_km": footprint.across / 1e3,
        "pieces": footprint.count,
        "region": place.name,
        "distance_to_region_km": place.distance / 1e3,
        "accuracy_of_outline_km": place.accuracy / 1e3,
    }


def _separation(failure: FlownFailure) -> dict[str, Any]:
    outcome = failure.outcome
    assert outcome is not None
    good = outcome.parted
    met = good & (outcome.count >= 1)
    return {
        "cases": len(outcome),
        "share_that_part": float(good.mean()),
        "of_these": {
            "share_that_meet_again": float(np.mean(outcome.count[good] >= 1)),
            "share_that_meet_twice_or_more": float(np.mean(outcome.count[good] >= 2)),
            "share_with_two_blows_or_more": float(np.mean(outcome.blows[good] >= 2)),
            "first_contact_s": _percentiles(outcome.first_contact[met]),
            "closing_speed_m_s": _percentiles(outcome.closing_speed[met]),
            "payload_rate_deg_s": _percentiles(np.degrees(outcome.tumbling[good, 0])),
        },
    }


def _map(outcomes: SeparationMap) -> dict[str, Any]:
    return {
        "residual_thrust": outcomes.residual_thrust.tolist(),
        "separation_speed_m_s": outcomes.speed.tolist(),
        "cases_in_each_cell": outcomes.cases,
        "share_that_open": outcomes.opened.tolist(),
        "share_with_two_contacts_or_more": outcomes.repeated.tolist(),
        "share_with_two_blows_or_more": outcomes.struck_again.tolist(),
        "first_contact_s": _or_none(outcomes.first_contact),
        "payload_rate_deg_s": np.degrees(outcomes.tumbling).tolist(),
    }


def _debris(debris: Debris) -> dict[str, Any]:
    return {
        "body": debris.name,
        "clouds": debris.clouds,
        "pieces_per_cloud": debris.mass.size / debris.clouds,
        "whole_impact": spot_row(debris.whole),
        "breakup": spot_row(debris.breakup),
        "speed_m_s": _percentiles(debris.speed),
        "energy_kj": _percentiles(debris.energy / 1e3),
        "heaviest_kg": float(debris.mass.max()),
    }


def _sensitivity(row: Sensitivity) -> dict[str, Any]:
    return {
        "name": row.name,
        "change": row.change,
        "latitude_deg": degrees(row.footprint.latitude),
        "longitude_deg": degrees(row.footprint.longitude),
        "downrange_km": row.downrange / 1e3,
        "moved_along_km": row.along / 1e3,
        "moved_across_km": row.across / 1e3,
        "sigma_along_km": row.footprint.along / 1e3,
        "sigma_across_km": row.footprint.across / 1e3,
        "region": row.place.name,
        "distance_to_region_km": row.place.distance / 1e3,
    }


def _percentiles(values: FloatArray) -> dict[str, float] | None:
    known = values[np.isfinite(values)]
    if known.size == 0:
        return None
    low, middle, high = np.percentile(known, [5.0, 50.0, 95.0])
    return {"5 %": float(low), "median": float(middle), "95 %": float(high)}


def _or_none(values: FloatArray) -> list[list[float | None]]:
    return [[float(x) if np.isfinite(x) else None for x in row] for row in values]


def _utc(liftoff: Any, seconds: float) -> str:
    from astropy.time import TimeDelta

    return str((liftoff + TimeDelta(seconds, format="sec")).utc.isot)
