"""Drives the MuseScore hosts of the sandbox with requests-oauthlib.

    pip install requests-oauthlib
    cargo run -p segno-sandbox -- --json > description.json &
    python3 docs/interop/musescore_oauthlib.py description.json

All three legs of a login, signed requests in every placement, a signed upload; and what must be refused: a wrong
signature, a stale timestamp, a nonce that was used, a token that is spent. Prints one line a step; exits with 1 if one
goes wrong.
"""

import json
import pathlib
import sys
import time
import urllib.parse
import urllib.request

import oauthlib
import requests
import requests_oauthlib
from oauthlib.oauth1 import SIGNATURE_PLAINTEXT, SIGNATURE_TYPE_BODY, SIGNATURE_TYPE_QUERY
from requests_oauthlib import OAuth1Session

with open(sys.argv[1]) as description:
    sandbox = json.load(description)
access = sandbox["musescore"]
REST, OAUTH, WEB = access["base_url"], access["oauth_url"], access["web_url"]
CONSUMER = {"client_key": access["consumer_key"], "client_secret": access["consumer_secret"]}
TOKEN = {"resource_owner_key": access["access_token"], "resource_owner_secret": access["access_token_secret"]}
MSCZ = (pathlib.Path(__file__).parents[2] / "crates/sandbox/assets/ode-to-joy.mscz").read_bytes()

failed = 0


def step(name, got, expected):
    global failed
    right = got == expected
    failed += not right
    print(("ok   " if right else "FAIL ") + f"{name}: {got!r}" + ("" if right else f", expected {expected!r}"))


def said(response):
    return response.status_code, response.json()


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(sandbox["control"]["base_url"] + path, data=data, method=method)
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read() or b"null")


def log_in(callback, answer="approve", **extra):
    """The first two legs: a session with a request token, and where the browser ends up."""
    session = OAuth1Session(**CONSUMER, callback_uri=callback, **extra)
    session.fetch_request_token(OAUTH + "request_token")
    page = session.authorization_url(WEB + "oauth/authorize", auto=answer)
    return session, requests.get(page, allow_redirects=False)


print(f"requests-oauthlib {requests_oauthlib.__version__}, oauthlib {oauthlib.__version__}")
control("POST", "/reset")
me = OAuth1Session(**CONSUMER, **TOKEN).get(REST + "me.json").json()["name"]

# Three legs, with a redirect and without one.
session, redirect = log_in("http://127.0.0.1:9/done?from=here")
step("the browser is sent back", redirect.status_code, 302)
session.parse_authorization_response(redirect.headers["Location"])
spent = session.token
granted = session.fetch_access_token(OAUTH + "access_token")
step("a token is granted", sorted(granted), ["oauth_token", "oauth_token_secret"])
step("and counts", session.get(REST + "me.json").json()["name"], me)

session, page = log_in("oob")
verifier = page.text.split('<code id="verifier">')[1].split("<")[0]
session.fetch_access_token(OAUTH + "access_token", verifier=verifier)
step("out of band", session.get(REST + "me.json").json()["name"], me)

session, _ = log_in("oob", signature_type=SIGNATURE_TYPE_QUERY)
step("request token by query", bool(session.token), True)
body = OAuth1Session(**CONSUMER, callback_uri="oob", signature_type=SIGNATURE_TYPE_BODY)
answer = body.post(OAUTH + "request_token", data={"scope": "a b+c*~é"})
step("request token by form", answer.status_code, 200)

# Signed requests.
mine = OAuth1Session(**CONSUMER, **TOKEN)
query = {"text": '"silver lake"', "part": "68,73", "odd": "Dvořák ~*'()! 100%", "empty": ""}
found = mine.get(REST + "score.json", params=query)
step("signed search", (found.status_code, [score["title"] for score in found.json()]),
     (200, ["Air for the silver lake festival"]))
