"""Requests that are too big, too slow or not what they seem."""

import http.client
import socket
import time
from urllib.parse import urlparse

from runner import check, contains, equal, expect
from web import Web

LOGIN = "/api/v1/auth/login"


def address(url):
    parts = urlparse(url)
    return parts.hostname, parts.port


@check("a body over the limit is answered 413, announced or not")
def too_large(place):
    _, url = place.serve()
    answer = Web(url).post(LOGIN, b'{"username": "' + b"a" * 60_000 + b'", "password": "x"}')
    expect(answer.status in (400, 401), f"a large but allowed body: {answer}")
    connection = http.client.HTTPConnection(*address(url), timeout=10)
    # Only the head: a server that waits for the body first would not answer.
    connection.putrequest("POST", LOGIN)
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(10 * 1024 * 1024))
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    equal(answer.status, 413, f"status of an announced one ({body})")
    contains(body, "body_too_large", "64 KiB")
    equal(answer.getheader("content-type"), "application/problem+json", "its type")
    connection.close()
    connection = http.client.HTTPConnection(*address(url), timeout=10)
    connection.request("POST", LOGIN, body=(b" " * 1024 for _ in range(80)), encode_chunked=True,
                       headers={"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
    answer = connection.getresponse()
    equal(answer.status, 413, "status of one in chunks")
    connection.close()
    equal(Web(url).get("/health").status, 200, "health afterwards")


@check("a client that sends its head or its body too slowly is let go", seconds=60)
def slow(place):
    _, url = place.serve()
    head = socket.create_connection(address(url), timeout=2)
    head.sendall(b"POST " + LOGIN.encode() + b" HTTP/1.1\r\nHost: x\r\n")
    body = socket.create_connection(address(url), timeout=2)
    body.sendall(b"POST " + LOGIN.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                 b"Content-Length: 1000\r\n\r\n")
    let_go = {}
    started = time.monotonic()
    while len(let_go) < 2 and time.monotonic() < started + 25:
        for name, connection, drop in (("head", head, b"X-A: b\r\n"), ("body", body, b" ")):
            if name not in let_go:
                answer = one_more(connection, drop)
                if answer is not None:
                    let_go[name] = (time.monotonic() - started, answer)
        equal(Web(url).get("/health/live").status, 200, "others are served meanwhile")
    head.close()
    body.close()
    expect(set(let_go) == {"head", "body"}, f"still waited for after 25 s: {let_go}")
    for name, (_, answer) in let_go.items():
        expect(answer == b"" or b" 408 " in answer.split(b"\r\n")[0], f"{name}: {answer[:200]}")
    expect(b"request_timeout" in let_go["body"][1], f"the body's answer: {let_go['body'][1][:300]}")


def one_more(connection, drop):
    """Sends a little more; answers what came when the other side has had enough."""
    try:
        connection.settimeout(0.2)
        connection.sendall(drop)
        answer = connection.recv(4096)
    except TimeoutError:
        return None
    except OSError:
        return b""
    return answer


@check("bodies that are no JSON, hold unknown fields or come from another site")
def not_what_they_seem(place):
    _, url = place.serve()
    web = Web(url)
    equal(web.post(LOGIN, b"{", headers={}).code(), "invalid_request", "half a document")
    equal(web.post(LOGIN, b"a=b", headers={"Content-Type": "text/plain"}).code(), "unsupported_media_type", "no JSON")
    extra = web.post(LOGIN, {"username": "a", "password": "b", "admin": True})
    equal(extra.code(), "invalid_request", "an unknown field")
    contains(extra.body.decode(), "admin")
    forged = web.post("/api/v1/auth/session", {"username": "a", "password": "b"}, headers={"Origin": "https://evil.test"})
    equal(forged.code(), "csrf_rejected", "another origin")
    equal(web.get("/api/v1/workspaces").code(), "not_authenticated", "nobody")
    equal(web.get("/api/v1/nothing").status, 404, "no such address")
    equal(web.send("DELETE", "/api/v1/workspaces").status, 405, "no such method")


@check("security headers, and the page itself")
def headers(place):
    _, url = place.serve()
    web = Web(url)
    page = web.get("/")
    equal(page.status, 200, "the page")
    contains(page.body.decode(), "<!doctype html>")
    policy = page.headers["Content-Security-Policy"]
    expect(policy and "unsafe-inline" not in policy and "unsafe-eval" not in policy, f"CSP: {policy}")
    for path in ("/", "/api/v1/setup", "/workspaces"):
        answer = web.get(path)
        equal(answer.status, 200, path)
        equal(answer.headers["X-Content-Type-Options"], "nosniff", f"{path}: X-Content-Type-Options")
        expect("access-control-allow-origin" not in answer.headers, f"{path}: CORS is on")


@check("callers without a session are limited, and told for how long")
def rates(place):
    _, url = place.serve()
    web = Web(url)
    statuses = []
    for _ in range(130):
        answer = web.get("/api/v1/me")
        statuses.append(answer.status)
        if answer.status == 429:
            break
    equal(statuses[-1], 429, f"after {len(statuses)} requests")
    expect(90 <= len(statuses) <= 125, f"limited after {len(statuses)} requests")
    expect(int(answer.headers["Retry-After"]) >= 1, "Retry-After")
    equal(answer.code(), "rate_limited", "code")
    equal(web.get("/health").status, 200, "health is not limited")
    place.good("account", "list")  # nor is the control socket
