"""Dispersed ascents of a mission under closed-loop guidance: what insertion and failure inherit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from orbitsim.phases.ascent import Ascent
from orbitsim.phases.ascent_dispersions import Dispersions
from orbitsim.phases.drop_zones import DropZone, drop_zones, scattered_drops
from orbitsim.phases.guidance import GuidedBatch, fly_guided_ascents
from orbitsim.phases.impact_point import ImpactPoints, ImpactTrace, impact_spread, impact_trace
from orbitsim.units import FloatArray

CASES: Final = 1000
_SAMPLE_STEP = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class AscentScatter:
    """Dispersed ascents, and the impact points and drop zones of all.

    Attributes
    ----------
    batch : GuidedBatch
    trace : ImpactPoints
        Of the nominal ascent, at its times.
    spread : ImpactTrace
        Of the dispersed ones.
    zones : tuple of DropZone
        Of the nominal ascent.
    zone_spreads : tuple of (float, float)
        One sigma of each along and across the line from the pad, m.
    """

    batch: GuidedBatch
    trace: ImpactPoints
    spread: ImpactTrace
    zones: tuple[DropZone, ...]
    zone_spreads: tuple[tuple[float, float], ...]

    @property
    def reached(self) -> int:
        """Flights that were cut off by command, not for want of propellant."""
        return int(np.count_nonzero(self.batch.status == 0))

    @property
    def node_scatter(self) -> float:
        """One sigma of the insertion's node, rad."""
        return float(np.std(self.batch.errors.raan[self.batch.status == 0]))

    def covariance_at(self, time: float) -> FloatArray:
        """Of position and velocity, (6, 6), at the sample next to a time (s after liftoff)."""
        at = int(np.argmin(np.abs(self.batch.sample_times - time)))
        states = np.concatenate([self.batch.sample_r[:, at], self.batch.sample_v[:, at]], axis=1)
        return np.asarray(np.cov(states[np.all(np.isfinite(states), axis=1)].T))


def fly_scatter(
    ascent: Ascent, *, moments: tuple[float, ...] = (), cases: int = CASES, seed: int = 0
) -> AscentScatter:
    """Disperse an ascent by a seed and steer every case in a closed loop into the same orbit.

    Parameters
    ----------
    ascent : Ascent
        The nominal one, whose programme is flown until guidance takes over.
    moments : tuple of float
        s after liftoff at which states are kept, besides every ten seconds.
    cases, seed : int
    """
    launch = ascent.launch
    every = np.arange(_SAMPLE_STEP, ascent.cut_off.time, _SAMPLE_STEP)
    batch = fly_guided_ascents(
        launch.rocket,
        launch.payload_mass,
        launch.site,
        launch.sidereal_angle,
        ascent.steering,
        ascent.insertion,
        Dispersions.sample(launch.rocket, cases, seed=seed),
        sample_times=np.union1d(every, [t for t in moments if 0.0 < t < ascent.cut_off.time]),
    )
    zones = drop_zones(ascent)
    return AscentScatter(
        batch,
        impact_trace(ascent),
        impact_spread(batch),
        zones,
        tuple(_zone_spread(batch, zone, seed) for zone in zones),
    )


def _zone_spread(batch: GuidedBatch, zone: DropZone, seed: int) -> tuple[float, float]:
    points = scattered_drops(batch, zone.shed, seed=seed)
    site = batch.launch.site
    here, there = (
        _unit(site.latitude, site.longitude),
        _unit(zone.latitude, zone.longitude),
    )
    side = np.cross(here, there)
    side /= np.linalg.norm(side)
    places = np.moveaxis(_unit(points.latitude, points.longitude), 0, -1)
    radius = float(zone.downrange / np.arctan2(np.linalg.norm(np.cross(here, there)), here @ there))
    return float(np.nanstd(points.downrange)), float(np.nanstd(radius * (places @ side)))


def _unit(latitude: FloatArray | float, longitude: FloatArray | float) -> FloatArray:
    level = np.cos(latitude)
    return np.array([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)])