by_query = OAuth1Session(**CONSUMER, **TOKEN, signature_type=SIGNATURE_TYPE_QUERY)
step("signed in the query", by_query.get(REST + "score.xml", params=query).status_code, 200)
application = OAuth1Session(**CONSUMER)
step("signed without a token", application.get(REST + "score.json").status_code, 200)
step("which is nobody", said(application.get(REST + "me.json")), (401, ["Access denied"]))

fields = {"title": "From Python: Ödé & more", "private": "1", "license": "cc-by", "tags": "a,b"}
file = {"score_data": ("ode.mscz", MSCZ, "application/octet-stream")}
created = mine.post(REST + "score.json", data=fields, files=file)
step("signed upload", (created.status_code, created.json()["title"]), (200, fields["title"]))
score = created.json()
path = f"{REST}score/{score['id']}"
updated = mine.post(path + "/update.json", data={"revision_log": "again"}, files=file).json()
step("signed update", (updated["id"], updated["vid"] != score["vid"]), (score["id"], True))
static = f"{access['static_url']}{score['id']}/{score['secret']}/score.mscz"
step("the file comes back", requests.get(static).content == MSCZ, True)
step("a private score needs its owner", requests.get(path + ".json", params={
    "oauth_consumer_key": access["consumer_key"]}).status_code, 401)
step("signed delete", said(mine.delete(path + ".json")), (200, True))
effects = control("GET", "/effects")["musescore"]["scores"]
step("and that is all that happened", effects, {"created": 1, "changed": 1, "deleted": 1})

# Refusals.
url = REST + "me.json"


def refused(name, expected, **changes):
    got = OAuth1Session(**{**CONSUMER, **TOKEN, **changes}).get(url)
    step(name, said(got), expected)


refused("wrong consumer secret", (401, ["Invalid signature"]), client_secret="wrong")
refused("wrong token secret", (401, ["Invalid signature"]), resource_owner_secret="wrong")
refused("unknown consumer", (401, ["Invalid consumer"]), client_key="nobody")
refused("unknown token", (401, ["Invalid access token"]), resource_owner_key="nobody")
refused("stale timestamp", (401, [{"code": "USER_TIMESTAMP_EXPIRED"}]), timestamp=str(int(time.time()) - 400))
refused("early timestamp", (401, [{"code": "USER_TIMESTAMP_EXPIRED"}]), timestamp=str(int(time.time()) + 400))
refused("PLAINTEXT", (400, ["Unsupported signature method PLAINTEXT"]), signature_method=SIGNATURE_PLAINTEXT)

once = OAuth1Session(**CONSUMER, **TOKEN, nonce="only-once", timestamp=str(int(time.time())))
step("a nonce", once.get(url).status_code, 200)
step("the nonce again", said(once.get(url)), (401, ["Nonce already used"]))

signed = requests.Request("GET", REST + "score.json?page=0", auth=mine.auth).prepare()
signed.url = signed.url.replace("page=0", "page=1")
step("a changed query", said(requests.Session().send(signed)), (401, ["Invalid signature"]))

again = OAuth1Session(**CONSUMER, resource_owner_key=spent["oauth_token"],
                      resource_owner_secret=spent.get("oauth_token_secret", ""), verifier="x")
step("a spent request token", said(again.post(OAUTH + "access_token")), (401, ["Invalid access token"]))
session, redirect = log_in("http://127.0.0.1:9/done", answer="deny")
problem = urllib.parse.parse_qs(urllib.parse.urlsplit(redirect.headers["Location"]).query)
step("consent denied", problem["oauth_problem"], ["permission_denied"])

control("PUT", "/switches", {"musescore": {"revoked_tokens": [access["access_token"]]}})
refused("a revoked token", (401, ["Invalid access token"]))
control("PUT", "/switches", {"musescore": {"revoked_tokens": [], "plaintext": True}})
plain = OAuth1Session(**CONSUMER, **TOKEN, signature_method=SIGNATURE_PLAINTEXT)
step("PLAINTEXT where it is allowed", plain.get(url).status_code, 200)
control("POST", "/reset")

print("everything as it should be" if not failed else f"{failed} steps went wrong")
sys.exit(bool(failed))
