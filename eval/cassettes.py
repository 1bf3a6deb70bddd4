"""Recorded answers of a model: replayed for tests and figures, so that nothing is asked, and paid for, twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcr

RECORDED_MODEL = "recorded"
"""The name under which answers are asked for; it is part of every request, so a cassette fits no other."""

RECORDED_URL = "http://127.0.0.1:8099/v1"
_DROPPED = ("authorization", "user-agent", "x-stainless-arch", "x-stainless-os", "cookie", "openai-organization")


@contextmanager
def replayed(path: Path, *, record: bool = False) -> Iterator[Any]:
    """Requests inside are answered from the cassette at the path; with ``record`` new ones are sent and added.

    A request that is not in the cassette fails as if nobody could be reached. Keys never get into a cassette.
    """
    recorder = vcr.VCR(
        record_mode="new_episodes" if record else "none",
        match_on=["method", "path", "body"],
        filter_headers=list(_DROPPED),
        before_record_response=_bare,
        serializer="compact",
    )
    recorder.register_serializer("compact", _Compact)
    with recorder.use_cassette(str(path), allow_playback_repeats=True) as cassette:
        yield cassette


class _Compact:
    """A cassette as one line of JSON for each exchange: text that people and diffs can read."""

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        """The text of a cassette."""
        head = json.dumps({"version": cassette["version"]})
        lines = [json.dumps(_readable(one), ensure_ascii=False) for one in cassette["interactions"]]
        return "\n".join([head, *lines]) + "\n"

    @staticmethod
    def deserialize(text: str) -> dict[str, Any]:
        """The cassette of a text."""
        head, *lines = text.splitlines()
        return {**json.loads(head), "interactions": [_stored(json.loads(line)) for line in lines]}


def _readable(exchange: dict[str, Any]) -> dict[str, Any]:
    request, response = exchange["request"], exchange["response"]
    body = request["body"]
    asked = json.loads(body if isinstance(body, str) else bytes(body).decode())
    said = response["body"]["string"]
    answered = json.loads(said if isinstance(said, str) else bytes(said).decode())
    return {
        "request": {**request, "body": asked, "headers": {}},
        "response": {**response, "headers": {"content-type": ["application/json"]}, "body": answered},
    }


def _stored(exchange: dict[str, Any]) -> dict[str, Any]:
    request, response = exchange["request"], exchange["response"]
    body = json.dumps(request["body"], ensure_ascii=False)
    said = json.dumps(response["body"], ensure_ascii=False).encode()
    return {
        "request": {**request, "body": body, "headers": {"content-type": ["application/json"]}},
        "response": {**response, "body": {"string": said}},
    }


def _bare(response: dict[str, Any]) -> dict[str, Any]:
    response["headers"] = {"content-type": ["application/json"]}
    return response
