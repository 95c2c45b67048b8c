"""How homosphere.csv was made: the PyPI package ussa1976 0.3.4, an independent implementation.

Run as ``python build_homosphere.py > homosphere.csv`` where that package is installed.  It is
used up to 86 km only: above, its integrals differ from the printed standard by up to 5 %.
"""

import numpy as np
from ussa1976.core import compute

HEIGHTS = np.unique(
    np.concatenate(
        (np.arange(0.0, 85.5, 2.5), [0.5, 11.0, 11.1, 20.1, 32.2, 47.4, 51.4, 71.8, 86.0])
    )
)

air = compute(z=HEIGHTS * 1e3, variables=["t", "p", "rho", "cs"])
print("# ussa1976 0.3.4; geometric height km, temperature K, pressure Pa, density kg/m3, sound m/s")
for i, height in enumerate(HEIGHTS):
    values = (float(air[name].values[i]) for name in ("t", "p", "rho", "cs"))
    print(f"{height:.2f}", *(f"{value:.9e}" for value in values), sep=",")
