"""Who may use the page: one-time links, cookies, and what a request must look like before anything looks at it.

The page runs on a machine that has a browser full of other people's pages. So a request must name a host that is this
machine (no DNS rebinding), a write must come from our own page (no cross-site writes) as JSON, and nothing that is
served may run in, be framed by or be read by another page.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pipeline.errors import UsageError

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every answer."""

MAX_BODY = 256 * 1024  # bytes; a decision is a few hundred
_LOOPBACK_NAMES = ("localhost",)


@dataclass(slots=True)
class Doors:
    """The links that have not been used yet and the sessions that have begun, each with its reviewer.

    ``remote`` where the page may be reached from other machines: then any address is a host that is meant, but still
    no name that somebody else can point at us.
    """

    port: int
    remote: bool = False
    links: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """The cookie's name. Browsers share cookies between ports: one for each keeps two pages apart."""
        return f"review-{self.port}"

    def new_link(self, reviewer: str) -> str:
        """The secret of a link that lets a reviewer in once."""
        secret = secrets.token_urlsafe(32)
        self.links[secret] = reviewer
        return secret

    def enter(self, secret: str) -> str | None:
        """The cookie's value for the bearer of a link, which is used up; ``None`` where there is no such link."""
        reviewer = next((name for known, name in self.links.items() if _same(known, secret)), None)
        if reviewer is None:
            return None
        del self.links[secret]
        session = secrets.token_urlsafe(32)
        self.sessions[session] = reviewer
        return session

    def reviewer_of(self, session: str | None) -> str | None:
        """The reviewer whose session it is."""
        known = self.sessions.items()
        return next((name for one, name in known if session and _same(one, session)), None)

    def is_own_host(self, host: str | None) -> bool:
        """True where a request's Host header means this machine."""
        try:
            parts = urlsplit(f"//{host or ''}")
            name, port = parts.hostname or "", parts.port or 80
        except ValueError:
            return False
        if port != self.port or parts.username is not None or parts.path or parts.query:
            return False
        if name in _LOOPBACK_NAMES:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or self.remote

    def is_own_write(self, headers: Mapping[str, str]) -> str:
        """Why a write cannot come from our own page; "" where it can."""
        if headers.get("origin") != f"http://{headers.get('host', '')}":
            return "origin"
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return "site"
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return "json"
        return ""


def require_address(host: str, *, remote: bool) -> None:
    """Return where the page may be served at the address; raise ``UsageError`` where that takes an explicit word."""
    if host in _LOOPBACK_NAMES:
        return
    try:
        address = ipaddress.ip_address(host)
    except ValueError as error:
        raise UsageError(f"“{host}”不是 IP 地址", "例如 --host 127.0.0.1。") from error
    if not address.is_loopback and not remote:
        raise UsageError(
            f"{host} 不是本机地址：别的机器将能看到报告和复核页面",
            "确实要让别的机器访问，请加 --allow-remote；页面不加密，只应在可信的网络里使用。",
        )


def reviewer_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names of reviewers, each once; raises ``UsageError`` for one that cannot be a name."""
    cleaned = tuple(dict.fromkeys(" ".join(name.split()) for name in names))
    for name in cleaned:
        if not name or len(name) > 40 or not name.isprintable():
            raise UsageError(f"“{name}”不能作复核人姓名", "请用 1 到 40 个字，例如 --reviewer 张三。")
    return cleaned


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode("utf-8", "surrogatepass"))
