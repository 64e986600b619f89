#!/bin/bash
# Demonstrates a complete run on loopback: service account token, Dex, ExecCredential, kubectl.
# Everything except tokenxchange and kubectl is a stand-in. Removes all files that it creates.
set -euo pipefail
cd "$(dirname "$0")/.."

directory=$(mktemp -d)
job=
standin=
finish() {
  status=$?
  trap - EXIT
  trap '' INT TERM HUP
  # Because of set -m, each of them is the leader of its own process group.
  for group in $job $standin; do
    kill -- "-$group" 2>/dev/null || continue
    wait "$group" 2>/dev/null || true
  done
  rm -rf "$directory"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
export TMPDIR=$directory

# Runs a command, prints a description, and prints the command's output only if it fails.
quietly() {
  local what=$1 begin=$SECONDS
  shift
  printf '%s ... ' "$what"
  # In the background, so that an interrupt is handled immediately.
  set -m
  "$@" >"$directory/log" 2>&1 </dev/null &
  job=$!
  set +m
  if wait "$job"; then
    job=
    echo "$((SECONDS - begin)) s"
  else
    job=
    echo failed
    cat "$directory/log" >&2
    exit 1
  fi
}

# Prints a command as a user would type it, then runs it.
show() {
  printf '\n$ '
  printf '%s' "$1"
  printf ' %s' "${@:2}"
  printf '\n'
  "$@"
}

tls=
if command -v kubectl >/dev/null; then
  .ci/packages "show kubectl over TLS" nginx-light openssl
  tls=--tls
fi
quietly "building the static binary" "${MAKE:-make}" static
quietly "building the stand-ins for Dex and two clusters" "${SWIFT:-swift}" build --product dex-standin
programs=$("${SWIFT:-swift}" build --show-bin-path)

set -m
"$programs/dex-standin" --directory "$directory" $tls ${tls:+--plain-dex} >"$directory/ready" 2>&1 &
standin=$!
set +m
for _ in $(seq 300); do
  ! grep -q '^ready' "$directory/ready" || break
  kill -0 "$standin" 2>/dev/null || break
  sleep 0.1
done
if ! grep -q '^ready' "$directory/ready"; then
  echo "the stand-in did not start:" >&2
  cat "$directory/ready" >&2
  exit 1
fi
. "$directory/env"

plugin=.build/static/tokenxchange
printf '\nA service account token, as the kubelet mounts it: %s\n' "$SUBJECT_TOKEN_FILE"
printf 'Exchanging it at a stand-in for Dex:\n'
show "$plugin" --oidc-endpoint "$DEX_TOKEN_URL" --client-id "$DEX_CLIENT_ID" \
  --dex-connector "$DEX_CONNECTOR_ID" --token-file "$SUBJECT_TOKEN_FILE" | tee "$directory/output"

# The token's payload is base64url without padding.
token=$(sed -n 's/.*"token":"\([^"]*\)".*/\1/p' "$directory/output")
payload=$(printf '%s' "$token" | cut -d . -f 2 | tr -- -_ +/)
while [ $((${#payload} % 4)) != 0 ]; do payload="$payload="; done
exp=$(printf '%s' "$payload" | base64 -d | sed -n 's/.*"exp":\([0-9]*\).*/\1/p')
end=$(date -u -d "@$exp" +%Y-%m-%dT%H:%M:%SZ)
printf '\nThe token'"'"'s exp claim is %s, which is %s' "$exp" "$end"
if ! grep -q "\"expirationTimestamp\":\"$end\"" "$directory/output"; then
  printf ': it differs from the expirationTimestamp\n'
  exit 1
fi
printf ': it equals the expirationTimestamp.\n'

if [ -z "$tls" ]; then
  printf '\nkubectl is not installed, so the second part is skipped.\n'
  exit 0
fi
cat >"$directory/kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: target
contexts: [{name: target, context: {cluster: target, user: plugin}}]
clusters:
- name: target
  cluster:
    server: $API_SERVER
    certificate-authority: $CA_FILE
users:
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      interactiveMode: Never
      command: $PWD/$plugin
      args:
      - --issuer=$DEX_ISSUER
      - --client-id=$DEX_CLIENT_ID
      - --connector-id=$DEX_CONNECTOR_ID
      - --token-file=$SUBJECT_TOKEN_FILE
      - --expiry-margin=60s
END
export HOME="$directory"
printf '\nkubectl with tokenxchange as its exec plugin:\n'
show kubectl --kubeconfig "$directory/kubeconfig" auth whoami
