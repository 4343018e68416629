#!/usr/bin/env python3
"""The second implementation of the transport signatures of TMF-1 rule 14: http-message-signatures (PyPI).

    http_signatures.py vectors          prints messages that it signed, as tests/data/http-signatures.json keeps them
    http_signatures.py verify < FILE    verifies the messages that techmart signed, in the same form

Needs `pip install http-message-signatures`. It is run by `cargo test` when TECHMART_TEST_HTTPSIG_PYTHON names a Python
that has it; the vectors that it printed are tested always.
"""

import base64
import datetime
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms

TAG = "tmf-1"
LIFE = datetime.timedelta(seconds=300)
CREATED = datetime.datetime.fromtimestamp(1_800_000_000, datetime.timezone.utc)
SEED = bytes([1]) * 32

REQUEST = ("@method", "@target-uri", "content-type", "content-digest")
RESPONSE = ("@status", "content-type", "content-digest")


class Message:
    """What the library asks of a message."""

    def __init__(self, headers, **known):
        self.headers = headers
        self.__dict__.update(known)


class OneKey(HTTPSignatureKeyResolver):
    def __init__(self, private, public):
        self.private, self.public = private, public

    def resolve_private_key(self, key_id):
        return self.private

    def resolve_public_key(self, key_id):
        return self.public


def thumbprint(public):
    """RFC 7638 of an Ed25519 key: the key id."""
    x = base64.urlsafe_b64encode(public).rstrip(b"=").decode()
    members = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
    return base64.urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).rstrip(b"=").decode()


def covered(names, message):
    return tuple(name for name in names if name != "content-type" or "Content-Type" in message.headers)


def request_of(case):
    headers = dict(case["request_headers"])
    return Message(headers, method=case["method"], url=case["target_uri"])


def response_of(case, request):
    return Message(dict(case["response_headers"]), status_code=case["status"], request=request)


def components(request, response=None):
    if response is None:
        return covered(REQUEST, request)
    return covered(RESPONSE, response) + tuple(f'"{name}";req' for name in covered(REQUEST, request))


def vectors():
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    keys = OneKey(private, private.public_key())
    public = private.public_key().public_bytes_raw()
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    json_type = {"Content-Type": "application/json"}
    plain = [
        ("POST", "/federation/v1/hints", '{"node":"cn-450721","head":42}', json_type, 202, '{"woken":true}', json_type),
        ("GET", "/federation/v1/feed?after=7&limit=100", "", {}, 200, "[]", {"Content-Type": "application/cloudevents-batch+json"}),
        ("DELETE", "/federation/v1/x?q=%E9%92%A6", "", {}, 204, "", {}),
    ]
    cases = []
    for number, (method, path, body, kind, status, answer, answer_kind) in enumerate(plain):
        request = Message(dict(kind), method=method, url="https://market.qinzhou.example" + path)
        how = dict(
            key_id=thumbprint(public), created=CREATED, expires=CREATED + LIFE, tag=TAG, label="py",
            nonce=f"a-nonce-of-python-{number}",
        )
        signer.sign(request, covered_component_ids=components(request), body=body.encode(), **how)
        response = Message(dict(answer_kind), status_code=status, request=request)
        signer.sign(response, covered_component_ids=components(request, response), body=answer.encode(), **how)
        cases.append(
            dict(
                method=method, target_uri=request.url, body=body, request_headers=request.headers,
                status=status, answer=answer, response_headers=response.headers,
            )
        )
    return dict(public_key=public.hex(), now=int(CREATED.timestamp()), cases=cases)


class Verifier(HTTPMessageVerifier):
    """Asks the times of the file, not the clock's."""

    def validate_created_and_expires(self, sig_input, max_age=None):
        created, expires = sig_input.params["created"], sig_input.params["expires"]
        assert created <= self.now < expires <= created + LIFE.total_seconds()


def verify(file):
    public = bytes.fromhex(file["public_key"])
    keys = OneKey(None, Ed25519PublicKey.from_public_bytes(public))
    verifier = Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    verifier.now = file["now"]
    for case in file["cases"]:
        request = request_of(case)
        response = response_of(case, request)
        for message, names, body in [
            (request, components(request), case["body"]),
            (response, components(request, response), case["answer"]),
        ]:
            found = verifier.verify(message, expect_tag=TAG, require_components=names, body=body.encode())
            assert len(found) == 1 and found[0].parameters["keyid"] == thumbprint(public), found
            forged = dict(body=body.encode() + b" ", expect_tag=TAG)
            try:
                verifier.verify(message, **forged)
            except Exception:  # noqa: BLE001 - any refusal will do
                continue
            raise AssertionError("a forged body was taken")
    print(f"{len(file['cases'])} requests and answers verified")


if __name__ == "__main__":
    if sys.argv[1:] == ["vectors"]:
        print(json.dumps(vectors(), indent=2, sort_keys=True))
    elif sys.argv[1:] == ["verify"]:
        verify(json.load(sys.stdin))
    else:
        sys.exit(__doc__)
