"""Plain NumPy twins of kernels, which the tests hold the kernels against and the races run too."""

from __future__ import annotations

import erfa
import numpy as np
from numpy.typing import NDArray
from sgp4.model import Satrec

FloatArray = NDArray[np.float64]


def sgp4_in_numpy(record: Satrec, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Near-Earth SGP4 in plain NumPy: the steps of Spacetrack Report No. 3, section 6, as printed.

    Ten corrections of Kepler's equation, after which nothing moves; there are no error codes.
    """
    k = record
    full = 0.0 if k.isimp else 1.0
    m_df = k.mo + k.mdot * t
    shift = full * (k.omgcof * t + k.xmcof * ((1.0 + k.eta * np.cos(m_df)) ** 3 - k.delmo))
    m, w = m_df + shift, k.argpo + k.argpdot * t - shift
    node = k.nodeo + k.nodedot * t + k.nodecf * t**2
    a = (k.xke / k.no_unkozai) ** (2 / 3) * (
        1.0 - k.cc1 * t - full * (k.d2 * t**2 + k.d3 * t**3 + k.d4 * t**4)
    ) ** 2
    e = k.ecco - k.bstar * k.cc4 * t - full * k.bstar * k.cc5 * (np.sin(m) - k.sinmao)
    e = np.maximum(e, 1e-6)
    drag = k.t2cof * t**2 + full * (k.t3cof * t**3 + k.t4cof * t**4 + k.t5cof * t**5)
    a_xn = e * np.cos(w)
    a_yn = e * np.sin(w) + k.aycof / (a * (1.0 - e**2))
    u = m + w + k.no_unkozai * drag + k.xlcof * a_xn / (a * (1.0 - e**2))
    u = np.mod(u, 2.0 * np.pi)
    anomaly = u.copy()
    for _ in range(10):
        s, c = np.sin(anomaly), np.cos(anomaly)
        anomaly += (u - a_yn * c + a_xn * s - anomaly) / (1.0 - a_xn * c - a_yn * s)
    s, c = np.sin(anomaly), np.cos(anomaly)
    e_cos, e_sin = a_xn * c + a_yn * s, a_xn * s - a_yn * c
    beta2 = 1.0 - a_xn**2 - a_yn**2
    p, r = a * beta2, a * (1.0 - e_cos)
    turned = e_sin / (1.0 + np.sqrt(beta2))
    u = np.arctan2(s - a_yn - a_xn * turned, c - a_xn + a_yn * turned)
    k2 = 0.5 * k.j2
    sin_i, cos_i = np.sin(k.inclo), np.cos(k.inclo)
    n = a**-1.5
    r_k = r * (1.0 - 1.5 * k2 * np.sqrt(beta2) / p**2 * (3.0 * cos_i**2 - 1.0)) + (
        0.5 * k2 / p * sin_i**2 * np.cos(2.0 * u)
    )
    u_k = u - 0.25 * k2 / p**2 * (7.0 * cos_i**2 - 1.0) * np.sin(2.0 * u)
    node_k = node + 1.5 * k2 * cos_i / p**2 * np.sin(2.0 * u)
    i_k = k.inclo + 1.5 * k2 * cos_i * sin_i / p**2 * np.cos(2.0 * u)
    radial = np.sqrt(a) * e_sin / r - k2 * n / p * sin_i**2 * np.sin(2.0 * u)
    transverse = np.sqrt(p) / r + k2 * n / p * (
        sin_i**2 * np.cos(2.0 * u) + 1.5 * (3.0 * cos_i**2 - 1.0)
    )
    along_node = np.stack([np.cos(node_k), np.sin(node_k), np.zeros_like(t)])
    across = np.stack([-np.sin(node_k) * np.cos(i_k), np.cos(node_k) * np.cos(i_k), np.sin(i_k)])
    out = along_node * np.cos(u_k) + across * np.sin(u_k)
    onward = across * np.cos(u_k) - along_node * np.sin(u_k)
    metres = 1e3 * k.radiusearthkm
    speed = metres * k.xke / 60.0
    return metres * r_k * out, speed * (radial * out + transverse * onward)


def geodetic_in_numpy(
    r: FloatArray, ut1: FloatArray, tt: FloatArray, pole: FloatArray
) -> FloatArray:
    """GCRS positions (3, N) to latitude, longitude (rad) and height (m), (3, N), by erfa's arrays.

    ``ut1`` and ``tt`` are two-part Julian dates (2, N), ``pole`` the pole's coordinates
    (2, N), rad.
    """
    celestial = erfa.c2ixys(*erfa.xys06a(*tt))
    fixed = erfa.c2tcio(celestial, erfa.era00(*ut1), erfa.pom00(*pole, erfa.sp00(*tt)))
    place = np.einsum("nij,jn->ni", fixed, r)
    longitude, latitude, height = erfa.gc2gd(1, place)
    return np.stack([latitude, longitude, height])
