"""Writing a picture to disk, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from orbitsim.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_picture(figure: Figure, path: str | Path) -> Path:
    """Write `figure` as a PNG file and return its path.

    The picture is written beside its place and then moved there, so that whoever interrupts finds
    the old file or the new one, never a half.  The same figure gives the same bytes.

    Raises
    ------
    InputError
        The name does not end in ``.png``, or its folder does not exist.
    """
    target = Path(path)
    if target.suffix.lower() != ".png":
        raise InputError(f"a picture is written as PNG; wanted a name ending in .png, got {target}")
    if not target.parent.is_dir():
        raise InputError(f"cannot write {target}: there is no folder {target.parent}")
    draft = target.with_name(f".{target.stem}.{os.getpid()}.part")
    try:
        # matplotlib would note its own version inside the file.
        figure.savefig(draft, format="png", dpi=figure.dpi, metadata={"Software": None})
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target
