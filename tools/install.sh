#!/bin/sh
# Install a lock file into .venv and then this project itself; with uv where there is one, else with pip.
set -eu
lock=$1
echo "Installing $lock into .venv …"
if command -v uv >/dev/null 2>&1; then
  uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
  uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
else
  pip=".venv/bin/python -m pip --disable-pip-version-check --quiet"
  $pip install --require-hashes -r "$lock"
  $pip install --no-deps --no-build-isolation -e .
fi
