"""Asking for the memory that a loop is about to write.

A kernel that writes six long rows in short strips leaves each row for too long for the processor to
foresee where it goes on, and then waits for every line.  Asked for before the computation of the
strip, the lines arrive during it.  The results do not depend on it, nor does the correctness: an
address is only hinted at.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from orbitsim.kernels.mathfun import inline

_LINE = 64  # bytes


@intrinsic
def _hint(typing_context, address):
    def generate(context, builder, signature, arguments):
        pointer, word = ir.PointerType(ir.IntType(8)), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
        # To be written, to be kept in every cache, data.
        place = builder.inttoptr(arguments[0], pointer)
        builder.call(hint, [place, word(1), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(types.int64), generate


@inline
def expect_writes(r, v, start, n):
    """Fetch columns `start` to `start` + `n` of the rows of two (3, N) arrays."""
    for c in range(3):
        position = r[c][start:].ctypes.data
        velocity = v[c][start:].ctypes.data
        for k in range(0, 8 * n, _LINE):
            _hint(position + k)
            _hint(velocity + k)
