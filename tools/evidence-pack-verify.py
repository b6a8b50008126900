#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = ["pynacl>=1.5"]
# ///
"""Check a signed evidence pack offline: one file, one pinned key, eleven numbered checks.

    python3 evidence-pack-verify.py pack-3.tar.gz --expected-pubkey HEX

The key is the one thing to get from somewhere else than the pack: a pack can name any key as its
own. The numbers printed are those of docs/evidence-pack-format.md. Nothing is extracted, nothing
from the pack is believed or printed before its signature holds (check 4), everything printed is
escaped, and memory stays small whatever the file's size.

Needs Python 3.9 and nothing else. PyNaCl does the signature where it is installed; where it is
not, the built-in verifier below takes its place, and the output says which one it was.
"""

from __future__ import annotations

# What a small pack does not need is imported where it is needed: most of such a run is starting.
import binascii
import datetime
import hashlib
import io
import json
import operator
import os
import re
import stat
import struct
import sys
import time
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence

TYPE_CHECKING = False  # as typing has it, without the time that importing typing takes
if TYPE_CHECKING:
    from typing import Any, BinaryIO, NoReturn

CHECKS = {
    1: "pinned key",
    2: "archive",
    3: "signature file",
    4: "signature",
    5: "strict manifest",
    6: "known manifest",
    7: "members",
    8: "digests and counts",
    9: "rows",
    10: "coverage and chain",
    11: "outside facts",
}
VALID, BAD, COULD_NOT_CHECK = 0, 1, 2
SEAL_VERSION = 2

# Caps. Whatever is not capped here is capped by a number that the signature covers.
MAX_MANIFEST = 4 << 20
MAX_SIGNATURE_FILE = 4096
MAX_SCAN = 256 << 20  # how far behind other members a foreign pack's manifest may stand
MAX_ROW = 1 << 20
MAX_JSON_MEMBER = 4 << 20
MAX_BLOB = 64 << 20
MAX_VALUES = 200_000  # JSON values in one document
MAX_DEPTH = 64
MAX_DIGITS = 20
MAX_INTEGER = 1 << 53
MAX_PAX = 4096
MAX_END_PADDING = 1 << 20
MAX_REASONS = 5
MAX_NOTES = 200
MAX_ANCHORS = 5000
MAX_TOKEN = 128 << 10  # of a time authority, in base64
MAX_ANCHOR_FILE = 8 << 20
MAX_TOKEN_DELAY = 3600  # seconds between an anchor's own time and its token's
OPENSSL_S = 60
MAX_KEPT = 10_000  # hours and days whose form is known to be right

READ = 1 << 17  # bytes of the file at once
CHUNK = 1 << 19  # bytes of what it holds at once
AHEAD = 4  # such pieces that may wait
SMALL = 1 << 20  # a smaller file is not worth a second thread
BLOCK = 512


class Failed(Exception):
    """A numbered check failed: the evidence is bad, or (check 1) the pinned key is."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.number = number
        self.why = why


class CannotCheck(Exception):
    """Nothing can be said about the evidence: usage, an unreadable file, a malformed key list."""


class Malformed(Exception):
    """A JSON document is not what check 5 or check 9 wants; the caller knows which of the two."""


def shown(value: object, limit: int = 160) -> str:
    """Return `value` as printable ASCII on one line, whatever it holds (terminal escapes, bidi)."""
    text = value if isinstance(value, str) else str(value)
    cut = text if len(text) <= limit else text[:limit] + "..."
    return "".join(
        c if " " <= c <= "~" and c != "\\" else c.encode("unicode_escape").decode() for c in cut
    )


# ---------------------------------------------------------------------------------------------
# Ed25519. Strict in the way libsodium is: canonical encodings, S < L, no point of small order.
# Source: RFC 8032, sections 5.1.3 (decoding), 5.1.4 (addition) and 5.1.7 (verification).

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # (X, Y, Z, T), extended homogeneous coordinates
IDENTITY: Point = (0, 1, 1, 0)


def decode_point(encoded: bytes) -> Point | None:
    """Return the point of 32 canonical bytes, or None (RFC 8032, 5.1.3)."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if len(encoded) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == P - u and u:
        x = x * ROOT_OF_MINUS_ONE % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def add(p: Point, q: Point) -> Point:
    """Add two points (RFC 8032, 5.1.4; complete, so it doubles as well)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar: int, point: Point) -> Point:
    """Multiply by double and add. Not constant time: everything here is public."""
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def is_identity(point: Point) -> bool:
    """Tell whether the point is the neutral one."""
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def encode_point(point: Point) -> bytes:
    """Return the canonical 32 bytes of a point (RFC 8032, 5.1.2)."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def built_in_is_point(public: bytes) -> bool:
    """Tell whether these are 32 canonical bytes of a point of the main subgroup, not its zero."""
    point = decode_point(public)
    return point is not None and not is_identity(point) and is_identity(multiply(L, point))


def built_in_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Verify as RFC 8032, 5.1.7 does, without the cofactor and without small-order points."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decode_point(public), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    if is_identity(multiply(8, a)) or is_identity(multiply(8, r)):
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % L
    minus_a = (P - a[0], a[1], a[2], P - a[3])
    base = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or IDENTITY
    return encode_point(add(multiply(s, base), multiply(k, minus_a))) == signature[:32]


class Ed25519:
    """The verifier in use: its name for the output, and its two questions."""

    def __init__(
        self,
        name: str,
        is_point: Callable[[bytes], bool],
        verify: Callable[[bytes, bytes, bytes], bool],
    ) -> None:
        self.name = name
        self.is_point = is_point
        self.verify = verify


def ed25519(built_in: bool = False) -> Ed25519:
    """Return PyNaCl's verifier, or the built-in one where PyNaCl is not installed or not wanted."""
    if built_in:
        return Ed25519("the built-in verifier, as asked", built_in_is_point, built_in_verify)
    try:
        import nacl

        # nacl.bindings would take longer to load than a small pack to check.
        from nacl._sodium import ffi, lib  # type: ignore[import-not-found]
    except ImportError:
        return Ed25519(
            "the built-in verifier: PyNaCl is not installed", built_in_is_point, built_in_verify
        )
    if lib.sodium_init() < 0:
        raise CannotCheck("libsodium cannot be started; see --built-in-ed25519")

    def is_point(public: bytes) -> bool:
        # nacl.signing.VerifyKey() takes keys of small order; this call does not.
        return len(public) == 32 and lib.crypto_core_ed25519_is_valid_point(public) == 1

    def verify(public: bytes, signature: bytes, message: bytes) -> bool:
        if len(public) != 32 or len(signature) != 64:
            return False
        signed = signature + message
        opened, size = ffi.new("unsigned char[]", len(signed)), ffi.new("unsigned long long *")
        return bool(lib.crypto_sign_open(opened, size, signed, len(signed), public) == 0)

    return Ed25519("PyNaCl " + str(nacl.__version__), is_point, verify)


# ---------------------------------------------------------------------------------------------
# The archive (check 2): exactly one gzip member holding a tar of plain files.


class Gunzip:
    """Inflates one gzip member piece by piece; never more than CHUNK bytes at once.

    Source: RFC 1952. Only the flag for a file name is allowed, and the name is skipped. Intel's
    inflate (the package isal) takes zlib's place for a large file where it is installed.

    Attributes:
        large: whether the file is worth a thread and an import.
        digest: SHA-256 of the file's bytes up to here.
    """

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self.large = os.fstat(file.fileno()).st_size > SMALL
        self.digest = hashlib.sha256()
        self.library: Any = _fast_zlib() if self.large else zlib
        self._inflate = self.library.decompressobj(-zlib.MAX_WBITS)
        file.seek(0)

    def _read(self) -> bytes:
        data = self._file.read(READ)
        self.digest.update(data)
        self._progress.show(self._file)
        return data

    @staticmethod
    def _skip_header(start: bytes) -> bytes:
        if len(start) < 18 or start[:3] != b"\x1f\x8b\x08":
            raise Failed(2, "this is not a gzip file")
        flags = start[3]
        if flags & ~0x08:
            raise Failed(2, f"gzip header has flags {flags:#04x}; only a file name is allowed")
        if not flags:
            return start[10:]
        end = start.find(b"\0", 10, 10 + 256)
        if end < 0:
            raise Failed(2, "the file name in the gzip header is longer than 255 bytes")
        return start[end + 1 :]

    def pieces(self) -> Iterator[bytes]:
        """Yield what the member holds, up to the end of its deflate stream."""
        waiting = self._skip_header(self._read())
        size = 0
        while not self._inflate.eof:
            data = waiting or self._read()
            try:
                piece = self._inflate.decompress(data, CHUNK)
            except self.library.error:
                raise Failed(2, f"broken deflate data after {size} bytes") from None
            waiting = self._inflate.unconsumed_tail
            if piece:
                size += len(piece)
                yield piece
            elif not data and not self._inflate.eof:
                raise Failed(2, "the gzip data ends in the middle: the file is cut")

    def check_trailer(self, crc: int, size: int) -> None:
        """Compare CRC-32 and length with the trailer; nothing may follow it."""
        tail = self._inflate.unused_data
        while len(tail) < 9:
            more = self._read()
            if not more:
                break
            tail += more
        if len(tail) < 8:
            raise Failed(2, "the gzip trailer is cut")
        stated_crc, stated_size = struct.unpack("<II", tail[:8])
        if stated_crc != crc:
            raise Failed(2, "the gzip trailer's CRC-32 does not match the data")
        if stated_size != size & 0xFFFFFFFF:
            raise Failed(2, "the gzip trailer's length does not match the data")
        if len(tail) > 8:
            raise Failed(2, "something stands behind the gzip member")

    def rest(self) -> None:
        """Read on to the end of the file, for its digest's sake."""
        while self._read():
            pass


def _fast_zlib() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


