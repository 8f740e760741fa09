# Each target with `##` prints in the menu; every one is also a plain `lantoa …` command (see README).
PYTHON ?= python3
YEAR ?= 2021
export ROWS
ifeq ($(OS),Windows_NT)
LANTOA = .venv/Scripts/lantoa
else
LANTOA = .venv/bin/lantoa
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev report test check lab bench

help: ## this menu
	@$(PYTHON) -c "import re; [print('  make %-8s %s' % m) for m in re.findall(r'^([a-z-]+):.*?## (.*)', open('Makefile', encoding='utf-8').read(), re.M)]"

setup:
	@$(PYTHON) bootstrap.py

setup-dev:
	@$(PYTHON) bootstrap.py --dev

report: setup ## set up, then build the report of YEAR=2021 and print where it lies
	@$(LANTOA) report --year $(YEAR)

test: setup-dev ## set up, then run all tests
	@$(LANTOA) dev test

check: setup-dev ## ruff, mypy and all tests
	@$(LANTOA) dev check

lab: setup ## JupyterLab on the notebooks
	@$(LANTOA) lab

bench: setup-dev ## time, CPU, memory and size on this machine; ROWS=100000000 dossiers instead of 10 million
	@$(LANTOA) dev bench
