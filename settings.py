"""The one place where environment and `.setpiece/stack.json` are read: a frozen object, made once at the edge.

Nothing below the entry points reads the environment. Temporal's address comes from Temporal's own environment
configuration (`temporalio.envconfig`), see `temporal_connect_config`.
"""

import base64
import json
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

if TYPE_CHECKING:
    from temporalio.envconfig import ClientConnectConfig

PROJECT = Path(__file__).resolve().parent


class Endpoint(BaseModel):
    """An endpoint that plays may call: `{"url": "https://…", "secret": "whsec_…"}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    secret: SecretStr  # signs every call (Standard Webhooks)
    private: bool = False  # it lies in a private network, and that is meant

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("write the endpoint's address as https://host/path, without a user or password")
        return url

    @field_validator("secret")
    @classmethod
    def _usable(cls, secret: SecretStr) -> SecretStr:
        """Said when the settings are read, not at the first call. The message holds no part of it."""
        try:
            key = base64.b64decode(secret.get_secret_value().removeprefix("whsec_"), validate=True)
        except ValueError:
            key = b""
        if len(key) < 16:
            raise ValueError("its secret is `whsec_` and at least 24 bytes in base64, as the receiver gave it")
        return secret


SendingKind = Literal["sendgrid", "mailgun", "postmark", "ses", "resend", "brevo"]
ReportingKind = Literal["mailjet", "sparkpost", "mandrill", "mailersend"]  # what they report is understood; no API yet
ProviderKind = SendingKind | ReportingKind


class Provider(BaseModel):
    """An account at a mail provider: to send by its API, to trust its webhooks, or both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ProviderKind
    key: SecretStr | None = None  # of the API; of SES: access-key-id:secret-access-key
    url: str | None = None  # of the API where it is not the usual one: the provider's EU region, a private endpoint
    domain: str | None = None  # Mailgun: the sending domain
    region: str | None = None  # SES
    stream: str | None = None  # Postmark: the message stream, `outbound` without it; SES: the configuration set
    secrets: list[SecretStr] = Field(default_factory=list)  # verify its webhooks, newest first; what they are: docs
    password: SecretStr | None = None  # `user:password` of HTTP basic auth on its webhooks, where it signs nothing
    topics: list[str] = Field(default_factory=list)  # SES: the ARNs of the SNS topics that may report


class OAuth(BaseModel):
    """How to get access tokens for XOAUTH2 (Google, Microsoft 365): the refresh-token grant of RFC 6749, 6."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token_url: str
    client_id: str
    client_secret: SecretStr | None = None
    refresh_token: SecretStr


class Mailbox(BaseModel):
    """A player's own mailbox: how mail leaves it, where replies are read, how much it may send."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    send: SecretStr | None = None  # smtp+starttls://user:password@host, or `provider:NAME`; else SMTP_URL
    listen: SecretStr | None = None  # imaps://user:password@host/INBOX; not read without it
    oauth: OAuth | None = None  # instead of passwords in both
    keeps_sent: bool | None = None  # its server itself puts what it sends into Sent; known of Google and Microsoft 365
    plus: bool = False  # mail to name+anything@ reaches it: return paths and unsubscribe addresses carry a token
    a_day: int | None = Field(None, ge=1)  # mails in any 24 hours
    a_minute: int | None = Field(None, ge=1)  # mails in any 60 seconds
    since: date | None = None  # its first day of sending: the quota grows from there (warm-up)


