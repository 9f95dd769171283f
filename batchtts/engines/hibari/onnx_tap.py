"""Reading an inner tensor out of an ONNX model, without the package that edits such files.

A model is a protocol-buffer message, and parsers merge repeated fields: appending a second `graph` field
that holds nothing but an output adds that output to the model.
https://protobuf.dev/programming-guides/encoding/ and https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from collections.abc import Iterator
from dataclasses import dataclass

MODEL_GRAPH = 7
GRAPH_NODE = 1
GRAPH_OUTPUT = 12
NODE_INPUT, NODE_OUTPUT, NODE_OPERATOR = 1, 2, 4
VALUE_NAME = 1

BYTES = 2  # the wire type of a field that holds a string or a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One operation of a graph, with the names of the tensors that it reads and writes."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


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


def add_output(model: bytes, tensor: str) -> bytes:
    """Return the model with `tensor` as a further, last output."""
    value = _field(VALUE_NAME, tensor.encode())
    return model + _field(MODEL_GRAPH, _field(GRAPH_OUTPUT, value))


def _nodes(model: bytes) -> Iterator[Node]:
    view = memoryview(model)
    for graph in _payloads(view, MODEL_GRAPH):
        for node in _payloads(graph, GRAPH_NODE):
            yield Node(
                operator="".join(_strings(node, NODE_OPERATOR)),
                inputs=tuple(_strings(node, NODE_INPUT)),
                outputs=tuple(_strings(node, NODE_OUTPUT)),
            )


def _strings(message: memoryview, number: int) -> Iterator[str]:
    for payload in _payloads(message, number):
        yield bytes(payload).decode()


def _payloads(message: memoryview, wanted: int) -> Iterator[memoryview]:
    """Yield the contents of every field `wanted` of a message."""
    position = 0
    while position < len(message):
        key, position = _read_varint(message, position)
        number, wire = key >> 3, key & 7
        start = position
        match wire:
            case 0:  # a number of variable length
                _, position = _read_varint(message, position)
            case 1:  # 64 bits
                position += 8
            case 2:
                length, start = _read_varint(message, position)
                position = start + length
            case 5:  # 32 bits
                position += 4
            case _:
                raise LookupError(f"not an ONNX model: wire type {wire} at byte {start}")
        if number == wanted and wire == BYTES:
            yield message[start:position]


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
