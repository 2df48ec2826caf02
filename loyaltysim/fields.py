"""Records with their fields as attributes, as compiled code sees them, for interpreted lives.

A `numpy.recarray` does the same, some ten times slower: it looks every field up in Python.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_KINDS = {np.dtype(np.float64): ctypes.c_double, np.dtype(np.int64): ctypes.c_int64}


@cache
def _structure(dtype: np.dtype[Any]) -> type[ctypes.Structure]:
    """The layout of a record; all fields are float64 or int64, or arrays of them."""
    fields: list[Any] = []
    for name in dtype.names or ():
        part = dtype[name]
        kind: Any = _KINDS[part.base]
        for length in reversed(part.shape):
            kind = kind * length
        fields.append((name, kind))
    made = type("Record", (ctypes.Structure,), {"_fields_": fields})
    assert ctypes.sizeof(made) == dtype.itemsize
    return made


class Fields:
    """A structured array whose elements are read and written as attributes, in place."""

    def __init__(self, array: NDArray[Any]) -> None:
        self._array: Any = array
        self.shape = array.shape
        self._at = _structure(array.dtype).from_buffer
        self._strides = array.strides

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, tuple):
            offset = sum(at * step for at, step in zip(place, self._strides, strict=True))
        else:
            offset = place * self._strides[0]
        return self._at(self._array, int(offset))
