"""Signs in at Latchkey and calls its APIs, with what comes with Python 3.

    python3 client.py testuser

Asks for the password, then gets the path that each line of the standard input names.
"""

import getpass
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """urllib would take the access token along, whatever the other host is."""

    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(NoRedirects)


class Client:
    """Signs one user in and keeps them signed in."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.tokens = None

    def login(self, username, password):
        self._get_tokens(grant_type="password", username=username, password=password)

    def get(self, path):
        """The JSON at a path; asks once more where the access token was no longer good."""
        try:
            return self._get(path)
        except urllib.error.HTTPError as error:
            if "invalid_token" not in error.headers.get("WWW-Authenticate", ""):
                raise
        self._refresh()
        return self._get(path)

    def logout(self):
        token, self.tokens = self.tokens["refresh_token"], None
        self._post("/revoke", token=token)

    def _get(self, path):
        headers = {"Authorization": "Bearer " + self.tokens["access_token"]}
        return self._send(urllib.request.Request(self.url + path, headers=headers))

    def _refresh(self):
        # Each refresh token works once: the answer's takes its place.
        self._get_tokens(grant_type="refresh_token", refresh_token=self.tokens["refresh_token"])

    def _get_tokens(self, **fields):
        self.tokens = self._post("/oauth/token", **fields)

    def _post(self, path, **fields):
        data = urllib.parse.urlencode(fields).encode()
        return self._send(urllib.request.Request(self.url + path, data=data))

    @staticmethod
    def _send(request):
        with opener.open(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")


def ask_for_password():
    if sys.stdin.isatty():
        return getpass.getpass()
    return sys.stdin.readline().rstrip("\n")


def main(username="testuser"):
    client = Client(os.environ.get("ISSUER", "http://127.0.0.1:8000"))
    try:
        client.login(username, ask_for_password())
        for line in sys.stdin:
            print(json.dumps(client.get(line.strip())), flush=True)
        client.logout()
        print("Signed out")
    except urllib.error.HTTPError as error:
        sys.exit(json.load(error)["detail"])
    except urllib.error.URLError as error:
        sys.exit(f"The server could not be reached: {error.reason}")


if __name__ == "__main__":
    main(*sys.argv[1:])
