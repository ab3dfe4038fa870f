"""Drives the old API of the sandbox's SoundCloud with requests-oauthlib.

    pip install requests-oauthlib
    cargo run -p segno-sandbox -- --json > description.json &
    python3 docs/interop/soundcloud_legacy_oauthlib.py description.json

On both hosts, the live one (which takes no password) and the old sandbox: all three legs of a login, signed calls, an
upload whose multipart body is not signed; and what must be refused: a password on the live host, a wrong signature, a
stale timestamp, a nonce that was used, a token of another application, a request token that is spent. Prints one line a
step; exits with 1 if one goes wrong.
"""

import json
import re
import sys
import time
import urllib.parse
import urllib.request

import oauthlib
import requests
import requests_oauthlib
from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, SIGNATURE_TYPE_QUERY
from requests_oauthlib import OAuth1Session

with open(sys.argv[1]) as description:
    sandbox = json.load(description)
access = sandbox["soundcloud"]
CONTROL = sandbox["control"]["base_url"]
CONSUMER = {"client_key": access["client_id"], "client_secret": access["client_secret"]}
XML = {"Accept": "application/xml"}
WAV = b"RIFF\x44\x03\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x20\x03\0\0" + b"\x80" * 800

failed = 0


def step(name, got, expected):
    global failed
    right = got == expected
    failed += not right
    print(("ok   " if right else "FAIL ") + f"{name}: {got!r}" + ("" if right else f", expected {expected!r}"))


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(CONTROL + path, data=data, method=method)
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read() or b"null")


hosts = control("GET", "/hosts")
WEB = hosts["soundcloud_web"] + "/"


def log_in(base, callback, answer="approve", consumer=CONSUMER, **more):
    """The first two legs: a session with a request token, and where the browser ends up."""
    session = OAuth1Session(**consumer, callback_uri=callback)
    session.fetch_request_token(base + "oauth/request_token")
    page = session.authorization_url(WEB + "oauth/authorize", auto=answer, **more)
    return session, requests.get(page, allow_redirects=False)


def text(response, name):
    found = re.search(f"<{name}[^>]*>([^<]*)</{name}>", response.text)
    return found and found[1]


