"""A real S3 server on loopback (moto's), which counts what it is asked, and misbehaves when it is told to."""

import socket
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

ACCESS_KEY = "AKIACANARYCANARY1234"
SECRET_KEY = "canary/Secret+Key/that/nobody/may/ever/see"

_SIGNED = "AWS4-HMAC-SHA256 Credential=x/20250101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"


@dataclass(frozen=True)
class Request:
    """What was asked: a method, a path with its query, and how many bytes came in and went out."""

    method: str
    path: str
    n_in: int
    n_out: int


@dataclass
class Fault:
    """What happens to requests that `meets` picks, `times` times: an answer of our own, or a cut connection."""

    meets: Callable[[str, str], bool]
    times: int
    status: str | None = None
    code: str = "InternalError"
    then: Callable[[], None] = field(default=lambda: None)


class S3Service:
    """The server, and what it was asked since it was last forgotten."""

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        self._lock = Lock()
        self.bucket = ""
        self.message = "no"
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.server: BaseWSGIServer = make_server("127.0.0.1", 0, self, threaded=True, request_handler=_Quiet)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")
        method = environ["REQUEST_METHOD"]
        if (fault := self._fault(method, path)) is not None:
            fault.then()
            if fault.status is None:
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            else:
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return self._answer(start_response, method, fault.status or "500 Cut", fault.code)
        n_in = int(environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH") or environ.get("CONTENT_LENGTH") or 0)
        try:
            pieces = list(self._app(environ, start_response))
        except KeyError:  # what moto makes of a part of an upload that was given up
            return self._answer(start_response, method, "404 Not Found", "NoSuchUpload")
        n_out = 0 if method == "HEAD" else sum(map(len, pieces))
        with self._lock:
            self.requests.append(Request(method, path, n_in, n_out))
        return pieces

    def _answer(self, start_response: Any, method: str, status: str, code: str) -> list[bytes]:
        text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{self.message}</Message></Error>"
        body = b"" if method == "HEAD" else text.encode()
        start_response(status, [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))])
        return [body]

    def new_bucket(self, name: str) -> str:
        """Make a bucket, and return its name."""
        request = urllib.request.Request(
            f"{self.url}/{name}", method="PUT", headers={"Authorization": _SIGNED}
        )
        with urllib.request.urlopen(request):
            self.forget()
        return name

    def fail(self, method: str, part: str, *, times: int = 1, **fault: Any) -> None:
        """Let requests of a method fail whose path has a part in it."""
        self.faults.append(Fault(lambda m, p: m == method and part in p, times, **fault))

    def counts(self) -> dict[str, int]:
        """Return how often each method was asked."""
        methods = [request.method for request in self.requests]
        return {method: methods.count(method) for method in sorted(set(methods))}

    def forget(self) -> None:
        self.requests.clear()
        self.faults.clear()
        self.message = "no"

    def _fault(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.times and fault.meets(method, path):
                    fault.times -= 1
                    return fault
        return None


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def serving() -> Iterator[S3Service]:
    """Run the server in a thread."""
    service = S3Service()
    thread = Thread(target=service.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.server.shutdown()
        thread.join()
        service.server.server_close()
