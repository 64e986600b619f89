#!/usr/bin/env bash
# Fuzzes the parsers of the library and the cache with INPUTS inputs, using libFuzzer, which is
# coverage-guided, and the option parser with the same number of random command lines.
set -euo pipefail
cd "$(dirname "$0")/../.."
inputs=${INPUTS:-1000000}
directory=.build/fuzz
rm -rf $directory/sources
mkdir -p $directory/corpus $directory/sources
# Compiles the parsers and the cache records, with their dependencies, as one module.
cache=Sources/tokenxchange/Cache
find Sources/Encoding Sources/TokenExchange Sources/OpenIDConnect -name '*.swift' \
  -exec cp {} $directory/sources \;
cp "$cache"/{CacheKey,CacheRecord,CachedFailure,CachedLogin,CachedToken,ClockReading}.swift \
  Sources/tokenxchange/ExitCode.swift Sources/tokenxchange/Messages/DurationText.swift \
  Tests/Fuzz/FuzzEntry.swift $directory/sources
sed -i -E '/^(public |package )?import (Encoding|TokenExchange|OpenIDConnect)$/d' $directory/sources/*
echo "building with libFuzzer and AddressSanitizer"
if ! "${SWIFTC:-swiftc}" -swift-version 6 -package-name tokenxchange -parse-as-library -O -sanitize=fuzzer,address \
  -module-name Parsers -o $directory/fuzz $directory/sources/*.swift >$directory/build.log 2>&1
then
  cat $directory/build.log >&2
  exit 1
fi
python3 - <<'PYTHON'
# Every response body recorded from a real Dex is a seed; the first byte selects the parser.
import json
recordings = json.load(open("Tests/Fixtures/dex-recordings.json"))
for number, exchange in enumerate(recordings["exchanges"]):
    body = exchange["response"]["body"].encode()
    open(f".build/fuzz/corpus/response-{number}", "wb").write(b"\x02\x00\x00" + body)
    for field in exchange["request"].get("form", []):
        if field["name"] == "subject_token":
            open(f".build/fuzz/corpus/jwt-{number}", "wb").write(b"\x00" + field["value"].encode())
    if exchange["name"].startswith("09-device"):
        open(f".build/fuzz/corpus/login-{number}", "wb").write(b"\x05\x00" + body)
for version in ("v1", "v1beta1", "v1alpha1"):
    info = {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/" + version,
            "spec": {"interactive": False}}
    open(f".build/fuzz/corpus/info-{version}", "wb").write(b"\x01" + json.dumps(info).encode())
PYTHON
# Without this, a crash can hang in Swift's backtrace.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
$directory/fuzz $directory/corpus -runs="$inputs" -max_len=4096 -print_final_stats=1 \
  -artifact_prefix=$directory/ 2>&1 | tail -n 12
echo "command lines"
FUZZ_INPUTS=$inputs "${SWIFT:-swift}" test --disable-xctest --filter FuzzTests 2>&1 | tail -n 3
