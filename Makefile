# `make demo` and `make test` are all that is needed; both set up a virtual environment of their own first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   := build/demo
READY  := $(VENV)/.ready
UNITS  ?= 5500
WORKERS ?= auto

.PHONY: demo test lint docs office browser wine floors smoke windows examples template bench clean

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

demo: $(READY)  ## new, check, merge, verify and trace on the examples
	rm -rf $(DEMO)
	$(BIN)/stattable new --roster examples/名册.csv --year 2026 -o $(DEMO)/空白表
	@echo; echo '== check：一张表有错误，所以退出码应当是 1'
	cd examples && PYTHONIOENCODING=utf-8 ../$(BIN)/stattable check 收到 --roster 名册.csv; test $$? -eq 1
	@echo; echo '== merge：退回的不计入，退出码也是 1'
	cd examples && ../$(BIN)/stattable merge 收到 --roster 名册.csv -o ../$(DEMO)/中牟县.xlsx --each-level ../$(DEMO)/逐级; test $$? -eq 1
	@echo; echo '== verify：与报来的表核对'
	cd examples && ../$(BIN)/stattable verify ../$(DEMO)/中牟县.xlsx 收到
	@echo; echo '== trace：汇总页上 H6 这个数的来历'
	cd examples && ../$(BIN)/stattable trace ../$(DEMO)/中牟县.xlsx H6 收到
	@echo; find $(DEMO) -name '*中牟县*.xlsx' -o -name '*_汇总.xlsx' | sort

test: $(READY)  ## all tests but those that start LibreOffice, a browser or Wine
	$(BIN)/python -m pytest -m 'not office and not browser and not wine' -n $(WORKERS) --dist worksteal \
		--cov --cov-report=term:skip-covered --cov-fail-under=95

office: $(READY)  ## the tests that start LibreOffice, which must be installed
	$(BIN)/python -m pytest -m office -n $(WORKERS)

browser: $(READY)  ## the tests that start Chromium, which must be installed with its driver
	$(BIN)/python -m pytest -m browser
wine: $(READY)  ## the batch files of a clerk's computer; needs Wine, and MinGW's compiler for a stand-in for Python
	$(BIN)/python -m pytest -m wine

# What looks into files leans on what its libraries do with those that are odd; what writes rows, on the insides of
# XlsxWriter; web pages, on what Jinja2 escapes; letters, on python-docx.
LEANING := $(addprefix tests/test_,$(addsuffix .py,annex cells documents html_page inspection_* letter libraries open page \
	pictures qr reading_form report rewriting roster sniff workbook))

floors: $(READY)  ## the tests of what leans on libraries, but for random ones, with the oldest that are allowed
	rm -rf build/floors
	$(PYTHON) -m venv build/floors
	sed -n '/^dependencies/,/^]/ s/^ *"\(.*\)>=\(.*\)",$$/\1==\2/p' pyproject.toml >build/floors/constraints.txt
	build/floors/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	build/floors/bin/python -m pip install --quiet --constraint build/floors/constraints.txt --editable . --group dev
	build/floors/bin/python -m pytest -m 'not office and not hypothesis' -n $(WORKERS) $(LEANING)

lint: $(READY)  ## style, types, generated docs
	$(BIN)/ruff format --check src tests tools benchmarks
	$(BIN)/ruff check src tests tools benchmarks
	$(BIN)/mypy
	$(BIN)/python tools/make_docs.py --check

docs: $(READY)  ## write the generated docs anew
	$(BIN)/python tools/make_docs.py

smoke: $(READY)  ## the wheel, installed by itself without anything for development
	rm -rf build/smoke
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir build/smoke .
	$(PYTHON) -m venv build/smoke/venv
	build/smoke/venv/bin/python -m pip install --quiet build/smoke/*.whl
	build/smoke/venv/bin/stattable new --unit 官渡镇计生协 --code 410122102 -o build/smoke/空白表.xlsx
	build/smoke/venv/bin/stattable check build/smoke/空白表.xlsx; test $$? -eq 1
	build/smoke/venv/bin/stattable status build/smoke/空白表.xlsx --html build/smoke/报送情况.html
	build/smoke/venv/bin/stattable explain V000

windows: $(READY)  ## dist/stattable-windows.zip: all that a clerk's computer needs that has Windows and no network
	$(BIN)/python tools/make_windows.py

examples: $(READY)  ## make the examples anew; needs LibreOffice
	$(BIN)/python tools/make_examples.py

template: $(READY)  ## make the official page anew
	$(BIN)/python tools/make_template.py

bench: $(READY)  ## measurements, against calamine and pandas; UNITS=how many, DIVISIONS=a table of real ones
	$(BIN)/python -m pip install --quiet --group benchmarks
	$(BIN)/python benchmarks/scale.py --returns $(UNITS) $(if $(DIVISIONS),--divisions $(DIVISIONS)) --profile
	$(BIN)/python benchmarks/sending_back.py

clean:
	rm -rf $(VENV) build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
