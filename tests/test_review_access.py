"""Who may use the page: links, hosts, writes."""

from __future__ import annotations

import pytest

from pipeline.errors import UsageError
from pipeline.review.access import HEADERS, Doors, require_address, reviewer_names

PORT = 8631


def test_a_link_lets_in_once() -> None:
    doors = Doors(PORT)
    link = doors.new_link("张三")
    session = doors.enter(link)
    assert session is not None
    assert doors.reviewer_of(session) == "张三"
    assert doors.enter(link) is None
    assert doors.reviewer_of(link) is None, "a link's secret is no session"


def test_each_reviewer_has_links_and_sessions_of_their_own() -> None:
    doors = Doors(PORT)
    links = {name: doors.new_link(name) for name in ("张三", "李四")}
    sessions = {name: doors.enter(link) or "" for name, link in links.items()}
    secrets = {*links.values(), *sessions.values()}
    assert len(secrets) == 4
    assert min(map(len, secrets)) >= 40
    assert {name: doors.reviewer_of(session) for name, session in sessions.items()} == {"张三": "张三", "李四": "李四"}
    second = doors.enter(doors.new_link("张三"))
    assert doors.reviewer_of(second) == "张三"


@pytest.mark.parametrize("secret", ["", "x", "é中文😀", "\ud800", "\0", "a" * 100_000])
def test_no_other_secret_lets_in(secret: str) -> None:
    doors = Doors(PORT)
    doors.sessions["s"] = "张三"
    link = doors.new_link("张三")
    assert doors.enter(secret) is None
    assert doors.reviewer_of(secret) is None
    assert doors.enter(link) is not None


def test_without_a_cookie_there_is_nobody() -> None:
    doors = Doors(PORT)
    doors.sessions[""] = "张三"
    assert doors.reviewer_of(None) is None
    assert doors.reviewer_of("") is None


def test_two_pages_have_two_cookies() -> None:
    assert Doors(1).cookie != Doors(2).cookie


OWN = ["127.0.0.1:8631", "localhost:8631", "LOCALHOST:8631", "[::1]:8631", "127.8.9.1:8631"]
ELSEWHERE = ["192.168.1.7:8631", "[fe80::1]:8631", "8.8.8.8:8631", "0.0.0.0:8631"]
NEVER = [
    None,
    "",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:80",
    "127.0.0.1:0",
    "127.0.0.1:86310",
    "127.0.0.1:-8631",
    "127.0.0.1:port",
    "127.0.0.1:99999999",
    "evil.example:8631",
    "localhost.evil.example:8631",
    "127.0.0.1.evil.example:8631",
    "localhost.:8631",
    "localhost@evil.example:8631",
    "evil.example@127.0.0.1:8631",
    "a:b@localhost:8631",
    "@localhost:8631",
    "localhost:8631/evil",
    "localhost:8631?evil",
    "localhost:8631#evil",
    "evil.example:8631#@localhost:8631",
    "2130706433:8631",
    "0x7f.1:8631",
    "127.1:8631",
    "127.0.0.01:8631",
    "[::1:8631",
    "[::1]]:8631",
    "[evil]:8631",
    "::1:8631",
    "[v1.fe]:8631",
    "localhost℀:8631",
    "ｌｏｃａｌｈｏｓｔ:8631",
    "一二七:8631",
    "local\nhost:8631",
    "localhost:8631 evil",
    " localhost:8631",
    ":8631",
    "//localhost:8631",
]


@pytest.mark.parametrize("host", NEVER)
@pytest.mark.parametrize("remote", [False, True])
def test_a_host_that_is_never_ours(host: str | None, remote: bool) -> None:
    assert not Doors(PORT, remote).is_own_host(host)


@pytest.mark.parametrize("host", OWN)
@pytest.mark.parametrize("remote", [False, True])
def test_this_machine_by_its_own_names(host: str, remote: bool) -> None:
    assert Doors(PORT, remote).is_own_host(host)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_other_addresses_only_where_that_is_meant(host: str) -> None:
    assert not Doors(PORT).is_own_host(host)
    assert Doors(PORT, remote=True).is_own_host(host)


def test_the_usual_port_is_not_written() -> None:
    assert Doors(80).is_own_host("localhost")
    assert Doors(80).is_own_host("[::1]")
    assert not Doors(80).is_own_host("localhost:0")


def write(**changed: str | None) -> dict[str, str]:
    headers = {
        "host": "127.0.0.1:8631",
        "origin": "http://127.0.0.1:8631",
        "sec-fetch-site": "same-origin",
        "content-type": "application/json",
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in headers.items() if value is not None}


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        (write(origin=None), "origin"),
        (write(origin="null"), "origin"),
        (write(origin="http://evil.example"), "origin"),
        (write(origin="https://127.0.0.1:8631"), "origin"),
        (write(origin="http://127.0.0.1:9999"), "origin"),
        (write(origin="http://localhost:8631"), "origin"),
        (write(origin="http://127.0.0.1:8631/"), "origin"),
        (write(sec_fetch_site="cross-site"), "site"),
        (write(sec_fetch_site="same-site"), "site"),
        (write(sec_fetch_site="none"), "site"),
        (write(content_type=None), "json"),
        (write(content_type="text/plain"), "json"),
        (write(content_type="application/x-www-form-urlencoded"), "json"),
        (write(content_type="application/jsonp"), "json"),
        ({}, "origin"),
    ],
)
def test_a_write_that_cannot_come_from_our_page(headers: dict[str, str], why: str) -> None:
    assert Doors(PORT).is_own_write(headers) == why


@pytest.mark.parametrize(
    "headers",
    [
        write(),
        write(sec_fetch_site=None),
        write(content_type="Application/JSON; charset=utf-8"),
        write(host="[::1]:8631", origin="http://[::1]:8631"),
    ],
)
def test_a_write_of_our_page(headers: dict[str, str]) -> None:
    assert Doors(PORT).is_own_write(headers) == ""


def test_nothing_may_run_in_the_page_but_its_own() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("host", ["", "evil.example", "[::1]", "127.0.0.1:80", "127.1", "999.0.0.1", "本机"])
def test_what_is_no_address_is_refused(host: str) -> None:
    for remote in (False, True):
        with pytest.raises(UsageError, match="IP") as caught:
            require_address(host, remote=remote)
        assert caught.value.hint


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "fe80::1"])
def test_another_machine_takes_an_explicit_word(host: str) -> None:
    with pytest.raises(UsageError, match="别的机器") as caught:
        require_address(host, remote=False)
    assert "--allow-remote" in caught.value.hint
    require_address(host, remote=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.3.3.3"])
def test_this_machine_takes_none(host: str) -> None:
    require_address(host, remote=False)


@pytest.mark.parametrize("name", ["", "  ", "字" * 41, "a\0b", "\u202e张三", "张\u200b三", "\ud800", "\x1b[31m红"])
def test_what_cannot_be_a_name(name: str) -> None:
    with pytest.raises(UsageError, match="姓名") as caught:
        reviewer_names(["李四", name])
    assert caught.value.hint


def test_names_are_kept_once_and_trimmed() -> None:
    assert reviewer_names([" 张  三 ", "张 三", "John\tDoe", "𠮷野"]) == ("张 三", "John Doe", "𠮷野")
