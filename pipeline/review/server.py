"""The page's server: requests in, JSON out; everything that decides anything is in the modules beside it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import (
    AlreadyDecided,
    BusyDatabase,
    ExtractError,
    NeedsConfirmation,
    StoreError,
    UnknownField,
    UnknownReport,
    UsageError,
)
from pipeline.review.access import HEADERS, MAX_BODY, Doors
from pipeline.review.answers import ANSWERS, Answer, Call
from pipeline.review.desk import Desk
from pipeline.review.pictures import picture_of, source_of_page
from pipeline.review.words import LANGUAGES, page_words
from pipeline.store import Draw

_HERE = Path(__file__).parent
_STATUS: tuple[tuple[type[ExtractError], int], ...] = (
    (NeedsConfirmation, 409),
    (AlreadyDecided, 409),
    (UnknownField, 404),
    (UnknownReport, 404),
    (BusyDatabase, 503),
    (UsageError, 422),
)
_BUSY = ("数据库正忙", "稍候会自动重试。")
_STORE_FAILED = ("数据库出错", "请检查磁盘空间、目录权限和文件是否完好，然后刷新页面。")
_SESSION_ENDED = UsageError("这个页面的登录已失效", "请用终端里打印的新链接打开；没有链接时重新运行 extract review。")


@dataclass(frozen=True, slots=True)
class Office:
    """What every request is answered with: the database, who may come in, and what is drawn beside the flagged."""

    desk: Desk
    doors: Doors
    draw: Draw


def build_app(office: Office) -> ASGIApp:
    """The application: a page, its script and style, and what they ask for."""
    environment = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True)

    async def page(request: Request) -> Response:
        language = _language(request)
        words = page_words(language)
        return HTMLResponse(environment.get_template("page.html").render(language=language, words=words))

    async def enter(request: Request) -> Response:
        if request.method != "GET":  # what only looks at a link must not use it up
            return Response(status_code=405)
        session = office.doors.enter(request.query_params.get("link", ""))
        if session is None:
            language = _language(request)
            body = environment.get_template("ended.html").render(language=language, words=page_words(language))
            return HTMLResponse(body, 403)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(office.doors.cookie, session, httponly=True, samesite="strict", path="/")
        return answer

    async def picture(request: Request) -> Response:
        extraction_id, number = request.path_params["extraction_id"], request.path_params["number"]
        try:
            source, page = await office.desk.read(
                lambda store: source_of_page(office.desk.folder(store, extraction_id), number)
            )
            return Response(await run_in_threadpool(picture_of, source, page), media_type="image/png")
        except ExtractError as error:
            return _error(error, 404)

    routes = [
        Route("/", page),
        Route("/enter", enter),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
        Route("/api/page/{extraction_id}/{number:int}", picture),
        *(Route(f"/api/{one.name}", _answer(office, one), methods=[one.method]) for one in ANSWERS),
    ]
    return Guard(Starlette(routes=routes), office.doors)  # outside of everything, so that no error comes unguarded


class Guard:
    """Turns away what cannot be meant for us, and sends the protecting headers with every answer."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        scope["reviewer"] = self._doors.reviewer_of(request.cookies.get(self._doors.cookie))
        refused = self._refusal(request, scope["reviewer"])

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0].lower() != b"cache-control"]
                own = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*kept, *own]}
            await send(message)

        await (refused or self._app)(scope, receive, send_guarded)

    def _refusal(self, request: Request, reviewer: str | None) -> Response | None:
        path = request.url.path
        if not self._doors.is_own_host(request.headers.get("host")):
            return _error(UsageError("请求的主机名不是本机", "请用终端里打印的链接打开。"), 421)
        if request.method not in ("GET", "HEAD"):
            if self._doors.is_own_write(request.headers):
                return _error(UsageError("请求不是从本页面发出的", "请在复核页面里操作。"), 403)
            if int(request.headers.get("content-length", "0") or 0) > MAX_BODY:
                return _error(UsageError("请求过大", "请缩短填写的内容。"), 413)
        if reviewer is None and not path.startswith(("/enter", "/static/")):
            return _error(_SESSION_ENDED, 401) if path.startswith("/api/") else RedirectResponse("/enter", 303)
        return None


def _answer(office: Office, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            asked = None if answer.model is None else await _body(request, answer.model)
            return _json(await answer.handler(Call(office.desk, office.draw, request.scope["reviewer"], asked)))
        except ExtractError as error:
            return _error(error, next((status for kind, status in _STATUS if isinstance(error, kind)), 500))
        except Exception as error:  # whatever is wrong, the page goes on and says so
            return _error(ExtractError(f"程序内部错误：{type(error).__name__}", "请刷新页面；仍出错时请反馈。"), 500)

    return respond


async def _body(request: Request, model: type[BaseModel]) -> BaseModel:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_BODY:
            raise UsageError("请求过大", "请缩短填写的内容。")
    try:
        return model.model_validate_json(bytes(content))
    except ValidationError as error:
        places = "、".join(".".join(map(str, one["loc"])) or "JSON" for one in error.errors(include_url=False)[:3])
        raise UsageError(f"请求不合要求：{places}", "请刷新页面后重试。") from error


def _json(content: Any, status: int = 200) -> Response:
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(body.encode("utf-8", "surrogatepass"), status, media_type="application/json")


def _error(error: ExtractError, status: int) -> Response:
    if isinstance(error, StoreError) and status >= 500:  # its own words name places on this machine
        message, hint = _BUSY if isinstance(error, BusyDatabase) else _STORE_FAILED
        return JSONResponse({"code": error.code, "message": message, "hint": hint}, status)
    return JSONResponse({"code": error.code, "message": str(error), "hint": error.hint}, status)


def _language(request: Request) -> str:
    """Chinese where the browser asks for it before English, or for neither."""
    for part in request.headers.get("accept-language", "").split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]
