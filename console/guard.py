"""What stands before every request: names, origins, sessions, and headers on every answer.

* A request must name this server (`Host`): a page of elsewhere whose name was pointed here is
  refused (DNS rebinding).
* What changes something, and the live connection, must come from a page of this server (`Origin`),
  so that no other page can act in a user's name.
* With a password, everything but the login page and its style needs a session.
* Nothing but files of this server may run or be loaded (content security policy).
"""

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from console.sessions import Sessions

COOKIE = "geohazard_session"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers then send "Origin: null" with the forms of this very server.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Server": "geohazard",
}
OPEN_PATHS = frozenset({"/login", "/healthz", "/static/style.css", "/static/login.js"})


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only.

    Examples
    --------
    >>> [is_loopback(h) for h in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", "example.org")]
    [True, True, True, False, False, False]
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def allowed_names(host: str, names: tuple[str, ...]) -> frozenset[str] | None:
    """Names by which this server may be called; ``None`` if it listens everywhere under any name.

    Examples
    --------
    >>> sorted(allowed_names("127.0.0.1", ("geo.local",)))
    ['127.0.0.1', '::1', 'geo.local', 'localhost']
    >>> allowed_names("0.0.0.0", ()) is None
    True
    """
    if is_loopback(host):
        return frozenset({host, "localhost", "127.0.0.1", "::1", *names})
    if names:
        return frozenset({host, *names})
    return None


def make_guard(names: frozenset[str] | None, sessions: Sessions | None) -> Middleware:
    """Make the middleware.

    Parameters
    ----------
    names
        As `allowed_names` gives them.
    sessions
        ``None`` if no password is asked.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        return _refusal(request, names, sessions) or await handler(request)

    return guard


def headers_of(*, tls: bool) -> dict[str, str]:
    """Give the headers that every answer carries; see `add_headers`."""
    return HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if tls else {})


def add_headers(app: web.Application, *, tls: bool) -> None:
    """Put the headers on every answer: pages, refusals, errors, the live connection's beginning.

    Parameters
    ----------
    tls
        Whether browsers should insist on TLS from now on.
    """
    headers = headers_of(tls=tls)

    async def prepare(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)

    app.on_response_prepare.append(prepare)


def _refusal(
    request: web.Request, names: frozenset[str] | None, sessions: Sessions | None
) -> web.Response | None:
    if names is not None and _hostname(request.host) not in names:
        return web.Response(status=421, text="this server has another name")
    changes = request.method not in ("GET", "HEAD")
    if (changes or request.path == "/api/live") and not _from_here(request):
        return web.Response(status=403, text="only pages of this server may do this")
    if sessions is None or request.path in OPEN_PATHS:
        return None
    if sessions.holds(request.cookies.get(COOKIE)):
        return None
    if request.path.startswith("/api/"):
        return web.Response(status=401, text="log in first")
    return web.Response(status=303, headers={"Location": "/login"})


def _hostname(authority: str) -> str | None:
    try:
        return urlsplit(f"//{authority}").hostname
    except ValueError:
        return None  # such as "[": no browser sends it


def _from_here(request: web.Request) -> bool:
    scheme, _, place = request.headers.get("Origin", "").partition("://")
    return scheme in ("http", "https") and place == request.host