def ahead(source: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what `source` yields, made by a thread of its own while the caller works.

    zlib and hashlib let go of the interpreter's lock while they work, so two cores are busy.
    """
    import queue
    import threading

    waiting: queue.Queue[bytes | BaseException | None] = queue.Queue(AHEAD)
    left = threading.Event()

    def work() -> None:
        end: BaseException | None = None
        try:
            for piece in source:
                waiting.put(piece)
                if left.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - the caller's thread raises it
            end = error
        waiting.put(end)

    thread = threading.Thread(target=work, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the machine allows no more threads
        yield from source
        return
    try:
        while True:
            item = waiting.get()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        left.set()
        while thread.is_alive():
            while not waiting.empty():
                waiting.get()
            thread.join(0.01)


class Archive:
    """Walks the tar inside the gzip member: regular files only, each name once.

    Source: POSIX.1-2018, pax, "ustar Interchange Format". GNU tar's own magic is accepted for
    plain members; every extension but a pax record for a time or for a size over 8 GiB is not.

    A `context` of its own: leaving it ends the thread that inflates.
    """

    def __init__(self, gunzip: Gunzip, known: bool = False) -> None:
        """Begin at the first member; `known` content needs no CRC-32 any more."""
        self._gunzip = gunzip
        pieces = gunzip.pieces()
        self._pieces = ahead(pieces) if gunzip.large else pieces
        self._known = known
        self._crc = 0
        self._size = 0
        self._piece = b""
        self._at = 0
        self._names: set[str] = set()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.close()  # type: ignore[attr-defined]

    def _next_piece(self) -> bool:
        """Make the next piece the current one; False behind the last."""
        piece = next(self._pieces, None)
        if piece is None:
            return False
        if not self._known:
            self._crc = self._gunzip.library.crc32(piece, self._crc)
        self._size += len(piece)
        self._piece, self._at = piece, 0
        return True

    def stream(self, size: int) -> Iterator[bytes]:
        """Yield exactly the next `size` bytes, in pieces."""
        while size:
            if self._at == len(self._piece) and not self._next_piece():
                raise Failed(2, "the tar ends in the middle of a member")
            if self._at == 0 and size >= len(self._piece):
                piece = self._piece
            else:
                piece = self._piece[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            yield piece

    def take(self, size: int) -> bytes:
        """Return exactly the next `size` bytes; callers have capped `size` before."""
        return b"".join(self.stream(size))

    def members(self) -> Iterator[tuple[str, int]]:
        """Yield name and size of each member; the caller reads `size` bytes before the next."""
        while True:
            header = self.take(BLOCK)
            if not header.strip(b"\0"):
                break
            large = None
            if header[156:157] == b"x":
                large = self._pax_size(_tar_header(header, b"x")[1])
                header = self.take(BLOCK)
            name, size = _tar_header(header, b"0")
            if name in self._names:
                raise Failed(2, "a member name stands in the tar twice")
            self._names.add(name)
            size = size if large is None else large
            yield name, size
            if self.take(-size % BLOCK).strip(b"\0"):
                raise Failed(2, "the padding behind a member is not zero")
        if self.take(BLOCK).strip(b"\0"):
            raise Failed(2, "the tar does not end with two zero blocks")
        self._rest_is_zero(MAX_END_PADDING)
        if not self._known:
            self._gunzip.check_trailer(self._crc, self._size)

    def _rest_is_zero(self, limit: int) -> None:
        """Read to the end of the deflate stream: nothing but zero bytes, and few of them."""
        n = 0
        while self._at < len(self._piece) or self._next_piece():
            rest = self._piece[self._at :]
            self._at = len(self._piece)
            n += len(rest)
            if rest.count(0) != len(rest):
                raise Failed(2, "data stands behind the end of the tar")
            if n > limit:
                raise Failed(2, f"more than {limit} bytes of padding behind the end of the tar")

    def _pax_size(self, length: int) -> int | None:
        """Read a pax header; return the size it gives, if it gives one that octal cannot."""
        if length > MAX_PAX:
            raise Failed(2, f"a pax header is longer than {MAX_PAX} bytes")
        body = self.take(length)
        if self.take(-length % BLOCK).strip(b"\0"):
            raise Failed(2, "the padding behind a pax header is not zero")
        size = None
        while body:
            match = re.match(rb"([1-9][0-9]{0,3}) (size|mtime|atime|ctime)=([0-9.]{1,32})\n", body)
            if match is None or int(match[1]) != match.end():
                raise Failed(2, "a pax header holds something else than a time or a size")
            body = body[match.end() :]
            if match[2] == b"size":
                if size is not None or not match[3].isdigit() or int(match[3]) < 8 << 30:
                    raise Failed(2, "a pax header gives a size that belongs in the tar header")
                size = int(match[3])
        return size


def _tar_header(header: bytes, kind: bytes) -> tuple[str, int]:
    """Return name and size of one 512-byte header after checking everything that has a meaning."""
    stated = re.fullmatch(rb"([0-7]{1,7})[\0 ]{1,7}", header[148:156])
    if stated is None or int(stated[1], 8) != sum(header) - sum(header[148:156]) + 8 * 0x20:
        raise Failed(2, "a tar header's checksum is wrong")
    if header[257:265] not in (b"ustar\00000", b"ustar  \0"):
        raise Failed(2, "a tar header is neither ustar nor GNU")
    if header[156:157] != kind:
        raise Failed(2, "a tar member is not a regular file")
    size = re.fullmatch(rb"([0-7]{1,11}|[0-7]{12})[\0 ]{0,11}", header[124:136])
    if size is None:
        raise Failed(2, "a tar header's size is not an octal number")
    if header[157:257].strip(b"\0"):
        raise Failed(2, "a regular tar member names a link target")
    name, _, rest = header[:100].partition(b"\0")
    if not name or rest.strip(b"\0") or header[345:500].strip(b"\0"):
        raise Failed(2, "a tar member's name is empty, holds NUL or has a prefix")
    text = name.decode("latin-1")
    if kind == b"0" and not re.fullmatch(r"(blobs/[0-9a-f]{64}|[A-Za-z0-9_]{1,64})\.[a-z]+", text):
        raise Failed(2, "a tar member's name is a path or holds unusual characters")
    return text, int(size[1], 8)


class Progress:
    """Shows on a terminal's standard error how much of a large file was read."""

    SMALL = 16 << 20

    def __init__(self, size: int) -> None:
        self._size = size
        self._on = size > self.SMALL and sys.stderr.isatty()
        self._next = 0.0

    def show(self, file: BinaryIO) -> None:
        """Print the share read so far, at most five times a second."""
        if self._on and time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.2
            print(f"\r{100 * file.tell() // self._size:3d} % read", end="", file=sys.stderr)

    def done(self) -> None:
        """Wipe the line."""
        if self._on:
            print("\r" + " " * 12 + "\r", end="", file=sys.stderr, flush=True)
            self._on = False


def open_pack(path: str) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        CannotCheck: the file cannot be opened or is no regular file.
    """
    # Without O_NONBLOCK a named pipe would hold the open until somebody writes to it.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise CannotCheck(f"cannot open the file: {reason}") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise CannotCheck("the pack must be a regular file")
    return file


def read_manifest(file: BinaryIO, progress: Progress) -> tuple[bytes, bytes]:
    """Return the bytes of manifest.json and manifest.sig, believing nothing of either yet."""
    found: dict[str, bytes] = {}
    caps = {"manifest.json": (MAX_MANIFEST, 2), "manifest.sig": (MAX_SIGNATURE_FILE, 3)}
    scanned = 0
    with Archive(Gunzip(file, progress)) as archive:
        for name, size in archive.members():
            if name in caps:
                cap, number = caps[name]
                if size > cap:
                    raise Failed(number, f"{name} is larger than {cap} bytes")
                found[name] = archive.take(size)
                if len(found) == len(caps):
                    return found["manifest.json"], found["manifest.sig"]
                continue
            scanned += size
            if scanned > MAX_SCAN:
                raise Failed(2, f"no manifest and signature in the first {MAX_SCAN >> 20} MiB")
            for _ in archive.stream(size):
                pass
    raise Failed(2, "manifest.json or manifest.sig is not in the tar")


# ---------------------------------------------------------------------------------------------
# Strict JSON (check 5) and canonical JSON (check 9).


def _no_constant(text: str) -> NoReturn:
    raise Malformed(f"it holds {text}, which is not JSON")


def _integer(text: str) -> int:
    number = int(text) if len(text) <= MAX_DIGITS else MAX_INTEGER + 1
    if not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise Malformed("it holds an integer beyond 2^53")
    return number


def _foreign_integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise Malformed(f"it holds an integer of more than {MAX_DIGITS} digits")
    return int(text)


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Malformed("it holds the same key twice")
    return result


def _sorted_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if keys != sorted(set(keys)):
        raise Malformed("its keys are not sorted, or one stands there twice")
    return dict(pairs)


STRICT = json.JSONDecoder(
    object_pairs_hook=_unique_pairs, parse_int=_integer, parse_constant=_no_constant
)
# Duplicate keys need no hook here: such a row differs from its own canonical form.
OURS = json.JSONDecoder(parse_int=_integer, parse_constant=_no_constant)
FOREIGN = json.JSONDecoder(
    object_pairs_hook=_sorted_pairs, parse_int=_foreign_integer, parse_constant=_no_constant
)
ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def canonical(value: object) -> bytes:
    """Return the canonical bytes: sorted keys, no white space, UTF-8, lone surrogates escaped."""
    return ENCODER.encode(value).encode("utf-8", "backslashreplace")


def parse(data: bytes, decoder: json.JSONDecoder) -> dict[str, Any]:
    """Parse one bounded JSON object.

    Raises:
        Malformed: with the reason, in words that quote nothing of the document.
    """
    if len(data) > 1 << 16 and sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise Malformed(f"it holds more than {MAX_VALUES} values")
    try:
        value = decoder.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise Malformed("it is not UTF-8") from None
    except RecursionError:
        raise Malformed(f"it is nested deeper than {MAX_DEPTH}") from None
    except ValueError:
        begins_with_bom = data[:3] == b"\xef\xbb\xbf"
        raise Malformed(
            "it begins with a byte order mark" if begins_with_bom else "it is not JSON"
        ) from None
    if type(value) is not dict:
        raise Malformed("it is not a JSON object")
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        _check_depth(value)
    return value


def _check_depth(value: object) -> None:
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        level = [item for item in below if isinstance(item, (dict, list))]
        if not level:
            return
    raise Malformed(f"it is nested deeper than {MAX_DEPTH}")


def canonical_row(line: bytes) -> dict[str, Any]:
    """Parse one row of ours: its bytes must be the canonical ones of what it says."""
    row = parse(line, OURS)
    try:
        same = canonical(row) == line
    except ValueError:
        raise Malformed("it holds a number that JSON cannot carry") from None
    if not same:
        raise Malformed("it is not canonical JSON")
    return row


def foreign_row(line: bytes) -> dict[str, Any]:
    """Parse a row of a pack not ours: sorted keys and no white space, escapes as they like."""
    row = parse(line, FOREIGN)
    if re.search(r"\s", STRING.sub('""', line.decode("utf-8"))):
        raise Malformed("it holds white space between its parts")
    return row


# ---------------------------------------------------------------------------------------------
# Instants and hours, as numbers that can be counted.

INSTANT = re.compile(
    r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.[0-9]{1,9})?Z"
)


def seconds(text: object) -> int | None:
    """Return seconds since 0001-01-01 of an RFC 3339 instant in UTC, or None if it is none."""
    match = INSTANT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        days = datetime.date(year, month, day).toordinal()
    except ValueError:
        return None
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def hour_number(text: object) -> int | None:
    """Return the number of the hour that an instant begins, or None if it begins none."""
    at = seconds(text)
    return None if at is None or at % 3600 or len(str(text)) != 20 else at // 3600


def hour_name(number: int) -> str:
    """Return the hour's name, as in `2026-04-01T05:00:00Z`."""
    return f"{datetime.date.fromordinal(number // 24).isoformat()}T{number % 24:02d}:00:00Z"


def instant_name(second: int) -> str:
    """Return the instant's name, as in `2026-04-01T05:00:07Z`."""
    return f"{hour_name(second // 3600)[:14]}{second // 60 % 60:02d}:{second % 60:02d}Z"


# ---------------------------------------------------------------------------------------------
# What a manifest must say (checks 5 to 7).


def _is_text(value: object) -> bool:
    return type(value) is str and bool(value)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_hash(value: object) -> bool:
    return type(value) is str and re.fullmatch(r"[0-9a-f]{64}", value) is not None


def _is_hash_or_null(value: object) -> bool:
    return value is None or _is_hash(value)


def _is_instant(value: object) -> bool:
    return seconds(value) is not None


def _is_instant_or_null(value: object) -> bool:
    return value is None or _is_instant(value)


def _is_texts(value: object) -> bool:
    return type(value) is list and all(map(_is_text, value)) and len(set(value)) == len(value)


Kind = tuple[Callable[[object], bool], str]  # (is it right, what it should be)
TEXT: Kind = (_is_text, "a text")
TEXT_OR_NULL: Kind = (lambda v: v is None or _is_text(v), "a text or null")
COUNT: Kind = (_is_count, "a count")
HASH: Kind = (_is_hash, "64 lower-case hex digits")
HASH_OR_NULL: Kind = (_is_hash_or_null, "64 lower-case hex digits or null")
INSTANT_TEXT: Kind = (_is_instant, "an RFC 3339 instant in UTC")
INSTANT_OR_NULL: Kind = (_is_instant_or_null, "an RFC 3339 instant in UTC or null")
TEXTS: Kind = (_is_texts, "a list of different texts")
LIST: Kind = (lambda v: type(v) is list, "a list")
OBJECT: Kind = (lambda v: type(v) is dict, "an object")
LIST_OR_OBJECT: Kind = (lambda v: type(v) in (list, dict), "a list or an object")
VERSION: Kind = (lambda v: type(v) is int, "an integer")
NUMBER_TEXT: Kind = (
    lambda v: isinstance(v, str) and re.fullmatch(r"[0-9]{1,20}", v) is not None,
    "a number as a text",
)

COMMON = {
    "schema_version": VERSION,
    "pack_id": TEXT,
    "tenant_id": TEXT,
    "period_start": INSTANT_TEXT,
    "period_end": INSTANT_TEXT,
    "signing_public_hex": TEXT,
}
ADDED = {
    "created_at": INSTANT_TEXT,
    "kind": TEXT,
    "profile": TEXT,
    "cut_hour": INSTANT_TEXT,
    "settled_through": INSTANT_OR_NULL,
    "files": LIST,
    "coverage": OBJECT,
    "chain": LIST,
    "audit_log": LIST_OR_OBJECT,
    "previous_pack_id": TEXT_OR_NULL,
    "previous_manifest_sha256": HASH_OR_NULL,
    "hash_scheme": OBJECT,
    "signing_key_id": TEXT,
    "generator": OBJECT,
}
OUTCOMES = ("complete", "partial", "failed", "missed", "paused")
SETTLING = 72 * 3600  # seconds that an audit event may take to appear in the log
COVERAGE = dict.fromkeys(("expected_hours", *OUTCOMES, "longest_gap_hours"), COUNT)
CHAIN = {
    "org_id": TEXT,
    "org_proof": TEXT,
    "first_previous_sha256": HASH_OR_NULL,
    "last_seal_sha256": HASH_OR_NULL,
    "seals": COUNT,
}


class Module:
    """A documented kind of pack: its own manifest keys and its row files.

    Attributes:
        keys: beyond those that every pack has.
        files: for each member the key of its row count and the key of its digest.
    """

    def __init__(self, keys: dict[str, Kind], files: dict[str, tuple[str, str]]) -> None:
        self.keys = keys
        self.files = files


MODULES = {
    (2, "openai_admin"): Module(
        {"pack_id": NUMBER_TEXT, "org_ids": TEXTS},
        {
            "users.jsonl": ("user_count", "users_sha256"),
            "projects.jsonl": ("project_count", "projects_sha256"),
            "api_keys.jsonl": ("api_key_count", "api_keys_sha256"),
            "events.jsonl": ("event_count", "events_sha256"),
        },
    ),
    (2, "copilot"): Module(
        {"org_logins": TEXTS, "created_at": INSTANT_TEXT},
        {
            "seats.jsonl": ("seat_count", "seats_sha256"),
            "events.jsonl": ("event_count", "events_sha256"),
        },
    ),
    (1, None): Module(
        {"app_id": TEXT, "blob_count": COUNT, "blob_index": LIST},
        {
            "traces.jsonl": ("trace_count", "traces_sha256"),
            "spans.jsonl": ("span_count", "spans_sha256"),
        },
    ),
}
FULL_MEMBERS = ("coverage.jsonl", "README.txt")  # profile full has at least these as well
MAY_BE_THERE = (
    *("changes.jsonl", "findings.jsonl", "admin_keys.jsonl", "service_accounts.jsonl"),
    *("invites.jsonl", "project_users.jsonl", "anchors.jsonl", "collection.json", "controls.json"),
)
# Events before the seals that count them, seals before the anchors that name them.
MEMBER_ORDER = (
    *("users.jsonl", "projects.jsonl", "api_keys.jsonl", "events.jsonl", "coverage.jsonl"),
    *MAY_BE_THERE,
    "README.txt",
)


class Expected:
    """What the signed manifest says about one member; None where it says nothing."""

    def __init__(
        self, name: str, sha256: str, rows: int | None, n_bytes: int | None, cap: int
    ) -> None:
        self.name = name
        self.sha256 = sha256
        self.rows = rows
        self.n_bytes = n_bytes
        self.cap = cap


class Manifest:
    """The manifest after checks 4 to 7: digest, values, and the members it promises, in order."""

    def __init__(self, sha256: str, values: dict[str, Any]) -> None:
        self.sha256 = sha256
        self.values = values
        self.profile: str | None = values.get("profile")
        self.members: dict[str, Expected] = {}

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str) -> Any:
        """Return a value or None."""
        return self.values.get(key)


def check_1_pinned_key(text: str, backend: Ed25519) -> bytes:
    """Return the pinned key's 32 bytes."""
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", text):
        raise Failed(1, "the pinned key is not 64 hex digits")
    public = bytes.fromhex(text)
    if not backend.is_point(public):
        raise Failed(1, "the pinned key is not a point of the curve that can sign")
    return public


def check_3_signature_file(data: bytes) -> bytes:
    """Return the 64 bytes of the signature."""
    text = data[:-1] if data.endswith(b"\n") else data
    try:
        signature = binascii.a2b_base64(text)
    except binascii.Error:
        signature = b""
    # The decoder is lenient; only what encodes back to the same text is that text.
    if len(signature) != 64 or binascii.b2a_base64(signature, newline=False) != text:
        raise Failed(3, "manifest.sig is not the base64 text of 64 bytes")
    return signature


def check_4_signature(public: bytes, signature: bytes, data: bytes, backend: Ed25519) -> None:
    """Verify the signature over the exact bytes of manifest.json."""
    if not backend.verify(public, signature, data):
        raise Failed(4, "the signature does not hold under the pinned key")


def check_5_strict_manifest(data: bytes) -> dict[str, Any]:
    """Return the manifest's values: strict JSON, and every known key of its exact type."""
    try:
        values = parse(data, STRICT)
    except Malformed as error:
        raise Failed(5, f"manifest.json: {error}") from None
    kinds = dict(COMMON)
    for module in MODULES.values():
        kinds.update({key: kind for key, kind in module.keys.items() if key not in kinds})
        for count, digest in module.files.values():
            kinds.update({count: COUNT, digest: HASH})
    kinds["module"] = TEXT
    if "profile" in values:
        kinds.update(ADDED)
    _check_types(5, "manifest.json", values, kinds)
    return values


def _check_types(number: int, where: str, values: dict[str, Any], kinds: dict[str, Kind]) -> None:
    for key, (is_right, words) in kinds.items():
        if key in values and not is_right(values[key]):
            raise Failed(number, f"{where}: {key} is not {words}")


def _check_object(number: int, where: str, value: object, kinds: dict[str, Kind]) -> dict[str, Any]:
    if type(value) is not dict:
        raise Failed(number, f"{where} is not an object")
    missing = [key for key in kinds if key not in value]
    if missing:
        raise Failed(number, f"{where} lacks {missing[0]}")
    _check_types(number, where, value, kinds)
    return value


def check_6_known_manifest(values: dict[str, Any], public: bytes) -> Module:
    """Return the module: version and module known, every required key there, the key ours."""
    if "schema_version" not in values:
        raise Failed(6, "manifest.json lacks schema_version")
    version, name = values["schema_version"], values.get("module")
    module = MODULES.get((version, name))
    if module is None:
        raise Failed(6, f"unknown schema_version {version} with module {shown(name)}")
    required = {**COMMON, **module.keys}
    for count, digest in module.files.values():
        required.update({count: COUNT, digest: HASH})
    if "profile" in values:
        required.update(ADDED)
    _check_object(6, "manifest.json", values, required)
    if values["signing_public_hex"] != public.hex():
        raise Failed(6, "signing_public_hex is not the pinned key in lower-case hex")
    if seconds(values["period_start"]) > seconds(values["period_end"]):  # type: ignore[operator]
        raise Failed(6, "the period ends before it starts")
    if "profile" in values:
        _check_own_manifest(values, name)
    return module


