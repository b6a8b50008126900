"""Faults of the finished body and of its way over the wire. Pure."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tools.openai_simulator.message import Answer, Wire

Options = dict[str, Any]


def _concatenated(answer: Answer, options: Options) -> Answer:
    """`concatenated_json`: the document `copies` (2) times in one body."""
    return replace(answer, body=answer.body * int(options.get("copies", 2)))


def _duplicate_keys(answer: Answer, _options: Options) -> Answer:
    """`duplicate_keys`: `data` stands twice in the envelope, the second one empty."""
    return replace(answer, body=answer.body[:-1] + b',"data":[]}')


def _nan(answer: Answer, _options: Options) -> Answer:
    """`nan`: a NaN, which JSON does not have, in the envelope."""
    return replace(answer, body=answer.body[:-1] + b',"took":NaN}')


def _cut_json(answer: Answer, options: Options) -> Answer:
    """`cut_json`: the body ends at `at` (half) of it, correctly framed."""
    return replace(answer, body=answer.body[: int(len(answer.body) * options.get("at", 0.5))])


def _gzip(answer: Answer, _options: Options) -> Answer:
    """`gzip`: an ordinary compressed answer."""
    packed = gzip.compress(answer.body, mtime=0)
    return replace(answer, body=packed).with_header("content-encoding", "gzip")


def _gzip_bomb(answer: Answer, options: Options) -> Answer:
    """`gzip_bomb`: `mib` (300) MiB of spaces before the answer, compressed."""
    packed = gzip.compress(b" " * (int(options.get("mib", 300)) << 20), mtime=0)
    body = packed + gzip.compress(answer.body, mtime=0)
    return replace(answer, body=body).with_header("content-encoding", "gzip")


def _cut_gzip(answer: Answer, options: Options) -> Answer:
    """`cut_gzip`: compressed and ended at `at` (half) of it."""
    packed = _gzip(answer, options)
    return replace(packed, body=packed.body[: int(len(packed.body) * options.get("at", 0.5))])


def _without_header(answer: Answer, options: Options) -> Answer:
    """`without_header`: leaves out the header `name`, e.g. `openai-organization` or `date`."""
    name = str(options["name"]).lower()
    return replace(answer, headers=[pair for pair in answer.headers if pair[0] != name])


def _latency(wire: Wire, options: Options, _size: int) -> Wire:
    """`latency`: wait `seconds` before answering."""
    return replace(wire, latency_s=wire.latency_s + float(options["seconds"]))


def _drip(wire: Wire, options: Options, _size: int) -> Wire:
    """`drip`: `bytes` (1) of the body each `seconds` (0.5)."""
    return replace(
        wire,
        drip_bytes=int(options.get("bytes", 1)),
        drip_s=float(options.get("seconds", 0.5)),
    )


def _truncated(wire: Wire, options: Options, size: int) -> Wire:
    """`truncated`: closes at `at` (half) of the body; option `unframed` announces no length."""
    cut_at = int(size * float(options.get("at", 0.5)))
    return replace(wire, cut_at=cut_at, unframed=bool(options.get("unframed", False)))


def _reset(wire: Wire, _options: Options, _size: int) -> Wire:
    """`reset`: the connection is reset."""
    return replace(wire, reset=True)


def _hang(wire: Wire, _options: Options, _size: int) -> Wire:
    """`hang`: no answer ever."""
    return replace(wire, hang=True)


def _refuse(wire: Wire, _options: Options, _size: int) -> Wire:
    """`refuse`: no connection (over HTTP use `/_control/down` for a closed port)."""
    return replace(wire, refuse=True)


BODY_FAULTS: dict[str, Callable[[Answer, Options], Answer]] = {
    "concatenated_json": _concatenated,
    "duplicate_keys": _duplicate_keys,
    "nan": _nan,
    "cut_json": _cut_json,
    "gzip": _gzip,
    "gzip_bomb": _gzip_bomb,
    "cut_gzip": _cut_gzip,
    "without_header": _without_header,
}
WIRE_FAULTS: dict[str, Callable[[Wire, Options, int], Wire]] = {
    "latency": _latency,
    "drip": _drip,
    "truncated": _truncated,
    "reset": _reset,
    "hang": _hang,
    "refuse": _refuse,
}
