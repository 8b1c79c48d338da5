"""Reads the keys of a GGUF file. The gguf package makes an array of every string, which takes a minute for a large vocabulary."""

import mmap
import struct

SCALARS = ["B", "b", "H", "h", "I", "i", "f", "?", None, None, "Q", "q", "d"]
STRING, ARRAY = 8, 9


class _Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def scalar(self, code):
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return value

    def string(self):
        length = self.scalar("Q")
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8")

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            kind, count = self.scalar("I"), self.scalar("Q")
            if kind in (STRING, ARRAY):
                return [self.value(kind) for _ in range(count)]
            code = f"<{count}{SCALARS[kind]}"
            values = list(struct.unpack_from(code, self.data, self.at))
            self.at += struct.calcsize(code)
            return values
        return self.scalar(SCALARS[kind])


def read_keys(path) -> dict:
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        cursor = _Cursor(data)
        if data[:4] != b"GGUF":
            raise ValueError(f"{path} is no GGUF file")
        cursor.at = 4
        version, _tensors, count = cursor.scalar("I"), cursor.scalar("Q"), cursor.scalar("Q")
        if version not in (2, 3):
            raise ValueError(f"{path} is a GGUF of version {version}")
        keys = {}
        for _ in range(count):
            name = cursor.string()
            keys[name] = cursor.value(cursor.scalar("I"))
        return keys