def _check_own_manifest(values: dict[str, Any], module: str | None) -> None:
    if module != "openai_admin":
        raise Failed(6, "only module openai_admin has a profile")
    if values["profile"] not in ("full", "core"):
        raise Failed(6, f"unknown profile {shown(values['profile'])}")
    if values["kind"] not in ("monthly", "on_demand", "revision"):
        raise Failed(6, f"unknown kind {shown(values['kind'])}")
    if values["kind"] == "revision" and not _is_text(values.get("replaces")):
        raise Failed(6, "a revision does not say which pack it replaces")
    start, end = seconds(values["period_start"]), seconds(values["period_end"])
    if start is None or end is None or start % 3600 or (end + 1) % 3600:
        raise Failed(6, "the period is not made of whole hours")
    month = _period(values["period_start"][:7])
    if values["kind"] == "monthly" and month != (values["period_start"], values["period_end"]):
        raise Failed(6, "the period of a monthly pack is not a calendar month")
    if (values["previous_pack_id"] is None) != (values["previous_manifest_sha256"] is None):
        raise Failed(6, "previous_pack_id and previous_manifest_sha256 do not say the same")
    cut = hour_number(values["cut_hour"])
    if cut is None:
        raise Failed(6, "cut_hour is not the start of an hour")
    if cut < end // 3600:
        raise Failed(6, "cut_hour lies before the period's last hour")
    through = seconds(values["settled_through"])
    if through is not None and through > (cut + 1) * 3600 - SETTLING:
        raise Failed(6, "settled_through is less than 72 hours before the cut")
    if "settled" in values and values["settled"] is not (through is not None and through > end):
        raise Failed(6, "settled is not what settled_through says")
    _check_object(6, "coverage", values["coverage"], COVERAGE)
    chains = [_check_object(6, "chain", entry, CHAIN)["org_id"] for entry in values["chain"]]
    for entry in values["chain"]:
        _check_types(6, "chain", entry, {"last_sealed_hour": INSTANT_OR_NULL})
    if sorted(chains) != sorted(values["org_ids"]):
        raise Failed(6, "chain does not name each of org_ids once")


def check_7_expected_members(values: dict[str, Any], module: Module) -> dict[str, Expected]:
    """Return what the manifest promises, in order: member name to what must be there."""
    if "profile" in values:
        return _own_members(values, module)
    members = {}
    for name, (count, digest) in module.files.items():
        rows = values[count]
        members[name] = Expected(name, values[digest], rows, None, rows * (MAX_ROW + 1))
    for entry in values.get("blob_index", ()) if module is MODULES[(1, None)] else ():
        sha256 = _blob_hash(entry)
        name = f"blobs/{sha256}.txt"
        members[name] = Expected(name, sha256, None, None, MAX_BLOB)
    if "blob_count" in module.keys and values["blob_count"] != len(values["blob_index"]):
        raise Failed(8, "blob_count is not the length of blob_index")
    return members


def _blob_hash(entry: object) -> str:
    """Return the one SHA-256 that an entry of blob_index carries; its shape is not public."""
    texts = entry.values() if isinstance(entry, dict) else [entry]
    found = set()
    for text in texts:
        pattern = r"(?:sha256:|blobs/)?([0-9a-f]{64})(?:\.txt)?"
        match = re.fullmatch(pattern, text) if isinstance(text, str) else None
        if match:
            found.add(match[1])
    if len(found) != 1:
        raise Failed(7, "an entry of blob_index does not carry exactly one SHA-256")
    return str(found.pop())


def _own_members(values: dict[str, Any], module: Module) -> dict[str, Expected]:
    kinds = {"name": TEXT, "bytes": COUNT, "sha256": HASH}
    members: dict[str, Expected] = {}
    for entry in values["files"]:
        name = _check_object(7, "files", entry, kinds)["name"]
        where = f"files: {shown(name)}"
        if not re.fullmatch(r"[A-Za-z0-9_]{1,64}\.(jsonl|json|txt)", name):
            raise Failed(7, f"{where} is not a name a member can have")
        if name in members or name == "manifest.json":
            raise Failed(7, f"{where} stands there twice")
        rows = entry.get("rows")
        if not (_is_count(rows) or (rows is None and not name.endswith(".jsonl"))):
            raise Failed(7, f"{where} has no row count")
        members[name] = Expected(name, entry["sha256"], rows, entry["bytes"], entry["bytes"])
    wanted = [*module.files, *(FULL_MEMBERS if values["profile"] == "full" else ())]
    missing = [name for name in wanted if name not in members]
    if missing:
        raise Failed(7, f"files lacks {missing[0]}")
    if values["profile"] == "core" and len(members) != len(wanted):
        raise Failed(7, "files of profile core holds more than the documented members")
    unknown = [name for name in members if name not in (*wanted, *MAY_BE_THERE)]
    if unknown:
        raise Failed(7, f"files: {shown(unknown[0])} is no member of profile full")
    if list(members) != [name for name in MEMBER_ORDER if name in members]:
        raise Failed(7, "files: the members do not stand in the documented order")
    for name, (count, digest) in module.files.items():
        if (members[name].rows, members[name].sha256) != (values[count], values[digest]):
            raise Failed(8, f"files and {count} or {digest} do not say the same of {name}")
    return members


# ---------------------------------------------------------------------------------------------
# Rows (check 9).

USERS = "org_id user_id email_hash email_prefix role roles_held added_at is_service_account"
PROJECTS = "org_id project_id name status created_at archived_at"
API_KEYS = (
    "org_id project_id key_id name redacted_value type owner_type owner_id owner_hash"
    " owner_project_access created_at last_used_at expires_at findings"
)
EPISODE = " first_seen_at removed_at state_at"
EVENTS = (
    "org_id event_id event_type occurred_at sealed_hour actor_type actor_id actor_hash"
    " project_id target_id late details"
)
COVERAGE_ROW = "hour org_id outcome run seal sha256"
CHANGES = "org_id hour section entity_id kind fields before after verdict event_id"
FINDINGS = (
    "org_id finding_id kind reason severity section entity_id still_works first_seen_hour"
    " resolved_hour resolved_by change_hour event_id state_at"
)
ADMIN_KEYS = (
    "org_id key_id name redacted_value type owner_type owner_id owner_role created_at last_used_at"
    " ever_used expires_at has_expiry is_own"
)
SERVICE_ACCOUNTS = "org_id project_id service_account_id name role created_at person_id"
INVITES = (
    "org_id invite_id email_hash email_prefix role status created_at expires_at accepted_at"
    " projects"
)
PROJECT_USERS = "org_id project_id membership_id user_id email_hash email_prefix role added_at"
ANCHORS = "at authority day document reason sha256 token"
FIELDS = {
    "anchors.jsonl": frozenset(ANCHORS.split()),
    "users.jsonl": frozenset((USERS + EPISODE).split()),
    "projects.jsonl": frozenset((PROJECTS + EPISODE).split()),
    "api_keys.jsonl": frozenset((API_KEYS + EPISODE).split()),
    "events.jsonl": frozenset(EVENTS.split()),
    "coverage.jsonl": frozenset(COVERAGE_ROW.split()),
    "changes.jsonl": frozenset(CHANGES.split()),
    "findings.jsonl": frozenset(FINDINGS.split()),
    "admin_keys.jsonl": frozenset((ADMIN_KEYS + EPISODE).split()),
    "service_accounts.jsonl": frozenset((SERVICE_ACCOUNTS + EPISODE).split()),
    "invites.jsonl": frozenset((INVITES + EPISODE).split()),
    "project_users.jsonl": frozenset((PROJECT_USERS + EPISODE).split()),
}
ENTITY_ID = {
    "users.jsonl": "user_id",
    "projects.jsonl": "project_id",
    "api_keys.jsonl": "key_id",
    "admin_keys.jsonl": "key_id",
    "service_accounts.jsonl": "service_account_id",
    "invites.jsonl": "invite_id",
    "project_users.jsonl": "membership_id",
}


class Rows:
    """Checks the rows of one member as they stream by; keeps the first reasons it finds."""

    def __init__(self, manifest: Manifest, name: str) -> None:
        self.manifest = manifest
        self.name = name
        self.n = 0
        self.wrong: list[str] = []
        self._fields = FIELDS.get(name, frozenset())
        self._orgs = frozenset(manifest.get("org_ids") or ())
        self._last: tuple[str, ...] = ()

    def block(self, rows: bytes) -> None:
        """Check whole rows, each ended by its newline."""
        for line in rows.split(b"\n")[:-1]:
            self.row(line)

    def row(self, line: bytes) -> None:
        """Check one row, without its newline."""
        self.n += 1
        try:
            if len(line) > MAX_ROW:
                raise Malformed(f"it is longer than {MAX_ROW} bytes")
            self.check(self.read(line))
        except Malformed as error:
            if len(self.wrong) < MAX_REASONS:
                self.wrong.append(f"{self.name} row {self.n}: {error}")

    def read(self, line: bytes) -> dict[str, Any]:
        """Return the row's values after checking the form of its bytes."""
        return canonical_row(line)

    def check(self, row: dict[str, Any]) -> None:
        """Check what every row of ours must hold."""
        if not self._fields <= row.keys():
            raise Malformed(f"it lacks {min(self._fields - row.keys())}")
        if "org_id" in row:
            self._check_org(row["org_id"])

    def _check_org(self, org_id: object) -> None:
        if type(org_id) is not str or org_id not in self._orgs:
            raise Malformed("its org_id is not one of org_ids")

    def in_order(self, key: tuple[str, ...], words: str) -> None:
        """Demand that keys rise from row to row: sorted, and each once."""
        if key <= self._last:
            raise Malformed(
                f"it stands there twice ({words})" if key == self._last else f"not sorted ({words})"
            )
        self._last = key

    def finish(self) -> None:
        """Draw the conclusions that need all rows."""

    def close(self) -> None:
        """Give back what was put aside."""


class ForeignRows(Rows):
    """Rows of a pack without profile: sorted keys, no white space, one object a row."""

    def read(self, line: bytes) -> dict[str, Any]:
        """Return the row's values after checking the form of its bytes."""
        return foreign_row(line)

    def check(self, row: dict[str, Any]) -> None:
        """Leave the fields alone: they are not documented."""


class RegisterRows(Rows):
    """Rows that come from a sealed register; counts them, for the seals tell how many it has.

    Attributes:
        n_rows: rows by organization.
        n_open: those of them that nothing ended.
    """

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self.n_rows: dict[str, int] = {}
        self.n_open: dict[str, int] = {}

    def count(self, org_id: str, is_open: bool) -> None:
        """Count one row."""
        self.n_rows[org_id] = self.n_rows.get(org_id, 0) + 1
        self.n_open[org_id] = self.n_open.get(org_id, 0) + is_open


class EntityRows(RegisterRows):
    """Users, projects, keys and the like: one row per episode, by (org_id, id, first_seen_at)."""

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self._id = ENTITY_ID[name]
        self.n_returns = 0

    def check(self, row: dict[str, Any]) -> None:
        """Check fields, types of what orders the row, and the order."""
        super().check(row)
        key = (row["org_id"], row[self._id], row["first_seen_at"])
        if type(key[1]) is not str or hour_number(key[2]) is None:
            raise Malformed(f"{self._id} is no text or first_seen_at no hour")
        for name in ("removed_at", "state_at"):
            if row[name] is not None and hour_number(row[name]) is None:
                raise Malformed(f"{name} is not an hour")
        self._check_times(key[2], row["removed_at"], row["state_at"])
        self.n_returns += self._last[:2] == key[:2]
        self.in_order(key, f"org_id, {self._id}, first_seen_at")
        self.count(key[0], row["removed_at"] is None)

    def _check_times(self, first: str, removed: str | None, state: str | None) -> None:
        start, end = self.manifest["period_start"], self.manifest["period_end"]
        if first > end:
            raise Malformed("first_seen_at lies behind the period")
        if removed is not None and not max(first, start) < removed <= end:
            raise Malformed("removed_at is not behind first_seen_at, or not in the period")
        if state is not None and not start <= state <= end:
            raise Malformed("state_at is not in the period")
        if state is not None and removed is not None and state >= removed:
            raise Malformed("state_at is an hour at which it was removed")


class FindingRows(RegisterRows):
    """Findings by (org_id, finding_id, first_seen_hour): open in the period, or resolved in it."""

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self._start, self._end = manifest["period_start"], manifest["period_end"]

    def check(self, row: dict[str, Any]) -> None:
        """Check fields, times and order."""
        super().check(row)
        for name in ("finding_id", "kind", "section"):
            if not _is_text(row[name]):
                raise Malformed(f"{name} is no text")
        if row["severity"] not in ("low", "medium", "high"):
            raise Malformed("severity is none of low, medium and high")
        first, resolved = row["first_seen_hour"], row["resolved_hour"]
        if hour_number(first) is None or first > self._end:
            raise Malformed("first_seen_hour is not an hour up to the period's end")
        if resolved is None:
            if row["resolved_by"] is not None:
                raise Malformed("it is open, but resolved_by says by what it was resolved")
        elif hour_number(resolved) is None or not first < resolved <= self._end:
            raise Malformed("resolved_hour is not an hour behind first_seen_hour")
        elif resolved < self._start:
            raise Malformed("it was resolved before the period")
        key = (row["org_id"], row["finding_id"], first)
        self.in_order(key, "org_id, finding_id, first_seen_hour")
        self.count(key[0], resolved is None)


class ChangeRows(Rows):
    """Changes by (org_id, hour, section, entity_id, kind), inside the period."""

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self._start, self._end = manifest["period_start"], manifest["period_end"]
        self._orders = {org: n for n, org in enumerate(sorted(self._orgs))}
        self._open: tuple[str, str] = ("", "")
        self._n_open = 0
        self.sealed = SealedCounts()

    def check(self, row: dict[str, Any]) -> None:
        """Check fields, values against the kind, verdict and order; count by hour."""
        super().check(row)
        hour = row["hour"]
        if hour_number(hour) is None or not self._start <= hour <= self._end:
            raise Malformed("hour is not an hour of the period")
        for name in ("section", "entity_id"):
            if type(row[name]) is not str:
                raise Malformed(f"{name} is no text")
        self._check_values(row)
        self._check_verdict(row)
        key = (row["org_id"], hour, row["section"], row["entity_id"], row["kind"])
        self.in_order(key, "org_id, hour, section, entity_id, kind")
        if key[:2] != self._open:
            self.finish()
            self._open = (key[0], key[1])
        self._n_open += 1

    @staticmethod
    def _check_values(row: dict[str, Any]) -> None:
        names = row["fields"]
        if not _is_texts(names):
            raise Malformed("fields is not a list of different texts")
        there = {"added": (False, True), "removed": (True, False), "modified": (True, True)}
        if type(row["kind"]) is not str or row["kind"] not in there:
            raise Malformed("kind is none of added, removed and modified")
        for place, name in enumerate(("before", "after")):
            values, wanted = row[name], there[row["kind"]][place]
            if (type(values) is dict and values.keys() == set(names)) if wanted else values is None:
                continue
            raise Malformed(f"{name} does not hold what kind and fields say")

    @staticmethod
    def _check_verdict(row: dict[str, Any]) -> None:
        verdict, event_id = row["verdict"], row["event_id"]
        if verdict not in ("explained", "unexplained", "cannot_tell", None):
            raise Malformed("verdict is none of explained, unexplained, cannot_tell and null")
        if not (event_id is None or _is_text(event_id)):
            raise Malformed("event_id is neither a text nor null")
        if verdict == "explained" and event_id is None:
            raise Malformed("it is explained, but by no event")

    def finish(self) -> None:
        """Note how many changes the last hour has."""
        if self._n_open:
            org, hour = self._open
            self.sealed.add(self._orders[org], hour_number(hour) or 0, hour[:7], self._n_open)
        self._n_open = 0

    def close(self) -> None:
        """Close the file of counts."""
        self.sealed.close()


