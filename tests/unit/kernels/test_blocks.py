"""The shared thread pool: coverage, exceptions, nesting, interruption, fork, thread count."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from orbitsim.kernels import blocks
from orbitsim.kernels.blocks import default_threads, run_blocks


def counted(n: int, block: int, threads: int | None) -> Any:
    hits = np.zeros(n, dtype=np.int64)

    def task(start: int, stop: int) -> None:
        assert 0 < stop - start <= block
        hits[start:stop] += 1

    run_blocks(task, n, block, threads=threads)
    return hits


@pytest.mark.parametrize("threads", [None, 1, 2, 7])
@pytest.mark.parametrize(("n", "block"), [(0, 1), (1, 5), (5, 5), (6, 5), (1000, 7), (64, 1)])
def test_every_item_is_done_once(n: int, block: int, threads: int | None) -> None:
    assert np.all(counted(n, block, threads) == 1)


def test_a_single_block_stays_in_the_calling_thread() -> None:
    seen: list[str] = []
    run_blocks(lambda start, stop: seen.append(threading.current_thread().name), 10, 10, threads=2)
    assert seen == [threading.current_thread().name]


def test_blocks_run_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=10.0)
    run_blocks(lambda start, stop: meeting.wait(), 2, 1, threads=2)


@pytest.mark.parametrize("threads", [1, 2])
def test_an_exception_reaches_the_caller_and_drops_the_rest(threads: int) -> None:
    done: list[int] = []

    def task(start: int, stop: int) -> None:
        if start == 3:
            raise ZeroDivisionError("block 3")
        time.sleep(0.001)
        done.append(start)

    with pytest.raises(ZeroDivisionError, match="block 3"):
        run_blocks(task, 10_000, 1, threads=threads)
    assert len(done) < 1000


def test_nested_use_does_not_deadlock() -> None:
    total = np.zeros((40, 40))

    def outer(start: int, stop: int) -> None:
        for row in range(start, stop):

            def inner(first: int, last: int) -> None:
                total[row, first:last] += 1.0  # noqa: B023  (used up before the next row)

            run_blocks(inner, 40, 1, threads=4)

    run_blocks(outer, 40, 1, threads=4)
    assert np.all(total == 1.0)


def test_many_python_threads_at_once() -> None:
    with ThreadPoolExecutor(8) as callers:
        results = list(callers.map(lambda _: counted(500, 3, 4), range(64)))
    assert all(np.all(hits == 1) for hits in results)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs interval timers")
def test_an_interrupt_comes_through_and_leaves_no_work_behind() -> None:
    calls: list[int] = []

    def task(start: int, stop: int) -> None:
        calls.append(start)
        time.sleep(0.01)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    begun = time.monotonic()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            run_blocks(task, 100_000, 1, threads=2)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)
    assert time.monotonic() - begun < 5.0
    at_return = len(calls)
    time.sleep(0.05)
    assert len(calls) == at_return
    assert np.all(counted(100, 1, 2) == 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_gets_its_own_pool() -> None:
    counted(100, 1, 2)  # the parent's pool has a thread now
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads, from 3.12 on
        child = os.fork()
    if child == 0:
        good = False
        try:
            good = bool(np.all(counted(100, 1, 2) == 1))
        finally:
            os._exit(0 if good else 1)
    for _ in range(1000):
        ended, code = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.01)
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        pytest.fail("the child hangs")
    assert os.waitstatus_to_exitcode(code) == 0


@pytest.mark.parametrize(
    ("value", "shown"), [("3", "3"), ("", "any"), ("zero", "error"), ("0", "error")]
)
def test_the_environment_sets_the_number_of_threads(value: str, shown: str) -> None:
    code = (
        "from orbitsim.kernels.blocks import default_threads\n"
        "try: print(default_threads())\n"
        "except ValueError as error: print('error', error)\n"
    )
    environment = {**os.environ, blocks.ENVIRONMENT_VARIABLE: value}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    if shown == "any":
        assert int(ran.stdout) >= 1
    else:
        assert ran.stdout.split()[0] == shown


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="threads must be at least 1, got 0"):
        run_blocks(lambda start, stop: None, 10, 1, threads=0)
    with pytest.raises(ValueError, match="at least one item, got 0"):
        run_blocks(lambda start, stop: None, 10, 0)
    assert default_threads() >= 1
