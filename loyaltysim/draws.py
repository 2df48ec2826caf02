"""Keyed luck: every draw is a function of who, which decision and how-many-th.

There is no generator with a position. The key of the Philox4x64-10 counter
generator (Salmon et al. 2011) is (seed, replication); its counter is (who,
decision, nth, instance). The same customer meets the same luck in every world.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import wraps
from math import log, sqrt
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, overload
from numpy.typing import NDArray

from loyaltysim.compiled import compiled
from loyaltysim.mechanism import rule

_MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
_MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
_WEYL_0 = np.uint64(0x9E3779B97F4A7C15)
_WEYL_1 = np.uint64(0xBB67AE8584CAA73B)
_WORD = ir.IntType(64)

_TO_32_BITS = 1.0 / 4294967296.0
_TO_22_BITS = 1.0 / 4194304.0
_TO_21_BITS = 1.0 / 2097152.0


class Luck(NamedTuple):
    """The draws of one occasion, each uniform on the open unit interval."""

    choice: float
    gap: float
    basket: float
    quality: float
    failure: float
    staying: float
    telling: float
    server: float
    awake: float


@intrinsic
def _multiply(_typing, _a, _b):  # type: ignore[no-untyped-def]
    """High and low 64 bits of a product of two 64-bit integers: one machine instruction."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        wide = [builder.zext(value, ir.IntType(128)) for value in arguments]
        product = builder.mul(*wide)
        high = builder.trunc(builder.lshr(product, ir.Constant(ir.IntType(128), 64)), _WORD)
        halves = high, builder.trunc(product, _WORD)
        return context.make_tuple(builder, signature.return_type, halves)

    return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), generate


@njit(nogil=True, forceinline=True)
def philox(seed, replication, who, decision, nth, instance):  # type: ignore[no-untyped-def]
    """One block of Philox4x64-10: four 64-bit words."""
    key_0 = np.uint64(seed)
    key_1 = np.uint64(replication)
    c_0 = np.uint64(who)
    c_1 = np.uint64(decision)
    c_2 = np.uint64(nth)
    c_3 = np.uint64(instance)
    for _ in range(10):
        high_0, low_0 = _multiply(_MULTIPLIER_0, c_0)
        high_1, low_1 = _multiply(_MULTIPLIER_1, c_2)
        c_0 = high_1 ^ (c_1 ^ key_0)
        c_1 = low_1
        c_2 = high_0 ^ (c_3 ^ key_1)
        c_3 = low_0
        key_0 = key_0 + _WEYL_0
        key_1 = key_1 + _WEYL_1
    return c_0, c_1, c_2, c_3


@njit(nogil=True, forceinline=True)
def _piece(word, shift, mask, scale):  # type: ignore[no-untyped-def]
    # Half a step is added, so that neither 0 nor 1 is ever drawn.
    return (np.float64((word >> np.uint64(shift)) & np.uint64(mask)) + 0.5) * scale


def _draw(function: Any) -> Any:
    """A draw that rules and Python call alike: part of a compiled rule, else from the cache."""

    @wraps(function)
    def called_from_python(*key: int) -> Any:
        return compiled(function)(*key)

    overload(called_from_python, jit_options={"forceinline": True}, strict=False)(
        lambda *key: function  # noqa: ARG005
    )
    return called_from_python


@_draw
def occasion_luck(seed, replication, who, nth):  # type: ignore[no-untyped-def]
    """All draws of a customer's nth occasion, from one block (decision 1)."""
    a, b, c, d = philox(seed, replication, who, 1, nth, 0)
    return Luck(
        _piece(a, 32, 0xFFFFFFFF, _TO_32_BITS),
        _piece(a, 0, 0xFFFFFFFF, _TO_32_BITS),
        _piece(b, 32, 0xFFFFFFFF, _TO_32_BITS),
        _piece(b, 0, 0xFFFFFFFF, _TO_32_BITS),
        _piece(c, 32, 0xFFFFFFFF, _TO_32_BITS),
        _piece(c, 0, 0xFFFFFFFF, _TO_32_BITS),
        _piece(d, 42, 0x3FFFFF, _TO_22_BITS),
        _piece(d, 21, 0x1FFFFF, _TO_21_BITS),
        _piece(d, 0, 0x1FFFFF, _TO_21_BITS),
    )


