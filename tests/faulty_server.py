"""A server that speaks OpenAI's chat completions and misbehaves as it is told to.

`python -m tests.faulty_server --answers FILE.json` runs it in a process of its own, on 127.0.0.1, and prints its base
URL as the first line; GET /stats then tells what it has seen.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import math
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from email.utils import formatdate
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Body = dict[str, Any]

TOKENS_PER_CHARACTER = 0.7
PROSE = "很抱歉，这份报告我读不出来。"
_COMPLETIONS = "/v1/chat/completions"


class Kind(StrEnum):
    """What can go wrong with a reply."""

    RATE_LIMIT = "rate_limit"  # 429 without a word on when to come back
    RATE_LIMIT_SECONDS = "rate_limit_seconds"  # 429, Retry-After: the fault's seconds
    RATE_LIMIT_DATE = "rate_limit_date"  # 429, Retry-After: a date so many seconds ahead
    QUOTA = "quota"  # 429 that no waiting mends
    SERVER_ERROR = "server_error"  # 500
    UNAVAILABLE = "unavailable"  # 503
    BAD_REQUEST = "bad_request"  # 400
    TOO_LONG = "too_long"  # 400, context_length_exceeded
    UNAUTHORIZED = "unauthorized"  # 401
    REDIRECT = "redirect"  # 307 to the fault's location
    RESET = "reset"  # the connection is reset before the headers
    RESET_WITHIN = "reset_within"  # the connection is reset in the middle of the body
    HANG = "hang"  # no reply until the client goes away or the server stops
    DRIP = "drip"  # a good reply, one byte each so many seconds
    CUT_JSON = "cut_json"  # Content-Length is right, the JSON breaks off
    HTML = "html"  # an error page with status 200
    WRONG_ENVELOPE = "wrong_envelope"  # choices is a string
    NO_CHOICES = "no_choices"  # choices is empty
    NO_CONTENT = "no_content"  # neither content nor a call
    REFUSAL = "refusal"  # the model says that it will not
    CONTENT_FILTER = "content_filter"  # nothing, and finish_reason says why
    LENGTH = "length"  # half an answer, and finish_reason says why
    NOT_JSON = "not_json"  # prose where the answer should be
    WRONG_TYPES = "wrong_types"  # the answer's keys with values of other types


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, and its measure where it has one."""

    kind: Kind
    seconds: float = 0.0  # for RATE_LIMIT_SECONDS, RATE_LIMIT_DATE and, per byte, DRIP
    location: str = ""  # for REDIRECT; empty for another path of this server


PASSING = tuple(
    map(Fault, (Kind.RATE_LIMIT, Kind.SERVER_ERROR, Kind.UNAVAILABLE, Kind.RESET, Kind.RESET_WITHIN, Kind.CUT_JSON))
)
"""Faults that another attempt may not meet, and that cost no time."""

Answer = Callable[[Body], "str | None"]
"""The text that a good reply to the request holds; None where there is none, which is answered with status 400."""

Plan = Callable[[int, str, Body], "Fault | None"]
"""The fault of the n-th request, counted from 1, given its key and body. Called for one request after another."""


def no_faults(_number: int, _key: str, _body: Body) -> Fault | None:
    """The plan of a server that behaves."""
    return None


def first_n_times(fault: Fault, times: int) -> Plan:
    """A plan under which each key meets the fault that many times, and a good reply from then on."""
    asked: Counter[str] = Counter()

    def plan(_number: int, key: str, _body: Body) -> Fault | None:
        asked[key] += 1
        return fault if asked[key] <= times else None

    return plan


def faults_by_seed(seed: int, share: float, faults: Sequence[Fault] = PASSING) -> Plan:
    """A plan under which that share of requests meets one of the faults.

    Which one is decided by the seed, the key and how often the key was asked: the same in every run, whatever the
    order of the requests, and another for the next attempt.
    """
    asked: Counter[str] = Counter()

    def plan(_number: int, key: str, _body: Body) -> Fault | None:
        asked[key] += 1
        drawn = hashlib.sha256(f"{seed} {key} {asked[key]}".encode()).digest()
        if int.from_bytes(drawn[:8]) >= share * 2**64:
            return None
        return faults[int.from_bytes(drawn[8:16]) % len(faults)]

    return plan