print(f"oauthlib {oauthlib.__version__}, requests-oauthlib {requests_oauthlib.__version__}")
for name, base in [("live host", hosts["soundcloud"] + "/"), ("old sandbox", hosts["soundcloud_legacy"] + "/")]:
    print(f"-- {name}")
    session, page = log_in(base, "https://app.example/back?x=1")
    step("the page redirects to the callback", (page.status_code, page.headers["Location"].split("&oauth")[0]), (302, "https://app.example/back?x=1"))
    session.parse_authorization_response(page.headers["Location"])
    token = session.fetch_access_token(base + "oauth/access_token")
    step("an access token", sorted(token), ["oauth_token", "oauth_token_secret"])
    keys = {"resource_owner_key": token["oauth_token"], "resource_owner_secret": token["oauth_token_secret"]}
    me = OAuth1Session(**CONSUMER, **keys)
    me.headers.update(XML)
    step("who I am", text(me.get(base + "me"), "permalink"), "okafor")
    query = OAuth1Session(**CONSUMER, **keys, signature_type=SIGNATURE_TYPE_QUERY)
    step("signed in the query", text(query.get(base + "me?a=%C3%A9+b&c=", headers=XML), "permalink"), "okafor")
    body = OAuth1Session(**CONSUMER, **keys, signature_type=SIGNATURE_TYPE_BODY)

    made = me.post(base + "tracks", data={"track[title]": "Harbour & é", "track[sharing]": "private"}, files={"track[asset_data]": ("harbour.wav", WAV, "audio/wav")})
    step("an upload, its body unsigned", (made.status_code, text(made, "title"), text(made, "sharing")), (201, "Harbour &amp; é", "private"))
    place = made.headers["Location"]
    step("Location and uri agree", text(made, "uri"), place)
    change = body.put(place, data={"track[title]": "Ebb & <flow>"}, headers={**XML, "Content-Type": "application/x-www-form-urlencoded"})
    step("a form that is signed", (change.status_code, text(change, "title")), (200, "Ebb &amp; &lt;flow&gt;"))
    xml = me.put(place + "/permissions", data="<permissions><user-id>5530</user-id></permissions>", headers={"Content-Type": "application/xml"})
    step("an XML body, unsigned", xml.status_code, 200)
    step("contacts", text(me.get(base + "me/contacts"), "username"), "Ana R.")
    step("deleted", me.delete(place).status_code, 200)
    step("a two-legged call reads what is public", OAuth1Session(**CONSUMER).get(base + "tracks", headers=XML).status_code, 200)
    step("and no more", OAuth1Session(**CONSUMER).get(base + "me", headers=XML).status_code, 401)

    other, page = log_in(base, "https://app.example/back", username="reis")
    other.parse_authorization_response(page.headers["Location"])
    theirs = other.fetch_access_token(base + "oauth/access_token")
    theirs = {"resource_owner_key": theirs["oauth_token"], "resource_owner_secret": theirs["oauth_token_secret"]}
    step("another user", text(OAuth1Session(**CONSUMER, **theirs).get(base + "me", headers=XML), "permalink"), "reis")

    def refused(name, response, said, status=401):
        step(name, (response.status_code, said in response.text), (status, True))

    wrong = OAuth1Session(access["client_id"], "wrong", **keys)
    refused("a wrong secret", wrong.get(base + "me", headers=XML), "Invalid signature")
    stranger = OAuth1Session("nobody", "x", **keys)
    refused("an unknown application", stranger.get(base + "me", headers=XML), "Invalid consumer")
    stale = OAuth1Session(**CONSUMER, **keys, timestamp=str(int(time.time()) - 4000))
    refused("a stale timestamp", stale.get(base + "me", headers=XML), "Timestamp expired")
    again = {"nonce": f"once-{name}", "timestamp": str(int(time.time()))}
    step("a nonce", OAuth1Session(**CONSUMER, **keys, **again).get(base + "me", headers=XML).status_code, 200)
    refused("the same nonce", OAuth1Session(**CONSUMER, **keys, **again).get(base + "me", headers=XML), "Nonce already used")
    apps = control("GET", "/accounts")["soundcloud"]["apps"]
    reader = {"client_key": apps[2]["client_id"], "client_secret": apps[2]["client_secret"]}
    refused("a token of another application", OAuth1Session(**reader, **keys).get(base + "me", headers=XML), "Invalid access token")
    spent = OAuth1Session(**CONSUMER, resource_owner_key=session._client.client.resource_owner_key, resource_owner_secret="x", verifier="x")
    step("a spent request token", spent.post(base + "oauth/access_token").status_code, 401)
    session, page = log_in(base, "https://app.example/back", "deny")
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(page.headers["Location"]).query)
    step("denied", query["oauth_problem"], ["permission_denied"])
    session, page = log_in(base, "oob")
    verifier = re.search('id="verifier">([^<]+)<', page.text)[1]
    bad = OAuth1Session(**CONSUMER, resource_owner_key=session._client.client.resource_owner_key, resource_owner_secret=session._client.client.resource_owner_secret, verifier="wrong")
    refused("a wrong verifier", bad.post(base + "oauth/access_token"), "Invalid verifier")
    good = OAuth1Session(**CONSUMER, resource_owner_key=session._client.client.resource_owner_key, resource_owner_secret=session._client.client.resource_owner_secret, verifier=verifier)
    step("out of band", sorted(good.fetch_access_token(base + "oauth/access_token")), ["oauth_token", "oauth_token_secret"])
    unsigned = requests.post(base + "oauth/request_token")
    step("an unsigned request for a token", unsigned.status_code, 400)
    basic = requests.get(base + "me", auth=(access["username"], access["password"]), headers=XML)
    step("a password", basic.status_code, 401 if name == "live host" else 200)

print("FAILED" if failed else "all ok")
sys.exit(bool(failed))