# Replaces control characters, but for the newline: what it leaves alone has none.
NO_CONTROLS = bytes(byte if byte >= 32 or byte == 10 else 127 for byte in range(256))


class Shapes:
    """Knows canonical JSON again by its shape, which is cheaper than reading it.

    All texts are without backslash and control character. A shape is what is left of one when an
    empty string takes the place of whatever stands behind a colon and is plain: a string, a list
    of strings, or an integer of at most 15 digits. Each of these is its own canonical form. A
    shape is remembered when the text it was taken from is canonical, what was replaced in it are
    values of its objects, and the strings left in it hold no colon. Then every colon of the shape
    stands behind a key, so a text of that shape is the remembered one with other plain values in
    the same places; keys and their order are the same: it is canonical too.

    Attributes:
        pattern: matches texts of the first shapes that were learned, each with its plain values.
    """

    MOST = 4096
    LONGEST = 4096
    DEEPEST = 16  # lists and objects; a plain list is one more
    MOST_IN_PATTERN, SHORTEST = 16, 32
    PLAIN = r':(?:"[^"]*"|\["[^"]*"(?:,"[^"]*")*\]|(?:0|-?[1-9][0-9]{0,14})(?=[,}]))'

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._in_pattern: list[str] = []
        self.pattern = "(?!)"  # matches nothing

    def of(self, texts: Sequence[str]) -> list[str] | None:
        """Return the shape of each text, None where one of them ends inside a string."""
        if not texts:
            return []
        shapes = re.sub(self.PLAIN, ':""', "\n".join(texts)).split("\n")
        return shapes if len(shapes) == len(texts) else None

    def unknown(self, shapes: list[str]) -> Iterator[int]:
        """Yield the places of those that are not known by then."""
        if not self._known.issuperset(shapes):
            for at, shape in enumerate(shapes):
                if shape not in self._known:
                    yield at

    def learn(self, shape: str, value: object) -> None:
        """Remember the shape of a text that was found canonical, and what it said, if it serves."""
        if (
            len(shape) <= self.LONGEST
            and len(self._known) < self.MOST
            and shape.count("{") + shape.count("[") <= self.DEEPEST
            and shape == ENCODER.encode(self._emptied(value))
            and STRING.sub("", shape).count(":") == shape.count(":")
        ):
            self._known.add(shape)
            if len(shape) >= self.SHORTEST and len(self._in_pattern) < self.MOST_IN_PATTERN:
                self._in_pattern.append(shape)
                self.pattern = self._pattern()

    def _pattern(self) -> str:
        shapes = self._in_pattern
        begin = os.path.commonprefix(shapes)  # noqa: RUF071 - of texts, not of paths
        begin = begin[: max(begin.rfind(","), begin.rfind("{")) + 1]
        ends = [self._of_shape(shape[len(begin) :]) for shape in shapes]
        return f"{self._of_shape(begin)}(?:{'|'.join(ends)})"

    def _of_shape(self, shape: str) -> str:
        return self.PLAIN.join(map(re.escape, shape.split(':""')))

    def _emptied(self, value: object) -> object:
        if isinstance(value, dict):
            return {k: "" if self._is_plain(v) else self._emptied(v) for k, v in value.items()}
        return [self._emptied(item) for item in value] if isinstance(value, list) else value

    @staticmethod
    def _is_plain(value: object) -> bool:
        if type(value) is int:
            return abs(value) < 10**15
        if type(value) is list:
            return bool(value) and all(type(item) is str for item in value)
        return type(value) is str


def _event_pattern(details: str) -> str:
    """Return the pattern of a plain row of events.jsonl.

    Its groups: the row up to `late`; details, unless they are of a known pattern; event_id, late,
    occurred_at, org_id, sealed_hour.
    """
    text, group, text_or_null = '"[^"]{0,512}"', '"([^"]{0,512})"', '(?:null|"[^"]{0,512}")'
    clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
    fields = (
        rf'^(\{{"actor_hash":{text_or_null},',
        f'"actor_id":{text_or_null},',
        f'"actor_type":{text_or_null},',
        rf'"details":(?:{details}|(null|\{{.{{0,10000}}\}})),',
        f'"event_id":{group},',
        f'"event_type":{text},)',
        '"late":(false|true),',
        f'"occurred_at":"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{clock})",',
        f'"org_id":{group},',
        f'"project_id":{text_or_null},',
        f'"sealed_hour":{group},',
        rf'"target_id":{text_or_null}\}}$',
    )
    return "".join(fields)


LATE, IN_TIME = '"late":true', '"late":false'


def _days(keys: list[tuple[str, str, str, str]]) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield organization, sealing hour and day of sorted events, and where these begin and end."""
    import bisect

    start = 0
    while start < len(keys):
        org, hour, at, _ = keys[start]
        end = bisect.bisect_left(keys, (org, hour, at[:10] + "U"), start)
        yield org, hour, at[:10], start, end
        start = end


class EventRows(Rows):
    """Events by (org_id, sealed_hour, occurred_at, event_id), each id once, inside the period.

    Nearly all rows of a large pack are events, so many of them are checked at once where they are
    plain: `_plain_block` accepts only what `row` accepts, and leaves the rest to it.
    """

    PLAIN = 1 << 14  # bytes; fewer are checked row by row
    LONGEST = 12_000  # characters up to `late`; so no plain row is so long that values are counted

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self._start, self._end = manifest["period_start"], manifest["period_end"]
        self._cut = manifest["cut_hour"]
        self._orders = {org: n for n, org in enumerate(sorted(self._orgs))}
        self._hours: set[str] = set()
        self._days: set[str] = set()
        self._open: tuple[str, str] = ("", "")
        self._months: dict[str, tuple[int, Any]] = {}
        self._shapes = Shapes()
        self.n_late = 0
        self.n_elsewhere = 0
        self.ids = SeenIds()
        self.sealed = SealedCounts()

    def block(self, rows: bytes) -> None:
        """Check whole rows, each ended by its newline."""
        if len(rows) < self.PLAIN:
            super().block(rows)
        elif not self._plain_block(rows):
            middle = rows.find(b"\n", len(rows) // 2) + 1
            if 0 < middle < len(rows):
                self.block(rows[:middle])
                self.block(rows[middle:])
            else:
                super().block(rows)

    def _plain_block(self, rows: bytes) -> bool:
        """Check many rows at once; False, with nothing counted, if one of them is not plain."""
        if b"\\" in rows or rows.translate(NO_CONTROLS) != rows:
            return False
        try:
            text = rows.decode("utf-8")
        except UnicodeDecodeError:
            return False
        pattern = _event_pattern(self._shapes.pattern)
        found = re.findall(pattern, text, re.MULTILINE)
        lines = text.split("\n")
        if len(found) != len(lines) - 1:
            return False
        heads, details, ids, lates, ats, orgs, hours = zip(*found)
        places = [at for at, text in enumerate(details) if text]
        shapes = self._shapes.of([details[at] for at in places])
        if shapes is None or max(map(len, heads)) > self.LONGEST:
            return False
        keys = list(zip(orgs, hours, ats, ids))
        if keys[0] <= self._last or not all(map(operator.lt, keys, keys[1:])):
            return False
        n_late = lates.count("true")
        in_time = [at for at, late in zip(ats, lates) if late == "false"] if n_late else ats
        if in_time and not self._start <= min(in_time) <= max(in_time) <= self._end:
            return False
        if n_late and max(at for at, late in zip(ats, lates) if late == "true") >= self._start:
            return False
        days = list(_days(keys))
        try:
            for org, hour, day, _, end in days:
                if ats[end - 1][:13] > hour:
                    return False
                self._check_org(org)
                self._check_hour(hour)
                self._check_day(day)
            for at in self._shapes.unknown(shapes):
                self._shapes.learn(shapes[at], canonical_row(lines[places[at]].encode())["details"])
        except Malformed:
            return False
        self.n += len(found)
        self._last = keys[-1]
        self.n_late += n_late
        self.ids.add(list(map(hash, zip(orgs, ids))))
        if n_late:
            # A late event was sealed as what it is in the pack of its own month.
            lines = [
                line.replace(head + LATE, head + IN_TIME, 1) for head, line in zip(heads, lines)
            ]
        for org, hour, day, start, end in days:
            sealed = "\n".join(lines[start:end]) + "\n"
            self._count(org, hour, day[:7], end - start, sealed.encode())
        return True

    def check(self, row: dict[str, Any]) -> None:
        """Check fields, times, order, and remember the id."""
        super().check(row)
        org, hour, at = row["org_id"], row["sealed_hour"], row["occurred_at"]
        event_id, late = row["event_id"], row["late"]
        if type(event_id) is not str or type(late) is not bool:
            raise Malformed("event_id is no text or late neither true nor false")
        if type(hour) is not str or type(at) is not str:
            raise Malformed("sealed_hour or occurred_at is not an instant")
        self._check_hour(hour)
        # The calendar is asked once a day; the pattern, every time.
        if INSTANT.fullmatch(at) is None or len(at) != 20:
            raise Malformed("occurred_at is not an instant")
        self._check_day(at[:10])
        if not late and not self._start <= at <= self._end:
            raise Malformed("it occurred outside the period and is not marked late")
        if late and at >= self._start:
            raise Malformed("it is marked late and did not occur before the period")
        if at[:13] > hour:
            raise Malformed("it was sealed before it occurred")
        self.in_order((org, hour, at, event_id), "org_id, sealed_hour, occurred_at, event_id")
        self.ids.add([hash((org, event_id))])
        self._count(org, hour, at[:7], 1, canonical({**row, "late": False}) + b"\n")
        self.n_late += late

    def _check_hour(self, hour: str) -> None:
        if hour in self._hours:
            return
        if hour_number(hour) is None:
            raise Malformed("sealed_hour is not an hour")
        if hour > self._cut:
            raise Malformed("it was sealed after the cut")
        if len(self._hours) < MAX_KEPT:
            self._hours.add(hour)

    def _check_day(self, day: str) -> None:
        if day in self._days:
            return
        if seconds(f"{day}T00:00:00Z") is None:
            raise Malformed("occurred_at is not an instant")
        if len(self._days) < MAX_KEPT:
            self._days.add(day)

    def _count(self, org: str, hour: str, month: str, n: int, sealed: bytes) -> None:
        """Count events of one hour and month, and digest them as they were sealed."""
        if (org, hour) != self._open:
            self._close_hour()
            self._open = (org, hour)
        before, digest = self._months.get(month) or (0, hashlib.sha256())
        # An hour behind the period, or a late event's before it, has no row to compare.
        if self._start <= hour <= self._end:
            digest.update(sealed)
        else:
            self.n_elsewhere += n
        self._months[month] = (before + n, digest)

    def _close_hour(self) -> None:
        org, hour = self._open
        if self._start <= hour <= self._end:
            number = hour_number(hour) or 0
            for month, (n, digest) in sorted(self._months.items()):
                self.sealed.add(self._orders[org], number, month, n, digest.digest())
        self._months = {}

    def finish(self) -> None:
        """Count the last hour."""
        self._close_hour()
        self._open = ("", "")

    def close(self) -> None:
        """Close the files of hashes and counts."""
        self.ids.close()
        self.sealed.close()


def _temporary_file() -> Any:
    """Return a nameless file for digests and counts, which are all that is ever put aside."""
    import tempfile  # costs more than a small pack's whole check

    return tempfile.TemporaryFile()


class SeenIds:
    """Finds repeated 64-bit hashes in bounded memory: buckets, put aside in a file when many."""

    BUCKETS = 256
    IN_MEMORY = 1 << 20
    SUSPECTS = 64

    def __init__(self) -> None:
        self._buckets = [array("q") for _ in range(self.BUCKETS)]
        self._n = 0
        self._aside: Any | None = None
        self._parts: list[list[tuple[int, int]]] = [[] for _ in range(self.BUCKETS)]

    def add(self, hashes: list[int]) -> None:
        """Remember some hashes."""
        buckets = self._buckets
        for hashed in hashes:
            buckets[hashed & 255].append(hashed)
        self._n += len(hashes)
        if self._n >= self.IN_MEMORY:
            self._put_aside()

    def _put_aside(self) -> None:
        if self._aside is None:
            self._aside = _temporary_file()
        for number, bucket in enumerate(self._buckets):
            self._parts[number].append((self._aside.tell(), len(bucket)))
            bucket.tofile(self._aside)
        self._buckets = [array("q") for _ in range(self.BUCKETS)]
        self._n = 0

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._aside is not None:
            self._aside.close()

    def repeated(self) -> set[int]:
        """Return hashes seen more than once (the first few): almost surely repeated ids."""
        found: set[int] = set()
        for number, bucket in enumerate(self._buckets):
            for offset, length in self._parts[number]:
                assert self._aside is not None  # noqa: S101 - parts exist only with the file
                self._aside.seek(offset)
                bucket.fromfile(self._aside, length)
            self._buckets[number] = array("q")
            if len(set(bucket)) == len(bucket):
                continue
            last = None
            for hashed in sorted(bucket):
                if hashed == last and len(found) < self.SUSPECTS:
                    found.add(hashed)
                last = hashed
        return found


class SealedCounts:
    """Rows per organization, sealing hour and month, in that order, put aside in a file.

    Of events also the SHA-256 of the rows as they were sealed.
    """

    RECORD = struct.Struct("<IIII32s")
    MOST = (1 << 32) - 1
    IN_MEMORY = 4 << 20

    def __init__(self) -> None:
        self._file: Any = io.BytesIO()
        self._ahead: tuple[int, int, str, int, bytes] | None = None

    def add(self, org: int, hour: int, month: str, n: int, digest: bytes = b"") -> None:
        """Append one count; the caller's rows are sorted, so these are."""
        months = int(month[:4]) * 12 + int(month[5:]) - 1
        self._file.write(self.RECORD.pack(org, hour, months, n, digest))
        if isinstance(self._file, io.BytesIO) and self._file.tell() > self.IN_MEMORY:
            held, self._file = self._file, _temporary_file()
            self._file.write(held.getvalue())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def rewind(self) -> None:
        """Go back to the first count, for reading."""
        self._file.seek(0)
        self._read()

    def _read(self) -> None:
        data = self._file.read(self.RECORD.size)
        if not data:
            self._ahead = None
            return
        org, hour, month, n, digest = self.RECORD.unpack(data)
        self._ahead = (org, hour, f"{month // 12:04d}-{month % 12 + 1:02d}", n, digest)

    def before(self, org: int, hour: int) -> Iterator[tuple[int, int]]:
        """Yield organization and hour of counts that stand before this hour, and drop them."""
        while self._ahead and self._ahead[:2] < (org, hour):
            yield self._ahead[0], self._ahead[1]
            self._read()

    def of(self, org: int, hour: int) -> dict[str, tuple[int, str]]:
        """Return month to count and digest for this hour, and drop them."""
        counts = {}
        while self._ahead and self._ahead[:2] == (org, hour):
            counts[self._ahead[2]] = (self._ahead[3], self._ahead[4].hex())
            self._read()
        return counts

    def all(self) -> Iterator[tuple[int, int, int]]:
        """Yield organization, hour and count, from the first."""
        self.rewind()
        while self._ahead:
            yield self._ahead[0], self._ahead[1], self._ahead[3]
            self._read()


