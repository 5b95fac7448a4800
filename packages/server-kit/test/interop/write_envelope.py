"""Writes an envelope as another party might: key and signature by openssl, JSON by Python with
spaces, bare UTF-8, the URL-safe alphabet of base64 without padding, and no keyid.

The working directory is where key and signature are put. The answer on stdout is JSON with the
"line" and the "publicKey" as PEM.
"""

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL)


def text_of(body):
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


digest = hashlib.sha256(b"print(1)\n").hexdigest()
statement = {
    "predicateType": "urn:ide-assistant:action:v1",
    "_type": "https://in-toto.io/Statement/v1",
    # Characters whose bytes fall on both digits in which the alphabets differ.
    "subject": [{"name": "s_1:src/ÿ~?>þ-????>>>>~~~~.py", "digest": {"sha256": digest}}],
    "predicate": {
        "seq": 0,
        "id": "v_0_0123456789abcdef",
        "prev": "0" * 64,
        "timestamp": "2026-01-02T03:04:05.006Z",
        "actor": {"sub": "zoë", "kind": "user", "sessionId": "s_1"},
        "action": "ide_file_save",
        "phase": "decision",
        "input": {"sha256": digest},
    },
}
kind = "application/vnd.in-toto+json"
body = json.dumps(statement, ensure_ascii=False).encode()
# Decides whether the base64 would have had padding.
if len(body) % 3 == 0:
    body += b"\n"
Path("signed.bin").write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(body), body))

openssl("genpkey", "-algorithm", "ed25519", "-out", "key.pem")
openssl("pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
openssl("pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "signed.bin", "-out", "signature.bin")

signature = text_of(Path("signature.bin").read_bytes())
envelope = {"signatures": [{"sig": signature}], "payload": text_of(body), "payloadType": kind}
json.dump(
    {
        "line": json.dumps(envelope),
        "publicKey": Path("public.pem").read_text(),
    },
    sys.stdout,
)
