#!/bin/sh
# The namespace and the search attributes that runs carry (workflows/messages.py). Does nothing where they are there.
set -eu

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# A new namespace is known to every part of the server only after some seconds.
tries=0
until known=$(temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" 2>&1); do
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || { echo "$known" >&2; exit 1; }
    sleep 2
done
for attribute in Account=Keyword Play=Keyword Stage=Keyword Step=Keyword Player=Keyword NextTouch=Datetime Blocked=Keyword Version=Int
do
    name=${attribute%%=*}
    if ! echo "$known" | grep -qw "$name"; then
        temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
            --name "$name" --type "${attribute#*=}"
    fi
done
