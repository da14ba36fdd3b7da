"""Nothing in the repository points to one machine or names a package registry's host."""

import re

from tests.architecture import source

MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:root|work|Users|mnt|home/[a-z_]+)/[\w.]")
REGISTRY_HOST = re.compile(
    r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|npmjs[.]org|proxy[.]golang|artifactor[y]|--(?:extra-)?index-url",
    re.IGNORECASE,
)


def _found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}"
        for name in source.files()
        for number, line in enumerate(source.text(name).splitlines(), 1)
        if pattern.search(line) and "/vendor/" not in name
    ]


def test_the_patterns_find_what_they_are_for() -> None:
    assert MACHINE_PATH.search("cd /root" + "/project")
    assert MACHINE_PATH.search('open("/home/' + 'somebody/file")')
    assert not MACHINE_PATH.search("record/home/page")
    assert REGISTRY_HOST.search("--extra-index" + "-url https://example.org")


def test_no_path_of_one_machine() -> None:
    assert _found(MACHINE_PATH) == []


def test_no_host_of_a_registry() -> None:
    assert _found(REGISTRY_HOST) == []