def request_key(body: Body) -> str:
    """The name of a request: the same for the same body, whatever the order of its keys."""
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class Record:
    """What came in under one key, and what went out."""

    requests: int = 0
    good: int = 0  # complete good replies that were sent to the last byte while the client was there
    abandoned: int = 0  # replies of any sort that the client did not wait for
    faults: Counter[str] = field(default_factory=Counter)  # how often each fault was chosen
    most_at_once: int = 0
    arrivals: list[float] = field(default_factory=list)  # time.monotonic()
    headers: list[dict[str, str]] = field(default_factory=list)  # of each request, names in lower case


@dataclass(slots=True)
class Records:
    """What the server has seen so far."""

    by_key: dict[str, Record] = field(default_factory=dict)
    strays: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)  # other paths: method, path, headers
    most_at_once: int = 0

    @property
    def requests(self) -> int:
        """How many requests for completions came."""
        return sum(record.requests for record in self.by_key.values())

    @property
    def good(self) -> int:
        """How many complete good replies were sent."""
        return sum(record.good for record in self.by_key.values())

    @property
    def abandoned(self) -> int:
        """How many replies the client did not wait for."""
        return sum(record.abandoned for record in self.by_key.values())

    @property
    def arrivals(self) -> list[float]:
        """When the requests came, in order."""
        return sorted(moment for record in self.by_key.values() for moment in record.arrivals)

    def stats(self) -> dict[str, Any]:
        """Everything as JSON, except headers: a key that was sent is not told to whoever asks."""
        # Counter is no dict to asdict before Python 3.12.
        plain = {key: replace(record, headers=[], faults=dict(record.faults)) for key, record in self.by_key.items()}
        keys = {key: asdict(record) for key, record in plain.items()}
        totals = {"requests": self.requests, "good": self.good, "abandoned": self.abandoned}
        return totals | {"most_at_once": self.most_at_once, "strays": len(self.strays), "keys": keys}


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class _Reply:
    content: bytes
    status: int = 200
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    def head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {_REASONS[self.status]}", f"Content-Type: {self.kind}"]
        lines += [f"Content-Length: {len(self.content)}", *(f"{name}: {value}" for name, value in self.headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


_REASONS = {200: "OK", 307: "Temporary Redirect", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
            429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}  # fmt: skip


class FaultyServer:
    """The server while a `with` block runs, on a thread of its own.

    An exception of `answer` or `plan` is answered with status 500 and raised again where the block ends. `latency` is
    the seconds from a request's arrival to its reply, faults included.
    """

    def __init__(self, answer: Answer, plan: Plan = no_faults, *, latency: float = 0.0, port: int = 0) -> None:
        self._answer, self._plan, self._latency, self._port = answer, plan, latency, port
        self._records = Records()
        self._changed = threading.Condition()
        self._at_once: Counter[str] = Counter()
        self._errors: list[Exception] = []
        self._count = 0
        self._stop = asyncio.Event()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="faulty-server", daemon=True)

    @property
    def base_url(self) -> str:
        """What a client takes as its base URL."""
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening.wait()
        if self._errors:
            raise self._errors[0]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()
        if self._errors and kind is None:
            raise self._errors[0]

    def stop(self) -> None:
        """Ends every connection and the server; a second time nothing happens."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def records(self) -> Records:
        """What the server has seen up to now; a copy."""
        with self._changed:
            return deepcopy(self._records)

    def wait_until(self, condition: Callable[[Records], bool], timeout: float = 10.0) -> Records:
        """The records as soon as they fulfil the condition; TimeoutError where they do not in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self._records), timeout):
                raise TimeoutError("the server has not seen what was waited for")
            return deepcopy(self._records)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:  # the port is taken
            self._errors.append(error)
        finally:
            self._listening.set()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._converse, "127.0.0.1", self._port, backlog=1024)
        self._loop = asyncio.get_running_loop()
        self._port = server.sockets[0].getsockname()[1]
        self._listening.set()
        async with server:
            await self._stop.wait()
            server.close()
            conversations = asyncio.all_tasks() - {asyncio.current_task()}
            for conversation in conversations:
                conversation.cancel()
            await asyncio.gather(*conversations, return_exceptions=True)
            await asyncio.sleep(0)  # lets the aborted transports close their sockets

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the requests of one connection, one after another, until either side ends it."""
        try:
            while not writer.transport.is_closing():
                request = await _read_request(reader)
                if request.path == _COMPLETIONS and request.method == "POST":
                    await self._complete(request, reader, writer)
                else:
                    await self._answer_stray(request, writer)
        except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side has left, or the server stops
        finally:
            writer.transport.abort()

    async def _answer_stray(self, request: _Request, writer: asyncio.StreamWriter) -> None:
        if (request.method, request.path) == ("GET", "/stats"):
            await _send(writer, _json_reply(self.records().stats()))
            return
        with self._changed:
            self._records.strays.append((request.method, request.path, request.headers))
            self._changed.notify_all()
        await _send(writer, _error_reply(404, "not_found", f"There is no {request.path} here."))

    async def _complete(self, request: _Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrival = time.monotonic()
        body = _parse(request.content)
        key = hashlib.sha256(request.content).hexdigest() if body is None else request_key(body)
        record = self._arrive(key, request, arrival)
        try:
            fault, reply = self._decide(key, body)
            if fault:
                with self._changed:
                    record.faults[fault.kind.value] += 1
            await asyncio.sleep(max(0.0, arrival + self._latency - time.monotonic()))
            if fault and fault.kind is Kind.HANG:
                await reader.read(1)  # nothing comes but the end
            rest = await _send_all_but_the_end(fault, reply, writer)
            if reader.at_eof() or writer.transport.is_closing():
                raise ConnectionResetError  # the client has left: nobody gets this reply
        except (ConnectionError, asyncio.CancelledError):
            self._leave(key, abandoned=True)
            raise
        good = reply.status == 200 and (fault is None or fault.kind is Kind.DRIP)
        with self._changed:  # whoever has the reply finds it counted
            if fault and fault.kind in (Kind.RESET, Kind.RESET_WITHIN):
                _reset(writer)
            else:
                writer.write(rest)
            self._leave(key, good=good)
        try:
            await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            self._take_back(key, good=good)
            raise

    def _arrive(self, key: str, request: _Request, arrival: float) -> Record:
        with self._changed:
            record = self._records.by_key.setdefault(key, Record())
            self._at_once[key] += 1
            self._count += 1
            record.requests += 1
            record.arrivals.append(arrival)
            record.headers.append(request.headers)
            record.most_at_once = max(record.most_at_once, self._at_once[key])
            self._records.most_at_once = max(self._records.most_at_once, self._at_once.total())
            self._changed.notify_all()
        return record

    def _leave(self, key: str, *, good: bool = False, abandoned: bool = False) -> None:
        with self._changed:
            self._at_once[key] -= 1
            if not self._at_once[key]:
                del self._at_once[key]
            self._records.by_key[key].good += good
            self._records.by_key[key].abandoned += abandoned
            self._changed.notify_all()

    def _take_back(self, key: str, *, good: bool) -> None:
        """Corrects the count: the end of the reply was handed over, and did not go out."""
        with self._changed:
            self._records.by_key[key].good -= good
            self._records.by_key[key].abandoned += 1
            self._changed.notify_all()

    def _decide(self, key: str, body: Body | None) -> tuple[Fault | None, _Reply]:
        """The fault of this request, if any, and what is to be sent."""
        if body is None or body.get("stream"):
            return None, _error_reply(400, "invalid_request_error", "The body is no JSON object, or asks for a stream.")
        try:
            fault, answer = self._plan(self._count, key, body), self._answer(body)
            if answer is None:
                return None, _error_reply(400, "invalid_request_error", "There is no answer to this.")
            return fault, _reply(body, answer, fault, f"{self.base_url}/elsewhere")
        except Exception as error:  # it belongs to the test, which hears of it when the block ends
            self._errors.append(error)
            return None, _error_reply(500, "server_error", "The test's own function failed.")


async def _read_request(reader: asyncio.StreamReader) -> _Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
    method, path, _ = head[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return _Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def _parse(content: bytes) -> Body | None:
    try:
        body = json.loads(content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


async def _send_all_but_the_end(fault: Fault | None, reply: _Reply, writer: asyncio.StreamWriter) -> bytes:
    """Sends the beginning of the reply in the manner of the fault, and gives what is left to send."""
    kind = fault.kind if fault else None
    if kind is Kind.RESET:
        return b""
    if kind is Kind.RESET_WITHIN:
        writer.write(reply.head() + reply.content[: len(reply.content) // 2])
        await writer.drain()
        return b""
    if fault and kind is Kind.DRIP:
        writer.write(reply.head())
        for byte in reply.content[:-1]:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(fault.seconds)
        return reply.content[-1:]
    return reply.head() + reply.content


async def _send(writer: asyncio.StreamWriter, reply: _Reply) -> None:
    writer.write(reply.head() + reply.content)
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection with a reset, not with the orderly end that closing a socket means."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _reply(body: Body, answer: str, fault: Fault | None, elsewhere: str) -> _Reply:
    """What is to be sent for the fault; the good reply where the fault is in the sending, or there is none."""
    if fault is None:
        return _json_reply(_completion(body, answer))
    match fault.kind:
        case Kind.CUT_JSON:
            whole = _json_reply(_completion(body, answer)).content
            return _Reply(whole[: len(whole) // 2])
        case Kind.HTML:
            return _Reply(b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>", kind="text/html")
        case Kind.REDIRECT:
            return _Reply(b"", 307, headers=(("Location", fault.location or elsewhere),))
        case Kind.HANG:
            return _error_reply(503, "server_error", "The server stops.")
        case kind if kind in _ERRORS:
            status, code, message = _ERRORS[kind]
            return _error_reply(status, code, message, _retry_after(fault))
        case kind:
            return _json_reply(_bad_completion(kind, body, answer))


_ERRORS = {
    Kind.RATE_LIMIT: (429, "rate_limit_exceeded", "Rate limit reached."),
    Kind.RATE_LIMIT_SECONDS: (429, "rate_limit_exceeded", "Rate limit reached."),
    Kind.RATE_LIMIT_DATE: (429, "rate_limit_exceeded", "Rate limit reached."),
    Kind.QUOTA: (429, "insufficient_quota", "You exceeded your current quota."),
    Kind.SERVER_ERROR: (500, "server_error", "The server had an error."),
    Kind.UNAVAILABLE: (503, "server_error", "The server is overloaded."),
    Kind.BAD_REQUEST: (400, "invalid_request_error", "The request is invalid."),
    Kind.TOO_LONG: (400, "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
    Kind.UNAUTHORIZED: (401, "invalid_api_key", "Incorrect API key provided."),
}
_ERROR_TYPES = {400: "invalid_request_error", 401: "invalid_request_error", 404: "invalid_request_error",
                429: "requests", 500: "server_error", 503: "server_error"}  # fmt: skip


def _retry_after(fault: Fault) -> tuple[tuple[str, str], ...]:
    """The header that says when to come back, where the fault has one."""
    if fault.kind is Kind.RATE_LIMIT_SECONDS:
        return (("Retry-After", f"{fault.seconds:g}"),)
    if fault.kind is Kind.RATE_LIMIT_DATE:
        return (("Retry-After", formatdate(math.ceil(time.time() + fault.seconds), usegmt=True)),)
    return ()


def _json_reply(value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> _Reply:
    return _Reply(json.dumps(value, ensure_ascii=False).encode("utf-8"), status, headers=headers)


def _error_reply(status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()) -> _Reply:
    kind = "insufficient_quota" if code == "insufficient_quota" else _ERROR_TYPES[status]
    error = {"message": message, "type": kind, "param": "messages" if status == 400 else None, "code": code}
    return _json_reply({"error": error}, status, headers)


def _completion(body: Body, answer: str, finish: str = "") -> dict[str, Any]:
    """A reply in OpenAI's envelope: the answer as arguments of a call where the request has tools, else as content."""
    name = _called_function(body)
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    if name:
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": answer}}
        message["tool_calls"] = [call]
    else:
        message["content"] = answer
    asked = sum(len(json.dumps(body.get(part, ""), ensure_ascii=False)) for part in ("messages", "tools"))
    prompt, completion = round(asked * TOKENS_PER_CHARACTER), round(len(answer) * TOKENS_PER_CHARACTER)
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    # A function that the request names is called with "stop"; "tool_calls" says that the model chose to call.
    chosen = "tool_calls" if name and not isinstance(body.get("tool_choice"), dict) else "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish or chosen}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": body.get("model", "")}
    return head | {"choices": [choice], "usage": usage}


