#!/bin/bash
# Goes from a service account token to "kubectl auth whoami", using only generated files.
#
# Usage: Tests/walkthrough.sh TOKENXCHANGE DEX-STANDIN
#
# Stand-ins on loopback replace cluster A's issuer, Dex and cluster B's API server. They are
# configured only from the generated files: Dex's connector, client, grants and token lifetimes; the
# API server's audience, validation rule and usernames. The RBAC objects that kubectl applies decide
# what the users may do.
set -euo pipefail

binary=$(realpath "$1")
standin=$(realpath "$2")
for tool in kubectl nginx openssl curl python3; do
  PATH="$PATH:/usr/sbin" command -v "$tool" >/dev/null || {
    echo "walkthrough: $tool is not installed (make test-deps; kubectl comes from Kubernetes)" >&2
    exit 1
  }
done
work=$(mktemp -d)
"$standin" --tls --directory "$work/pod" --account ci/deployer >"$work/ready" &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 300); do
  grep -q ^ready "$work/ready" && break
  kill -0 "$pid"
  sleep 0.1
done
. "$work/pod/env"
cd "$work"

step() { printf '\n### %s\n' "$1"; }
# Prints a command without this run's paths, then runs it.
run() {
  local line="$*"
  line=${line//$binary/tokenxchange}
  printf '$ %s\n' "${line//$work\//}"
  "$@"
}
# Runs a command that the API server must reject.
refused() {
  local output
  if output=$(run "$@" 2>&1); then
    echo "walkthrough: this should have been rejected: $*" >&2
    exit 1
  fi
  printf '%s\n' "$output"
  grep -q '(Forbidden)' <<<"$output"
}
# Prints a value from a generated file.
read_yaml() { python3 -c 'import json, sys, yaml
d = list(yaml.safe_load_all(open(sys.argv[1])))
print(eval(sys.argv[2]))' "$@"; }

dex="--issuer=$DEX_ISSUER --client-id=$DEX_CLIENT_ID --connector-id=$DEX_CONNECTOR_ID"
ca=--certificate-authority=$CA_FILE

step "1. Dex: a connector for cluster A, a public client for cluster B"
run "$binary" generate dex $dex --cluster-issuer="$CLUSTER_ISSUER" --output=dex.yaml
read_yaml dex.yaml '"connector %s trusts %s; client %s is public: %s" % (
  d[0]["connectors"][0]["id"], d[0]["connectors"][0]["config"]["issuer"],
  d[0]["staticClients"][0]["id"], d[0]["staticClients"][0]["public"])'
python3 -c 'import json, yaml; print(json.dumps(yaml.safe_load(open("dex.yaml"))))' >dex.json
curl -sS -o /dev/null --fail -X POST --data-binary @dex.json "$DEX_CONTROL"

step "2. Cluster B: which user its API server maps the tokens to"
run "$binary" generate api-server $dex $ca --output=authentication.yaml
grep -E 'expression:|url:|^        - ' authentication.yaml

# The stand-in cannot read YAML, so the values in the file are sent as JSON.
python3 - >control.json <<'P'
import json, re, yaml
jwt = yaml.safe_load(open("authentication.yaml"))["jwt"][0]
rule = jwt["claimValidationRules"][0]["expression"]
name = jwt["claimMappings"]["username"]["expression"]
claim = {"claims.federated_claims.user_id": "federated_claims.user_id"}
prefix, path = re.fullmatch(r'("[^"]*") \+ (\S+)', name).groups()
print(json.dumps({
    "client_id": jwt["issuer"]["audiences"][0],
    "connector": json.loads(re.fullmatch(r"claims\.federated_claims\.connector_id == (.*)", rule)[1]),
    "user_prefix": json.loads(prefix), "user_claim": claim[path],
    # RBAC alone decides what users may do.
    "allowed_users": []}))
P
curl -sS -o /dev/null --fail -X POST --data-binary @control.json "$API_CONTROL"

step "3. The pod: a kubeconfig; cluster B authenticates the user, who has no rights yet"
run "$binary" generate kubeconfig --server="$API_SERVER" --server-ca="$CA_FILE" \
  --cluster-name=target --command="$binary" $dex $ca --token-file="$SUBJECT_TOKEN_FILE" \
  --output=argocd.kubeconfig
# A pod with another service account has the same kubeconfig and its own token.
sed "s|$SUBJECT_TOKEN_FILE|$work/pod/ci.deployer.token|" argocd.kubeconfig >deployer.kubeconfig
export HOME=$work KUBECONFIG=/dev/null
run kubectl --kubeconfig=argocd.kubeconfig auth whoami
refused kubectl --kubeconfig=argocd.kubeconfig get pods

step "4. Cluster B: bind two service accounts to the same role, one at a time"
run "$binary" generate rbac --service-account=argocd/argocd-application-controller \
  --connector-id="$DEX_CONNECTOR_ID" --cluster-role=view --output=rbac-argocd.yaml
run kubectl --kubeconfig=pod/admin.kubeconfig apply --filename=rbac-argocd.yaml
run "$binary" generate rbac --service-account=ci/deployer --connector-id="$DEX_CONNECTOR_ID" \
  --cluster-role=view --output=rbac-deployer.yaml
run kubectl --kubeconfig=pod/admin.kubeconfig apply --server-side --filename=rbac-deployer.yaml
run kubectl --kubeconfig=pod/admin.kubeconfig get clusterrolebindings \
  --output=custom-columns=ROLE:.roleRef.name,USER:.subjects[*].name

step "5. Both pods, at cluster B: reading is allowed, deleting is not"
for pod in argocd deployer; do
  run kubectl --kubeconfig=$pod.kubeconfig get pods
  refused kubectl --kubeconfig=$pod.kubeconfig delete pod web-0
done

step "6. Argo CD: the cluster Secret, and its plugin run in the same way as by Argo CD"
run "$binary" generate argocd-cluster --server="$API_SERVER" --server-ca="$CA_FILE" \
  --cluster-name=target --command="$binary" $dex $ca --token-file="$SUBJECT_TOKEN_FILE" \
  --output=cluster.yaml
run kubectl --kubeconfig=pod/admin.kubeconfig apply --server-side --dry-run=server \
  --filename=cluster.yaml
python3 - >argo.yaml <<'P'
import json, yaml
secret = yaml.safe_load(open("cluster.yaml"))["stringData"]
config = json.loads(secret["config"])
exec_config = dict(config["execProviderConfig"], interactiveMode="Never")
print(json.dumps({
    "apiVersion": "v1", "kind": "Config", "current-context": "a",
    "clusters": [{"name": "a", "cluster": {"server": secret["server"],
        "certificate-authority-data": config["tlsClientConfig"]["caData"]}}],
    "users": [{"name": "a", "user": {"exec": exec_config}}],
    "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}]}))
P
run kubectl --kubeconfig argo.yaml auth whoami

step "7. Cluster A: publish its issuer, and compare it with the live documents"
run "$binary" publish-issuer --from-server="$CLUSTER_ISSUER" --server-ca="$CA_FILE" \
  --public-url="$CLUSTER_ISSUER" site
run "$binary" publish-issuer --from-server="$CLUSTER_ISSUER" --server-ca="$CA_FILE" \
  --check="$CLUSTER_ISSUER" $ca
