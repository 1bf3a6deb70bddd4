"""The server as a process: a port, the links, until somebody ends it."""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import uvicorn

from pipeline.errors import UsageError
from pipeline.review.access import Doors
from pipeline.review.desk import Desk
from pipeline.review.server import Office, build_app
from pipeline.store import Draw, list_decisions, open_store


class Serving(NamedTuple):
    """What is served, to whom, and where. A port that is taken, like 0, stands for any that is free."""

    database: Path
    reviewers: tuple[str, ...]
    draw: Draw
    host: str
    port: int
    remote: bool


def serve(serving: Serving, say: Callable[[str], None], *, open_page: bool) -> int:
    """Serve the page until it is ended with Ctrl-C; how many decisions were saved meanwhile.

    Raises ``UsageError`` where the address cannot be listened on.
    """
    with _listen(serving.host, serving.port) as listener:
        port = listener.getsockname()[1]
        doors = Doors(port, serving.remote)
        desk = Desk(serving.database)
        before = _count(serving.database)
        links = {name: _link(serving.host, port, doors.new_link(name)) for name in serving.reviewers}
        say("复核页面已打开，用下面的链接进入（一人一个，只能用一次）；按 Ctrl-C 结束。")
        for name, link in links.items():
            say(f"  {name}：{link}")
        if open_page:
            webbrowser.open(next(iter(links.values())))
        try:
            uvicorn.Server(server_config(Office(desk, doors, serving.draw))).run(sockets=[listener])
        except KeyboardInterrupt:
            pass  # the usual end
        finally:
            desk.close()
    return _count(serving.database) - before


def server_config(office: Office) -> uvicorn.Config:
    """How the page is served: without a word on what serves it, or on who asks for what."""
    return uvicorn.Config(
        build_app(office),
        log_level="warning",
        access_log=False,  # addresses hold the links' secrets
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
    )


def _listen(host: str, port: int) -> socket.socket:
    address = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    error: OSError | None = None
    for tried in dict.fromkeys((port, 0)):
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, or asyncio leaves Nagle on
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, tried))
            listener.listen()
        except OSError as failed:
            listener.close()
            error = failed
        else:
            return listener
    raise UsageError(f"不能在 {host} 上监听：{error}", "请换一个 --host 或 --port。") from error


def _link(host: str, port: int, secret: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/enter?link={secret}"


def _count(database: Path) -> int:
    with open_store(database) as store:
        return len(list_decisions(store))
