"""The truststore for Java holds the certificates of a PEM text, and opens with the password of Java's own."""

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from livetail.environment import TRUSTSTORE_PASSWORD, make_truststore


def test_it_holds_each_certificate() -> None:
    texts = [trustme.CA().cert_pem.bytes() for _ in range(2)]
    store = pkcs12.load_pkcs12(make_truststore(b"".join(texts)), TRUSTSTORE_PASSWORD.encode())
    assert store.cert is None and store.key is None
    assert [entry.certificate for entry in store.additional_certs] == list(map(x509.load_pem_x509_certificate, texts))
    assert [entry.friendly_name for entry in store.additional_certs] == [b"livetail-0", b"livetail-1"]


def test_a_text_without_a_certificate() -> None:
    with pytest.raises(ValueError):
        make_truststore(b"no certificate")
