"""The page's server over real HTTP: who is let in, what is turned away, and what every answer says."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import cli
from pipeline.errors import BusyDatabase, StoreError, UsageError
from pipeline.review.access import HEADERS, MAX_BODY, Doors, require_address, reviewer_names
from pipeline.review.folder import field_id
from pipeline.review.requests import MOST
from tests.review_pages import Answer, Served, ask, open_fields, process, sample_database, verdicts

TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for the tests that change nothing."""
    with Served(sample_database(tmp_path_factory, tmp_path_factory.mktemp("shared") / "a.duckdb")) as running:
        yield running


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Served]:
    with Served(sample_database(tmp_path_factory, tmp_path / "a.duckdb")) as running:
        yield running


def headers(served: Served, **changed: str | None) -> dict[str, str]:
    """What our own page sends with a write, some of it changed or, as ``None``, left out."""
    said = {
        "cookie": served.cookie(),
        "origin": served.url,
        "content-type": "application/json",
        "sec-fetch-site": "same-origin",
    }
    return {
        name: value
        for name, value in {**said, **{k.replace("_", "-"): v for k, v in changed.items()}}.items()
        if value is not None
    }


def post(served: Served, name: str, body: object, said: Mapping[str, str] | None = None) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(served.url, "POST", f"/api/{name}", headers(served) if said is None else said, content)


def decision(served: Served, **changed: Any) -> dict[str, Any]:
    """An acceptance of the riskiest field."""
    first = open_fields(served.database)[0]
    said = {
        "key": list(map(str, first.key)),
        "extraction_id": first.extraction_id,
        "verdict": "accepted",
        "token": TOKEN,
        "seen": 0,
    }
    return {**said, **changed}


# ---- where it listens


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "fe80::1", "example.org", "127.0.0.1.example.org", ""])
def test_an_address_that_others_reach_takes_an_explicit_word(host: str) -> None:
    with pytest.raises(UsageError):
        require_address(host, remote=False)


def test_the_command_refuses_such_an_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["review", "--host", "0.0.0.0", "--db", str(tmp_path / "a.duckdb")]) == 2
    assert "--allow-remote" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "remote"), [("127.0.0.1", False), ("localhost", False), ("::1", False), ("0.0.0.0", True)]
)
def test_this_machine_or_an_explicit_word_will_do(host: str, remote: bool) -> None:
    require_address(host, remote=remote)


def test_by_default_nobody_else_can_connect(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    database = sample_database(tmp_path_factory, tmp_path / "a.duckdb")
    with process(database, "--reviewer", "甲", "--reviewer", "乙") as running:
        assert running.url.startswith("http://127.0.0.1:")
        assert len(set(running.links)) == 2
        listening = Path("/proc/net/tcp")
        if listening.exists():
            places = [line.split()[1] for line in listening.read_text().splitlines()[1:] if line.split()[3] == "0A"]
            assert [place for place in places if place.endswith(f":{running.port:04X}")] == [
                f"0100007F:{running.port:04X}"
            ]
        assert not (Path("/proc/net/tcp6").exists() and f":{running.port:04X} 0" in Path("/proc/net/tcp6").read_text())
        assert "本次保存 0 个结论" in running.end()


# ---- who is let in


def test_a_link_works_once(served: Served) -> None:
    link = served.link().removeprefix(served.url)
    first, second = (ask(served.url, "GET", link) for _ in range(2))
    assert (first.status, first.headers["location"]) == (303, "/")
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert link.rpartition("=")[2].lower() not in cookie
    assert second.status == 403
    assert "set-cookie" not in second.headers
    session = first.headers["set-cookie"].partition(";")[0]
    assert ask(served.url, "GET", "/api/session", {"cookie": session}).json["reviewer"] == "甲"


def test_asking_for_the_head_of_a_link_does_not_use_it_up(served: Served) -> None:
    link = served.link().removeprefix(served.url)
    assert ask(served.url, "HEAD", link).status == 405
    assert ask(served.url, "GET", link).status == 303


@pytest.mark.parametrize("link", ["", "?link=", "?link=x", "?link=%F0%9F%98%80%ED%A0%80", "?link[]=x"])
def test_without_a_link_nobody_comes_in(shared: Served, link: str) -> None:
    shared.link()  # there is one that was not used yet
    answer = ask(shared.url, "GET", f"/enter{link}")
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "cookie", [None, "", "review=x", "review-{port}=", "review-{port}=x", "review-{port}=é", "other={session}"]
)
def test_without_a_session_nothing_is_told(shared: Served, cookie: str | None) -> None:
    session = shared.cookie().partition("=")[2]
    said = {} if cookie is None else {"cookie": cookie.format(port=shared.port, session=session)}
    assert ask(shared.url, "GET", "/", said).status == 303
    assert ask(shared.url, "GET", "/api/session", said).status == 401
    assert ask(shared.url, "GET", "/anything", said).status == 303
    answer = post(shared, "counts", {}, {**headers(shared, cookie=None), **said})
    assert (answer.status, answer.json["code"]) == (401, "usage")


