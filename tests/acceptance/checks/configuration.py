"""Configuration that cannot be right is refused at start, by name."""

from runner import check, contains, equal, expect


@check("an unknown key ends the start and names key and line")
def unknown_key(place):
    place.data.mkdir()
    (place.data / "stocktake.toml").write_text('[server]\nlisten = "127.0.0.1:0"\nlissten = "127.0.0.1:1"\n')
    for command in (("serve",), ("account", "list")):
        ended = place.call(*command)
        equal(ended.code, 1, f"exit code of {command}")
        contains(ended.err, "stocktake.toml", "lissten", "line 3")
    expect(not (place.data / "stocktake.db").exists(), "a database was made all the same")


@check("a file that is named but not there, and one that is no TOML")
def unreadable_file(place):
    place.data.mkdir()
    ended = place.call("account", "list", "--config", place.folder / "nowhere.toml")
    equal(ended.code, 1, "exit code")
    contains(ended.err, "nowhere.toml", "No such file")
    broken = place.folder / "broken.toml"
    broken.write_text("[server\n")
    ended = place.call("account", "list", "--config", broken)
    equal(ended.code, 1, "exit code")
    contains(ended.err, "broken.toml", "line 1")


@check("variables that are unknown or cannot be read")
def variables(place):
    place.data.mkdir()
    for name, value in (
        ("STOCKTAKE_SERVER_LISTEN", "nowhere"),
        ("STOCKTAKE_AWS_BURST", "many"),
        ("STOCKTAKE_SERVER_PORT", "1"),
        ("STOCKTAKE_LOG_FORMAT", "xml"),
        ("STOCKTAKE_LOG_FILTER", "info=what=no"),
    ):
        ended = place.call("account", "list", more={name: value})
        equal(ended.code, 1, f"exit code for {name}={value}")
        if name != "STOCKTAKE_LOG_FILTER":
            contains(ended.err, name)
        if name != "STOCKTAKE_SERVER_PORT":
            contains(ended.err, value)


@check("the environment wins over the file, and flags over both")
def order(place):
    place.data.mkdir()
    (place.data / "stocktake.toml").write_text('[server]\nlisten = "192.0.2.1:1"\n')
    server = place.start("serve", more={"STOCKTAKE_SERVER_LISTEN": "127.0.0.1:0"})
    server.wait_for(r"listening on http://127\.0\.0\.1:\d+")
    server.stop()
    server = place.start("serve", "--listen", "127.0.0.1:0", more={"STOCKTAKE_SERVER_LISTEN": "192.0.2.1:2"})
    server.wait_for(r"listening on http://127\.0\.0\.1:\d+")


@check("plain http off loopback is refused unless it is asked for")
def plain_http(place):
    ended = place.call("serve", "--listen", "192.0.2.1:8080", seconds=20)
    equal(ended.code, 1, "exit code")
    contains(ended.err, "192.0.2.1:8080", "--insecure-http", "--tls-cert")
    ended = place.call("serve", "--listen", "0.0.0.0:0", seconds=20)
    equal(ended.code, 1, "exit code")
    contains(ended.err, "--insecure-http")
    # The address belongs to documentation, so binding fails; but for that reason and not for being plain.
    ended = place.call("serve", "--listen", "192.0.2.1:8080", "--insecure-http", seconds=20)
    equal(ended.code, 1, "exit code")
    expect("--insecure-http" not in ended.err, f"still refused: {ended.err}")
    for command in ("demo", "simulate"):
        ended = place.call(command, "--listen", "192.0.2.1:8080", data=False, seconds=20)
        equal(ended.code, 1, f"exit code of {command}")
        contains(ended.err, "loopback")
