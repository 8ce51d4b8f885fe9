#!/bin/sh
# Secrets come as files: NAME_FILE=/run/secrets/x becomes NAME with the file's text. Then the command takes over.
set -eu

for name in DATABASE_URL SMTP_URL SETPIECE_LINK_SECRET SETPIECE_ERASURE_KEYS SETPIECE_MAILBOXES SETPIECE_PROVIDERS SETPIECE_WEBHOOK_SECRETS; do
    file=$(printenv "${name}_FILE" || true)
    [ -n "$file" ] || continue
    if [ ! -r "$file" ]; then
        echo "${name}_FILE names $file, which cannot be read here (this process is user $(id -u))." >&2
        exit 78
    fi
    value=$(cat "$file")
    if [ -z "$value" ]; then
        echo "${name}_FILE names $file, which is empty." >&2
        exit 78
    fi
    export "$name=$value"
    unset "${name}_FILE"
done

exec "$@"
