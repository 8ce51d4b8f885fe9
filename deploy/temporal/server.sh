#!/bin/sh
# Temporal's own image reads its database password from the environment only: take it from the secret's file.
set -eu

POSTGRES_PWD=$(cat "$TEMPORAL_DB_PASSWORD_FILE")
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
