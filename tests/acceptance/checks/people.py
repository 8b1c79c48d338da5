"""Getting in: setup links, users, and how fast a disabled one is out."""

import re
import time

from runner import check, contains, equal, eventually, expect
from web import Web

PASSWORD = "correct horse battery"


def token_of(link):
    found = re.search(r"token=([^&\s]+)", link)
    expect(found, f"no token in the link: {link!r}")
    return found.group(1)


def redeem(web, token, username="anna"):
    return web.post("/api/v1/setup", {"token": token, "username": username, "password": PASSWORD})


@check("the first start prints a setup link that works once")
def first_link(place):
    server, url = place.serve()
    link = server.wait_for(r"^\s*(https?://\S+token=\S+)$")
    expect(link.startswith(url), f"{link} is not on {url}")
    web = Web(url)
    equal(web.get("/api/v1/setup").json()["needed"], True, "set-up is needed")
    page = web.get(link[len(url):].split("#")[0])
    equal(page.status, 200, "the link's page")
    wrong = redeem(web, "first-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    equal((wrong.status, wrong.code()), (410, "setup_link_invalid"), "a made-up token")
    short = web.post("/api/v1/setup", {"token": token_of(link), "username": "anna", "password": "short"})
    equal(short.status, 400, "a short password")
    contains(short.body.decode(), "password", "12")
    done = redeem(web, token_of(link))
    equal(done.status, 201, f"the link: {done}")
    cookie = done.headers["Set-Cookie"].split(";")[0]
    me = web.get("/api/v1/me", headers={"Cookie": cookie}).json()
    equal((me["user"]["username"], me["global_admin"]), ("anna", True), "who it made")
    again = redeem(web, token_of(link), "eve")
    expect(again.status in (409, 410), f"the second time: {again}")
    equal(web.get("/api/v1/setup").json()["needed"], False, "set-up is needed")
    equal([user["username"] for user in place.json("user", "list")], ["anna"], "users")
    expect("token=" not in place.serve_again(server), "a later start prints a link all the same")


@check("`setup-link` makes a fresh one; the one before no longer works")
def fresh_link(place):
    server, url = place.serve()
    first = server.wait_for(r"^\s*(https?://\S+token=\S+)$")
    second = place.good("setup-link").out.strip()
    expect(second.startswith(url), f"{second} is not on {url}")
    web = Web(url)
    equal(redeem(web, token_of(first)).code(), "setup_link_invalid", "the earlier link")
    equal(redeem(web, token_of(second)).status, 201, "the fresh link")
    # With a user there it is the way back in after a lost password.
    third = place.good("setup-link").out.strip()
    equal(redeem(web, token_of(third)).status, 201, "a link to get back in")
    equal([user["username"] for user in place.json("user", "list")], ["anna"], "users")


@check("`setup-link` without a server works once the server runs")
def link_without_server(place):
    ended = place.good("setup-link")
    contains(ended.err, "Works once", "stocktake serve")
    _, url = place.serve()
    equal(redeem(Web(url), token_of(ended.out)).code(), "setup_link_invalid", "serve made a newer one")
    link = place.good("setup-link").out
    equal(redeem(Web(url), token_of(link)).status, 201, "the newest")


@check("users: added, listed, limited to their organization")
def users(place):
    place.good("account", "add", "--id", "111122223333", "--org", "Client A", "--role-arn",
               "arn:aws:iam::111122223333:role/r", "--external-id", "X1", "--regions", "eu-west-1")
    place.good("account", "add", "--id", "444455556666", "--org", "Client B", "--role-arn",
               "arn:aws:iam::444455556666:role/r", "--external-id", "X1", "--regions", "eu-west-1")
    place.good("user", "add", "vera", "--role", "Client A=viewer", "--email", "vera@example.com", text=PASSWORD)
    for arguments, parts in (
        (("vera",), ("vera",)),
        (("otto", "--role", "Client A=boss"), ("boss", "viewer")),
        (("otto", "--role", "Client C=viewer"), ("Client C",)),
    ):
        ended = place.call("user", "add", *arguments, text=PASSWORD)
        expect(ended.code in (1, 2), f"user add {arguments}: {ended}")
        contains(ended.err, *parts)
    ended = place.call("user", "add", "otto", text="short")
    equal(ended.code, 1, "exit code of a short password")
    contains(ended.err, "12")
    equal([user["username"] for user in place.json("user", "list")], ["vera"], "users")
    _, url = place.serve()
    web = Web(url)
    login = web.log_in("vera", PASSWORD)
    equal(login.status, 200, f"login: {login}")
    equal(login.json()["token_type"].lower(), "bearer", "token_type")
    expect(login.json()["expires_in"] > 0 and "Set-Cookie" not in login.headers, f"{login} {login.headers}")
    accounts = [account["id"] for account in web.get("/api/v1/accounts").json()["items"]]
    equal(accounts, ["111122223333"], "accounts a viewer of one client sees")
    equal(web.get("/api/v1/accounts/444455556666").status, 404, "the other client's account")
    equal(web.post("/api/v1/sync/trigger", {}).code(), "forbidden", "a viewer's sync")
    seen = web.post("/api/v1/query", {"sql": "select account_id from accounts"}).json()
    equal(seen["rows"], [["111122223333"]], "accounts in a query")
    place.good("user", "set", "vera", "--role", "Client B=operator")
    eventually(lambda: [a["id"] for a in web.get("/api/v1/accounts").json()["items"]] == ["444455556666"],
               "the new role counts in the old session", seconds=2)


@check("disabling a user ends a bearer session within a second")
def disabled(place):
    _, url = place.serve()
    place.good("user", "add", "vera", "--global-admin", text=PASSWORD)
    ended = place.call("user", "set", "vera", "--disable")
    equal(ended.code, 1, "disabling the last global admin")
    contains(ended.err, "last global admin")
    place.good("user", "add", "anna", "--global-admin", text=PASSWORD)
    web = Web(url)
    equal(web.log_in("vera", PASSWORD).status, 200, "login")
    equal(web.get("/api/v1/me").status, 200, "me")
    place.good("user", "set", "vera", "--disable")
    since = time.monotonic()
    eventually(lambda: web.get("/api/v1/me").status == 401, "the session has ended", seconds=1)
    expect(time.monotonic() - since < 1, "it took more than a second")
    equal(web.get("/api/v1/me").code(), "session_expired", "code")
    out = Web(url)
    equal(out.log_in("vera", PASSWORD).code(), "invalid_credentials", "login of a disabled user")
    place.good("user", "set", "vera", "--enable")
    equal(web.get("/api/v1/me").status, 401, "the ended session stays ended")
    equal(out.log_in("vera", PASSWORD).status, 200, "login of an enabled user")
    place.good("user", "password", "vera", text="another long password")
    equal(out.get("/api/v1/me").status, 401, "a new password ends the sessions")
    equal(out.log_in("vera", PASSWORD).status, 401, "login with the old password")
    out.token = None
    equal(out.log_in("vera", "another long password").status, 200, "login with the new one")
    place.good("user", "remove", "vera", "--yes")
    eventually(lambda: out.get("/api/v1/me").status == 401, "a removed user's session has ended", seconds=1)


@check("guessing a password is slowed down without locking the user out for good")
def guessing(place):
    place.good("user", "add", "vera", "--global-admin", text=PASSWORD)
    _, url = place.serve(more={"STOCKTAKE_LIMITS_LOGIN_PER_MINUTE": "0"})
    web = Web(url)
    codes = [web.log_in("vera", f"wrong password {n}").code() for n in range(12)]
    expect(codes[0] == "invalid_credentials" and codes[-1] == "login_throttled", f"12 guesses: {codes}")
    answer = web.log_in("vera", PASSWORD)
    equal(answer.status, 429, "the right one at once")
    expect(1 <= int(answer.headers["Retry-After"]) <= 900, f"Retry-After {answer.headers['Retry-After']}")
    nobody = [web.log_in("nobody", f"wrong password {n}").code() for n in range(2)]
    equal(nobody[0] in ("invalid_credentials", "login_throttled"), True, f"an unknown user: {nobody}")