@_draw
def uniforms(seed, replication, who, decision, nth, instance):  # type: ignore[no-untyped-def]
    """Eight uniforms on the open unit interval, from one block."""
    a, b, c, d = philox(seed, replication, who, decision, nth, instance)
    return (
        _piece(a, 32, 0xFFFFFFFF, _TO_32_BITS),
        _piece(a, 0, 0xFFFFFFFF, _TO_32_BITS),
        _piece(b, 32, 0xFFFFFFFF, _TO_32_BITS),
        _piece(b, 0, 0xFFFFFFFF, _TO_32_BITS),
        _piece(c, 32, 0xFFFFFFFF, _TO_32_BITS),
        _piece(c, 0, 0xFFFFFFFF, _TO_32_BITS),
        _piece(d, 32, 0xFFFFFFFF, _TO_32_BITS),
        _piece(d, 0, 0xFFFFFFFF, _TO_32_BITS),
    )


def _many(seed, replication, who, decision, nth, instance, out):  # type: ignore[no-untyped-def]
    for i in range(who.shape[0]):
        found = uniforms(seed, replication, who[i], decision, nth[i], instance)
        for k in range(8):
            out[i, k] = found[k]


def uniforms_of(
    seed: int,
    replication: int,
    who: NDArray[np.int64],
    decision: int,
    nth: int | NDArray[np.int64] = 0,
    instance: int = 0,
) -> NDArray[np.float64]:
    """Eight uniforms for each of many: array of shape (len(who), 8)."""
    out = np.empty((len(who), 8))
    each = np.full(len(who), nth, np.int64)
    compiled(_many)(seed, replication, who, decision, each, instance, out)
    return out


def identity(kind: str, name: str) -> int:
    """A stable 31-bit number of a name, the upper half of `who`."""
    digest = hashlib.blake2b(f"{kind}\x00{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 33


def identities(kind: str, names: Iterable[str]) -> list[int]:
    """The numbers of several names; raises `ValueError` where two names share one."""
    found: dict[int, str] = {}
    for name in names:
        number = identity(kind, name)
        if number in found:
            raise ValueError(
                f"the names {found[number]!r} and {name!r} cannot be told apart; rename one"
            )
        found[number] = name
    return list(found)


def who(group: int, index: Any) -> Any:
    """Whose draw it is: the group's number and the index within the group."""
    return (group << 32) | index


@rule
def normal(u: float) -> float:
    """Standard normal quantile of a uniform: Wichura's AS 241 (1988), relative error 1e-16."""
    q = u - 0.5
    if -0.425 <= q <= 0.425:
        r = 0.180625 - q * q
        above = ((((((2509.0809287301226727 * r + 33430.575583588128105) * r
            + 67265.770927008700853) * r + 45921.953931549871457) * r
            + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.387132872796366608  # fmt: skip
        below = ((((((5226.495278852545925 * r + 28729.085735721942674) * r
            + 39307.89580009271061) * r + 21213.794301586595867) * r
            + 5394.1960214247511077) * r + 687.1870074920579083) * r
            + 42.313330701600911252) * r + 1.0  # fmt: skip
        return q * above / below
    r = u if q < 0.0 else 1.0 - u
    r = sqrt(-log(r))
    if r <= 5.0:
        r = r - 1.6
        above = ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r
            + 0.24178072517745061177) * r + 1.27045825245236838258) * r
            + 3.64784832476320460504) * r + 5.7694972214606914055) * r
            + 4.6303378461565452959) * r + 1.42343711074968357734  # fmt: skip
        below = ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r
            + 0.0151986665636164571966) * r + 0.14810397642748007459) * r
            + 0.68976733498510000455) * r + 1.6763848301838038494) * r
            + 2.05319162663775882187) * r + 1.0  # fmt: skip
    else:
        r = r - 5.0
        above = ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
            + 0.0012426609473880784386) * r + 0.026532189526576123093) * r
            + 0.29656057182850489123) * r + 1.7848265399172913358) * r
            + 5.4637849111641143699) * r + 6.6579046435011037772  # fmt: skip
        below = ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r
            + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r
            + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
            + 0.59983220655588793769) * r + 1.0  # fmt: skip
    return -above / below if q < 0.0 else above / below
