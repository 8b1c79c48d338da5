"""HTTPS with certificate files."""

import shutil
import subprocess

from runner import Skipped, check, contains, equal, expect
from web import Web

PASSWORD = "correct horse battery"


def certificate(place, name="own"):
    if not shutil.which("openssl"):
        raise Skipped("openssl is not installed")
    cert, key = place.folder / f"{name}.crt", place.folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout", key, "-out", cert],
        check=True, capture_output=True, timeout=30,
    )
    return cert, key


@check("TLS: a Secure __Host- cookie, HSTS, and the session it opens")
def cookie(place):
    cert, key = certificate(place)
    place.good("user", "add", "anna", "--global-admin", text=PASSWORD)
    _, url = place.serve("--tls-cert", cert, "--tls-key", key)
    expect(url.startswith("https://"), url)
    web = Web(url, certificate=str(cert))
    answer = web.post("/api/v1/auth/session", {"username": "anna", "password": PASSWORD})
    equal(answer.status, 200, f"login: {answer}")
    line = answer.headers["Set-Cookie"]
    value, *attributes = [part.strip() for part in line.split(";")]
    expect(value.startswith("__Host-"), line)
    for wanted in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        expect(wanted in attributes, f"{wanted} is not in {line}")
    expect(not any(part.lower().startswith("domain") for part in attributes), line)
    contains(answer.headers["Strict-Transport-Security"], "max-age=")
    expect("access_token" not in answer.body.decode(), "a token beside the cookie")
    equal(web.get("/api/v1/me", headers={"Cookie": value}).json()["user"]["username"], "anna", "me")
    no_header = web.send("DELETE", "/api/v1/auth/session", headers={"Cookie": value})
    equal(no_header.code(), "csrf_rejected", "a change without the page's own header")
    ended = web.send("DELETE", "/api/v1/auth/session", headers={"Cookie": value, "X-Stocktake-CSRF": "1"})
    equal(ended.status, 204, "logout")
    equal(web.get("/api/v1/me", headers={"Cookie": value}).status, 401, "me after logout")


@check("TLS: files that do not fit or are not there are named")
def wrong_files(place):
    cert, _ = certificate(place)
    _, other = certificate(place, "other")
    ended = place.call("serve", "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", other, seconds=20)
    equal(ended.code, 1, "exit code with another key")
    contains(ended.err, "other.key")
    ended = place.call("serve", "--listen", "127.0.0.1:0", "--tls-cert", place.folder / "no.crt", "--tls-key", other,
                       seconds=20)
    equal(ended.code, 1, "exit code without a certificate")
    contains(ended.err, "no.crt")
    ended = place.call("serve", "--listen", "127.0.0.1:0", "--tls-cert", cert, seconds=20)
    equal(ended.code, 2, "exit code without a key")
    contains(ended.err, "--tls-key")
