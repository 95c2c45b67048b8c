"""Blocks of work over one thread pool that all kernels share.

The number of threads is the `threads` argument of the call, else the environment variable
``ORBITSIM_THREADS`` as it stands when it is first needed, else the number of processors that the
process may run on.  Results do not depend on it: blocks are cut alike for any number of threads.

The calling thread works too, and the pool only helps.  So a call from inside another call, or from
several Python threads at once, goes on even when the whole pool is busy.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import cache

Task = Callable[[int, int], object]

ENVIRONMENT_VARIABLE = "ORBITSIM_THREADS"


def _processors() -> int:
    """Number of processors that this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system can tell
        return os.cpu_count() or 1


@cache
def default_threads() -> int:
    """Number of threads that a call uses when it does not say.

    Raises
    ------
    ValueError
        If ``ORBITSIM_THREADS`` is set to something else than a positive whole number.
    """
    text = os.environ.get(ENVIRONMENT_VARIABLE, "").strip()
    if not text:
        return _processors()
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{ENVIRONMENT_VARIABLE} must be a positive whole number, got {text!r}")
    return int(text)


class _Pool:
    """The helpers, started when first needed and forgotten by a forked child."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Drop threads and lock: a child process inherits neither in a usable state."""
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None

    def submit(self, work: Callable[[], None]) -> Future[None]:
        """Queue one helper's share."""
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(
                    max(default_threads(), _processors()), thread_name_prefix="orbitsim"
                )
            return self._executor.submit(work)


_POOL = _Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_POOL.forget)


def run_blocks(task: Task, n: int, block: int, *, threads: int | None = None) -> None:
    """Call ``task(start, stop)`` for consecutive blocks that together cover ``range(n)``.

    A single block, or a single thread, runs in the caller without the pool.  Returns when every
    block is done.  When a block raises, or Ctrl-C is pressed, blocks that have not begun are
    dropped, those under way are awaited, and the exception goes on to the caller.

    Parameters
    ----------
    task : callable
        Must release the interpreter lock to gain from threads, and write only its own block.
    n : int
        Number of items.
    block : int
        Items in a block, at least 1.  A block should last some 0.1 to 10 ms: long against the
        cost of handing it over, short against the patience of who presses Ctrl-C.
    threads : int, optional
        At most this many threads, the caller's own among them.

    Raises
    ------
    ValueError
        If `block` or `threads` is less than 1.

    Examples
    --------
    >>> squares = [0] * 5
    >>> def task(start, stop):
    ...     squares[start:stop] = [i * i for i in range(start, stop)]
    >>> run_blocks(task, 5, 2)
    >>> squares
    [0, 1, 4, 9, 16]
    """
    if block < 1:
        raise ValueError(f"a block must hold at least one item, got {block}")
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    pending = deque(range(0, n, block))
    # A cancelled piece of work stays queued until a thread comes by.  It reaches the task, and
    # with it the caller's arrays, through this list alone, which is emptied when the call is over.
    current = [task]

    def work() -> None:
        try:
            while True:
                try:
                    start = pending.popleft()
                except IndexError:
                    return
                current[0](start, min(start + block, n))
        except BaseException:
            pending.clear()
            raise

    helpers = min(default_threads() if threads is None else threads, len(pending)) - 1
    futures: list[Future[None]] = []
    try:
        # No more threads to be had, or the interpreter is closing down: do it alone.
        with suppress(RuntimeError):
            for _ in range(helpers):
                futures.append(_POOL.submit(work))
        work()
    finally:
        pending.clear()
        # A helper that never began has nothing left to do; waiting for it could wait for ourselves.
        begun = [future for future in futures if not future.cancel()]
        wait(begun)
        current.clear()
    for future in begun:
        future.result()
