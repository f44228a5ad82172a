"""Paddle's pickles are read, and nothing in them is run."""

import contextlib
import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ocr_training.errors import UserError
from ocr_training.pretrained.pdparams import read_pdparams

PROTOCOLS = (2, 3, 4)
ARRAYS = hnp.arrays(
    st.one_of(hnp.floating_dtypes(), hnp.integer_dtypes(endianness="?"), hnp.boolean_dtypes()),
    hnp.array_shapes(min_dims=0, max_dims=4),
)
STATE = {"a.weight": np.arange(6, dtype="f4").reshape(2, 3), "a.bias": np.ones(3, "f4")}


class Calls:
    """Pickles as a call of a function."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


@given(st.dictionaries(st.text(), ARRAYS, max_size=3), st.sampled_from(PROTOCOLS))
def test_arrays_come_back_as_they_were(state: dict[str, Any], protocol: int) -> None:
    read = read_pdparams(pickle.dumps(state, protocol))
    assert read.keys() == state.keys()
    for key, values in state.items():
        assert read[key].dtype == values.dtype
        np.testing.assert_array_equal(read[key], values)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_paddle_saves_is_read(tmp_path: Path, protocol: int) -> None:
    layer = paddle.nn.Linear(3, 2)
    paddle.save(layer.state_dict(), str(tmp_path / "layer.pdparams"), protocol=protocol)
    read = read_pdparams((tmp_path / "layer.pdparams").read_bytes())
    assert read.keys() == {"weight", "bias"}
    np.testing.assert_array_equal(read["weight"], layer.weight.numpy())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pairs_of_name_and_array_are_read_as_later_paddle_saves_them(protocol: int) -> None:
    state = OrderedDict((key, Calls(tuple, (f"linear_{key}", values))) for key, values in STATE.items())
    np.testing.assert_array_equal(read_pdparams(pickle.dumps(state, protocol))["a.bias"], STATE["a.bias"])


def test_the_table_of_names_is_left_out() -> None:
    state = {**STATE, "StructuredToParameterName@@": {"a.weight": "linear_0.w_0"}}
    assert read_pdparams(pickle.dumps(state, 2)).keys() == STATE.keys()


def test_modules_are_known_by_their_names_in_older_numpy() -> None:
    content = pickle.dumps(STATE, 2)
    old = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert old != content
    np.testing.assert_array_equal(read_pdparams(old)["a.weight"], STATE["a.weight"])


def test_bytes_that_python_2_wrote_as_text_are_read() -> None:
    written_by_2 = (
        b"\x80\x02}U\x01acnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01K\x02\x85cnumpy\ndtype\nU\x02f4K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        b"\x89U\x08\x00\x00\x80?\x00\x00\x80\xbftbs."
    )
    np.testing.assert_array_equal(read_pdparams(written_by_2)["a"], np.array([1, -1], "f4"))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_command_is_named_and_not_run(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "ran"
    content = pickle.dumps({**STATE, "x": Calls(os.system, f"touch {mark}")}, protocol)
    with pytest.raises(UserError, match=r"wants to load posix\.system"):
        read_pdparams(content)
    assert not mark.exists()


@pytest.mark.parametrize(
    "wanted",
    [b"cbuiltins\neval\n", b"c__builtin__\ngetattr\n", b"cnumpy\nload\n", b"cocr_training.pdparams\nio.os\n"],
)
def test_only_what_weights_need_is_loaded(wanted: bytes) -> None:
    with pytest.raises(UserError, match="wants to load"):
        read_pdparams(b"\x80\x02" + wanted + b".")


def test_a_name_on_the_stack_is_refused_too() -> None:
    with pytest.raises(UserError, match=r"wants to load builtins\.exec"):
        read_pdparams(b"\x80\x04\x8c\x08builtins\x8c\x04exec\x93.")


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ([1, 2], "holds a list; expected a state dict"),
        ({"a": [1.0]}, "entry 'a' is a list; expected an array"),
        ({"a": {"b": np.ones(2)}}, "entry 'a' is a dict"),
        ({3: np.ones(2)}, "key 3; expected names"),
        ({"a": np.array([{}, "x"], object)}, "array of type 'O8'"),
        ({"a": np.zeros(2, [("x", "f4")])}, "array of type 'V4'"),
        ({"a": np.array(["text"])}, "array of type 'U4'"),
    ],
)
def test_what_is_no_state_dict_is_refused(state: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_pdparams(pickle.dumps(state, 4))


def test_a_shape_that_its_bytes_do_not_fill_is_refused() -> None:
    content = pickle.dumps({"a": np.ones(5, "f4")}, 2)
    with pytest.raises(UserError, match=r"shape \(7,\) with 20 bytes"):
        read_pdparams(content.replace(b"K\x05\x85", b"K\x07\x85"))


def test_a_number_that_would_claim_memory_is_refused() -> None:
    with pytest.raises(UserError, match="numbers an object 4294967295"):
        read_pdparams(b"\x80\x02}r\xff\xff\xff\xff.")


@settings(max_examples=300)
@given(st.sampled_from(PROTOCOLS), st.data())
def test_a_damaged_pickle_is_read_or_refused(protocol: int, data: st.DataObject) -> None:
    content = bytearray(pickle.dumps(STATE, protocol))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UserError):
        read_pdparams(bytes(content))


def test_half_a_pickle_is_refused() -> None:
    content = pickle.dumps(STATE, 2)
    with pytest.raises(UserError, match="no readable pickle"):
        read_pdparams(content[: len(content) // 2])


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(UserError, match="no readable pickle"):
        read_pdparams(b"")
