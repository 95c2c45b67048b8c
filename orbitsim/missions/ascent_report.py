"""Launch and dispersed ascents as plain data."""

from __future__ import annotations

from math import degrees
from typing import Any

import numpy as np

from orbitsim.missions.fly import Flight
from orbitsim.missions.scatter import AscentScatter
from orbitsim.phases.liftoff import LiftoffPrediction
from orbitsim.units import FloatArray


def launch_rows(flight: Flight) -> dict[str, Any]:
    """The predicted liftoff, with and without calibration, and what remains."""
    found = flight.prediction
    assert found is not None
    documented = flight.record.time("liftoff")

    def one(prediction: LiftoffPrediction) -> dict[str, Any]:
        return {
            "utc": prediction.time.utc.isot,
            "less_documented_s": float((prediction.time - documented).to_value("s")),
            "after_plane_passage_s": prediction.after_passage,
            "node_drift_until_docking_deg": degrees(prediction.node_drift),
            "inclination_less_stations_deg": degrees(prediction.inclination_gap),
            "phasing_semi_major_axis_km": prediction.phasing_axis / 1e3,
        }

    return {
        "documented_utc": documented.utc.isot,
        "uncalibrated": one(found.uncalibrated),
        "calibrated": None if found.calibrated is None else one(found.calibrated),
        "calibrated_on": found.reference,
        "node_turn_deg": degrees(found.turn),
        "half_width_s": found.doubt,
        "account": [
            {
                "cause": cause.name,
                "slope_s_per_unit": cause.slope,
                "unit": cause.unit,
                "doubt": cause.doubt,
                "seconds": cause.seconds,
            }
            for cause in found.causes
        ],
    }


def scatter_rows(scatter: AscentScatter) -> dict[str, Any]:
    """Insertion, impact points and drop zones over dispersed ascents."""
    batch = scatter.batch
    good = batch.status == 0
    errors = batch.errors

    def spread(values: FloatArray, scale: float = 1.0) -> dict[str, float]:
        chosen = values[good] * scale
        return {"mean": float(chosen.mean()), "sigma": float(chosen.std())}

    trace = scatter.spread
    return {
        "cases": len(batch),
        "cut_off_by_command": scatter.reached,
        "guidance": "closed loop in the last stage, navigation, attitude and tail-off dispersed",
        "insertion_errors": {
            "semi_major_axis_km": spread(errors.semi_major_axis, 1e-3),
            "perigee_km": spread(errors.perigee_radius, 1e-3),
            "apogee_km": spread(errors.apogee_radius, 1e-3),
            "inclination_deg": spread(errors.inclination, degrees(1.0)),
            "raan_deg": spread(errors.raan, degrees(1.0)),
            "period_s": spread(errors.period),
        },
        "cut_off_s": spread(batch.cut_off),
        "propellant_left_kg": spread(batch.propellant_left),
        "impact_points": [
            {
                "t_plus_s": float(trace.t[row]),
                "latitude_deg": degrees(float(trace.latitude[row])),
                "longitude_deg": degrees(float(trace.longitude[row])),
                "sigma_along_km": float(trace.along[row]) / 1e3,
                "sigma_across_km": float(trace.across[row]) / 1e3,
                "share_that_falls": float(trace.share[row]),
            }
            for row in range(trace.t.size)
            if np.isfinite(trace.latitude[row])
        ],
        "drop_zones": [
            {
                "what": zone.shed.name,
                "pieces": zone.shed.pieces,
                "t_plus_s": zone.time,
                "latitude_deg": degrees(zone.latitude),
                "longitude_deg": degrees(zone.longitude),
                "downrange_km": zone.downrange / 1e3,
                "sigma_along_km": along / 1e3,
                "sigma_across_km": across / 1e3,
            }
            for zone, (along, across) in zip(scatter.zones, scatter.zone_spreads, strict=True)
        ],
    }
