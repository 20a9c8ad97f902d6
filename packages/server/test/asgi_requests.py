"""Asks an ASGI application without a network."""

import asyncio
import json
from urllib.parse import urlencode


def ask_all(app, requests):
    """Each [method, path, token, form], one after the other: [status, headers, body] of each."""
    return [asyncio.run(ask(app, *request)) for request in requests]


async def ask(app, method, path, token, form):
    body = urlencode(form or {}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
    if token:
        headers["authorization"] = f"Bearer {token}"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "server": ("testserver", 80), "client": ("testclient", 50000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return [sent[0]["status"], answered, json.loads(b"".join(part.get("body", b"") for part in sent[1:]))]