def _called_function(body: Body) -> str:
    """The function that the request names, else the first it offers; empty where it offers none or forbids calls."""
    chosen = body.get("tool_choice")
    if isinstance(chosen, dict):
        return str(chosen["function"]["name"])
    tools = body.get("tools") or []
    return "" if chosen == "none" or not tools else str(tools[0]["function"]["name"])


def _bad_completion(kind: Kind, body: Body, answer: str) -> dict[str, Any]:
    """A reply whose fault is in what it holds, not in how it is sent."""
    texts = {Kind.LENGTH: answer[: len(answer) // 2], Kind.NOT_JSON: PROSE, Kind.WRONG_TYPES: _wrong_types(answer)}
    finishes = {Kind.LENGTH: "length", Kind.CONTENT_FILTER: "content_filter"}
    reply = _completion(body, texts.get(kind, answer), finishes.get(kind, ""))
    message = reply["choices"][0]["message"]
    if kind in (Kind.NO_CONTENT, Kind.REFUSAL, Kind.CONTENT_FILTER):
        message.pop("tool_calls", None)
        message |= {"content": None, "refusal": PROSE if kind is Kind.REFUSAL else None}
    if kind is Kind.NO_CHOICES:
        reply["choices"] = []
    elif kind is Kind.WRONG_ENVELOPE:
        reply |= {"choices": "none", "usage": []}
    return reply


def _wrong_types(answer: str) -> str:
    """The answer with each value of its object replaced by one of a type that no one takes for the right one."""
    value = json.loads(answer)
    wrong = {key: 7 if isinstance(held, list | dict) else {"wrong": held} for key, held in value.items()}
    return json.dumps(wrong, ensure_ascii=False)


def answers_from(path: Path) -> Answer:
    """Answers by a JSON file from keys to answers, "default" for all other keys; text, or JSON to be sent as text."""
    held = json.loads(path.read_text(encoding="utf-8"))
    texts = {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for key, value in held.items()
    }
    return lambda body: texts.get(request_key(body), texts.get("default"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves until the process is ended, or with --until-eof until its standard input is closed."""
    parser = argparse.ArgumentParser(description="A server that misbehaves, for tests and benchmarks.")
    parser.add_argument("--answers", type=Path, required=True, help='JSON: {"default": ANSWER, KEY: ANSWER, ...}')
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds from each request to its reply")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, default=0.0, help="the share of requests that meet a passing fault")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input ends")
    options = parser.parse_args(arguments)
    plan = faults_by_seed(options.seed, options.share)
    with FaultyServer(answers_from(options.answers), plan, latency=options.latency, port=options.port) as server:
        sys.stdout.write(server.base_url + "\n")
        sys.stdout.flush()
        if options.until_eof:
            sys.stdin.read()
        else:
            threading.Event().wait()


if __name__ == "__main__":
    main()
