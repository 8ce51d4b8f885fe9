#!/bin/sh
# Temporal's own tables, brought to the schema of this release of Temporal. Does nothing where they are up to date.
set -eu

SQL_PASSWORD=$(cat "$TEMPORAL_DB_PASSWORD_FILE")
export SQL_PASSWORD

for database in temporal temporal_visibility; do
    part=${database#temporal_}
    tool="temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db $database"
    # shellcheck disable=SC2086 # the words of $tool are its arguments
    $tool setup-schema -v 0.0
    # shellcheck disable=SC2086
    $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$part/versioned"
done
