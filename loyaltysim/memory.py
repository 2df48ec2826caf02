"""Records that will be wanted soon are asked for ahead, so that nobody waits for memory."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

LINE = 64
"""Bytes that memory hands over at once, on most processors; elsewhere some are asked for twice."""

_READ, _KEEP_CLOSE, _DATA = (ir.Constant(ir.IntType(32), code) for code in (0, 3, 1))


def fetch(array: Any, place: int) -> None:
    """Ask memory for the record at a place of an array.

    It changes nothing but the time that reading takes; interpreted, it is nothing at all.
    """


@intrinsic
def _fetch(_typing, array, place):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte = ir.IntType(8).as_pointer()
        stride = builder.extract_value(held.strides, 0)
        record = builder.gep(builder.bitcast(held.data, byte), [builder.mul(stride, arguments[1])])
        codes = [_READ, _KEEP_CLOSE, _DATA]
        kind = ir.FunctionType(ir.VoidType(), [byte] + [code.type for code in codes])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        for start in range(0, signature.args[0].dtype.size + LINE, LINE):
            line = builder.gep(record, [ir.Constant(ir.IntType(64), start)])
            builder.call(prefetch, [line, *codes])
        return context.get_dummy_value()

    return types.void(array, place), generate


@overload(fetch, jit_options={"forceinline": True})
def _compiled_fetch(array, place):  # type: ignore[no-untyped-def]  # noqa: ARG001
    return lambda array, place: _fetch(array, place)
