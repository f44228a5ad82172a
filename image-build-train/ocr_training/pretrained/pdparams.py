"""Paddle's `.pdparams` files: pickles, read without running what a pickle can ask for.

Not even numpy unpickles here: the few names that such a file needs stand for small classes of this module, which take
numbers and shapes and check them. Format: `paddle/framework/io.py` (Paddle 2.0 to 3.3), numpy's `ndarray.__reduce__`.
"""

import io
import math
import pickle
import pickletools
import re
from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_training.errors import UserError

NAME_TABLE = "StructuredToParameterName@@"
"""Paddle's own entry beside the parameters: names within its program."""
NUMBERS = re.compile(r"[fiu][1248]|b1")


def read_pdparams(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of a state dict by their keys, as Paddle 2.0 (arrays) or later (pairs of name and array) saved it.

    Raises UserError for anything else, and names what a file wants to have loaded.
    """
    try:
        _check_numbering(content)
        # Python 2 wrote bytes as text.
        state = _Unpickler(io.BytesIO(content), encoding="latin1").load()
    except UserError:
        raise
    except Exception as error:
        # Broken pickles raise almost anything, as the documentation of pickle says.
        raise UserError(f"it is no readable pickle ({type(error).__name__}: {error})") from error
    if not isinstance(state, dict):
        raise UserError(f"it holds a {type(state).__name__}; expected a state dict")
    return {_key(key): _array(key, value) for key, value in state.items() if key != NAME_TABLE}


def _check_numbering(content: bytes) -> None:
    """Refuse a number of a remembered object that is too large: memory would be set aside for all below it."""
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name in ("PUT", "LONG_BINPUT") and (argument or 0) > len(content):
            raise UserError(f"it numbers an object {argument} in {len(content)} bytes")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise UserError(f"it has the key {key!r:.100}; expected names of parameters")
    return key


def _array(key: object, value: object) -> NDArray[Any]:
    if isinstance(value, tuple) and len(value) == 2:
        value = value[1]
    if not isinstance(value, _Array) or value.values is None:
        raise UserError(f"its entry {key!r:.100} is a {type(value).__name__}; expected an array")
    return value.values


class _Kind:
    """For `numpy.dtype`: numbers of one kind and size."""

    def __init__(self, code: str, _align: object = False, _copy: object = False) -> None:
        if not NUMBERS.fullmatch(code):
            raise UserError(f"it has an array of type {code!r:.100}; expected numbers")
        self.dtype = np.dtype(code)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, order, *structure = state
        if any(part is not None for part in structure[:3]):
            raise UserError("it has an array of structures; expected numbers")
        self.dtype = self.dtype.newbyteorder(order)


class _Array:
    """For `numpy.ndarray`."""

    values: NDArray[Any] | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, kind, fortran, data = state
        raw = data.encode("latin1") if isinstance(data, str) else data
        if min(shape, default=0) < 0 or math.prod(shape) * kind.dtype.itemsize != len(raw):
            raise UserError(f"it has an array of shape {shape!r:.100} with {len(raw)} bytes")
        self.values = np.ndarray(shape, kind.dtype, raw, order="F" if fortran else "C")


def _reconstruct(kind: object, _shape: object, _code: object) -> _Array:
    if kind is not _Array:
        raise UserError(f"it has an array of class {kind!r:.100}; expected numpy.ndarray")
    return _Array()


def _encode(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise UserError(f"it has bytes in the encoding {encoding!r:.100}; expected latin1")
    return text.encode("latin1")


ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Kind,
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): OrderedDict,
    ("builtins", "tuple"): tuple,
    ("__builtin__", "tuple"): tuple,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str, /) -> Any:
        try:
            return ALLOWED[module, name]
        except KeyError as error:
            raise UserError(
                f"it wants to load {module}.{name}, which no file of weights needs; do not trust it"
            ) from error
