#!/bin/sh
# Rebuild tests/browser/vendor/kill-the-clipboard.min.js from pinned npm packages: a reader of SMART Health Cards that
# is not ours, by which the browser tests check the cards that are.
set -eu
vendor=$(cd "$(dirname "$0")/.." && pwd)/tests/browser/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --ignore-scripts kill-the-clipboard@1.1.0 jose@6.2.18 qrcode@1.5.4 esbuild@0.28.2
printf 'export { Directory, SHCReader } from "kill-the-clipboard";\n' >reader.js
npx esbuild reader.js --bundle --minify --format=iife --global-name=cards --log-level=error \
  --outfile="$vendor/kill-the-clipboard.min.js"
for package in kill-the-clipboard jose qrcode dijkstrajs; do
  printf '%s\n\n' "$package"
  cat node_modules/"$package"/LICENSE* node_modules/"$package"/license* 2>/dev/null || true
  printf '\n'
done >"$vendor/kill-the-clipboard.LICENSES.txt"
