#!/bin/sh
# Pins everything with hashes and without addresses: pip takes them from wherever it is set up to.
set -eu
.venv/bin/python -m pip install --quiet --disable-pip-version-check uv
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}
compile pyproject.toml --extra build -o requirements.lock
compile pyproject.toml --extra build --extra dev -c requirements.lock -o requirements-dev.lock
