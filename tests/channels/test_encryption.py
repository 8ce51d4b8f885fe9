"""Passwords and mail cross no network in the clear, and no server is believed whose certificate is not."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from activities.channels.smtp import SmtpTransport
from activities.channels.transport import Broken, Unreachable
from local.mail_sink import MailSink
from tests.channels.accounts import api_of, send
from tests.channels.letters import RECIPIENT, SENDER
from tests.channels.rigs import post_of


def strangers_certificate(folder: Path) -> ssl.SSLContext:
    """A server's context whose certificate nobody has signed."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoded = serialization.Encoding.PEM
    private = key.private_bytes(encoded, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(private + made.public_bytes(encoded))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


@asynccontextmanager
async def stranger(folder: Path) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that speaks TLS with that certificate, its port, and what it was told inside."""
    told: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.append(await reader.read(1000))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=strangers_certificate(folder))
    yield server.sockets[0].getsockname()[1], told
    server.close()


async def test_an_api_with_a_strangers_certificate_is_told_nothing(tmp_path: Path) -> None:
    async with stranger(tmp_path) as (port, told):
        with pytest.raises(Broken):
            await send(api_of("sendgrid", f"https://localhost:{port}"))
    assert told == []


async def test_a_mail_server_with_a_strangers_certificate_is_told_nothing(tmp_path: Path) -> None:
    async with stranger(tmp_path) as (port, told):
        with pytest.raises(Unreachable) as unreachable:
            await SmtpTransport(f"smtps://rita:geheim@localhost:{port}").open(SENDER, RECIPIENT)
    assert told == []
    assert "geheim" not in str(unreachable.value)


async def test_a_password_is_not_sent_where_encryption_was_asked_for_and_is_not_offered(tmp_path: Path) -> None:
    """A man in the middle who strikes STARTTLS out of the server's answer learns nothing."""
    async with MailSink(tmp_path) as sink:
        port = sink.url.rpartition(":")[2]
        post = post_of(mailboxes={SENDER: {"send": f"smtp+starttls://rita:geheim@127.0.0.1:{port}"}})
        with pytest.raises(Unreachable) as unreachable:
            await post.open(SENDER, RECIPIENT)
    assert "geheim" not in str(unreachable.value)
    assert sink.faults.attempts == []


@pytest.mark.parametrize("url", ["smtp://rita:geheim@mail.example", "smtp://rita@mail.example"])
async def test_a_login_over_a_network_is_encrypted_even_where_the_address_does_not_ask_for_it(url: str) -> None:
    assert SmtpTransport(url).place.starttls is True