# ---------------------------------------------------------------------------------------------
# Coverage and the chain of seals (check 10).


MEANING = {
    "partial": "not every list was read to its end",
    "failed": "nothing could be read",
    "missed": "nobody took the picture in time",
    "paused": "the tenant had paused, or just ended, the collection",
    "gap": "no seal, nobody can say what was there",
    "disconnected": "the tenant had ended the collection",
    "not connected yet": "the collection had not begun",
    "not in the pack": "it holds no hour of this organization and says nothing of it",
}


class Run:
    """Consecutive hours of one organization that deserve to be named, with their outcome."""

    def __init__(self, org_id: str, first: int, last: int, outcome: str, reason: str) -> None:
        self.org_id = org_id
        self.first = first
        self.last = last
        self.outcome = outcome
        self.reason = reason

    def words(self) -> str:
        """Say it on one line."""
        n = self.last - self.first + 1
        hours = hour_name(self.first) + (f" .. {hour_name(self.last)}" if n > 1 else "")
        why = f" ({shown(self.reason, 60)})" if self.reason else ""
        count = f"{n} hour{'s' * (n > 1)}: {MEANING[self.outcome]}"
        return f"{shown(self.org_id)}  {hours}  {self.outcome}{why}, {count}"


class CoverageRows(Rows):
    """Recomputes each seal, follows the links, and counts hours against the manifest."""

    NOT_GAPS = ("complete", "partial", "paused")

    def __init__(self, manifest: Manifest, name: str, sealed: SealedCounts) -> None:
        super().__init__(manifest, name)
        self.broken: list[str] = []
        self.runs: list[Run] = []
        self.n_more_runs = 0
        self.counts = dict.fromkeys((*OUTCOMES, "gap"), 0)
        self.longest_gap = 0
        self._gap = 0
        self._sealed = sealed
        sealed.rewind()
        self._orders = {org: n for n, org in enumerate(sorted(self._orgs))}
        self._names: list[str] = sorted(self._orgs)
        self._first_hour = (seconds(manifest["period_start"]) or 0) // 3600
        self._last_hour = (seconds(manifest["period_end"]) or 0) // 3600
        self._chain = {entry["org_id"]: entry for entry in manifest["chain"]}
        self._org = ""
        self._hour = 0
        self._disconnected = False
        self._seals = 0
        self._link: str | None = None
        self.done: set[str] = set()
        self._sections: dict[str, Any] = {}
        self._told: dict[str, Any] = {}
        self.digests = SealDigests(self._orgs, self._first_hour, self._last_hour)
        self.registers: dict[tuple[str, str], tuple[int, int]] = {}
        self.changed = SealedCounts()

    def check(self, row: dict[str, Any]) -> None:
        """Check one row of coverage.jsonl: its form for check 9, what it says for check 10."""
        super().check(row)
        hour = hour_number(row["hour"])
        if hour is None:
            raise Malformed("hour is not an hour")
        if type(row["outcome"]) is not str:
            raise Malformed("outcome is not a text")
        self.in_order((row["org_id"], row["hour"]), "org_id, hour")
        if row["org_id"] != self._org:
            self._close_org()
            self._open_org(row["org_id"])
        self._check_hour(row, hour)

    def _break(self, hour: int, why: str, org_id: str | None = None) -> None:
        org = shown(self._org if org_id is None else org_id)
        if len(self.broken) <= MAX_REASONS:
            self.broken.append(f"{org} {hour_name(hour)}: {why}")

    def _open_org(self, org_id: str) -> None:
        self._org, self._hour, self._seals, self._gap = org_id, 0, 0, 0
        self._disconnected = False
        self._link = self._chain[org_id]["first_previous_sha256"]
        self._sections, self._told = {}, {}
        self.done.add(org_id)
        self.digests.follows(org_id, self._link)

    def _close_org(self) -> None:
        if not self._org:
            return
        chain = self._chain[self._org]
        if self._seals and self._link != chain["last_seal_sha256"]:
            self._break(self._hour, "the last seal is not the chain's last_seal_sha256")
        if self._seals != chain["seals"]:
            self._break(self._hour, f"{self._seals} seals, the chain says {chain['seals']}")
        stated = {**chain, "audit_log": _audit_log_of(self.manifest["audit_log"], self._org)}
        for key, told in self._told.items():
            if key in stated and stated[key] != told:
                words = f"{key}: {shown(stated[key])} in the manifest, {shown(told)} in the seals"
                self._break(self._hour, words)
        if self._hour < self._last_hour:
            # The hour in which a tenant disconnects is sealed, so that the chain says why it ends.
            if not self._disconnected:
                self._break(self._hour + 1, "missing, as all hours to the end of the period")
            self._note(Run(self._org, self._hour + 1, self._last_hour, "disconnected", ""))
        for name, facts in self._sections.items():
            numbers = _register_numbers(facts)
            if numbers is not None:
                self.registers[self._org, name] = numbers

    def name_of(self, order: int) -> str:
        """Return the organization of a number in the counts."""
        return self._names[order]

    def _check_hour(self, row: dict[str, Any], hour: int) -> None:
        outcome, seal = row["outcome"], row["seal"]
        if not self._first_hour <= hour <= self._last_hour:
            self._break(hour, "the hour is outside the period")
        if outcome not in self.counts:
            self._break(hour, f"unknown outcome {shown(outcome)}")
            outcome = "gap"
        kinds = _lifecycle_kinds(seal)
        left = self._hour if self._disconnected else _left_hour(seal)
        self._check_consecutive(hour, left if "reconnected" in kinds else None, kinds)
        self._count(hour, outcome, seal)
        if seal is None and outcome == "gap":
            if row["sha256"] is not None:
                self._break(hour, "a gap has a digest")
        elif type(seal) is not dict:
            self._break(hour, "the seal is missing")
        else:
            self._check_seal(row, seal, hour)
        self._check_events(seal if type(seal) is dict else {}, hour)
        self._hour = hour
        ends = [kind for kind in kinds if kind in ("connected", "reconnected", "disconnected")]
        self._disconnected = bool(ends) and ends[-1] == "disconnected"

    def _check_consecutive(self, hour: int, left: int | None, kinds: list[str]) -> None:
        """Demand that no hour is missing before this one, but while nothing was connected.

        `left` is the hour of the disconnection, if this hour's seal tells of a reconnection.
        """
        if not self._hour:
            if hour > self._first_hour:
                told = "reconnected" in kinds and (left is None or left <= self._first_hour)
                if self._link is not None and not told:
                    self._break(self._first_hour, f"missing, as all hours to {hour_name(hour)}")
                words = "disconnected" if self._link is not None else "not connected yet"
                self._note(Run(self._org, self._first_hour, hour - 1, words, ""))
            return
        if hour == self._hour + 1:
            return
        self._gap = 0
        if left is None or left > self._hour + 1:
            n = hour - self._hour - 1
            also = f", and {n - 1} more up to {hour_name(hour)}" if n > 1 else ""
            self._break(self._hour + 1, f"the hour is missing{also}")
        else:
            self._note(Run(self._org, self._hour + 1, hour - 1, "disconnected", ""))

    def _count(self, hour: int, outcome: str, seal: object) -> None:
        self.counts[outcome] += 1
        self._gap = 0 if outcome in self.NOT_GAPS else self._gap + 1
        self.longest_gap = max(self.longest_gap, self._gap)
        if outcome != "complete":
            reason = seal.get("reason") if isinstance(seal, dict) else None
            text = reason if isinstance(reason, str) else ""
            self._note(Run(self._org, hour, hour, outcome, text))

    def _note(self, run: Run) -> None:
        last = self.runs[-1] if self.runs else None
        same = last and (last.org_id, last.last + 1, last.outcome, last.reason)
        if last and same == (run.org_id, run.first, run.outcome, run.reason):
            last.last = run.last
        elif len(self.runs) < MAX_NOTES:
            self.runs.append(run)
        else:
            self.n_more_runs += 1

    def _check_seal(self, row: dict[str, Any], seal: dict[str, Any], hour: int) -> None:
        digest = hashlib.sha256(canonical(seal)).hexdigest()
        if digest != row["sha256"]:
            self._break(hour, "the seal's content does not have the digest it is listed under")
        for key in ("hour", "org_id", "outcome"):
            if seal.get(key) != row[key]:
                self._break(hour, f"the seal's {key} is not the row's")
        if seal.get("v") != SEAL_VERSION or type(seal["v"]) is not int:
            self._break(hour, f"the seal is not of version {SEAL_VERSION}, the one known here")
        if seal.get("tenant_id") != self.manifest["tenant_id"]:
            self._break(hour, "the seal belongs to another tenant")
        if "previous_sha256" not in seal or seal["previous_sha256"] != self._link:
            self._break(hour, "the seal does not follow the seal before it")
        self._link = digest
        self._seals += 1
        self.digests.put(self._org, hour, digest)
        self._told["org_proof"], self._told["last_sealed_hour"] = seal.get("org_proof"), row["hour"]
        audit_log = _audit_log(seal)
        if audit_log:
            self._told["audit_log"] = audit_log
        # In an hour without a picture the seal tells no numbers: those of the last one stand.
        sections = seal.get("sections")
        if isinstance(sections, dict) and any(map(_register_numbers, sections.values())):
            self._sections = sections

    def _check_events(self, seal: dict[str, Any], hour: int) -> None:
        """Compare the seal's event segments with the events of this pack that it first sealed.

        Of a calendar month that lies whole in the period every event is here; of another one,
        at most as many as the segment has.
        """
        order = self._orders[self._org]
        for org, other in self._sealed.before(order, hour):
            self._break(other, "events name this hour, which has no row", self._names[org])
        counts = self._sealed.of(order, hour)
        segments, changes = _segment_rows(seal, "events"), _segment_rows(seal, "changes")
        if segments is None or changes is None:
            self._break(hour, "the seal's segments of events or changes are malformed")
            return
        n_changes = min(sum(n for n, _ in changes.values()), SealedCounts.MOST)
        if n_changes:
            self.changed.add(order, hour, hour_name(hour)[:7], n_changes)
        for month in sorted({*counts, *segments}):
            here, digest = counts.get(month, (0, ""))
            there, sealed = segments.get(month, (0, None))
            if here > there or (here < there and self._whole_month(month)):
                self._break(hour, f"{here} events of {month} are here, the seal has {there}")
            elif here == there and here and sealed not in (None, digest):
                self._break(hour, f"the events of {month} are others than those that were sealed")

    def _whole_month(self, month: str) -> bool:
        first = hour_number(f"{month}-01T00:00:00Z")
        number = int(month[:4]) * 12 + int(month[5:])
        after = hour_number(f"{number // 12:04d}-{number % 12 + 1:02d}-01T00:00:00Z")
        if first is None or after is None:
            return False
        return self._first_hour <= first and after - 1 <= self._last_hour

    def close(self) -> None:
        """Close the files of counts and digests."""
        self.changed.close()
        self.digests.close()

    def finish(self) -> None:
        """Close the last organization and compare the totals with the manifest."""
        self._close_org()
        for org, hour in self._sealed.before(1 << 32, 0):
            self._break(hour, "events name this hour, which has no row", self._names[org])
        for org_id, chain in self._chain.items():
            if org_id in self.done:
                continue
            self._note(Run(org_id, self._first_hour, self._last_hour, "not in the pack", ""))
            if chain["seals"]:
                self.broken.append(f"{shown(org_id)}: the chain has seals, coverage.jsonl none")
        stated = self.manifest["coverage"]
        found = {**self.counts, "expected_hours": self.n, "longest_gap_hours": self.longest_gap}
        for key in COVERAGE:
            if found[key] != stated[key]:
                self.broken.append(f"coverage.{key}: {found[key]} found, {stated[key]} stated")


def _lifecycle_kinds(seal: object) -> list[str]:
    entries = seal.get("lifecycle") if isinstance(seal, dict) else None
    kinds = [e.get("kind") for e in entries if isinstance(e, dict)] if type(entries) is list else []
    return [kind for kind in kinds if isinstance(kind, str)]


