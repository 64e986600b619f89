SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
RUNS ?= 200
RESPONSES ?= 5000
PEER ?=
# The directory of the static libcurl, which several work trees can share.
LIBCURL_DIR ?= $(CURDIR)/.build/libcurl

BINARY := .build/static/tokenxchange
# The C program with which `make bench` compares the binary.
POST := .build/static/post
# The list of linker inputs, for the SBOM, and the build information for `tokenxchange version`.
LINKED := .build/static/linked
BUILD_INFO := .build/static/build-info.c
COMMIT ?= $(shell scripts/commit)
# Empty if Swift is not in PATH, for example in `sudo make install`; the build information is then kept.
TOOLCHAIN = $(shell $(SWIFT) --version 2>/dev/null | sed -nE 's/.*\((swift[^ )]*).*/\1/p' | head -n 1)
# Version.swift defines the version. ARCH is the architecture's name in Kubernetes and OCI.
VERSION := $(shell sed -nE 's/.*static let number = "([^"]+)".*/\1/p' \
  $(shell find Sources -name Version.swift))
ARCH := $(shell uname -m | sed 's/^x86_64$$/amd64/; s/^aarch64$$/arm64/')
SCRATCH := .build/static-scratch
SOURCES := Package.swift $(shell find Sources -type f ! -name '*.md')
# Since Debian 13, OpenSSL's libcrypto.a requires zlib and zstd.
BUILD_PACKAGES := gcc libc6-dev libc-ares-dev libssl-dev zlib1g-dev libzstd-dev make dpkg-dev
DIST_PACKAGES := python3 ca-certificates
TEST_PACKAGES := nginx-light openssl curl hyperfine tinyproxy socat zsh fish python3 python3-yaml \
  yamllint python3-jsonschema python3-pip python3-kubernetes git ca-certificates valgrind \
  util-linux procps time strace
FORMATTED := Package.swift Sources Tests

# The linker redirects calls to these functions to Sources/CPlatform.
HOOKS := curl_multi_add_handle CFURLSessionCurlHostIsEqual _CFProcessPath \
  $(shell sed -n 's/^\#define [A-Z]* "\(.s20FoundationNetworking.*\)"/\1/p' Sources/CPlatform/UnusedParts.c)
# For reproducible builds, incremental code generation is disabled, because it adds a hash to the
# objects, and the path of the build directory is replaced. The linker is the toolchain's lld.
# Segments that share no page in the file need 2 MB less memory.
STATIC_FLAGS := -c release --scratch-path $(SCRATCH) --product tokenxchange \
  --static-swift-stdlib -Xswiftc -static-executable -Xswiftc -use-ld=lld -Xcc -DTOKENXCHANGE_STATIC -Xcc -fstack-protector-strong \
  -Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen \
  -Xcc -ffile-prefix-map=$(CURDIR)=. -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=. \
  $(HOOKS:%=-Xlinker '--wrap=%') -Xlinker -L$(LIBCURL_DIR)/lib \
  -Xlinker $(CURDIR)/$(BUILD_INFO:.c=.o) -Xlinker --trace \
  -Xlinker -lcurl -Xlinker -lcares -Xlinker -lssl -Xlinker -lcrypto -Xlinker -lz -Xlinker -lzstd \
  -Xlinker $(CURDIR)/.ci/no-unwind-tables.ld -Xlinker -zseparate-loadable-segments \
  -Xlinker --gc-sections -Xlinker --icf=safe -Xlinker -s -Xlinker --build-id=none

.PHONY: help
help: ## Show this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

.PHONY: deps
deps: ## Install the Debian or Ubuntu packages that the static build needs
	@.ci/packages build $(BUILD_PACKAGES)

.PHONY: test-deps
test-deps: ## Install the packages that the tests need
	@.ci/packages test $(TEST_PACKAGES)
	@.ci/test-tools .build/test-tools

.PHONY: libcurl
libcurl: deps ## Build libcurl for the static binary, once
	@.ci/libcurl $(LIBCURL_DIR)

.PHONY: static
static: libcurl ## Build the static binary: .build/static/tokenxchange
	@$(MAKE) --no-print-directory $(BINARY)

# SwiftPM does not detect that an archive changed, so the old program is removed first.
$(BINARY): $(SOURCES) Makefile $(LIBCURL_DIR)/built $(BUILD_INFO:.c=.o)
	@rm -f $(SCRATCH)/release/tokenxchange
	@.ci/static-link $(LINKED) $(SWIFT) build $(STATIC_FLAGS)
	@mkdir -p $(@D)
	@cp $(SCRATCH)/release/tokenxchange $@.new && mv $@.new $@

# Rewritten only if the content changes.
.PHONY: FORCE
$(BUILD_INFO): FORCE
	@mkdir -p $(@D)
	@toolchain='$(TOOLCHAIN)'; [ -z "$$toolchain" ] && [ -f $@ ] || { \
	  scripts/build-info '$(COMMIT)' "$$toolchain" >$@.new && \
	  if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi; }

$(BUILD_INFO:.c=.o): $(BUILD_INFO)
	@$(CC) -Os -c -o $@ $<

.PHONY: build
build: ## Build for development (dynamic, debug)
	$(SWIFT) build

