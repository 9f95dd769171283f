"""What those who run the server ask it: whether it is there, and what it has done."""

from ipaddress import ip_address

from aiohttp import web

from batchtts.server.metrics import CONTENT_TYPE
from batchtts.server.rendering import authenticate
from batchtts.server.service import SERVICE

_FORWARDED = ("Forwarded", "X-Forwarded-For")


async def healthz(_: web.Request) -> web.Response:
    """Answer that the server is there; no key is needed."""
    return web.json_response({"status": "ok"})


async def metrics(request: web.Request) -> web.Response:
    """Answer with all metrics; who asks from elsewhere, or through a proxy, needs a key."""
    service = request.app[SERVICE]
    if not is_loopback(request.remote or "") or any(name in request.headers for name in _FORWARDED):
        authenticate(request, service)
    return web.Response(body=service.metrics.text().encode(), headers={"Content-Type": CONTENT_TYPE})


def is_loopback(host: str) -> bool:
    """Return whether an address or a host name means this machine, and nothing but this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