def _left_hour(seal: object) -> int | None:
    """Return the hour of the first disconnection that a seal tells of."""
    entries = seal.get("lifecycle") if isinstance(seal, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and entry.get("kind") == "disconnected":
            at = seconds(entry.get("at"))
            return None if at is None else at // 3600
    return None


def _audit_log(seal: dict[str, Any]) -> str | None:
    """Return what an hour's reading of the audit log showed; None where it was not read."""
    sections, frontiers = seal.get("sections"), seal.get("frontiers")
    facts = sections.get("audit_events") if isinstance(sections, dict) else None
    status = facts.get("status") if isinstance(facts, dict) else None
    if status == "forbidden":
        return "forbidden"
    proven = frontiers.get("proven") if isinstance(frontiers, dict) else None
    if status not in ("complete", "partial", "unproven") or type(proven) is not bool:
        return None
    return "proven" if proven else "unproven"


def _audit_log_of(stated: object, org_id: str) -> object:
    """Return what the manifest says of one organization's audit log."""
    if isinstance(stated, dict):
        return stated.get(org_id)
    entries = [e for e in stated if isinstance(e, dict)] if isinstance(stated, list) else []
    return next((e.get("status") for e in entries if e.get("org_id") == org_id), None)


def _register_numbers(facts: object) -> tuple[int, int] | None:
    """Return how many a seal says are there, and rows of the register; None where it does not."""
    register = facts.get("register") if isinstance(facts, dict) else None
    if not isinstance(facts, dict) or not isinstance(register, dict):
        return None
    numbers = (facts.get("count"), register.get("rows"))
    return numbers if all(map(_is_count, numbers)) else None  # type: ignore[return-value]


def _segment_rows(seal: dict[str, Any], kind: str) -> dict[str, tuple[int, str | None]] | None:
    """Return month to rows and digest of a seal's segments of a kind; None if not readable."""
    segments = seal.get("segments") or {}
    entries = segments.get(kind) if isinstance(segments, dict) else None
    found: dict[str, tuple[int, str | None]] = {}
    for entry in entries if isinstance(entries, list) else []:
        month = entry.get("month") if isinstance(entry, dict) else None
        if not isinstance(month, str) or not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
            return None
        if not _is_count(entry.get("rows")) or month in found:
            return None
        if not _is_hash_or_null(entry.get("sha256")):
            return None
        found[month] = (entry["rows"], entry.get("sha256"))
    return found


# ---------------------------------------------------------------------------------------------
# Anchors: what the chains ended with, day by day (check 10), and who else knows it (check 11).


class SealDigests:
    """The seals' digests by organization and hour, each at its place, put aside in a file."""

    SIZE = 32
    IN_MEMORY = 4 << 20

    def __init__(self, orgs: frozenset[str], first_hour: int, last_hour: int) -> None:
        self._orders = {org: n for n, org in enumerate(sorted(orgs))}
        self._first, self._last = first_hour, last_hour
        self._before: dict[str, str | None] = {}
        self._file: Any = io.BytesIO()

    def _place(self, org: str, hour: int) -> int | None:
        if org not in self._orders or not self._first <= hour <= self._last:
            return None
        hours = self._last - self._first + 1
        return (self._orders[org] * hours + hour - self._first) * self.SIZE

    def knows(self, org: str, hour: int | None) -> bool:
        """Tell whether the pack answers for this hour, or names the seal of the one before."""
        if hour is None:
            return False
        return self._place(org, hour) is not None or (
            hour == self._first - 1 and org in self._before
        )

    def follows(self, org: str, digest: str | None) -> None:
        """Keep what an organization's first seal follows."""
        self._before[org] = digest

    def put(self, org: str, hour: int, digest: str) -> None:
        """Keep one; of an hour outside the period, none."""
        place = self._place(org, hour)
        if place is None:
            return
        if place > self.IN_MEMORY and isinstance(self._file, io.BytesIO):
            held, self._file = self._file, _temporary_file()
            self._file.write(held.getvalue())
        self._file.seek(place)
        self._file.write(bytes.fromhex(digest))

    def get(self, org: str, hour: int) -> str | None:
        """Return an hour's digest, None where it has no seal."""
        if hour == self._first - 1:
            return self._before.get(org)
        self._file.seek(self._place(org, hour) or 0)
        found = self._file.read(self.SIZE)
        return found.hex() if found.strip(b"\0") else None

    def close(self) -> None:
        """Close the file."""
        self._file.close()


ANCHOR = {
    "at": INSTANT_TEXT,
    "authority": TEXT_OR_NULL,
    "day": TEXT,
    "document": OBJECT,
    "reason": TEXT_OR_NULL,
    "sha256": HASH,
    "token": TEXT_OR_NULL,
}
ANCHOR_DOCUMENT = {
    "at": INSTANT_TEXT,
    "heads": LIST,
    "previous_anchor_sha256": HASH_OR_NULL,
    "tenant_id": TEXT,
    "v": VERSION,
}
ANCHOR_HEAD = {"hour": INSTANT_TEXT, "org_id": TEXT, "seal_sha256": HASH}


class Anchor:
    """One day's anchor, its form and its own digest checked.

    Raises:
        Malformed: the row is none.
        OtherDigest: its document is not the one that it digests.
    """

    def __init__(self, row: object) -> None:
        try:
            values = _check_object(9, "it", row, ANCHOR)
            document = _check_object(9, "document", values["document"], ANCHOR_DOCUMENT)
            heads = [_check_object(9, "a head", head, ANCHOR_HEAD) for head in document["heads"]]
        except Failed as error:
            raise Malformed(error.why) from None
        self.at: str = values["at"]
        self.day: str = values["day"]
        self.sha256: str = values["sha256"]
        self.token: str | None = values["token"]
        self.tenant: str = document["tenant_id"]
        self.previous: str | None = document["previous_anchor_sha256"]
        self.heads = [
            (head["org_id"], hour_number(head["hour"]), head["seal_sha256"]) for head in heads
        ]
        if len(self.at) != 20 or self.day != self.at[:10] or document["at"] != self.at:
            raise Malformed("at and day do not say the same")
        if document["v"] != 1 or any(set(head) != set(ANCHOR_HEAD) for head in heads):
            raise Malformed("its document is of another version")
        orgs = [head["org_id"] for head in heads]
        if orgs != sorted(set(orgs)) or any(hour is None for _, hour, _ in self.heads):
            raise Malformed("its heads are not sorted by org_id, or name something else than hours")
        if self.token is not None and len(self.token) > MAX_TOKEN:
            raise Malformed(f"its token is longer than {MAX_TOKEN} characters")
        if hashlib.sha256(canonical(document)).hexdigest() != self.sha256:
            raise OtherDigest(self.day)

    def contradictions(self, digests: SealDigests, made: int) -> Iterator[str]:
        """Yield where the pack's seals are not the ones that were anchored.

        Args:
            digests: of the pack's seals.
            made: second at which the pack was cut; a later anchor may know of later seals.
        """
        at = seconds(self.at) or 0
        for org, hour, seal_sha256 in self.heads:
            if hour is None or not digests.knows(org, hour):
                continue
            found = digests.get(org, hour)
            where = f"{shown(org)} {hour_name(hour)}: the anchor of {self.day} names"
            if found is None and at < made:
                yield f"{where} a seal, the pack has none"
            elif found is not None and found != seal_sha256:
                yield f"{where} another seal than the pack"


class OtherDigest(Exception):
    """An anchor's document is not the one that its own digest is of."""


class AnchorRows(Rows):
    """Recomputes each anchor's digest, follows the links, and holds the heads to the seals."""

    def __init__(self, manifest: Manifest, name: str, digests: SealDigests | None) -> None:
        super().__init__(manifest, name)
        self.broken: list[str] = []
        self.days: dict[str, str] = {}
        self.n_tokens = 0
        self._digests = digests
        self._made = made_at(manifest)
        self._link: str | None = None
        self._tokens: Any = io.BytesIO()

    def check(self, row: dict[str, Any]) -> None:
        """Check one row: its form for check 9, what it anchors for check 10."""
        super().check(row)
        try:
            anchor = Anchor(row)
        except OtherDigest:
            self._break(f"the anchor of {shown(row['day'])} does not have its own digest")
            return
        self.in_order((anchor.day,), "day")
        if len(self.days) >= MAX_ANCHORS:
            raise Malformed(f"there are more than {MAX_ANCHORS} anchors")
        if anchor.tenant != self.manifest["tenant_id"]:
            self._break(f"the anchor of {anchor.day} belongs to another tenant")
        if self.days and anchor.previous != self._link:
            self._break(f"the anchor of {anchor.day} does not follow the one before it")
        self._link = self.days[anchor.day] = anchor.sha256
        for why in anchor.contradictions(self._digests, self._made) if self._digests else ():
            self._break(why)
        if anchor.token is not None:
            self._keep(anchor)

    def _break(self, why: str) -> None:
        if len(self.broken) <= MAX_REASONS:
            self.broken.append(why)

    def _keep(self, anchor: Anchor) -> None:
        self.n_tokens += 1
        self._tokens.write(f"{anchor.at} {anchor.sha256} {anchor.token}\n".encode())
        if isinstance(self._tokens, io.BytesIO) and self._tokens.tell() > SealDigests.IN_MEMORY:
            held, self._tokens = self._tokens, _temporary_file()
            self._tokens.write(held.getvalue())

    def tokens(self) -> Iterator[tuple[str, str, str]]:
        """Yield time, digest and token of each anchor that has one."""
        self._tokens.seek(0)
        for line in self._tokens:
            at, sha256, token = line.decode().split(" ", 2)
            yield at, sha256, token.rstrip("\n")

    def close(self) -> None:
        """Close the file of tokens."""
        self._tokens.close()


def made_at(manifest: Manifest) -> int:
    """Return the second at which the pack was cut: seals it may hold were there by then."""
    return max(seconds(manifest["created_at"]) or 0, (seconds(manifest["cut_hour"]) or 0) + 3600)


# ---------------------------------------------------------------------------------------------
# The two readings: the archive and its digests (checks 2, 7 and 8), then the rows (9 and 10).


class Report:
    """What each check said, and what an auditor should read beside the verdict."""

    def __init__(self) -> None:
        self.ok: set[int] = set()
        self.failed: dict[int, list[str]] = {}
        self.skipped: dict[int, str] = {}
        self.backend = ""
        self.cannot = ""
        self.manifest: Manifest | None = None
        self.notes: list[str] = []
        self.facts: dict[str, Any] = {}

    def fail(self, number: int, why: str) -> None:
        """Note a failed check."""
        self.failed.setdefault(number, []).append(why)

    def exit_code(self) -> int:
        """Return 0, 1 or 2."""
        if self.cannot or 1 in self.failed or not (self.failed or self.ok):
            return COULD_NOT_CHECK
        return BAD if self.failed else VALID

    def status(self, number: int) -> tuple[str, str]:
        """Return `ok`, `FAILED` or `not checked`, and why."""
        if number in self.failed:
            reasons = self.failed[number]
            more = len(reasons) - MAX_REASONS
            tail = f" (and {more} more)" if more > 0 else ""
            return "FAILED", "; ".join(reasons[:MAX_REASONS]) + tail
        if number in self.ok:
            return "ok", ""
        if number in self.skipped:
            return "not checked", self.skipped[number]
        if self.failed:
            return "not checked", f"check {min(self.failed)} failed"
        return "not checked", self.cannot


def row_checker(manifest: Manifest, name: str, done: dict[str, Rows]) -> Rows | None:
    """Return the checker for a member's rows; None for a member that is no JSONL."""
    if not name.endswith(".jsonl"):
        return None
    if manifest.profile is None:
        return ForeignRows(manifest, name)
    if name in ENTITY_ID:
        return EntityRows(manifest, name)
    if name == "findings.jsonl":
        return FindingRows(manifest, name)
    if name == "changes.jsonl":
        return ChangeRows(manifest, name)
    if name == "events.jsonl":
        return EventRows(manifest, name)
    if name == "coverage.jsonl":
        events = done.get("events.jsonl")
        sealed = events.sealed if isinstance(events, EventRows) else SealedCounts()
        return CoverageRows(manifest, name, sealed)
    if name == "anchors.jsonl":
        coverage = done.get("coverage.jsonl")
        seals = coverage.digests if isinstance(coverage, CoverageRows) else None
        return AnchorRows(manifest, name, seals)
    return Rows(manifest, name)


def check_digests(file: BinaryIO, manifest: Manifest, report: Report, progress: Progress) -> bytes:
    """Read the whole archive: its form, its members, their sizes, row counts and digests.

    Returns:
        The SHA-256 of the file.

    Raises:
        Failed: where reading on makes no sense (a broken archive, an unsigned or oversized member).
    """
    own = {"manifest.json": MAX_MANIFEST, "manifest.sig": MAX_SIGNATURE_FILE}
    order: list[str] = []
    gunzip = Gunzip(file, progress)
    with Archive(gunzip) as archive:
        for name, size in archive.members():
            order.append(name)
            if name in own:
                data = archive.take(size) if size <= own[name] else b""
                if name == "manifest.json" and hashlib.sha256(data).hexdigest() != manifest.sha256:
                    raise Failed(2, CHANGED)
                continue
            expected = manifest.members.get(name)
            if expected is None:
                raise Failed(7, f"{shown(name)} is in the archive, but not in the signed manifest")
            check_8_member(archive, expected, size, report)
    check_7_members(order, manifest)
    return gunzip.digest.digest()


CHANGED = "the file changed while it was read"


def check_7_members(order: list[str], manifest: Manifest) -> None:
    """Demand every promised member, and of our own packs the promised order."""
    wanted = ["manifest.json", "manifest.sig", *manifest.members]
    missing = sorted(set(wanted) - set(order))
    if missing:
        raise Failed(7, f"{shown(missing[0])} is in the signed manifest, but not in the archive")
    if manifest.profile is not None and order != wanted:
        raise Failed(7, "the members do not stand in the order of the manifest")


def check_8_member(archive: Archive, expected: Expected, size: int, report: Report) -> None:
    """Stream one member: its size, its row count and its digest."""
    name = expected.name
    if expected.n_bytes is not None and size != expected.n_bytes:
        raise Failed(8, f"{name} has {size} bytes, the manifest says {expected.n_bytes}")
    if size > expected.cap:
        raise Failed(8, f"{name} has {size} bytes, more than its rows can have")
    digest = hashlib.sha256()
    n_rows = 0
    for piece in archive.stream(size):
        digest.update(piece)
        n_rows += piece.count(b"\n")
    if digest.hexdigest() != expected.sha256:
        report.fail(8, f"{name}: its SHA-256 is {digest.hexdigest()}, not {expected.sha256}")
    elif expected.rows is not None and n_rows != expected.rows:
        report.fail(8, f"{name} has {n_rows} rows, the manifest says {expected.rows}")


def read_rows(
    file: BinaryIO, manifest: Manifest, first: bytes, report: Report, progress: Progress
) -> dict[str, Rows]:
    """Read the archive again, now that every byte of it is the signer's, and check its rows.

    Args:
        file: the pack.
        manifest: with the members it promises.
        first: SHA-256 of the file at its first reading.
        report: takes what is wrong with members that hold no rows.
        progress: shows how far the reading is.

    Raises:
        Failed: the file is not the one that was read first, or a row has no end.
    """
    done: dict[str, Rows] = {}
    gunzip = Gunzip(file, progress)
    try:
        with Archive(gunzip, known=True) as archive:
            for name, size in archive.members():
                rows = row_checker(manifest, name, done) if name in manifest.members else None
                if rows is not None:
                    done[name] = rows
                    _check_rows(archive, rows, size)
                elif name in manifest.members and name.endswith(".json"):
                    _check_json_member(archive, name, size, report)
                else:
                    for _ in archive.stream(size):
                        pass
        gunzip.rest()
        if gunzip.digest.digest() != first:
            raise Failed(2, CHANGED)
    except BaseException:
        close_rows(done)
        raise
    return done


def close_rows(done: dict[str, Rows]) -> None:
    """Close the files that rows' checkers put something aside in."""
    for rows in done.values():
        rows.close()


def _check_rows(archive: Archive, rows: Rows, size: int) -> None:
    carry = b""
    for piece in archive.stream(size):
        begin, end = piece.find(b"\n") + 1, piece.rfind(b"\n") + 1
        if end:
            rows.block(carry + piece[:begin])
            rows.block(piece[begin:end])
            carry = piece[end:]
        else:
            carry += piece
        if len(carry) > MAX_ROW:
            raise Failed(9, f"{rows.name} row {rows.n + 1}: it is longer than {MAX_ROW} bytes")
    if carry:
        rows.wrong.append(f"{rows.name}: the last row does not end with a newline")
    rows.finish()


def _check_json_member(archive: Archive, name: str, size: int, report: Report) -> None:
    kept = bytearray()
    for piece in archive.stream(size):
        if size <= MAX_JSON_MEMBER:
            kept += piece
    try:
        if size > MAX_JSON_MEMBER:
            raise Malformed(f"it is longer than {MAX_JSON_MEMBER} bytes")
        parse(bytes(kept), STRICT)
    except Malformed as error:
        report.fail(9, f"{name}: {error}")


def check_9_rows(file: BinaryIO, done: dict[str, Rows], report: Report, progress: Progress) -> None:
    """Collect what the rows' checkers found, and name event ids that stand there twice."""
    for rows in done.values():
        for why in rows.wrong:
            report.fail(9, why)
    events = done.get("events.jsonl")
    if isinstance(events, EventRows):
        suspects = events.ids.repeated()
        for event_id in _repeated_ids(file, suspects, progress) if suspects else ():
            report.fail(9, f"events.jsonl: the event {shown(event_id)} stands there twice")


def _repeated_ids(file: BinaryIO, suspects: set[int], progress: Progress) -> list[str]:
    """Read events.jsonl again: equal hashes are a suspicion, equal ids are the fact."""
    finder = RepeatedIds(suspects)
    with Archive(Gunzip(file, progress), known=True) as archive:
        for name, size in archive.members():
            if name == "events.jsonl":
                _check_rows(archive, finder, size)
                break
            for _ in archive.stream(size):
                pass
    return finder.repeated


class RepeatedIds(Rows):
    """Finds which of the ids with a suspected hash stand in events.jsonl twice."""

    def __init__(self, suspects: set[int]) -> None:
        super().__init__(Manifest("", {}), "events.jsonl")
        self.repeated: list[str] = []
        self._suspects = suspects
        self._seen: set[tuple[str, str]] = set()

    def row(self, line: bytes) -> None:
        """Look at one row; one that cannot be read was told of before."""
        try:
            row = parse(line, OURS)
            key = (row["org_id"], row["event_id"])
            hashed = hash(key)
        except (Malformed, KeyError, TypeError):
            return
        if hashed in self._suspects:
            if key in self._seen and len(self.repeated) <= MAX_REASONS:
                self.repeated.append(key[1])
            self._seen.add(key)


def check_10_coverage(manifest: Manifest, done: dict[str, Rows], report: Report) -> None:
    """Collect what coverage.jsonl showed; skip with the reason where there is none."""
    rows = done.get("coverage.jsonl")
    if isinstance(rows, CoverageRows):
        anchors = done.get("anchors.jsonl")
        broken = anchors.broken if isinstance(anchors, AnchorRows) else []
        for found in (rows.broken, _other_numbers(rows, done), _other_changes(rows, done), broken):
            for why in found:
                report.fail(10, why)
                if len(report.failed[10]) > 2 * MAX_REASONS:
                    break
    elif manifest.profile is None:
        report.skipped[10] = "the pack has no profile: it states no coverage"
    else:
        report.skipped[10] = f"profile {manifest.profile} holds no coverage.jsonl"


def _other_numbers(coverage: CoverageRows, done: dict[str, Rows]) -> Iterator[str]:
    """Yield where a file's rows are not as many as the seals say that its register has."""
    registers = {name: rows for name, rows in done.items() if isinstance(rows, RegisterRows)}
    for name, found in registers.items():
        for org in found.n_rows.keys() - coverage.done:
            yield f"{shown(org)}: there are rows in {name}, and no hour of it"
    for (org, section), (n_open, n_rows) in coverage.registers.items():
        name, where = f"{section}.jsonl", shown(org)
        rows = registers.get(name)
        if rows is not None:
            here = rows.n_open.get(org, 0)
            if here != n_open:
                yield f"{where}: {here} rows of {name} are open at the end, the seals say {n_open}"
            if rows.n_rows.get(org, 0) > n_rows:
                yield f"{where}: {name} has more rows than the {n_rows} of the sealed register"
        elif n_open and name in MAY_BE_THERE:
            yield f"{where}: the seals name {n_open} of {section}, and there is no {name}"


def _other_changes(coverage: CoverageRows, done: dict[str, Rows]) -> Iterator[str]:
    """Yield the hours whose seal has another number of changes than changes.jsonl."""
    rows = done.get("changes.jsonl")
    here = rows.sealed.all() if isinstance(rows, ChangeRows) else iter(())
    there = coverage.changed.all()
    a, b = next(here, None), next(there, None)
    while a or b:
        org, hour = min(one[:2] for one in (a, b) if one)
        n_here = a[2] if a and a[:2] == (org, hour) else 0
        n_there = b[2] if b and b[:2] == (org, hour) else 0
        if n_here != n_there:
            words = f"{n_here} changes are here, the seal has {n_there}"
            yield f"{shown(coverage.name_of(org))} {hour_name(hour)}: {words}"
        a = next(here, None) if n_here else a
        b = next(there, None) if n_there else b


# ---------------------------------------------------------------------------------------------
# What the auditor knows from elsewhere (check 11).


class NotCompared(Exception):
    """A fact from elsewhere cannot be compared here, and that is nobody's fault."""


def check_11_outside_facts(
    manifest: Manifest,
    options: Options,
    signature_file: bytes,
    done: dict[str, Rows],
    report: Report,
) -> None:
    """Compare the pack with what was pinned from elsewhere, as far as it was."""
    asked, not_compared = False, []
    stamped = _check_timestamp(options, signature_file, report)
    for value, compare in (
        (options.tenant, _check_tenant),
        (options.period, _check_period),
        (options.manifest_sha256, _check_manifest_sha256),
        (options.keys, lambda m, path: _check_keys(m, path, options, stamped)),
        (options.previous, _check_previous),
        (options.anchors, lambda m, path: _check_anchors(m, path, done)),
        (options.tsa_cert, lambda _, path: _check_tokens(path, options, done, report)),
    ):
        if value is not None:
            asked = True
            try:
                compare(manifest, value)
            except NotCompared as error:
                not_compared.append(str(error))
    if not asked:
        report.skipped[11] = "no fact from elsewhere was given; see --help"
    elif not_compared:
        report.skipped[11] = "; ".join(not_compared) + "; what else was given holds"
    else:
        report.ok.add(11)


def _check_tenant(manifest: Manifest, tenant: str) -> None:
    if manifest["tenant_id"] != tenant:
        raise Failed(11, f"the pack is of tenant {shown(manifest['tenant_id'])}, not the one asked")


def _check_period(manifest: Manifest, period: str) -> None:
    start, end = _period(period)
    if (manifest["period_start"], manifest["period_end"]) != (start, end):
        have = f"{shown(manifest['period_start'])} .. {shown(manifest['period_end'])}"
        raise Failed(11, f"the pack is of {have}, not of {start} .. {end}")


def _period(text: str) -> tuple[str, str]:
    """Return first and last second of `2026-04`, or of `START..END`.

    Raises:
        CannotCheck: the text is neither.
    """
    if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        number = int(text[:4]) * 12 + int(text[5:])
        after = hour_number(f"{number // 12:04d}-{number % 12 + 1:02d}-01T00:00:00Z")
        if after is not None and after > 24:
            return f"{text}-01T00:00:00Z", hour_name(after - 1)[:14] + "59:59Z"
    start, dots, end = text.partition("..")
    if not dots or seconds(start) is None or seconds(end) is None:
        raise CannotCheck("--period is neither a month (2026-04) nor START..END")
    return start, end


def _check_manifest_sha256(manifest: Manifest, wanted: str) -> None:
    if manifest.sha256 != wanted.lower():
        raise Failed(11, f"the manifest's SHA-256 is {manifest.sha256}, not the one asked")


def _check_keys(manifest: Manifest, path: str, options: Options, stamped: int | None) -> None:
    """Find the pinned key in the published list: valid when the pack was made, not revoked."""
    public = manifest["signing_public_hex"]
    key = next((k for k in _read_keys(path) if k["public_hex"].lower() == public), None)
    if key is None:
        raise Failed(11, "the pinned key is not in the list of --keys")
    if "signing_key_id" in manifest.values and manifest["signing_key_id"] != key["key_id"]:
        raise Failed(11, "signing_key_id is not the id that the list gives the pinned key")
    made = seconds(manifest.get("created_at"))
    if made is not None:
        not_before, not_after = seconds(key["not_before"]), seconds(key.get("not_after"))
        if not_before is None or made < not_before:
            raise Failed(11, "the pack was made before its key began to count")
        if not_after is not None and made > not_after:
            raise Failed(11, "the pack was made after its key ceased to count")
    revoked = seconds(key.get("revoked_at"))
    if revoked is not None and options.manifest_sha256 is None:
        # The thief of a key writes any created_at; only a fact from elsewhere holds against that.
        at = shown(key["revoked_at"])
        if stamped is None:
            vouch = "only --manifest-sha256 or an older --timestamp can vouch"
            raise Failed(11, f"the pinned key was revoked at {at}: {vouch}")
        if stamped >= revoked:
            raise Failed(11, f"the pinned key was revoked at {at}, and the time stamp is no older")


def _read_keys(path: str) -> list[dict[str, Any]]:
    kinds = {
        "key_id": TEXT,
        "public_hex": (
            lambda v: type(v) is str and re.fullmatch(r"[0-9A-Fa-f]{64}", v) is not None,
            "64 hex digits",
        ),
        "not_before": INSTANT_TEXT,
        "not_after": INSTANT_OR_NULL,
        "revoked_at": INSTANT_OR_NULL,
    }
    try:
        with open_pack(path) as file:
            data = file.read(MAX_MANIFEST + 1)
        items = parse(data, STRICT).get("items")
        if len(data) > MAX_MANIFEST or type(items) is not list:
            raise Malformed("it holds no list of items")
        return [_check_object(11, "--keys: a key", item, kinds) for item in items]
    except (Malformed, Failed, CannotCheck) as error:
        raise CannotCheck(f"--keys: {error}") from None


def _check_previous(manifest: Manifest, path: str) -> None:
    """Compare with the pack before: this signature covers the digest of that manifest."""
    if manifest.profile is None:
        raise Failed(11, "the pack has no profile: it names no previous pack")
    try:
        with open_pack(path) as file:
            data, _ = read_manifest(file, Progress(0))
    except CannotCheck as error:
        raise CannotCheck(f"--previous: {error}") from None
    except Failed as error:
        raise Failed(11, f"--previous: {error.why}") from None
    if manifest["previous_manifest_sha256"] is None:
        raise Failed(11, "the pack says that no pack came before it")
    if hashlib.sha256(data).hexdigest() != manifest["previous_manifest_sha256"]:
        raise Failed(11, "previous_manifest_sha256 is not the SHA-256 of that pack's manifest")
    # From here on that manifest is covered by the signature of this one.
    previous = check_5_strict_manifest(data)
    if previous.get("pack_id") != manifest["previous_pack_id"]:
        raise Failed(11, "previous_pack_id is not the number of that pack")
    ended, starts = seconds(previous.get("period_end")), seconds(manifest["period_start"])
    if "profile" not in previous or ended is None or ended + 1 != starts:
        return
    heads = {
        entry.get("org_id"): entry.get("last_seal_sha256")
        for entry in previous.get("chain", ())
        if type(entry) is dict
    }
    early = _ending_early(previous, ended)
    for entry in manifest["chain"]:
        head = None if entry["org_id"] in early else heads.get(entry["org_id"])
        if head is not None and entry["seals"] and entry["first_previous_sha256"] != head:
            raise Failed(
                11, f"{shown(entry['org_id'])}: the first seal does not follow that pack's last"
            )


def _ending_early(previous: dict[str, Any], ended: int) -> set[object]:
    """Return the organizations of which a pack has no seal of its last hours, only gaps.

    It was made before these hours were closed; the seals in between are in neither pack.
    """
    coverage = previous.get("coverage")
    hours: list[Any] = []
    if isinstance(coverage, dict):
        hours = [coverage.get(key) for key in COVERAGE]
    if not all(map(_is_count, hours)) or hours[:1] <= [sum(hours[1:-1])]:
        return set()
    found = set()
    for entry in previous.get("chain", ()):
        last = seconds(entry.get("last_sealed_hour")) if isinstance(entry, dict) else None
        if last is not None and last // 3600 < ended // 3600:
            found.add(entry.get("org_id"))
    return found


def _check_anchors(manifest: Manifest, path: str, done: dict[str, Rows]) -> None:
    """Hold the pack to anchors that were kept outside: a saved reply of GET /anchors."""
    anchors = _read_anchors(path)
    coverage, own = done.get("coverage.jsonl"), done.get("anchors.jsonl")
    if not isinstance(coverage, CoverageRows):
        raise NotCompared("--anchors: there is no coverage.jsonl to compare with")
    days = own.days if isinstance(own, AnchorRows) else {}
    start, cut = manifest["period_start"], (seconds(manifest["cut_hour"]) or 0) + 3600
    n_compared = 0
    for anchor in anchors:
        n_compared += sum(coverage.digests.knows(org, hour) for org, hour, _ in anchor.heads)
        if anchor.tenant != manifest["tenant_id"]:
            raise Failed(11, f"--anchors: the anchor of {anchor.day} is of another tenant")
        for why in anchor.contradictions(coverage.digests, made_at(manifest)):
            raise Failed(11, f"--anchors: {why}")
        if days.get(anchor.day, anchor.sha256) != anchor.sha256:
            raise Failed(11, f"--anchors: the pack holds another anchor of {anchor.day}")
        inside = start <= anchor.at <= manifest["period_end"] and (seconds(anchor.at) or 0) < cut
        if inside and anchor.day not in days:
            raise Failed(11, f"--anchors: the pack lacks the anchor of {anchor.day}")
    if not n_compared:
        raise NotCompared("--anchors: none of them names an hour of this pack")


def _read_anchors(path: str) -> list[Anchor]:
    found = []
    try:
        with open_pack(path) as file:
            data = file.read(MAX_ANCHOR_FILE + 1)
        items = parse(data, STRICT).get("items")
        if len(data) > MAX_ANCHOR_FILE or type(items) is not list:
            raise Malformed("it holds no list of items")
        for number, item in enumerate(items, 1):
            try:
                found.append(Anchor(item))
            except Malformed as error:
                raise Malformed(f"item {number}: {error}") from None
    except (Malformed, CannotCheck) as error:
        raise CannotCheck(f"--anchors: {error}") from None
    except OtherDigest as error:
        raise CannotCheck(f"--anchors: that of {error} does not have its own digest") from None
    return found


def _check_tokens(
    certificate: str, options: Options, done: dict[str, Rows], report: Report
) -> None:
    """Hold the anchors' tokens to the pinned certificate, and their times to the anchors'."""
    anchors = done.get("anchors.jsonl")
    n_tokens = anchors.n_tokens if isinstance(anchors, AnchorRows) else 0
    if not isinstance(anchors, AnchorRows) or not n_tokens:
        if options.timestamp is None:
            raise NotCompared("--tsa-cert: no anchor of the pack has a token")
        return
    authority = TimeAuthority(certificate)
    newest = 0
    for at, sha256, token in anchors.tokens():
        try:
            given = authority.time_of(_decoded(token), sha256)
        except Malformed as error:
            raise Failed(11, f"the token of the anchor of {at[:10]}: {error}") from None
        # Who makes a chain and its anchors anew gets tokens, but none of an earlier time.
        if abs(given - (seconds(at) or 0)) > MAX_TOKEN_DELAY:
            told = f"was given at {instant_name(given)}, the anchor says {at}"
            raise Failed(11, f"the token of the anchor of {at[:10]} {told}")
        newest = max(newest, given)
    words = f"{n_tokens} of {len(anchors.days)} have a token that holds under --tsa-cert"
    report.notes.append(f"anchors   {words}, the newest of {instant_name(newest)}")


def _check_timestamp(options: Options, signature_file: bytes, report: Report) -> int | None:
    """Return the second at which manifest.sig was there, says a token kept beside the pack.

    The token is over the signature, not over the manifest: a manifest can be written, and stamped,
    long before somebody gets hold of the key.
    """
    if options.timestamp is None:
        return None
    if options.tsa_cert is None:
        raise CannotCheck("--timestamp needs --tsa-cert: the authority's certificate, pinned")
    try:
        with open_pack(options.timestamp) as file:
            reply = file.read(MAX_TOKEN + 1)
    except CannotCheck as error:
        raise CannotCheck(f"--timestamp: {error}") from None
    try:
        authority = TimeAuthority(options.tsa_cert)
        given = authority.time_of(reply, hashlib.sha256(signature_file).hexdigest())
    except NotCompared as error:
        raise CannotCheck(str(error)) from None
    except Malformed as error:
        raise Failed(11, f"--timestamp: for manifest.sig {error}") from None
    report.notes.append(f"stamped   the signature was there at {instant_name(given)}")
    return given


def _decoded(token: str) -> bytes:
    try:
        reply = binascii.a2b_base64(token.encode("ascii"))
    except ValueError:
        reply = b""
    if not reply or binascii.b2a_base64(reply, newline=False).decode() != token:
        raise Malformed("it is not base64")
    return reply


class TimeAuthority:
    """Judges RFC 3161 replies by `openssl ts -verify`, under one pinned certificate file.

    The certificate is judged at the token's own time: tokens outlive certificates.
    """

    TIME = re.compile(
        rb"^Time stamp: ([A-Z][a-z]{2}) +([0-9]{1,2}) ([0-9:]{8})(?:\.[0-9]+)? ([0-9]{4}) GMT$",
        re.MULTILINE,
    )
    MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    UNIX = datetime.date(1970, 1, 1).toordinal() * 86400

    def __init__(self, certificate: str) -> None:
        import shutil

        self._openssl = shutil.which("openssl")
        if self._openssl is None:
            raise NotCompared("openssl is not on this machine, so no time stamp was checked")
        code, said = self._run("version")
        version = re.match(rb"OpenSSL ([0-9]+)\.([0-9]+)\.([0-9]+)", said)
        if code or version is None or tuple(map(int, version.groups())) < (1, 1, 1):
            raise NotCompared("openssl here is not OpenSSL 1.1.1 or newer: no time stamp checked")
        self._certificate = certificate
        with open_pack(certificate):
            pass
        if self._run("x509", "-noout", "-in", certificate)[0]:
            raise CannotCheck("--tsa-cert: the file holds no PEM certificate")

    def _run(self, *arguments: str) -> tuple[int, bytes]:
        import subprocess

        command = [self._openssl or "", *arguments]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=OPENSSL_S,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            raise CannotCheck("openssl could not be run, or took too long") from None
        return done.returncode, done.stdout

    def time_of(self, reply: bytes, sha256: str) -> int:
        """Return the second at which the authority saw this digest.

        Raises:
            Malformed: it did not, or somebody else says so.
        """
        import tempfile
        from pathlib import Path

        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/reply.tsr"
            Path(path).write_bytes(reply)
            code, said = self._run("ts", "-reply", "-in", path, "-text")
            told = self.TIME.search(said)
            if code or told is None or told[1] not in self.MONTHS:
                raise Malformed("it is no reply of a time authority")
            month = self.MONTHS.index(told[1]) + 1
            day, clock = int(told[2]), told[3].decode()
            given = seconds(f"{told[4].decode()}-{month:02d}-{day:02d}T{clock}Z")
            if given is None:
                raise Malformed("it tells no time")
            wanted = ("-digest", sha256, "-in", path, "-attime", str(given - self.UNIX))
            trust = ("-CAfile", self._certificate, "-untrusted", self._certificate)
            if self._run("ts", "-verify", *wanted, *trust, "-partial_chain")[0]:
                raise Malformed("it does not hold under --tsa-cert")
        return given


# ---------------------------------------------------------------------------------------------
# The main path.


def verify(options: Options, report: Report) -> None:
    """Run the checks in order; the report holds what each one said.

    Raises:
        CannotCheck: nothing can be said about the evidence.
        Failed: a check failed after which the following ones make no sense.
    """
    backend = ed25519(options.built_in_ed25519)
    report.backend = backend.name
    public = check_1_pinned_key(options.expected_pubkey or "", backend)
    report.ok.add(1)
    started = time.perf_counter()
    with open_pack(options.pack) as file:
        progress = Progress(os.fstat(file.fileno()).st_size)
        done: dict[str, Rows] = {}
        try:
            data, signature_file = read_manifest(file, progress)
            signature = check_3_signature_file(signature_file)
            report.ok.add(3)
            check_4_signature(public, signature, data, backend)
            report.ok.add(4)
            values = check_5_strict_manifest(data)
            report.ok.add(5)
            module = check_6_known_manifest(values, public)
            report.ok.add(6)
            manifest = Manifest(hashlib.sha256(data).hexdigest(), values)
            report.manifest = manifest
            manifest.members = check_7_expected_members(values, module)
            digest = check_digests(file, manifest, report, progress)
            report.ok.update((2, 7))
            took_s = {"checks_1_to_8": round(time.perf_counter() - started, 3)}
            report.facts["took_s"] = took_s
            # Rows of a file whose digest is wrong are nobody's: they are not even read.
            if not report.failed:
                report.ok.add(8)
                done = read_rows(file, manifest, digest, report, progress)
                check_9_rows(file, done, report, progress)
                check_10_coverage(manifest, done, report)
                report.ok.update({9, 10} - report.failed.keys() - report.skipped.keys())
                describe(manifest, done, report)
                took_s["all"] = round(time.perf_counter() - started, 3)
            check_11_outside_facts(manifest, options, signature_file, done, report)
        except OSError as error:
            raise CannotCheck(f"cannot read the file: {error.strerror}") from error
        finally:
            progress.done()
            close_rows(done)


def describe(manifest: Manifest, done: dict[str, Rows], report: Report) -> None:
    """Put what an auditor should know beside the verdict into the report."""
    for name, rows in done.items():
        if isinstance(rows, EntityRows) and rows.n_returns:
            report.notes.append(f"returned  {name}: {rows.n_returns} came back: one row a stay")
        if isinstance(rows, EventRows) and rows.n_late:
            words = f"{rows.n_late}, not in an earlier pack of that period"
            report.notes.append(f"late      events of an earlier period: {words}")
        if isinstance(rows, EventRows) and rows.n_elsewhere:
            words = f"{rows.n_elsewhere}, so no seal here was compared with them"
            report.notes.append(f"events    sealed by hours outside the period: {words}")
        if isinstance(rows, AnchorRows) and rows.days:
            n = len(rows.days)
            days = f"{n} day{'s' * (n > 1)}, {min(rows.days)} .. {max(rows.days)}"
            told = f"{rows.n_tokens} with a token of a time authority"
            report.notes.append(f"anchors   {days}, {told}")
        if isinstance(rows, CoverageRows):
            report.facts["runs"] = [
                {
                    "org_id": run.org_id,
                    "first_hour": hour_name(run.first),
                    "last_hour": hour_name(run.last),
                    "outcome": run.outcome,
                    "reason": run.reason or None,
                }
                for run in rows.runs
            ]
            report.facts["more_runs"] = rows.n_more_runs
            report.facts["gap_hours"] = rows.counts["gap"]
            report.notes += [f"hours     {run.words()}" for run in rows.runs]
            if rows.n_more_runs:
                report.notes.append(f"hours     and {rows.n_more_runs} more such runs of hours")


# ---------------------------------------------------------------------------------------------
# Output.


def subject(report: Report) -> list[str]:
    """Return the lines that say what was signed; empty before check 6 has passed."""
    manifest = report.manifest
    if manifest is None:
        return []
    orgs = manifest.get("org_ids") or manifest.get("org_logins") or []
    some = ", ".join(shown(org) for org in orgs[:8])
    more = f" and {len(orgs) - 8} more" if len(orgs) > 8 else ""
    kind = f"{manifest['kind']}, profile {manifest.profile}" if manifest.profile else "no profile"
    lines = [
        f"tenant    {shown(manifest['tenant_id'])}",
        f"period    {shown(manifest['period_start'])} .. {shown(manifest['period_end'])}",
        f"pack      {shown(manifest['pack_id'])} ({shown(kind)})",
        f"orgs      {some}{more}" if orgs else f"app       {shown(manifest.get('app_id'))}",
        (
            f"key       {shown(manifest.get('signing_key_id') or 'no id')},"
            f" {manifest['signing_public_hex']}"
        ),
        f"manifest  sha256 {manifest.sha256}",
    ]
    if manifest.profile:
        c = manifest["coverage"]
        parts = ", ".join(f"{c[name]} {name}" for name in OUTCOMES)
        gaps = f"{c['expected_hours'] - sum(c[name] for name in OUTCOMES)} without a seal"
        longest = f"longest gap {c['longest_gap_hours']} hours"
        unchecked = "" if manifest.profile == "full" else " (stated by the signer, not checked)"
        lines.append(
            f"coverage  {c['expected_hours']} hours: {parts}, {gaps}; {longest}{unchecked}"
        )
        lines.append(
            f"events    sealed up to {shown(manifest['cut_hour'])},"
            f" settled through {shown(manifest['settled_through'])}"
        )
    return lines


def verdict(report: Report) -> str:
    """Return the last line."""
    code = report.exit_code()
    if code == VALID and report.manifest is not None:
        m = report.manifest
        return (
            f"VALID  pack {shown(m['pack_id'])} of tenant {shown(m['tenant_id'])}"
            f"  {shown(m['period_start'])} .. {shown(m['period_end'])}"
            f"  manifest sha256 {m.sha256}"
        )
    if code == BAD:
        number = min(report.failed)
        return f"FAILED  check {number}, {CHECKS[number]}: {report.failed[number][0]}"
    return f"COULD NOT CHECK  {report.cannot or report.status(1)[1]}"


def print_text(report: Report) -> None:
    """Print numbered checks, the subject, notes, and the verdict as the last line."""
    if report.failed or not report.cannot:
        for number, title in CHECKS.items():
            status, why = report.status(number)
            print(f"{number:2d}  {title:20s}{status}{': ' + why if why else ''}")
        print(f"    Ed25519 by {shown(report.backend)}")
        for line in subject(report) + report.notes:
            print(line)
    print(verdict(report))


def print_json(report: Report) -> None:
    """Print everything as one line of ASCII JSON."""
    code = report.exit_code()
    m = report.manifest
    keys = ("tenant_id", "period_start", "period_end", "pack_id", "kind", "profile", "org_ids")
    more = ("signing_key_id", "signing_public_hex", "coverage", "cut_hour", "settled_through")
    document = {
        "exit": code,
        "verdict": ("valid", "bad", "could_not_check")[code],
        "reason": None if code == VALID else verdict(report).partition("  ")[2],
        "checks": [
            {
                "number": number,
                "title": title,
                "status": report.status(number)[0].replace(" ", "_").lower(),
                "reason": report.status(number)[1] or None,
            }
            for number, title in CHECKS.items()
        ],
        "ed25519": report.backend or None,
        "subject": {key: m.get(key) for key in keys + more} if m else None,
        "manifest_sha256": m.sha256 if m else None,
        **report.facts,
    }
    print(json.dumps(document, ensure_ascii=True).replace("\x7f", "\\u007f"))


class Options:
    """What the command line said; None where it said nothing."""

    def __init__(self) -> None:
        self.pack = ""
        self.json = False
        self.built_in_ed25519 = False
        self.expected_pubkey: str | None = None
        self.tenant: str | None = None
        self.period: str | None = None
        self.manifest_sha256: str | None = None
        self.previous: str | None = None
        self.keys: str | None = None
        self.anchors: str | None = None
        self.tsa_cert: str | None = None
        self.timestamp: str | None = None


HELP = """
usage: evidence-pack-verify.py PACK --expected-pubkey HEX [option ...]

Check a signed evidence pack offline, against a public key you pinned.

  PACK                    the pack: pack-N.tar.gz
  --expected-pubkey HEX   the signer's Ed25519 public key, 64 hex digits
  --json                  one line of JSON instead of text
  --built-in-ed25519      use the built-in signature check even where PyNaCl is installed
  -h, --help              show this and leave

Facts from elsewhere to compare with (check 11):
  --tenant ID             the tenant that the pack must be of
  --period MONTH          the period it must be of: 2026-04, or START..END
  --manifest-sha256 HEX   SHA-256 of manifest.json as known from elsewhere
  --previous PACK         the pack before this one: check that this one follows
  --keys FILE             the provider's signing-keys list: is the key in it?
  --anchors FILE          anchors kept from the provider's list: does the pack contradict them?
  --tsa-cert FILE         a time authority's certificate: do its tokens hold? (needs OpenSSL)
  --timestamp FILE        its reply over manifest.sig, made by you or another: how old is it?

Exit code: 0 all checks passed, 1 the evidence is bad, 2 could not check (wrong arguments, a file
that cannot be read, a malformed key). Only a pack that passed gets a last line that says so.

Get the public key from somewhere else than the pack: from the provider's page of signing keys,
or from an earlier audit's papers. The key inside the pack proves nothing: who forges a pack can
write any key into it. The checks are explained, number by number, in
docs/evidence-pack-format.md. Nothing is extracted and nothing is sent anywhere.
"""


def arguments(argv: list[str]) -> Options:
    """Parse the command line: `--name value` or `--name=value`, in any order.

    Raises:
        CannotCheck: an argument is unknown, given twice, or lacks its value.
    """
    options, given = Options(), set()
    rest = iter(argv)
    for argument in rest:
        name, has_value, value = argument.partition("=")
        field = name[2:].replace("-", "_")
        if not argument.startswith("-") or argument == "-":
            field, value = "pack", argument
        elif not name.startswith("--") or field == "pack" or field not in vars(options):
            raise CannotCheck("an argument is unknown; see --help")
        if field in given:
            raise CannotCheck(f"{shown(name)} is given twice; see --help")
        given.add(field)
        if isinstance(getattr(options, field), bool):
            if has_value:
                raise CannotCheck(f"{name} takes no value; see --help")
            setattr(options, field, True)
            continue
        if field != "pack" and not has_value:
            found = next(rest, None)
            if found is None:
                raise CannotCheck(f"{name} lacks its value; see --help")
            value = found
        setattr(options, field, value)
    if "pack" not in given:
        raise CannotCheck("no pack is named; see --help")
    return options


def run(options: Options) -> Report:
    """Check one pack and return the report; no exception leaves this function but interrupts."""
    report = Report()
    if options.expected_pubkey is None:
        report.cannot = (
            "no key was pinned: give --expected-pubkey HEX, and take the key from somewhere else "
            "than the pack"
        )
        return report
    try:
        if options.manifest_sha256 is not None and not _is_hash(options.manifest_sha256.lower()):
            raise CannotCheck("--manifest-sha256 is not 64 hex digits")
        if options.period is not None:
            _period(options.period)
        verify(options, report)
    except Failed as failed:
        report.ok.discard(failed.number)
        report.fail(failed.number, failed.why)
    except CannotCheck as error:
        report.cannot = shown(error)
    except (OSError, MemoryError) as error:
        report.cannot = f"the machine refused ({type(error).__name__})"
    except Exception as error:  # noqa: BLE001 - an auditor gets a verdict, never a traceback
        report.cannot = f"this script failed ({type(error).__name__}); please report it"
    return report


def main(argv: list[str]) -> int:
    """Check the pack named on the command line; return the exit code."""
    if "-h" in argv or "--help" in argv:
        print(HELP.strip())
        return VALID
    try:
        options = arguments(argv)
    except CannotCheck as error:
        print(f"COULD NOT CHECK  {error}", file=sys.stderr)
        return COULD_NOT_CHECK
    try:
        report = run(options)
        (print_json if options.json else print_text)(report)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("\nCOULD NOT CHECK  interrupted", file=sys.stderr)
        return COULD_NOT_CHECK
    except OSError:
        # Nobody reads the output any more: the verdict did not arrive.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_CHECK
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
