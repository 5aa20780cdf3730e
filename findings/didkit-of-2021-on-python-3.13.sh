#!/usr/bin/env bash
# didkit on Python 3.13: pip takes version 0.2.1 of May 2021 without a word, where 3.12 gets 0.3.3 of August 2024.
#
# The wheels of 0.3.x are built per CPython version and end at 3.12; that of 0.2.1 says "py3-none", so it fits everything.
# Who writes "didkit" without a version and moves to 3.13 goes back three years, and sees no error. Pin it, with a marker.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py
for version in 3.12 3.13; do
  py/bin/pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version "$version" \
    --platform manylinux_2_31_x86_64 --platform manylinux_2_34_x86_64 --platform manylinux2014_x86_64 --dest "for-$version" didkit
  echo "Python $version: $(ls "for-$version")"
done
ls for-3.12 | grep -q '^didkit-0\.3\.3-' && ls for-3.13 | grep -q '^didkit-0\.2\.1-py3-none-'
