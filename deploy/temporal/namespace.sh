#!/bin/sh
# The namespace and the search attributes that runs carry (workflows/messages.py). Does nothing where they are there.
set -eu

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

known=$(temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE")
for attribute in Account=Keyword Play=Keyword Stage=Keyword Player=Keyword NextTouch=Datetime Blocked=Keyword Version=Int
do
    name=${attribute%%=*}
    if ! echo "$known" | grep -qw "$name"; then
        temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
            --name "$name" --type "${attribute#*=}"
    fi
done
