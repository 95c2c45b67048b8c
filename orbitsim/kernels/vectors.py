"""One number of every lane as a single value, for loops that must stay in registers.

A loop over lanes keeps what it carries from pass to pass in memory.  Where the passes are many and
each does little, as in a series of thousands of terms, loading and storing then cost more than the
arithmetic.  A `LaneVector` is one LLVM vector of `LANES` numbers: a kernel that is written with
such values carries them in vector registers, on every processor, without the help of the loop
vectoriser.

They live inside kernels only: come from `load`, `spread` and `splat`, take ``+ - * /`` and `root`,
also with a float on either side, and end in `store`.  Indices are not checked, nor counted from the
end if negative.
"""

from __future__ import annotations

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_builtin
from numba.extending import intrinsic, models, register_model, type_callable

from orbitsim.kernels.lanes import LANES

_NUMBERS = ir.VectorType(ir.DoubleType(), LANES)
_PLACES = ir.VectorType(ir.IntType(32), LANES)


class LaneVector(types.Type):  # type: ignore[misc]
    """Numba's type of one number per lane."""

    def __init__(self) -> None:
        super().__init__(name=f"LaneVector({LANES})")


_lane_vector = LaneVector()


@register_model(LaneVector)
class _Model(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _NUMBERS)


def _broadcast(builder, number):
    unset = ir.Constant(_NUMBERS, ir.Undefined)
    first = builder.insert_element(unset, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, unset, ir.Constant(_PLACES, [0] * LANES))


def _address(context, builder, signature, arguments):
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.gep(array.data, [arguments[1]])


@intrinsic
def load(typing_context, array, start):
    """The numbers at `start` and after it in a contiguous array."""

    def generate(context, builder, signature, arguments):
        address = _address(context, builder, signature, arguments)
        return builder.load(builder.bitcast(address, _NUMBERS.as_pointer()), align=8)

    return _lane_vector(array, types.intp), generate


@intrinsic
def store(typing_context, array, start, vector):
    """Write to the places at `start` and after it in a contiguous array."""

    def generate(context, builder, signature, arguments):
        address = _address(context, builder, signature, arguments)
        builder.store(arguments[2], builder.bitcast(address, _NUMBERS.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, _lane_vector), generate


@intrinsic
def spread(typing_context, array, index):
    """The one number at `index`, in every lane."""

    def generate(context, builder, signature, arguments):
        return _broadcast(builder, builder.load(_address(context, builder, signature, arguments)))

    return _lane_vector(array, types.intp), generate


@intrinsic
def splat(typing_context, number):
    """The number in every lane."""

    def generate(context, builder, signature, arguments):
        return _broadcast(builder, arguments[0])

    return _lane_vector(types.float64), generate


@intrinsic
def root(typing_context, vector):
    """Square root."""

    def generate(context, builder, signature, arguments):
        kind = ir.FunctionType(_NUMBERS, [_NUMBERS])
        name = f"llvm.sqrt.v{LANES}f64"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)

    return _lane_vector(_lane_vector), generate


def _give_operator(symbol, instruction):
    """Teach Numba an operator between vectors, and between a vector and a float."""

    @type_callable(symbol)
    def kind_of(context):
        def kind(left, right):
            pair = (left, right)
            if _lane_vector in pair and all(p in (_lane_vector, types.float64) for p in pair):
                return _lane_vector
            return None

        return kind

    def generate(context, builder, signature, arguments):
        left, right = (
            argument if kind == _lane_vector else _broadcast(builder, argument)
            for kind, argument in zip(signature.args, arguments, strict=True)
        )
        return getattr(builder, instruction)(left, right)

    for pair in (
        (_lane_vector, _lane_vector),
        (_lane_vector, types.float64),
        (types.float64, _lane_vector),
    ):
        lower_builtin(symbol, *pair)(generate)


for _symbol, _in_place, _instruction in (
    (operator.add, operator.iadd, "fadd"),
    (operator.sub, operator.isub, "fsub"),
    (operator.mul, operator.imul, "fmul"),
    (operator.truediv, operator.itruediv, "fdiv"),
):
    _give_operator(_symbol, _instruction)
    _give_operator(_in_place, _instruction)
