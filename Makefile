# Market data: `make run` needs Python 3.11 to 3.13 and nothing else. Everything it starts lives under .run/.

# The first that runs and is in range; a pyenv shim of a version that is not installed exists, but does not run.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& { command -v "$$python"; break; }; done)

VENV := .venv
RUN := $(VENV)/bin/python -m include.local
# Named by what was installed and for which Python: when either changes, the next `make` installs again.
hash = $(shell { cat $(1); "$(VENV)/bin/python" -V || "$(PYTHON)" -V; } 2>/dev/null | cksum | tr ' ' '-')
WANTED_BY_ALL := requirements.txt requirements-local.txt constraints.txt pyproject.toml
STAMP := $(VENV)/.installed-$(call hash,$(WANTED_BY_ALL))
DEV_STAMP := $(VENV)/.installed-dev-$(call hash,requirements-dev.txt requirements-image.txt requirements-s3.txt $(WANTED_BY_ALL))

.DEFAULT_GOAL := help
.PHONY: help run plan add datasets rename stop status logs psql quarantine clean env test test-image test-scale fuzz soak simulate \
	docs lint format installed

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  Without a key the data is simulated. With ALPHAVANTAGE_API_KEY (or STOCK_API_KEY) in the environment or"
	@echo "  in .env it is real. Also: STOCK_SYMBOLS=IBM,MSFT  REPLAY=folder  FORCE=1  UI_PORT=8081  (see .env.example)"

run: $(STAMP) ## start everything, run the pipeline once, show the result; leaves it running
	@$(RUN) run

plan: installed ## what the next run would ask for, why, and by when it is all there; asks nothing
	@$(RUN) plan

# A variable of the shell that has such a name by chance is not meant: only the command line counts.
said = $(if $(filter command,$(origin $(1))),--$(2) "$($(1))")
add: installed ## SYMBOLS=NVDA,AMD or FILE=path: what they cost and bring; YES=1 puts them on the watchlist
	@$(RUN) add $(call said,SYMBOLS,symbols) $(call said,FILE,file) $(call said,YES,yes)

datasets: installed ## what else there is; ON="fundamentals fx=EUR/USD" or OFF=fx shows the cost, YES=1 does it
	@$(RUN) datasets $(call said,ON,on) $(call said,OFF,off) $(call said,YES,yes)

rename: installed ## OLD=META NEW=META-2021: give a history another name, so that its ticker can be used again
	@$(RUN) rename $(call said,OLD,old) $(call said,NEW,new)

stop: installed ## stop everything `make run` started
	@$(RUN) stop

status: installed ## what runs, its memory and health
	@$(RUN) status

logs: installed ## the ends of the logs; FOLLOW=1 to follow, NAME=scheduler for one
	@$(RUN) logs $(if $(FOLLOW),--follow) $(if $(NAME),--name "$(NAME)")

psql: installed ## a SQL prompt in the warehouse
	@$(RUN) psql

# REPLAY=folder is how `make run` is told to replay recordings; here it names rows, and only on the command line.
quarantine: installed ## refused rows that await you; RELEASE=12,13 WHY="..." (or DISCARD=, CHOOSE=, UNDO=, REPLAY=) decides
	@REPLAY= $(RUN) quarantine $(call said,RELEASE,release) $(call said,DISCARD,discard) $(call said,CHOOSE,choose) $(call said,UNDO,undo) $(call said,REPLAY,replay)

clean: installed ## stop everything and delete .run/ with its databases (.venv stays)
	@$(RUN) clean

env: ## write .env with generated secrets, for docker compose
	@sh deploy/make-env.sh

# A file's tests stay together: what they start, they start once.
test: lint ## lint, then every test
	@$(VENV)/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile

test-image: $(DEV_STAMP) ## run the Dockerfile's steps without a container engine, in an empty environment
	@TEST_IMAGE=1 $(VENV)/bin/python -m pytest tests/deploy/test_image_steps.py

test-scale: $(DEV_STAMP) ## CeleryExecutor on S3 with two workers, one of which is killed; tasks per second (10 minutes)
	@SCALE=1 $(VENV)/bin/python -m pytest -q tests/scale

fuzz: $(DEV_STAMP) ## feed 100,000 damaged bodies to the parsers, and hundreds of every dataset through to the table
	@FUZZ_BODIES=100000 $(VENV)/bin/python -m pytest -q tests/provider/test_fuzz.py tests/gate/test_any_sequence_of_datasets.py

soak: $(DEV_STAMP) ## ten minutes of runs under 50 readers while everything is killed, cut off and full in turn
	@SOAK_SECONDS=600 $(VENV)/bin/python -m pytest -q tests/e2e/test_soak.py

simulate: $(DEV_STAMP) ## walk 40 symbols through 60 sessions and all that can happen, and 1,000 symbols (20 minutes)
	@SIMULATE=1 $(VENV)/bin/python -m pytest -q tests/simulation

docs: $(DEV_STAMP) ## build docs/ as a site, into build/site
	@NO_MKDOCS_2_WARNING=1 $(VENV)/bin/python -m mkdocs build --strict --quiet
	@echo "build/site/index.html"

lint: $(DEV_STAMP) ## formatting, style, types, imports
	@$(VENV)/bin/python -m ruff format --check .
	@$(VENV)/bin/python -m ruff check .
	@$(VENV)/bin/python -m mypy
	@$(VENV)/bin/lint-imports --no-logo --cache-dir build/imports

format: $(DEV_STAMP) ## format the code
	@$(VENV)/bin/python -m ruff format .
	@$(VENV)/bin/python -m ruff check --fix .

installed:
	@test -x $(VENV)/bin/python || { echo "Nothing is installed here yet: make run"; exit 1; }

# uv takes seconds where pip takes minutes; but a mirror that only pip's configuration names, only pip finds.
$(STAMP) $(DEV_STAMP): WANTED = $(if $(findstring -dev-,$@),requirements-dev.txt,requirements-local.txt)
$(STAMP) $(DEV_STAMP):
	@if ! $(VENV)/bin/python -m pip --version >/dev/null 2>&1 && ! $(VENV)/bin/python -m ensurepip >/dev/null 2>&1; then \
		python="$(PYTHON)"; \
		if [ -z "$$python" ]; then \
			echo "No Python 3.11, 3.12 or 3.13 found. Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; \
			exit 1; \
		fi; \
		echo "making $(VENV) with $$python"; \
		"$$python" -m venv --clear $(VENV) || { \
			echo "$$python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv" >&2; \
			exit 1; \
		}; \
	fi
	@echo "installing $(WANTED) (the first time takes a minute or two)"
	@{ $(VENV)/bin/python -m pip install --quiet uv \
		&& $(VENV)/bin/python -m uv pip install --quiet --system-certs --python $(VENV)/bin/python -r $(WANTED) -e . -c constraints.txt; } \
		|| { echo "uv cannot install here; trying pip"; \
		$(VENV)/bin/python -m pip install --quiet -r $(WANTED) -e . -c constraints.txt; }
	@rm -f $(VENV)/.installed-*
	@touch $(STAMP) $@
