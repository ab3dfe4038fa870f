"""Judges the OpenAPI document of the sandbox's control port with openapi-spec-validator, and what the port responds by it.

    pip install openapi-spec-validator
    cargo run -p segno-sandbox -- --json > description.json &
    python3 docs/interop/sandbox_openapi.py description.json

Prints one line a step; exits with 1 if one goes wrong.
"""

import json
import sys
import urllib.request

from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

with open(sys.argv[1]) as description:
    control = json.load(description)["control"]["base_url"]


def ask(method, path, value=None):
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(control + path, body, {"accept": "application/json"}, method=method)
    with urllib.request.urlopen(request) as response:
        text = response.read()
    return json.loads(text) if text else None


steps = 0


def step(name, errors):
    global steps
    steps += 1
    for error in errors:
        print(f"not ok {steps} {name}: {error.message} at {'/'.join(map(str, error.absolute_path))}")
        sys.exit(1)
    print(f"ok {steps} {name}")


document = ask("GET", "/openapi.json")
step("the document is an OpenAPI document", OpenAPIV31SpecValidator(document).iter_errors())
ask("POST", "/faults", [{"kind": "status", "status": 503, "host": "soundslice"}])
ask("POST", "/recording")
for path, operations in document["paths"].items():
    content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    if "application/json" in content:
        schema = {**content["application/json"]["schema"], "components": document["components"]}
        step(f"GET {path} responds by its schema", OAS31Validator(schema).iter_errors(ask("GET", path)))
schema = {"$ref": "#/components/schemas/Switches", "components": document["components"]}
assert not OAS31Validator(schema).is_valid({"soundslice": {"no": 1}}), "a switch that does not exist fits the schema"
