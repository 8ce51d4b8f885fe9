#!/bin/sh
# Makes deploy/secrets/ for compose.yaml: random where a secret is only ours, asked for where somebody else gave it.
# Never overwrites a file: run it again to add what is missing.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets

random() { head -c 32 /dev/urandom | base64 | tr -d '+/=\n'; }
# The containers' own users must read them; the folder keeps everybody else out.
keep() { [ -e "secrets/$1" ] || { printf '%s' "$2" > "secrets/$1"; chmod 0444 "secrets/$1"; echo "made secrets/$1"; }; }

keep postgres_password "$(random)"
keep temporal_db_password "$(random)"
keep setpiece_db_password "$(random)"
keep database_url "postgresql+asyncpg://setpiece:$(cat secrets/setpiece_db_password)@postgres:5432/setpiece"
keep link_secret "$(random)"
keep mailboxes "{}"
keep providers "{}"
keep webhook_secrets "{\"crm\": [\"whsec_$(head -c 32 /dev/urandom | base64 | tr -d '\n')\"]}"
if [ ! -e secrets/smtp_url ]; then
    printf 'The mail server, as smtp+starttls://user:password@host or smtps://user:password@host : '
    read -r url
    [ -n "$url" ] || { echo "no mail server given: secrets/smtp_url is missing" >&2; exit 1; }
    keep smtp_url "$url"
fi
