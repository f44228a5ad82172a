"""What the server and a worker say to each other: a JSON header and bytes, over a socket.

Nothing is pickled: a worker that a page has taken over could otherwise take over the server too.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

PREFIX = struct.Struct("!IQ")
"""The lengths of header and body in bytes."""


@dataclass(frozen=True)
class Message:
    """A header and a body."""

    header: Mapping[str, Any]
    body: bytes = b""


def send(connection: socket.socket, message: Message) -> None:
    """Write a message.

    Raises:
        OSError: the other side has gone.
    """
    connection.sendall(_head(message))
    connection.sendall(message.body)


def receive(stream: BinaryIO) -> Message | None:
    """The next message; None where the other side has gone."""
    prefix = stream.read(PREFIX.size)
    if len(prefix) < PREFIX.size:
        return None
    header_length, body_length = PREFIX.unpack(prefix)
    header, body = stream.read(header_length), stream.read(body_length)
    if len(header) < header_length or len(body) < body_length:
        return None
    return Message(json.loads(header), body)


async def send_async(writer: asyncio.StreamWriter, message: Message) -> None:
    """Write a message.

    Raises:
        OSError: the other side has gone.
    """
    writer.write(_head(message))
    writer.write(message.body)
    await writer.drain()


async def receive_async(reader: asyncio.StreamReader) -> Message:
    """The next message.

    Raises:
        EOFError: the other side has gone.
        OSError: the same, found out in another way.
    """
    header_length, body_length = PREFIX.unpack(await reader.readexactly(PREFIX.size))
    header = await reader.readexactly(header_length)
    return Message(json.loads(header), await reader.readexactly(body_length))


def _head(message: Message) -> bytes:
    header = json.dumps(message.header).encode()
    return PREFIX.pack(len(header), len(message.body)) + header
