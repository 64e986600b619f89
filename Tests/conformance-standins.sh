#!/bin/bash
# Runs Tests/conformance.py against stand-ins for Dex and both API servers.
#
# Usage: Tests/conformance-standins.sh TOKENXCHANGE DEX-STANDIN
set -euo pipefail

work=$(mktemp -d)
"$2" --tls --directory "$work" >"$work/ready" &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 300); do
  ! grep -q ^ready "$work/ready" || break
  kill -0 "$pid"
  sleep 0.1
done
. "$work/env"

export DEX_ISSUER DEX_CA=$CA_FILE CLIENT_ID=$DEX_CLIENT_ID CONNECTOR_ID=$DEX_CONNECTOR_ID
export MINT="cat '$SUBJECT_TOKEN_FILE'" SOURCE_MINT="cat '$OWN_TOKEN_FILE'"
export APISERVER=$API_SERVER APISERVER_CA=$CA_FILE ADMIN_KUBECONFIG
export SOURCE_APISERVER=$CLUSTER_ISSUER SOURCE_CA=$CA_FILE KUBECTL=${KUBECTL:-kubectl}
"$(dirname "$0")/conformance.py" "$1"