def test_a_cookie_is_of_one_port_only() -> None:
    one, other = Doors(1), Doors(2)
    session = one.enter(one.new_link("甲"))
    assert one.cookie != other.cookie
    assert one.reviewer_of(session) == "甲"
    assert other.reviewer_of(session) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example:{port}",
        "",
        "192.0.2.7:{port}",
        "127.0.0.1:{port}@evil.example",
        "evil@127.0.0.1:{port}",
        "[::1",
        "127.0.0.1:{port}/x",
        "127.0.0.1:99999999",
        "0x7f.1:{port}",
    ],
)
def test_another_host_is_turned_away(shared: Served, host: str) -> None:
    said = headers(shared) | {"Host": host.format(port=shared.port)}
    assert ask(shared.url, "GET", "/api/session", said).status == 421
    assert ask(shared.url, "GET", "/static/app.js", said).status == 421


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}", "127.0.0.2:{port}"]
)
def test_this_machine_is_meant_by_its_names(shared: Served, host: str) -> None:
    said = headers(shared) | {"Host": host.format(port=shared.port)}
    assert ask(shared.url, "GET", "/api/session", said).status == 200


def test_served_to_others_any_address_is_meant_but_no_name() -> None:
    doors = Doors(80, remote=True)
    assert doors.is_own_host("192.0.2.7:80")
    assert not doors.is_own_host("evil.example:80")


# ---- what must not be a write of ours


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": None},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "https://127.0.0.1:{port}"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://localhost:{port}"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"content_type": None},
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": "text/plain; application/json"},
    ],
    ids=str,
)
def test_a_write_that_is_not_from_our_page_is_turned_away(shared: Served, changed: Mapping[str, str | None]) -> None:
    named = {name: value and value.format(port=shared.port) for name, value in changed.items()}
    answer = post(shared, "decisions", decision(shared), headers(shared, **named))
    assert answer.status == 403
    assert verdicts(shared.database) == []


def test_a_form_of_another_page_is_turned_away(shared: Served) -> None:
    said = headers(shared, content_type="application/x-www-form-urlencoded", origin="http://evil.example")
    assert post(shared, "decisions", b"verdict=accepted", said).status == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_turned_away_too(shared: Served, method: str) -> None:
    assert ask(shared.url, method, "/api/counts", {"cookie": shared.cookie()}).status == 403
    assert ask(shared.url, method, "/api/counts", headers(shared), b"{}").status == 405
    assert ask(shared.url, "GET", "/api/counts", headers(shared)).status == 405


def test_an_older_browser_without_sec_fetch_site_may_write(served: Served) -> None:
    assert post(served, "decisions", decision(served), headers(served, sec_fetch_site=None)).status == 200
    assert verdicts(served.database)[0][:2] == ("甲", "accepted")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("counts", b""),
        ("counts", b"{"),
        ("counts", b"[]"),
        ("counts", b"null"),
        ("counts", b'{"kind": 1}'),
        ("counts", b'{"kind": "\xff"}'),
        ("counts", b'{"kind": "\\ud800"}'),
        ("counts", b'{"extra": ""}'),
        ("counts", b"[" * 100_000),
        ("queue", b'{"filter": {"extra": 1}}'),
        ("queue", b'{"order": "random()"}'),
        ("queue", b'{"count": 0}'),
        ("queue", f'{{"count": {MOST + 1}}}'.encode()),
        ("queue", b'{"count": 1e400}'),
        ("report", b'{"extraction_id": ["x"]}'),
        ("skip", b'{"key": ["a", "no kind", "c", "d"], "token": "01234567"}'),
        ("undo", b'{"token": "01234567", "undoes": ""}'),
    ],
    ids=repr,
)
def test_what_is_no_request_is_told_so(shared: Served, name: str, body: bytes) -> None:
    answer = post(shared, name, body)
    assert (answer.status, answer.json["code"]) == (422, "usage")
    assert answer.json["hint"]


@pytest.mark.parametrize(
    "changed",
    [
        {"reviewer": "乙"},
        {"verdict": "undone"},
        {"verdict": "deleted"},
        {"token": ""},
        {"token": "x" * 65},
        {"value": "x" * 10_001, "verdict": "corrected"},
        {"value": "", "verdict": "corrected"},
        {"span": [-1, 3], "verdict": "corrected"},
        {"span": [3, 3], "verdict": "corrected"},
        {"span": [0, 10**9], "verdict": "corrected"},
        {"span": [0, 10**40], "verdict": "corrected"},
        {"span": [0], "verdict": "corrected"},
        {"seen": 10**40},
        {"seen": -1},
        {"purpose": "none"},
        {"note": "x" * 2001},
    ],
    ids=lambda changed: "-".join(changed),
)
def test_what_is_no_decision_is_not_saved(shared: Served, changed: Mapping[str, Any]) -> None:
    answer = post(shared, "decisions", decision(shared, **changed))
    assert answer.status == 422
    assert verdicts(shared.database) == []


