"""Checks requests of segno-musescore with the server side of oauthlib.

    pip install oauthlib
    cargo run -p segno-musescore --example captured_requests | python3 docs/interop/oauthlib_check.py

Every request must pass as it is, and fail after each of a few changes to it: a check that accepts everything proves
nothing. Exits with 1 if one does not.
"""

import json
import re
import sys
import time

import oauthlib
from oauthlib.oauth1 import RequestValidator, WebApplicationServer
from oauthlib.oauth1.rfc5849.errors import OAuth1Error


class Validator(RequestValidator):
    """Knows one consumer and its tokens. Lengths and alphabets of keys and nonces are oauthlib's defaults."""

    enforce_ssl = False
    dummy_client = dummy_request_token = dummy_access_token = "dummydummydummydummydummy"

    def __init__(self, document):
        super().__init__()
        self.known = document
        self.used = set()

    @property
    def allowed_signature_methods(self):
        return ("HMAC-SHA1", "PLAINTEXT")

    def validate_client_key(self, client_key, request):
        return client_key == self.known["consumer"]["key"]

    def validate_request_token(self, client_key, token, request):
        return token == self.known["request"]["token"]

    def validate_access_token(self, client_key, token, request):
        return token == self.known["access"]["token"]

    def get_client_secret(self, client_key, request):
        return self.known["consumer"]["secret"]

    def get_request_token_secret(self, client_key, token, request):
        return self.known["request"]["secret"]

    def get_access_token_secret(self, client_key, token, request):
        return self.known["access"]["secret"]

    def validate_timestamp_and_nonce(
        self, client_key, timestamp, nonce, request, request_token=None, access_token=None
    ):
        fresh = abs(time.time() - int(timestamp)) < 300 and (timestamp, nonce) not in self.used
        self.used.add((timestamp, nonce))
        return fresh

    def validate_redirect_uri(self, client_key, redirect_uri, request):
        return True

    def validate_requested_realms(self, client_key, realms, request):
        return True

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True

    def get_default_realms(self, client_key, request):
        return []

    def get_realms(self, token, request):
        return []

    def validate_verifier(self, client_key, token, verifier, request):
        return verifier == self.known["request"]["verifier"]


def accepts(document, request):
    """True if a fresh server takes the request."""
    server = WebApplicationServer(Validator(document))
    headers = {name.title(): value for name, value in request["headers"]}
    form = headers.get("Content-Type") == "application/x-www-form-urlencoded"
    # Multipart bodies are not signed.
    arguments = (request["url"], request["method"], request["body"] if form else None, headers)
    if request["leg"] == "resource":
        return server.validate_protected_resource_request(*arguments)[0]
    try:
        parsed = server._create_request(*arguments)
        if request["leg"] == "request":
            return server.validate_request_token_request(parsed)[0]
        return server.validate_access_token_request(parsed)[0]
    except OAuth1Error:
        return False


def changed(request, change):
    """The request after a change to all that is signed or signs, or None if the change does not concern it."""
    text = json.dumps({key: request[key] for key in ("url", "headers", "body", "method")})
    other = change(text)
    return None if other == text else {**request, **json.loads(other)}


def swap(text, name):
    """The text with the first character of a parameter's value changed to another letter."""
    pattern = name + r"=(?:\\\")?"
    return re.sub(f"({pattern})(.)", lambda hit: hit[1] + ("A" if hit[2] != "A" else "B"), text, count=1)


CHANGES = {
    "another signature": lambda text: swap(text, "oauth_signature"),
    "another path": lambda text: text.replace("/services/rest/", "/services/rest/x").replace("/oauth/", "/oauth/x"),
    "another verb": lambda text: re.sub(r'"method": "(GET|POST|DELETE)"', '"method": "PUT"', text),
    "another parameter": lambda text: text.replace("silver", "golden").replace("ab%2Bcd", "abcd").replace("ada", "eve"),
    "another nonce": lambda text: swap(text, "oauth_nonce"),
    "another consumer": lambda text: text.replace("segnoInteropConsumer01", "segnoInteropConsumer02"),
    "another token": lambda text: text.replace("segnoInteropToken00001", "segnoInteropToken00002"),
    "another verifier": lambda text: text.replace("segnoInteropVerifier01", "segnoInteropVerifier02"),
}


def main():
    document = json.load(sys.stdin)
    faults = refused = 0
    for request in document["requests"]:
        plain = "PLAINTEXT" in json.dumps(request)
        passed = accepts(document, request)
        faults += not passed
        print(f"{'accepted' if passed else 'REFUSED '}  {request['method']:6} {request['name']}")
        for name, change in CHANGES.items():
            other = changed(request, change)
            if other is None:
                continue
            # PLAINTEXT proves who asks and nothing about the request.
            if plain and name in ("another path", "another verb", "another parameter", "another nonce"):
                continue
            if accepts(document, other):
                faults += 1
                print(f"          accepted although changed: {name}")
            else:
                refused += 1
    count = len(document["requests"])
    print(f"oauthlib {oauthlib.__version__}: {count} requests, {refused} changed ones refused, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
