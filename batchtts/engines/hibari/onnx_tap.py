"""Reading inner tensors out of an ONNX model, without the package that edits such files.

A model is a protocol-buffer message: fields one after the other, each with its number and its length.  One
with other outputs is made of the same fields, less those of the nodes that no output needs any more, which
the runtime would compute nevertheless.
https://protobuf.dev/programming-guides/encoding/ and https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MODEL_GRAPH = 7
GRAPH_NODE = 1
GRAPH_OUTPUT = 12
NODE_INPUT, NODE_OUTPUT, NODE_OPERATOR = 1, 2, 4
VALUE_NAME = 1

PREDICTED = ("lh", "theta", "ln", "lr", "phi")
"""The outputs of the model that its last layer is cut into."""

BYTES = 2  # the wire type of a field that holds a string or a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One operation of a graph, with the names of the tensors that it reads and writes."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """A field of a message: all its bytes, and those behind its number and its length."""

    number: int
    wire: int
    whole: memoryview
    payload: memoryview


def find_durations(model: bytes) -> str:
    """Return the name of the tensor that says how many frames each phoneme lasts.

    Models of the Kokoro family round their predictions and then clip them to at least one frame: it is the
    only `Clip` that reads from a `Round`.  Raises `LookupError` where there is none.
    """
    nodes = list(_nodes(model))
    rounded = {name for node in nodes if node.operator == "Round" for name in node.outputs}
    for node in nodes:
        if node.operator == "Clip" and node.inputs and node.inputs[0] in rounded:
            return node.outputs[0]
    raise LookupError("the model has no tensor of durations")


def find_prediction(model: bytes) -> str:
    """Return the name of the tensor that holds all that is predicted for a frame in one row.

    The model turns it on its side and cuts it into five outputs, which costs a tenth of its time.  Raises
    `LookupError` where there is none.
    """
    nodes = list(_nodes(model))
    turned = {name: node.inputs[0] for node in nodes if node.operator == "Transpose" for name in node.outputs}
    for node in nodes:
        if node.operator == "Split" and node.outputs == PREDICTED and node.inputs[0] in turned:
            return turned[node.inputs[0]]
    raise LookupError("the model has no tensor of predicted spectra")


def read_only(model: bytes, tensors: Sequence[str]) -> bytes:
    """Return the model with `tensors` as its only outputs, and without the nodes that they do not need."""
    return b"".join(
        _field(field.number, _read_only(field.payload, tensors))
        if field.number == MODEL_GRAPH
        else field.whole
        for field in _fields(memoryview(model))
    )


def _read_only(graph: memoryview, tensors: Sequence[str]) -> bytes:
    """Return a graph without its idle nodes; nodes come after those that they read from."""
    needed = set(tensors)
    kept: list[bytes | memoryview] = []
    for field in reversed(list(_fields(graph))):
        if field.number == GRAPH_NODE:
            node = _node(field.payload)
            if needed.isdisjoint(node.outputs):
                continue
            needed.update(node.inputs)
        if field.number != GRAPH_OUTPUT:
            kept.append(field.whole)
    outputs = (_field(GRAPH_OUTPUT, _field(VALUE_NAME, tensor.encode())) for tensor in tensors)
    return b"".join([*reversed(kept), *outputs])


def _nodes(model: bytes) -> Iterator[Node]:
    for graph in _payloads(memoryview(model), MODEL_GRAPH):
        yield from map(_node, _payloads(graph, GRAPH_NODE))


def _node(message: memoryview) -> Node:
    return Node(
        operator="".join(_strings(message, NODE_OPERATOR)),
        inputs=tuple(_strings(message, NODE_INPUT)),
        outputs=tuple(_strings(message, NODE_OUTPUT)),
    )


def _strings(message: memoryview, number: int) -> Iterator[str]:
    for payload in _payloads(message, number):
        yield bytes(payload).decode()


def _payloads(message: memoryview, wanted: int) -> Iterator[memoryview]:
    """Yield the contents of every field `wanted` of a message."""
    return (field.payload for field in _fields(message) if field.number == wanted and field.wire == BYTES)


def _fields(message: memoryview) -> Iterator[_Field]:
    position = 0
    while position < len(message):
        first = position
        key, position = _read_varint(message, position)
        start = position
        match key & 7:
            case 0:  # a number of variable length
                _, position = _read_varint(message, position)
            case 1:  # 64 bits
                position += 8
            case 2:
                length, start = _read_varint(message, position)
                position = start + length
            case 5:  # 32 bits
                position += 4
            case wire:
                raise LookupError(f"not an ONNX model: wire type {wire} at byte {start}")
        yield _Field(
            number=key >> 3, wire=key & 7, whole=message[first:position], payload=message[start:position]
        )


def _read_varint(message: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | BYTES) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
