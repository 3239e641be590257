"""Certificates of an authority that nobody else trusts, made for one turn."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """PEM files."""

    authority: Path
    server: Path
    """Key and chain of a server on loopback."""


def make_certificates(directory: Path) -> Certificates:
    """Write them."""
    made = Certificates(directory / "authority.pem", directory / "server.pem")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(made.authority)
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(made.server)
    return made


def server_tls(certificate: Path) -> ssl.SSLContext:
    """TLS 1.3, so that all peers use the same; what they encrypt with they would choose differently in 1.2."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate)
    return context


def client_tls(authority: Path) -> ssl.SSLContext:
    """For who trusts this authority alone, and checks names."""
    return ssl.create_default_context(cafile=authority)
