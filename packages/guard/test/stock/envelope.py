"""Verifies an envelope with docs/envelope.md alone, and nothing of this library: Python's standard library is enough.

Clauses are named where they are kept. Keys are HMAC-SHA256; it is not a whole receiver, and knows no freshness or claims.
"""

import base64
import hashlib
import hmac
import json

# ENV-2: the signed attributes, in the order of the table.
SIGNED = (
    "keyid source destination type id time expirytime tenant actor origin subject hop rootid causationid generation datacontenttype"
).split()


def members(text):
    """The object's members in their order, each with the span of its value in the text."""
    decoder = json.JSONDecoder()

    def space(at):
        while at < len(text) and text[at] in " \t\n\r":
            at += 1
        return at

    at = space(0)
    if text[at] != "{":
        raise ValueError("not an object")
    at = space(at + 1)
    found = {}
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        if not isinstance(name, str) or name in found:
            raise ValueError("no name of a member, or a second of that name")
        at = space(at)
        if text[at] != ":":
            raise ValueError("no value")
        start = space(at + 1)
        value, at = decoder.raw_decode(text, start)
        found[name] = (value, text[start:at])
        at = space(at)
        if text[at] == ",":
            at = space(at + 1)
    if space(at + 1) != len(text):
        raise ValueError("something follows")
    return found


def netstring(text):
    """ENV-11."""
    encoded = text.encode()
    return str(len(encoded)).encode() + b":" + encoded + b","


def signing_input(found, algorithm):
    """ENV-10 to ENV-13."""
    fields = [netstring("sallyport/1"), netstring(algorithm)]
    for name in SIGNED:
        # ENV-12: an absent attribute is two bytes, and a count is its digits.
        fields.append(netstring(str(found[name][0])) if name in found else b"-,")
    fields.append(netstring(hashlib.sha256(found["data"][1].encode()).hexdigest()))
    return b"".join(fields)


def verify(body, keys):
    """The envelope's members, once its signature is the named key's.

    body: bytes, as they came. keys: objects of a key file. Raises ValueError when it is not authentic.
    """
    found = members(body.decode())
    key = next((one for one in keys if one["id"] == found["keyid"][0]), None)
    if key is None or key["issuer"] != found["source"][0] or key["algorithm"] != "hmac-sha256":
        raise ValueError("no key of this issuer has this id")
    expected = hmac.new(base64.b64decode(key["secret"]), signing_input(found, key["algorithm"]), hashlib.sha256).digest()
    # ENV-14: base64url without padding, compared in constant time.
    if not hmac.compare_digest(base64.urlsafe_b64encode(expected).rstrip(b"="), found["signature"][0].encode()):
        raise ValueError("the signature is not this key's")
    return {name: value for name, (value, _) in found.items()}
