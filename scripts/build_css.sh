#!/bin/sh
# Rebuild openrecord/web/static/vendor/nhsuk-frontend.css from the pinned npm package.
# Its colours become those of palette.css (scripts/themed.py).
# Only the components that our pages use; Arial instead of the licensed typeface; no reference to another host.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --ignore-scripts nhsuk-frontend@10.6.1 sass@1.108.2
source=node_modules/nhsuk-frontend/dist/nhsuk
{
  # shellcheck disable=SC2016 # a Sass variable, not one of the shell
  printf '@use "%s/core" with ($nhsuk-font-family: (Arial, sans-serif));\n' "$source"
  for component in button error-message error-summary fieldset hint label checkboxes input radios select textarea \
    date-input details inset-text notification-banner panel summary-list tables tag warning-callout action-link \
    back-link footer pagination skip-link breadcrumb card; do
    printf '@forward "%s/components/%s";\n' "$source" "$component"
  done
} >pages.scss
npx sass --style=compressed --no-source-map --quiet pages.scss pages.css
# Sortable tables need a script, which our pages do not have; their icons would be requests for missing files.
sed -E 's/(-webkit-)?(background|mask)(-image)?:url\([^)]*\)[^;}]*;?//g' \
  pages.css | python3 "$root/scripts/themed.py" >"$root/openrecord/web/static/vendor/nhsuk-frontend.css"
if grep -nE 'assets\.nhs\.uk|Frutiger|url\(' "$root/openrecord/web/static/vendor/nhsuk-frontend.css" >/dev/null; then
  echo "the compiled CSS still refers to another file or typeface" >&2
  exit 1
fi
