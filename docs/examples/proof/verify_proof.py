# python3 verify_proof.py <issuer> <audience> <nonce> <proof>     (pip install cryptography)
import base64, hmac, json, sys, time, urllib.request
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verify_proof(proof, issuer, audience, nonce):
    """The claims of the proof; raises for anything that is not a proof for this sign-in."""
    header, payload, signature = proof.split(".")
    head, raw = json.loads(decode(header)), decode(signature)
    if head["alg"] != "ES256" or head["typ"] != "silent-auth-proof+jwt" or len(raw) != 64:
        raise ValueError("not a proof")
    if "crit" in head:
        raise ValueError("an unknown extension")
    with urllib.request.urlopen(issuer + "/.well-known/jwks.json", timeout=3) as answer:
        keys = {key["kid"]: key for key in json.load(answer)["keys"]}  # cache it for 5 minutes
    x, y = (int.from_bytes(decode(keys[head["kid"]][axis]), "big") for axis in ("x", "y"))
    public_key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    signed = f"{header}.{payload}".encode()
    public_key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))

    claims, now = json.loads(decode(payload)), time.time()
    if (claims["iss"], claims["aud"]) != (issuer, audience):
        raise ValueError("a proof of or for somebody else")
    if not claims["iat"] - 60 <= now < claims["exp"]:
        raise ValueError("not valid now")
    if not nonce or not hmac.compare_digest(claims["nonce"], nonce):
        raise ValueError("a proof of another sign-in")
    if not (claims["jti"] and claims["request_id"]):
        raise ValueError("nothing to spend or to name it by")
    return claims


if __name__ == "__main__":
    issuer, audience, nonce, proof = sys.argv[1:]
    print(json.dumps(verify_proof(proof, issuer, audience, nonce)))  # next: spend jti, once
