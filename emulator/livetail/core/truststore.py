"""A PKCS#12 truststore, the form in which Java and Kotlin take a certificate authority to trust."""

from typing import Final

PASSWORD: Final = "changeit"
"""That of Java's own truststore. It protects nothing: the certificate is public."""


def make_truststore(ca_pem: bytes) -> bytes:
    """The certificates of a PEM text as a PKCS#12 truststore.

    Raises:
        ModuleNotFoundError: the package cryptography, of the extra `tls`, is missing.
        ValueError: the text has no certificate.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    certificates = x509.load_pem_x509_certificates(ca_pem)
    entries = [
        pkcs12.PKCS12Certificate(certificate, b"livetail-%d" % number)
        for number, certificate in enumerate(certificates)
    ]
    return pkcs12.serialize_java_truststore(entries, BestAvailableEncryption(PASSWORD.encode()))
