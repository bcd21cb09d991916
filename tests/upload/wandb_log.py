"""The records of a transaction log, as docs/wandb_file.md has them; as many as are whole."""

BLOCK = 32768
FULL, FIRST, _, LAST = 1, 2, 3, 4
HISTORY, FILES = 2, 6


def records(data):
    at, record = 7, b""
    while True:
        left = BLOCK - at % BLOCK
        if left < 7:
            at += left
            continue
        size = int.from_bytes(data[at + 4:at + 6], "little")
        if at + 7 + size > len(data):
            return
        kind = data[at + 6]
        record = (b"" if kind in (FULL, FIRST) else record) + data[at + 7:at + 7 + size]
        if kind in (FULL, LAST):
            yield dict(fields(record))
        at += 7 + size


def fields(message):
    """(number, value) of the fields of a message: bytes or an integer."""
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        value, at = varint(message, at)
        if tag & 7 == 2:
            value, at = message[at:at + value], at + value
        yield tag >> 3, value


def varint(message, at):
    value = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            break
    return value, at


def file_of(record):
    """The path that a files record names."""
    return dict(fields(dict(fields(record[FILES]))[1]))[1].decode()
