#!/bin/bash
# Creates two clusters with kind, installs Dex from its chart in the first cluster, connects the
# clusters with generated configuration, and runs Tests/conformance.py.
#
# Usage: Tests/conformance-kind.sh TOKENXCHANGE
#
# Requires kind, kubectl, helm, openssl, and Docker on Linux, where the nodes' addresses are reachable.
# Deletes both clusters at the end, unless KEEP=1 is set.
set -euo pipefail

binary=$(realpath "$1")
conformance=$(realpath "$(dirname "$0")/conformance.py")
# For Kubernetes before 1.36, kind v0.31 writes kubeadm's v1beta3 configuration, in which extraArgs is
# a map.
image=${KIND_IMAGE:-kindest/node:v1.35.0@sha256:452d707d4862f52530247495d180205e029056831160e22870e37e3f6c1ac31f}
dex_chart=0.24.0 dex_image=v2.45.1
source_port=16443 dex_port=32000
source=tokenxchange-source target=tokenxchange-target

work=$(mktemp -d)
finish() {
  if [ "${KEEP-}" = 1 ]; then
    echo "kept: the clusters $source and $target, and $work" >&2
  else
    kind delete clusters "$source" "$target" >/dev/null 2>&1 || true
    rm -rf "$work"
  fi
}
trap finish EXIT
cd "$work"

step() { printf '\n### %s\n' "$1"; }
create_cluster() {
  kind create cluster --name "$1" --image "$image" --config "$1.yaml" \
    --kubeconfig "$1.kubeconfig" --wait 180s
}
# Prints a value from a cluster's kubeconfig.
cluster_value() {
  kubectl --kubeconfig="$1.kubeconfig" config view --raw --minify --flatten \
    --output="jsonpath={.clusters[0].cluster.$2}"
}

step "Cluster A, whose issuer is its API server"
# The issuer URL is reachable from this machine. Pods read the same documents at
# kubernetes.default.svc.
cat >"$source.yaml" <<END
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking:
  apiServerAddress: 127.0.0.1
  apiServerPort: $source_port
nodes:
  - role: control-plane
    kubeadmConfigPatches:
      - |
        kind: ClusterConfiguration
        apiServer:
          extraArgs:
            service-account-issuer: https://127.0.0.1:$source_port
END
create_cluster "$source"
export KUBECONFIG=$work/$source.kubeconfig
kubectl create clusterrolebinding oidc-discovery-for-all \
  --clusterrole=system:service-account-issuer-discovery --group=system:unauthenticated
kubectl create namespace ci
kubectl --namespace=ci create serviceaccount deployer

step "Dex, from its chart, in cluster A"
node=$(kubectl get nodes \
  --output='jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}')
issuer=https://$node:$dex_port/dex
key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
openssl req -x509 $key -keyout ca.key -out dex-ca.crt -days 2 -subj "/CN=Dex's CA" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
openssl req $key -keyout tls.key -out tls.csr -subj /CN=dex 2>/dev/null
printf 'subjectAltName=IP:%s\nextendedKeyUsage=serverAuth\n' "$node" >extensions
openssl x509 -req -in tls.csr -CA dex-ca.crt -CAkey ca.key -CAcreateserial -out tls.crt -days 2 \
  -extfile extensions 2>/dev/null
"$binary" generate dex --issuer="$issuer" --client-id=target-cluster --connector-id=cluster-a \
  --cluster-issuer="https://127.0.0.1:$source_port" \
  --cluster-discovery-url=https://kubernetes.default.svc \
  --cluster-ca-path=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt --output=dex.yaml
cat >values.yaml <<END
image: {tag: $dex_image}
https: {enabled: true}
service: {type: NodePort, ports: {https: {nodePort: $dex_port}}}
volumes: [{name: tls, secret: {secretName: dex-tls}}]
volumeMounts: [{name: tls, mountPath: /etc/dex-tls, readOnly: true}]
config:
  storage: {type: kubernetes, config: {inCluster: true}}
  web: {tlsCert: /etc/dex-tls/tls.crt, tlsKey: /etc/dex-tls/tls.key}
$(sed '1,/^---$/d; s/^/  /' dex.yaml)
END
kubectl create namespace dex
kubectl --namespace=dex create secret tls dex-tls --cert=tls.crt --key=tls.key
helm install dex dex --repo https://charts.dexidp.io --version "$dex_chart" --namespace dex \
  --values values.yaml --wait --timeout 5m

step "Cluster B, which trusts Dex"
mkdir authentication
"$binary" generate api-server --issuer="$issuer" --client-id=target-cluster \
  --connector-id=cluster-a --certificate-authority=dex-ca.crt \
  --output=authentication/config.yaml
cat >"$target.yaml" <<END
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
    extraMounts:
      - hostPath: $work/authentication
        containerPath: /etc/kubernetes/authentication
    kubeadmConfigPatches:
      - |
        kind: ClusterConfiguration
        apiServer:
          extraArgs:
            authentication-config: /etc/kubernetes/authentication/config.yaml
          extraVolumes:
            - name: authentication
              hostPath: /etc/kubernetes/authentication
              mountPath: /etc/kubernetes/authentication
              readOnly: true
END
create_cluster "$target"
export KUBECONFIG=$work/$target.kubeconfig
kubectl create namespace restricted
kubectl label namespace restricted pod-security.kubernetes.io/enforce=restricted
kubectl --namespace=restricted create quota all \
  --hard=requests.cpu=1,requests.memory=1Gi,limits.cpu=2,limits.memory=2Gi

step "Checks"
for name in "$source" "$target"; do
  cluster_value "$name" certificate-authority-data | base64 -d >"$name.crt"
done
token="kubectl --kubeconfig='$work/$source.kubeconfig' --namespace=ci create token deployer"
export DEX_ISSUER=$issuer DEX_CA=$work/dex-ca.crt CLIENT_ID=target-cluster CONNECTOR_ID=cluster-a
export MINT="$token --duration=10m --audience=dex" SOURCE_MINT="$token --duration=10m"
SOURCE_APISERVER=$(cluster_value "$source" server) SOURCE_CA=$work/$source.crt
APISERVER=$(cluster_value "$target" server) APISERVER_CA=$work/$target.crt
export SOURCE_APISERVER SOURCE_CA APISERVER APISERVER_CA KUBECTL=kubectl
export ADMIN_KUBECONFIG=$work/$target.kubeconfig RESTRICTED_NAMESPACE=restricted STRICT=1
"$conformance" "$binary"