.PHONY: install
install: static ## Install the static binary: PREFIX=/usr/local DESTDIR=
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/tokenxchange

# Most tests run processes; hundreds at the same time would slow each other down. Swift versions
# before 6.3 do not have this option.
TEST = TOKENXCHANGE_BINARY=$(CURDIR)/$(BINARY) $(SWIFT) test --disable-xctest \
  $(shell $(SWIFT) test --help-hidden | \
    sed -n 's/.*\(--experimental-maximum-parallelization-width\) .*/\1 6/p')

.PHONY: test
test: test-deps static ## Run everything that CI runs
	$(TEST)

.PHONY: bench
bench: test-deps static $(POST) ## Compare the static binary with curl and C: RUNS=200 PEER='another command'
	@RUNS='$(RUNS)' PEER='$(PEER)' Tests/bench/bench.py $(BINARY) $(POST)

# The linker warns about functions that load shared libraries; see .ci/static-link.
$(POST): Tests/bench/post.c $(LIBCURL_DIR)/built
	@mkdir -p $(@D)
	@$(CC) -O2 -static -s -Wl,--gc-sections -o $@ $< -L$(LIBCURL_DIR)/lib \
	  -lcurl -lcares -lssl -lcrypto -lz -lzstd 2>$@.log || { cat $@.log >&2; exit 1; }

.PHONY: soak
soak: test-deps static ## Run the long tests: outages, thousands of renewals, hundreds of kills
	TOKENXCHANGE_SOAK=1 $(TEST) --filter 'CacheKillTests|Sidecar(Process|Signal)Tests'

.PHONY: fuzz
fuzz: test-deps static ## Fuzz the parsers with 1,000,000 inputs and the binary with 5,000: INPUTS= RESPONSES=
	@SWIFT='$(SWIFT)' Tests/Fuzz/run.sh
	@FUZZ_RESPONSES=$(RESPONSES) $(TEST) --filter RawResponseFuzzTests

.PHONY: demo
demo: deps ## Run an exchange and kubectl against stand-ins on loopback
	@MAKE='$(MAKE)' SWIFT='$(SWIFT)' LIBCURL_DIR='$(LIBCURL_DIR)' Tests/demo.sh

.PHONY: walkthrough
walkthrough: test-deps static ## Set up an exchange with generated files, and run kubectl auth whoami
	@$(SWIFT) build --product dex-standin
	@Tests/walkthrough.sh $(BINARY) .build/debug/dex-standin

.PHONY: conformance
conformance: static ## Check the binary against real servers: Tests/conformance.py lists the variables
	@Tests/conformance.py $(BINARY)

.PHONY: conformance-standins
conformance-standins: test-deps static ## Run the same checks against stand-ins on loopback
	@$(SWIFT) build --product dex-standin
	@Tests/conformance-standins.sh $(BINARY) .build/debug/dex-standin

.PHONY: conformance-kind
conformance-kind: ## Create two clusters with kind, install Dex, and check the binary in dist/
	@Tests/conformance-kind.sh dist/tokenxchange_$(VERSION)_linux_$(ARCH)

.PHONY: lint
lint: ## Check the formatting of the sources
	$(SWIFT) format lint --strict --recursive $(FORMATTED)

.PHONY: format
format: ## Format the sources
	$(SWIFT) format --in-place --recursive $(FORMATTED)

.PHONY: dist
dist: static ## Write the binary, an archive, an SBOM and checksums to dist/
	@.ci/packages dist $(DIST_PACKAGES)
	@VERSION='$(VERSION)' ARCH='$(ARCH)' COMMIT='$(COMMIT)' TOOLCHAIN='$(TOOLCHAIN)' \
	  scripts/dist $(BINARY) $(LINKED) dist

.PHONY: checksums
checksums: ## Write dist/SHA256SUMS for all files in dist/
	@scripts/checksums dist

.PHONY: dist-check
dist-check: dist ## Build again in another directory and compare every byte
	@MAKE='$(MAKE)' COMMIT='$(COMMIT)' scripts/dist-check dist

.PHONY: image
image: ## Create .build/image, the context of examples/image/Containerfile, from dist/
	@.ci/packages dist $(DIST_PACKAGES)
	@VERSION='$(VERSION)' COMMIT='$(COMMIT)' scripts/image-context dist .build/image

.PHONY: check-tag
check-tag: ## Fail if TAG= is not the tag of this version
	@[ '$(TAG)' = 'v$(VERSION)' ] || { echo 'expected the tag v$(VERSION), got "$(TAG)"' >&2; exit 1; }

.PHONY: sign
sign: ## Sign dist/SHA256SUMS, and IMAGE=name@digest if given, with keyless cosign signatures
	cosign sign-blob --yes --bundle dist/SHA256SUMS.sigstore.json dist/SHA256SUMS
	$(if $(IMAGE),cosign sign --yes --recursive '$(IMAGE)')

.PHONY: container
container: ## Run targets in a container: SYSTEM=debian-13 TARGETS='demo test'
	@.ci/container '$(SYSTEM)' $(TARGETS)

.PHONY: clean
clean: ## Remove build output except libcurl
	rm -rf dist .build/image .build/static $(SCRATCH) .build/debug .build/release .build/*-linux-gnu
