"""Checks DSSE envelopes by securesystemslib, on which TUF and in-toto stand.

The question is JSON on stdin: "keys", a set of JWKs, and "lines", the envelopes. The answer on
stdout is a list with the id of the key that signed each, or null where none did.
"""

import base64
import json
import sys

try:
    from securesystemslib.keys import verify_signature
except ImportError:
    sys.exit("These tests need securesystemslib: apt-get install python3-securesystemslib python3-nacl")


def pre_authentication_encoding(envelope):
    kind = envelope["payloadType"].encode()
    body = base64.b64decode(envelope["payload"], validate=True)
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)


def public_key(jwk):
    point = base64.urlsafe_b64decode(jwk["x"] + "=" * (-len(jwk["x"]) % 4))
    return {
        "keyid": jwk["kid"],
        "keytype": "ed25519",
        "scheme": "ed25519",
        "keyval": {"public": point.hex()},
    }


def signer(line, keys):
    envelope = json.loads(line)
    signed = pre_authentication_encoding(envelope)
    for signature in envelope["signatures"]:
        key = keys.get(signature["keyid"])
        claim = {
            "keyid": signature["keyid"],
            "sig": base64.b64decode(signature["sig"], validate=True).hex(),
        }
        if key and verify_signature(key, claim, signed):
            return key["keyid"]
    return None


question = json.load(sys.stdin)
keys = {jwk["kid"]: public_key(jwk) for jwk in question["keys"]}
json.dump([signer(line, keys) for line in question["lines"]], sys.stdout)
