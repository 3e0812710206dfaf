"""KMS of the simulated region, asked by an unmodified SDK; the signatures are judged by Python's cryptography."""
import hashlib

import pytest

botocore_exceptions = pytest.importorskip("botocore.exceptions")
crypto = pytest.importorskip("cryptography")
from cryptography.exceptions import InvalidSignature  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, padding  # noqa: E402

RSA, P256, P384 = "alias/seismo-templates", "alias/fleet-releases", "alias/fleet-audit"
SCHEMES = [(RSA, f"RSASSA_{p}_SHA_{n}") for p in ("PKCS1_V1_5", "PSS") for n in (256, 384, 512)]
SCHEMES += [(P256, "ECDSA_SHA_256"), (P384, "ECDSA_SHA_384")]
MESSAGE = b"name=upsell-generator\nversion=2.1\n" * 100


@pytest.fixture(scope="module")
def kms(sim):
    return sim.client("kms")


def code_of(call, **args):
    with pytest.raises(botocore_exceptions.ClientError) as e:
        call(**args)
    assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return e.value.response["Error"]["Code"]


def public_key(kms, key):
    return serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])


def check(key, scheme, message, signature):
    """Raises InvalidSignature when it does not hold."""
    hash_ = getattr(hashes, "SHA" + scheme[-3:])()
    if scheme.startswith("ECDSA"):
        key.verify(signature, message, ec.ECDSA(hash_))
    elif "PSS" in scheme:
        key.verify(signature, message, padding.PSS(padding.MGF1(hash_), salt_length=hash_.digest_size), hash_)
    else:
        key.verify(signature, message, padding.PKCS1v15(), hash_)


@pytest.mark.parametrize("key,scheme", SCHEMES)
def test_signatures_hold(kms, key, scheme):
    public = public_key(kms, key)
    digest = hashlib.new("sha" + scheme[-3:], MESSAGE).digest()
    for kind, what in (("RAW", MESSAGE), ("DIGEST", digest)):
        answer = kms.sign(KeyId=key, Message=what, MessageType=kind, SigningAlgorithm=scheme)
        assert answer["SigningAlgorithm"] == scheme and ":key/" in answer["KeyId"]
        check(public, scheme, MESSAGE, answer["Signature"])
        with pytest.raises(InvalidSignature):
            check(public, scheme, MESSAGE + b"!", answer["Signature"])
        for kind2, what2 in (("RAW", MESSAGE), ("DIGEST", digest)):
            assert kms.verify(KeyId=key, Message=what2, MessageType=kind2, SigningAlgorithm=scheme,
                              Signature=answer["Signature"])["SignatureValid"] is True
        assert code_of(kms.verify, KeyId=key, Message=MESSAGE + b"!", SigningAlgorithm=scheme,
                       Signature=answer["Signature"]) == "KMSInvalidSignatureException"
        broken = bytes([answer["Signature"][0] ^ 1]) + answer["Signature"][1:]
        assert code_of(kms.verify, KeyId=key, Message=MESSAGE, SigningAlgorithm=scheme, Signature=broken) == "KMSInvalidSignatureException"


def test_every_name_of_a_key(kms):
    meta = kms.describe_key(KeyId=RSA)["KeyMetadata"]
    assert (meta["KeySpec"], meta["KeyUsage"], meta["KeyState"], meta["Enabled"]) == ("RSA_2048", "SIGN_VERIFY", "Enabled", True)
    assert len(meta["SigningAlgorithms"]) == 6
    alias_arn = meta["Arn"].rsplit(":", 1)[0] + ":" + RSA
    for name in (meta["KeyId"], meta["Arn"], alias_arn):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == meta["Arn"]
        assert kms.get_public_key(KeyId=name)["KeyId"] == meta["Arn"]
    assert kms.get_public_key(KeyId=P384)["SigningAlgorithms"] == ["ECDSA_SHA_384"]
    for name in ("alias/nothing", "00000000-0000-4000-8000-000000000000", meta["Arn"].replace("us-east-1", "eu-west-1"),
                 meta["Arn"][:-1] + "g"):
        assert code_of(kms.describe_key, KeyId=name) == "NotFoundException"


def test_states_of_keys(kms):
    states = {"alias/seismo-templates-2025": "DisabledException", "alias/seismo-templates-2024": "KMSInvalidStateException",
              "alias/fleet-data": "InvalidKeyUsageException"}
    for key, code in states.items():
        assert code_of(kms.sign, KeyId=key, Message=b"m", SigningAlgorithm=SCHEMES[0][1]) == code
        assert code_of(kms.verify, KeyId=key, Message=b"m", Signature=b"s", SigningAlgorithm=SCHEMES[0][1]) == code
        meta = kms.describe_key(KeyId=key)["KeyMetadata"]
        assert meta["Enabled"] is (key == "alias/fleet-data")
        assert ("DeletionDate" in meta) is (meta["KeyState"] == "PendingDeletion")
    assert code_of(kms.get_public_key, KeyId="alias/seismo-templates-2025") == "DisabledException"
    assert code_of(kms.get_public_key, KeyId="alias/fleet-data") == "UnsupportedOperationException"


def test_requests_that_do_not_fit(kms):
    scheme = SCHEMES[0][1]
    assert code_of(kms.sign, KeyId=P256, Message=b"m", SigningAlgorithm=scheme) == "InvalidKeyUsageException"
    assert code_of(kms.sign, KeyId=RSA, Message=b"m", SigningAlgorithm="ECDSA_SHA_384") == "InvalidKeyUsageException"
    assert code_of(kms.sign, KeyId=RSA, Message=b"m", SigningAlgorithm="RSASSA_SHA_1") == "ValidationException"
    assert code_of(kms.sign, KeyId=RSA, Message=b"m", MessageType="EXTERNAL_MU", SigningAlgorithm=scheme) == "ValidationException"
    assert code_of(kms.sign, KeyId=RSA, Message=b"m" * 31, MessageType="DIGEST", SigningAlgorithm=scheme) == "ValidationException"
    assert len(kms.sign(KeyId=RSA, Message=b"m" * 4096, SigningAlgorithm=scheme)["Signature"]) == 256
    with pytest.raises(botocore_exceptions.ClientError) as e:
        kms.sign(KeyId=RSA, Message=b"m" * 4097, SigningAlgorithm=scheme)
    assert e.value.response["Error"]["Code"] == "ValidationException"


def test_keys_follow_from_the_seed(start_sim):
    keys = [start_sim("--seed", seed).client("kms").get_public_key(KeyId=RSA) for seed in ("5", "5", "6")]
    assert keys[0]["PublicKey"] == keys[1]["PublicKey"] != keys[2]["PublicKey"]
    assert keys[0]["KeyId"] == keys[1]["KeyId"] != keys[2]["KeyId"]
