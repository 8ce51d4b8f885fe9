#!/bin/sh
# Runs once, when the data volume is empty: one role and one owner per database. Setpiece cannot read Temporal's
# histories, Temporal cannot read our contacts, and neither is a superuser.
set -e

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set setpiece="$(cat "$SETPIECE_DB_PASSWORD_FILE")" --set temporal="$(cat "$TEMPORAL_DB_PASSWORD_FILE")" <<'SQL'
create role setpiece login password :'setpiece';
create role temporal login password :'temporal';
create database setpiece owner setpiece;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke connect on database setpiece, temporal, temporal_visibility from public;
SQL