@pytest.mark.parametrize("what", ["extraction_id", "report", "record", "field"])
def test_a_field_that_is_not_there_is_not_found(shared: Served, what: str) -> None:
    said = decision(shared)
    if what == "extraction_id":
        said["extraction_id"] = "../../etc/passwd"
    else:
        said["key"][{"report": 0, "record": 2, "field": 3}[what]] = "x"
    for name in ("decisions", "entry"):
        body = said if name == "decisions" else {k: said[k] for k in ("key", "extraction_id")}
        answer = post(shared, name, body)
        assert answer.status == 404
        assert answer.json["code"] in ("unknown_report", "unknown_field")
    assert post(shared, "report", {"extraction_id": "x"}).status == 404
    assert verdicts(shared.database) == []


def test_a_large_body_is_turned_away_before_it_is_read(shared: Served) -> None:
    said = {**headers(shared), "content-length": str(MAX_BODY + 1)}
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as plain:
        lines = [f"{name}: {value}" for name, value in {"host": f"127.0.0.1:{shared.port}", **said}.items()]
        plain.sendall(("POST /api/counts HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode())
        assert plain.recv(100).startswith(b"HTTP/1.1 413")


def test_a_large_body_of_no_declared_length_is_turned_away(shared: Served) -> None:
    piece = b" " * 65536
    chunks = b"%x\r\n%s\r\n" % (len(piece), piece) * (MAX_BODY // len(piece) + 1) + b"0\r\n\r\n"
    answer = post(shared, "counts", chunks, {**headers(shared), "Transfer-Encoding": "chunked"})
    assert answer.status == 422
    assert "过大" in answer.json["message"]


@pytest.mark.parametrize(
    "path",
    [
        "../server.py",
        "..%2fserver.py",
        "%2e%2e/server.py",
        "....//server.py",
        "..\\server.py",
        "..%5cserver.py",
        "/etc/passwd",
        "//etc/passwd",
        "%00",
        "app.js%00.css",
        "../../../../../../etc/passwd",
        "a" * 300,
        ".",
        "no.js",
    ],
)
def test_nothing_but_the_pages_own_files_is_served(shared: Served, path: str) -> None:
    answer = ask(shared.url, "GET", f"/static/{path}", {"cookie": shared.cookie()})
    assert answer.status in (400, 404)
    assert b"root:" not in answer.body
    assert b"import" not in answer.body


# ---- what every answer says


@pytest.mark.parametrize(
    ("method", "target", "said"),
    [
        ("GET", "/", "own"),
        ("GET", "/", "none"),
        ("GET", "/enter", "none"),
        ("GET", "/static/app.js", "none"),
        ("GET", "/static/no.js", "none"),
        ("GET", "/nowhere", "own"),
        ("GET", "/api/session", "own"),
        ("GET", "/api/session", "none"),
        ("POST", "/api/counts", "own"),
        ("POST", "/api/counts", "none"),
        ("PUT", "/api/counts", "own"),
    ],
)
def test_every_answer_is_guarded(shared: Served, method: str, target: str, said: str) -> None:
    answer = ask(
        shared.url, method, target, headers(shared) if said == "own" else {}, b"{}" if method != "GET" else b""
    )
    for name, value in HEADERS.items():
        assert [shown for key, shown in answer.pairs if key == name.lower()] == [value]
    assert "server" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = dict(part.split(None, 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src")} == {"'self'"}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("/home/secret/place"), 500),
        (StoreError("数据库 /home/secret/place 出错：IO Error", "请检查"), 500),
        (BusyDatabase("数据库 /home/secret/place 正被另一个进程使用", "请等"), 503),
        (OSError(28, "full", "/home/secret/place"), 500),
    ],
    ids=lambda given: type(given).__name__,
)
def test_an_error_tells_no_path_and_no_traceback(
    shared: Served, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(shared.desk, "_run", fail)
    for answer in (
        ask(shared.url, "GET", "/api/session", headers(shared)),
        post(shared, "decisions", decision(shared)),
    ):
        assert answer.status == status
        assert answer.json["message"]
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
    if status == 503:
        assert answer.json["code"] == "busy_database"


def test_even_an_error_outside_of_all_answers_is_guarded(shared: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("/home/secret/place")

    monkeypatch.setattr("pipeline.review.server.page_words", fail)
    answer = ask(shared.url, "GET", "/", headers(shared))
    assert answer.status == 500
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers


def test_an_entry_that_cannot_be_read_does_not_end_the_connection(shared: Served) -> None:
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as plain:
        plain.sendall(b"POST /api/counts HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n")
        assert plain.recv(100).startswith(b"HTTP/1.1 400")
    assert ask(shared.url, "GET", "/api/session", headers(shared)).status == 200


# ---- what is answered


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("fr-FR,de;q=0.8", "zh-CN"),
        ("zh-TW,en;q=0.5", "zh-CN"),
        ("fr,en-US;q=0.9,zh;q=0.8", "en"),
        ("en", "en"),
        ("<script>,en;q=x", "en"),
    ],
)
def test_the_page_speaks_the_browsers_language(shared: Served, accepted: str | None, language: str) -> None:
    answer = ask(
        shared.url,
        "GET",
        "/",
        {**headers(shared, origin=None), **({} if accepted is None else {"accept-language": accepted})},
    )
    assert f'<html lang="{language}"' in answer.text
    assert ("字段复核" in answer.text) == (language == "zh-CN")
    assert not re.search(
        r"<script(?! type=\"module\" src=\"/static/)|<style|\son\w+=|\sstyle=|javascript:", answer.text
    )


def test_a_decision_sent_again_is_saved_once(served: Served) -> None:
    said, body = headers(served), decision(served)
    first, second = (post(served, "decisions", body, said).json for _ in range(2))
    assert first["decision"] == second["decision"]
    assert len(verdicts(served.database)) == 1


def test_a_reviewers_name_is_the_sessions_and_not_the_requests(served: Served) -> None:
    assert post(served, "decisions", decision(served), headers(served, cookie=served.cookie("乙"))).status == 200
    assert verdicts(served.database)[0][0] == "乙"


def test_a_decision_of_somebody_else_cannot_be_undone(served: Served) -> None:
    post(served, "decisions", decision(served))
    body = {"token": "f" * 16, "undoes": TOKEN}
    assert post(served, "undo", body, headers(served, cookie=served.cookie("乙"))).status == 404
    assert post(served, "undo", {**body, "undoes": "e" * 16}).status == 404
    done = [post(served, "undo", body).json["item"]["id"] for _ in range(2)]
    assert [row[1] for row in verdicts(served.database)] == ["accepted", "undone"]
    assert done == [field_id(open_fields(served.database)[0].key)] * 2


def test_somebody_elses_decision_is_told_and_can_be_overridden(served: Served) -> None:
    other, again = headers(served, cookie=served.cookie("乙")), decision(served)
    post(served, "decisions", again)
    answer = post(served, "decisions", {**again, "verdict": "rejected", "token": "f" * 16}, other)
    assert (answer.status, answer.json["code"]) == (409, "already_decided")
    assert "甲" in answer.json["message"]
    answer = post(served, "decisions", {**again, "verdict": "rejected", "token": "e" * 16, "seen": None}, other)
    assert answer.status == 200
    assert [row[:2] for row in verdicts(served.database)] == [("甲", "accepted"), ("乙", "rejected")]


def test_a_number_that_is_not_in_the_report_asks_for_a_second_word(served: Served) -> None:
    number = next(field for field in open_fields(served.database) if field.field == "executed")
    body = decision(served, key=list(map(str, number.key)), extraction_id=number.extraction_id)
    body |= {"verdict": "corrected", "value": "987654.32"}
    answer = post(served, "decisions", body)
    assert (answer.status, answer.json["code"]) == (409, "needs_confirmation")
    assert post(served, "decisions", {**body, "token": "f" * 16, "meant": True}).status == 200
    assert verdicts(served.database) == [("甲", "corrected", "987654.32")]


def test_two_who_ask_at_once_are_handed_other_fields(served: Served) -> None:
    one, other = headers(served), headers(served, cookie=served.cookie("乙"))
    mine = [item["id"] for item in post(served, "queue", {"count": 8}, one).json["items"]]
    theirs = [item["id"] for item in post(served, "queue", {"count": 60}, other).json["items"]]
    assert mine == [field_id(field.key) for field in open_fields(served.database)[:8]]
    assert len(theirs) == len(open_fields(served.database)) - 8
    assert not set(mine) & set(theirs)
    assert [item["id"] for item in post(served, "queue", {"count": 8}, one).json["items"]] == mine


def test_reviewers_have_names_that_can_be_told_apart() -> None:
    assert reviewer_names([" 张  三 ", "张 三", "<b>李</b>"]) == ("张 三", "<b>李</b>")
    for wrong in ("", "  ", "x" * 41, "a\u202eb", "a\x00b"):
        with pytest.raises(UsageError):
            reviewer_names([wrong])
