# Everything a developer or CI runs. `make check` is exactly what CI runs (.ci/run).
# Needs go, git, make and bash; the linters are built from tools.mod at their pinned versions.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

LINT := golangci-lint
TOOL := go tool -modfile=tools.mod
# The race detector needs a C compiler; without one the tests run plain. `make test RACE=` turns it off.
RACE := $(if $(shell command -v $$(go env CC)),-race)
FUZZTIME := 20s
# Without cgo a binary is static, and starts without the dynamic linker.
BUILD := CGO_ENABLED=0 go build -trimpath
# The peer of a cold start, and the sizes of repository that `make bench` renders, in 1,000 RGDs.
KUSTOMIZE := sigs.k8s.io/kustomize/kustomize/v5@v5.8.2
SCALES := 0.1,1
# Suites with a go.mod of their own: they import what the product must not.
MODULES := $(patsubst %/go.mod,%,$(wildcard test/*/go.mod test/argocd/*/go.mod))

# The packages of one module that have golden files: those that declare -update.
golden = packages=$$({ git grep -l --untracked 'flag.Bool("update"' -- '*_test.go' $(MODULES:%=':!%') || true; } | xargs -r -n1 dirname | sort -u | sed 's|^|./|')

# $(call clean,TARGET) runs a target and fails when that changed a file, committed or not.
state = (git status --porcelain; git diff) | git hash-object --stdin
clean = before=$$($(state)); $(MAKE) --no-print-directory $(1); [ "$$before" = "$$($(state))" ] || { git --no-pager diff --stat; git status --short; echo "make $(1) changes files: run it and commit the result" >&2; exit 1; }

.PHONY: help build test lint fmt fmt-check vet update generate fuzz bench diff-kro e2e soak check update-clean generate-clean

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

build: ## Build the commands into bin/
	$(BUILD) -o bin/ ./cmd/...

test: ## Run all tests of the product
	go test $(RACE) -timeout 30m ./...

lint: ## Run the linters over every module
	for m in . $(MODULES); do echo "lint $$m"; (cd $$m && go tool -modfile=$(CURDIR)/tools.mod $(LINT) run ./...); done

fmt: ## Format all Go files
	$(TOOL) $(LINT) fmt

fmt-check: ## Fail when a Go file is not formatted
	$(TOOL) $(LINT) fmt --diff

vet: ## Run go vet over every module
	for m in . $(MODULES); do (cd $$m && go vet ./...); done

update: ## Rewrite the golden files from what the code does now
	for m in . $(MODULES); do (cd $$m; $(golden); [ -z "$$packages" ] || go test $$packages -update); done

generate: ## Regenerate all generated files
	go generate ./...

fuzz: ## Fuzz every target for FUZZTIME (20s); all run, and the findings are named at the end
	targets=$$(go test -list '^Fuzz' ./... | awk '/^Fuzz/ { name[n++] = $$1 } /^ok/ { for (i = 0; i < n; i++) print name[i], $$2; n = 0 }'); found=; while read -r name package; do go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s "$$package" || found="$$found $$name"; done <<<"$$targets"; [ -z "$$found" ] || { echo "fuzzing found inputs that fail:$$found. Commit them from testdata/fuzz with the repair." >&2; exit 1; }

bench: ## Run the benchmarks, and compare with kro, kustomize, a YAML library, Argo CD and Flux (SCALES=1,10 for larger repositories)
	go test -run '^$$' -bench . -benchmem ./...
	cd test/kro && go test -run '^$$' -bench . -benchmem ./...
	bin=$$(mktemp -d); trap 'rm -rf "$$bin"' EXIT; $(BUILD) -o "$$bin/" ./cmd/...; CGO_ENABLED=0 GOBIN="$$bin" go install -trimpath $(KUSTOMIZE); cd test/kro; go run ./bench/ratios; go run ./bench/coldstart -krowave "$$bin/krowave" -kustomize "$$bin/kustomize" ../../examples/webapp; go run ./bench/monorepo -krowave "$$bin/krowave" -scales $(SCALES); cd ../..; argocd=$$(go run ./test/servers/build argocd | tail -1); cd test/e2e; go run ./bench -argocd "$${argocd##* }" -cmp-server "$$bin/cmp-server" -kustomize "$$bin/kustomize"
	go run ./test/servers/build; cd test/e2e; go test -run '^$$' -bench . -benchtime 1x -timeout 30m ./bench/order

diff-kro: ## Compare with kro's own engine, and run the other suites with a go.mod of their own
	for m in $(filter-out test/e2e,$(MODULES)); do echo "test $$m"; (cd $$m && go test ./...); done

# One package at a time: each starts servers of its own.
e2e: ## Run the end-to-end suite on real Kubernetes, Argo CD and Flux servers, which are built on first use
	go run ./test/servers/build
	command -v redis-server >/dev/null || echo "no redis-server on PATH (Debian: apt-get install redis-server); the suite uses its own"
	cd test/e2e && go test -p 1 -parallel 8 -timeout 40m ./...

soak: ## Play 10,000 schedules of both simulations of delivery with faults (SEED=N for others)
	go test ./test/simulation -run '^TestSimulation' -count 1 -timeout 60m -v -schedules 10000 -seed $(or $(SEED),0)

update-clean: ## Fail when `make update` changes a file
	$(call clean,update)

generate-clean: ## Fail when `make generate` changes a file
	$(call clean,generate)

# One after the other, cheapest verdict first, whatever -j says. Fuzzing comes last and only reports: what a random search meets in this run
# is as likely old as new, and must not fail a change by chance. An input that was found fails every run once it is committed.
check: ## Everything CI runs
	for t in fmt-check vet lint build test update-clean generate-clean diff-kro e2e; do echo "== $$t"; $(MAKE) --no-print-directory $$t; done
	echo "== fuzz"; $(MAKE) --no-print-directory fuzz || echo "fuzzing found something (above): open an issue with its input" >&2