class Settings(BaseSettings):
    """Everything that differs between installations. Environment wins over the running local stack's file."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="SETPIECE_", env_ignore_empty=True)

    environment: Literal["local", "test", "production"] = "local"
    folder: Path = PROJECT / ".setpiece"

    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    smtp_url: SecretStr | None = Field(None, validation_alias="SMTP_URL")
    temporal_address: str | None = Field(None, validation_alias="TEMPORAL_ADDRESS")
    temporal_namespace: str = Field("default", validation_alias="TEMPORAL_NAMESPACE")
    temporal_ui: str | None = None
    task_queue: str = "setpiece"
    metrics_address: str | None = None  # the worker's Prometheus page, e.g. 127.0.0.1:9464; none without it

    webhooks_host: str = "127.0.0.1"
    webhooks_port: int = 8080
    public_url: str | None = None  # what unsubscribe links begin with
    webhook_secrets: dict[str, list[SecretStr]] = Field(default_factory=dict)  # source -> secrets, newest first
    webhook_endpoints: dict[str, Endpoint] = Field(default_factory=dict)  # what `webhook` steps call, by name
    mailboxes: dict[str, Mailbox] = Field(default_factory=dict)  # by address
    providers: dict[str, Provider] = Field(default_factory=dict)  # by a name of ours, part of the webhooks' path
    max_mail: int = 25 * 1024 * 1024  # bytes of a mail that comes in by a webhook
    link_secret: SecretStr | None = None  # keys unsubscribe and survey links
    erasure_keys: list[SecretStr] = Field(default_factory=list)  # key the hashes of erased people, newest first
    fold_gmail: bool = False  # suppressions of Gmail addresses count without dots and what follows a plus
    max_body: int = 256 * 1024  # bytes
    doubt_hours: int = Field(4, ge=0)  # a mail in doubt for so long is somebody's to settle

    mail_domain: str = "setpiece.example"  # right side of Message-IDs
    postal_address: str = "Setpiece Ltd, 1 Example Street, London"  # CAN-SPAM, CASL: in every email
    tenant_zone: str = "Europe/London"
    tenant_locale: str = "en"

    @field_validator("database_url", "smtp_url")
    @classmethod
    def _known_scheme(cls, url: SecretStr | None, about: ValidationInfo) -> SecretStr | None:
        """Said at the edge, not by a worker that dies at every start. The message holds no part of the address."""
        right = {"database_url": ("postgresql", "postgres"), "smtp_url": ("smtp", "smtps")}[about.field_name or ""]
        scheme, found, _ = url.get_secret_value().partition("://") if url else ("", "", "")
        if url and not (found and scheme.split("+")[0] in right):
            raise ValueError(f"write it as {right[0]}://user:password@host:port/…, what is there begins otherwise")
        return url

    @field_validator("webhook_endpoints")
    @classmethod
    def _encrypted(cls, endpoints: dict[str, Endpoint], about: ValidationInfo) -> dict[str, Endpoint]:
        plain = [name for name, one in endpoints.items() if not one.url.startswith("https://")]
        if plain and about.data.get("environment") == "production":
            raise ValueError(f"in production {' and '.join(plain)} must begin with https://")
        return endpoints

    @field_validator("webhook_secrets")
    @classmethod
    def _no_empty_secret(cls, secrets: dict[str, list[SecretStr]]) -> dict[str, list[SecretStr]]:
        for source, keys in secrets.items():
            if not keys or any(not key.get_secret_value().strip() for key in keys):
                raise ValueError(f"the webhook source '{source}' has an empty secret; give it one or remove the source")
        return secrets

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the running local stack."""
        return init_settings, env_settings, StackFile(settings_cls)

    @property
    def erasure_secrets(self) -> tuple[str, ...]:
        """What keys the hashes of erased people, newest first: keys of their own, else the secret of links."""
        keys = self.erasure_keys or ([self.link_secret] if self.link_secret else [])
        return tuple(key.get_secret_value() for key in keys if key.get_secret_value().strip())

    @cached_property
    def webhooks_url(self) -> str:
        """Where the webhooks listen, as a browser on this machine reaches them."""
        return f"http://{self.webhooks_host}:{self.webhooks_port}"


def temporal_connect_config(settings: Settings) -> "ClientConnectConfig":
    """What `Client.connect` needs. Temporal's own environment configuration wins, then these settings."""
    from temporalio.envconfig import ClientConfig  # here: it would cost every command its start

    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", settings.temporal_address or "127.0.0.1:7233")
    config.setdefault("namespace", settings.temporal_namespace)
    return config


class StackFile(PydanticBaseSettingsSource):
    """`.setpiece/stack.json` and `.setpiece/secrets.json`, written by `starter.py up`, as a source of settings."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Not used: the whole file is read by __call__."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The settings the running stack implies; empty when no stack runs."""
        folder = Path(self.current_state.get("folder", PROJECT / ".setpiece"))
        found: dict[str, Any] = {}
        for name, translate in (("secrets.json", _secrets), ("stack.json", _addresses)):
            try:
                found |= translate(json.loads((folder / name).read_text(encoding="utf-8")))
            except FileNotFoundError:
                continue
        return found


def _secrets(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: raw[key] for key in ("webhook_secrets", "link_secret") if key in raw}


def _addresses(raw: dict[str, Any]) -> dict[str, Any]:
    temporal = raw.get("temporal", {})
    host, _, port = raw.get("webhooks", "http://127.0.0.1:8080").removeprefix("http://").partition(":")
    found = {
        "DATABASE_URL": raw.get("database_url"),
        "SMTP_URL": raw.get("smtp_url"),
        "TEMPORAL_ADDRESS": temporal.get("address"),
        "TEMPORAL_NAMESPACE": temporal.get("namespace"),
        "temporal_ui": temporal.get("ui"),
        "webhooks_host": host,
        "webhooks_port": int(port or 80),
        "public_url": raw.get("webhooks"),
    }
    return {key: value for key, value in found.items() if value is not None}
