#!/bin/sh
# The long forms of the sidecar's tests: readers beside 60 s of renewals, outages of 30 s, 10,000
# renewals, 200 ends at awkward moments. Needs the static binary; figures are printed.
set -eu
cd "$(dirname "$0")/../.."
: "${TOKENXCHANGE_BINARY:=$PWD/.build/static/tokenxchange}"
export TOKENXCHANGE_BINARY TOKENXCHANGE_SOAK=1
exec "${SWIFT:-swift}" test --disable-xctest --filter 'Sidecar(Process|Signal)Tests'
