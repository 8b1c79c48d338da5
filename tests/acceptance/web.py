"""A small HTTP client, so that the API is tried by something that shares no code with it."""

import json
import ssl
import urllib.error
import urllib.request


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def code(self):
        """The stable code of a problem document, or None."""
        if self.headers.get_content_type() != "application/problem+json":
            return None
        return self.json()["code"]

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Web:
    def __init__(self, url, certificate=None):
        self.url = url
        self.token = None
        context = ssl.create_default_context(cafile=certificate) if certificate else None
        handlers = [urllib.request.ProxyHandler({})]
        if context:
            handlers.append(urllib.request.HTTPSHandler(context=context))
        self.opener = urllib.request.build_opener(*handlers)

    def send(self, method, path, body=None, headers=None, seconds=15):
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with self.opener.open(request, timeout=seconds) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def get(self, path, **how):
        return self.send("GET", path, **how)

    def post(self, path, body, **how):
        return self.send("POST", path, body, **how)

    def log_in(self, username, password):
        """Takes a bearer token and sends it from now on."""
        answer = self.post("/api/v1/auth/login", {"username": username, "password": password})
        if answer.status == 200:
            self.token = answer.json()["access_token"]
        return answer
